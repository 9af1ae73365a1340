// SPDX-License-Identifier: GPL-2.0-only
/* What a domain is given so that it can be traced, and what is taken from it again. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/domain/setup_plan.h"

#define PLACE  "/var/lib/vtrace/web01"

#define SERIAL "<controller type='virtio-serial' index='0'/>"
/* On controller 0 unless AT says another. */
#define AT(controller, port) \
	"<address type='virtio-serial' controller='" controller "' bus='0' port='" port "'/>"
#define CHANNEL(name, rest)                                                              \
	"<channel type='unix'><source mode='bind' path='/run/c'/><target type='virtio' " \
	"name='" name "'/>" rest "</channel>"
#define OURS(name)  "<alias name='ua-vtrace-" name "'/>"
#define GUEST_AGENT CHANNEL("org.qemu.guest_agent.0", "<alias name='channel0'/>" AT("0", "1"))
#define SHARE(dir)                                                             \
	"<filesystem type='mount' accessmode='mapped'><source dir='" dir "'/>" \
	"<target dir='vtrace'/></filesystem>"
#define LIVE(vcpus, devices)                                                     \
	"<domain type='kvm' id='3'><name>web01</name><uuid>0</uuid><vcpu>" vcpus \
	"</vcpu><devices>" devices "</devices></domain>"
#define CONFIG(vcpus, devices)                                            \
	"<domain type='kvm'><name>web01</name><uuid>0</uuid><vcpu>" vcpus \
	"</vcpu><devices>" devices "</devices></domain>"

static struct devices live, config;
static struct setup_plan plan;
static char error[1024];

static int make(const char *live_xml, const char *config_xml, const struct setup_options *options,
		bool place_there)
{
	struct setup_input input = {.place = PLACE, .place_there = place_there};

	setup_plan_release(&plan);
	devices_release(&live);
	devices_release(&config);
	if (live_xml) {
		assert_int_equal(devices_from_xml(&live, live_xml, error, sizeof(error)), 0);
		input.live = &live;
	}
	if (config_xml) {
		assert_int_equal(devices_from_xml(&config, config_xml, error, sizeof(error)), 0);
		input.config = &config;
	}
	return setup_plan_make(&plan, &input, options, error, sizeof(error));
}

static void made(const char *live_xml, const char *config_xml, struct setup_options options)
{
	if (make(live_xml, config_xml, &options, false))
		fail_msg("no plan: %s", error);
}

static int release(void **state)
{
	(void)state;
	setup_plan_release(&plan);
	devices_release(&live);
	devices_release(&config);
	return 0;
}

/* The actions as lines "VERB NAME", in their order. */
static void expect_actions(const char *wanted)
{
	static const char *const verbs[] = {
		[SETUP_MAKE_PLACE] = "place",	   [SETUP_MAKE_SHARE] = "share",
		[SETUP_MAKE_FIFOS] = "fifos",	   [SETUP_ATTACH_CONFIG] = "config",
		[SETUP_ATTACH_LIVE] = "live",	   [SETUP_DETACH_LIVE] = "-live",
		[SETUP_DETACH_CONFIG] = "-config", [SETUP_REMOVE_PLACE] = "-place",
		[SETUP_DEFINE] = "define",
	};
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	for (size_t i = 0; i < plan.count; i++)
		fprintf(out, "%s %s\n", verbs[plan.action[i].verb], plan.action[i].name);
	fclose(out);
	if (strcmp(got, wanted) != 0)
		fail_msg("the actions are\n%snot\n%s", got, wanted);
	free(got);
}

static void expect_lines(const struct setup_text *text, const char *wanted)
{
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	for (size_t i = 0; i < text->count; i++)
		fprintf(out, "%s\n", text->line[i]);
	fclose(out);
	if (strcmp(got, wanted) != 0)
		fail_msg("it says\n%snot\n%s", got, wanted);
	free(got);
}

/* The text of the action for name, of that verb. */
static const char *text_of(enum setup_verb verb, const char *name)
{
	for (size_t i = 0; i < plan.count; i++)
		if (plan.action[i].verb == verb && !strcmp(plan.action[i].name, name))
			return plan.action[i].text;
	fail_msg("no action %d for %s", verb, name);
	return NULL;
}

static unsigned count_of(enum setup_verb verb, const char *part)
{
	unsigned count = 0;

	for (size_t i = 0; i < plan.count; i++)
		count += plan.action[i].verb == verb && strstr(plan.action[i].name, part);
	return count;
}

#define UNIX_SOCKETS ((struct setup_options){0})
#define FIFOS	     ((struct setup_options){.pipe = true})
#define REMOVE	     ((struct setup_options){.remove = true})

/* ---- adding ---- */

static void bare_and_shut_off(void **state)
{
	(void)state;
	made(NULL, CONFIG("2", SERIAL), UNIX_SOCKETS);
	expect_actions("place directory\n"
		       "share share\n"
		       "config channel agent-ctl-path\n"
		       "config channel trace-path-cpu0\n"
		       "config channel trace-path-cpu1\n"
		       "config share\n");
	expect_lines(&plan.does,
		     "add 3 channels (UNIX sockets) to its configuration: control, CPUs 0-1\n"
		     "add a 9p share to its configuration, for the event formats\n"
		     "make the directory " PLACE ", with a share for QEMU's user\n");
	expect_lines(&plan.notes, "");
	assert_string_equal(text_of(SETUP_ATTACH_CONFIG, "channel trace-path-cpu1"),
			    "<channel type='unix'>\n"
			    "  <target type='virtio' name='trace-path-cpu1'/>\n"
			    "  <alias name='ua-vtrace-cpu1'/>\n"
			    "  <address type='virtio-serial' controller='0' bus='0' port='3'/>\n"
			    "</channel>\n");
	assert_string_equal(text_of(SETUP_ATTACH_CONFIG, "share"),
			    "<filesystem type='mount' accessmode='mapped'>\n"
			    "  <source dir='" PLACE "/share'/>\n"
			    "  <target dir='vtrace'/>\n"
			    "  <alias name='ua-vtrace-share'/>\n"
			    "</filesystem>\n");
	assert_string_equal(text_of(SETUP_MAKE_SHARE, "share"), PLACE "/share");
	assert_string_equal(text_of(SETUP_MAKE_PLACE, "directory"), PLACE);
}

static void bare_and_running(void **state)
{
	(void)state;
	made(LIVE("2", SERIAL), CONFIG("2", SERIAL), UNIX_SOCKETS);
	/* The control channel comes last: an agent starts when it appears. */
	expect_actions("place directory\n"
		       "share share\n"
		       "config channel agent-ctl-path\n"
		       "config channel trace-path-cpu0\n"
		       "config channel trace-path-cpu1\n"
		       "config share\n"
		       "live channel trace-path-cpu0\n"
		       "live channel trace-path-cpu1\n"
		       "live channel agent-ctl-path\n");
	assert_string_equal(plan.does.line[0], "plug 3 channels (UNIX sockets) into the running "
					       "guest: control, CPUs 0-1");
	expect_lines(&plan.notes,
		     "formats come over the control port until the next start of the domain, and "
		     "from then on by the share, which cannot be plugged in\n"
		     "nothing is restarted here; its next start is when it is shut down and "
		     "started: a reboot from inside is not enough\n");
}

static void running_and_transient(void **state)
{
	(void)state;
	made(LIVE("1", SERIAL), NULL, UNIX_SOCKETS);
	expect_actions("live channel trace-path-cpu0\nlive channel agent-ctl-path\n");
	expect_lines(&plan.does,
		     "plug 2 channels (UNIX sockets) into the running guest: control, CPU 0\n");
	assert_int_equal(plan.notes.count, 1);
	assert_non_null(strstr(plan.notes.line[0], "transient"));

	assert_int_equal(make(LIVE("1", SERIAL), NULL, &FIFOS, false), -EOPNOTSUPP);
	assert_non_null(strstr(error, "a transient domain has none; use UNIX sockets (--unix)"));
}

/* libvirt plugs no controller into a running guest. */
static void running_without_a_controller(void **state)
{
	(void)state;
	made(LIVE("2", ""), CONFIG("2", ""), UNIX_SOCKETS);
	expect_actions("place directory\n"
		       "share share\n"
		       "config virtio-serial controller 0\n"
		       "config channel agent-ctl-path\n"
		       "config channel trace-path-cpu0\n"
		       "config channel trace-path-cpu1\n"
		       "config share\n");
	assert_string_equal(text_of(SETUP_ATTACH_CONFIG, "virtio-serial controller 0"),
			    "<controller type='virtio-serial' index='0' ports='31'>\n"
			    "  <alias name='ua-vtrace-serial0'/>\n"
			    "</controller>\n");
	assert_string_equal(plan.notes.line[0],
			    "control, CPUs 0-1: no port is free on the running guest's "
			    "virtio-serial controllers, and no controller can be plugged in; they "
			    "come with its next start");

	assert_int_equal(make(LIVE("2", ""), NULL, &UNIX_SOCKETS, false), -EOPNOTSUPP);
	assert_non_null(strstr(error, "a transient domain has no next start; add <controller"));
}

static void fifos_wait_for_the_next_start(void **state)
{
	(void)state;
	made(LIVE("1", SERIAL), CONFIG("1", SERIAL), FIFOS);
	expect_actions("place directory\n"
		       "share share\n"
		       "fifos channel agent-ctl-path\n"
		       "fifos channel trace-path-cpu0\n"
		       "config channel agent-ctl-path\n"
		       "config channel trace-path-cpu0\n"
		       "config share\n");
	assert_string_equal(text_of(SETUP_MAKE_FIFOS, "channel trace-path-cpu0"),
			    PLACE "/trace-path-cpu0");
	assert_string_equal(text_of(SETUP_ATTACH_CONFIG, "channel trace-path-cpu0"),
			    "<channel type='pipe'>\n"
			    "  <source path='" PLACE "/trace-path-cpu0'/>\n"
			    "  <target type='virtio' name='trace-path-cpu0'/>\n"
			    "  <alias name='ua-vtrace-cpu0'/>\n"
			    "  <address type='virtio-serial' controller='0' bus='0' port='2'/>\n"
			    "</channel>\n");
	assert_string_equal(plan.does.line[2],
			    "make the directory " PLACE ", with FIFOs and a share for QEMU's user");
	assert_int_equal(plan.notes.count, 2);
	assert_string_equal(plan.notes.line[0],
			    "control, CPU 0: FIFOs cannot be plugged into a running guest; they "
			    "come with its next start");
}

/* Ports that others have are not given away, whatever controller they are on. */
static void foreign_channels_keep_their_ports(void **state)
{
	(void)state;
	made(NULL,
	     CONFIG("3", "<channel type='spicevmc'><target type='virtio' "
			 "name='com.redhat.spice.0'/>" AT(
				 "0", "2") "</channel>" GUEST_AGENT SERIAL
					   "<console type='pty'><target type='virtio'/>" AT(
						   "0", "4") "</console>"),
	     UNIX_SOCKETS);
	assert_non_null(strstr(text_of(SETUP_ATTACH_CONFIG, "channel agent-ctl-path"),
			       "controller='0' bus='0' port='3'"));
	assert_non_null(strstr(text_of(SETUP_ATTACH_CONFIG, "channel trace-path-cpu0"),
			       "controller='0' bus='0' port='5'"));
	assert_non_null(strstr(text_of(SETUP_ATTACH_CONFIG, "channel trace-path-cpu2"),
			       "controller='0' bus='0' port='7'"));
}

static void more_cpus_than_ports(void **state)
{
	(void)state;
	/* Of a controller that a guest boots with 15 ports are used, the guest agent's included. */
	made(LIVE("64", SERIAL GUEST_AGENT), CONFIG("64", SERIAL GUEST_AGENT), UNIX_SOCKETS);
	assert_int_equal(count_of(SETUP_ATTACH_CONFIG, "channel"), 65);
	assert_int_equal(count_of(SETUP_ATTACH_CONFIG, "controller"), 4);
	assert_non_null(strstr(text_of(SETUP_ATTACH_CONFIG, "channel trace-path-cpu12"),
			       "controller='0' bus='0' port='15'"));
	assert_non_null(strstr(text_of(SETUP_ATTACH_CONFIG, "channel trace-path-cpu13"),
			       "controller='1' bus='0' port='1'"));
	assert_non_null(strstr(text_of(SETUP_ATTACH_CONFIG, "channel trace-path-cpu63"),
			       "controller='4' bus='0' port='6'"));
	/* The running guest has booted and gets what fits, control in any case: of 31 ports 0 is
	 * for a console, and the guest agent has one. */
	assert_int_equal(count_of(SETUP_ATTACH_LIVE, "channel"), 29);
	assert_int_equal(count_of(SETUP_ATTACH_LIVE, "agent-ctl-path"), 1);
	assert_memory_equal(plan.notes.line[0], "CPUs 28-63: no port is free", 27);
	assert_string_equal(plan.does.line[1],
			    "add 4 virtio-serial controllers to its configuration, for more ports");
}

static void controllers_are_as_large_as_they_say(void **state)
{
	(void)state;
	made(NULL,
	     CONFIG("2", "<controller type='virtio-serial' index='0' ports='2'/>"
			 "<controller type='virtio-serial' index='5' ports='2'/>"
			 "<controller type='usb' index='7'/>"),
	     UNIX_SOCKETS);
	assert_non_null(strstr(text_of(SETUP_ATTACH_CONFIG, "channel agent-ctl-path"),
			       "controller='0' bus='0' port='1'"));
	assert_non_null(strstr(text_of(SETUP_ATTACH_CONFIG, "channel trace-path-cpu0"),
			       "controller='5' bus='0' port='1'"));
	assert_non_null(strstr(text_of(SETUP_ATTACH_CONFIG, "channel trace-path-cpu1"),
			       "controller='6' bus='0' port='1'"));
}

static void more_cpus_than_streams(void **state)
{
	(void)state;
	made(NULL, CONFIG("300", SERIAL), UNIX_SOCKETS);
	assert_int_equal(count_of(SETUP_ATTACH_CONFIG, "channel"), 257);
	expect_lines(&plan.notes, "CPUs from 256 on have no channel: there are no more\n");
}

/* Made by hand, in another way: it stays as it is, and gets only what it lacks. */
static void half_prepared(void **state)
{
	(void)state;
	made(NULL,
	     CONFIG("2", SERIAL CHANNEL("agent-ctl-path", AT("0", "1"))
				 CHANNEL("trace-path-cpu1", AT("0", "2")) SHARE("/srv/share")),
	     UNIX_SOCKETS);
	expect_actions("config channel trace-path-cpu0\n");
	expect_lines(&plan.does, "add 1 channel (UNIX sockets) to its configuration: CPU 0\n");

	/* The running guest may lack what its configuration has, and the other way round. */
	made(LIVE("1", SERIAL), CONFIG("1", SERIAL CHANNEL("agent-ctl-path", "")), UNIX_SOCKETS);
	expect_actions("place directory\n"
		       "share share\n"
		       "config channel trace-path-cpu0\n"
		       "config share\n"
		       "live channel trace-path-cpu0\n"
		       "live channel agent-ctl-path\n");
}

#define PREPARED                                                                                \
	SERIAL CHANNEL("agent-ctl-path", AT("0", "1")) CHANNEL("trace-path-cpu0", AT("0", "2")) \
		SHARE("/srv/share")

static void prepared_already(void **state)
{
	(void)state;
	made(LIVE("1", PREPARED), CONFIG("1", PREPARED), UNIX_SOCKETS);
	expect_actions("");
	expect_lines(&plan.does, "");
	expect_lines(&plan.notes, "");
	/* Another kind of channels is no reason to have two of each. */
	made(LIVE("1", PREPARED), CONFIG("1", PREPARED), FIFOS);
	expect_actions("");
	made(LIVE("1", PREPARED), NULL, UNIX_SOCKETS);
	expect_actions("");
}

static void a_share_with_another_tag_is_another_share(void **state)
{
	(void)state;
	made(NULL,
	     CONFIG("1", SERIAL "<filesystem type='mount'><source dir='/home'/><target dir='home'/>"
				"</filesystem>"),
	     UNIX_SOCKETS);
	assert_int_equal(count_of(SETUP_ATTACH_CONFIG, "share"), 1);
}

static void no_share_where_none_is_wanted(void **state)
{
	(void)state;
	made(LIVE("1", SERIAL), CONFIG("1", SERIAL), (struct setup_options){.no_share = true});
	expect_actions("config channel agent-ctl-path\n"
		       "config channel trace-path-cpu0\n"
		       "live channel trace-path-cpu0\n"
		       "live channel agent-ctl-path\n");
	expect_lines(&plan.notes, "");
}

static void a_name_in_the_way(void **state)
{
	(void)state;
	assert_int_equal(make(NULL,
			      CONFIG("1", SERIAL "<channel type='pty'><target type='virtio' "
						 "name='agent-ctl-path'/></channel>"),
			      &UNIX_SOCKETS, false),
			 -EEXIST);
	assert_string_equal(error,
			    "channel agent-ctl-path is of type 'pty', not pipe or unix; take it "
			    "out of the domain's configuration first ('virsh edit')");
}

/* The directory of a user may have any name. */
static void paths_are_escaped(void **state)
{
	struct setup_input input = {.config = &config, .place = "/home/o'neil & <co>"};
	struct channels channels;
	char *xml;

	(void)state;
	assert_int_equal(devices_from_xml(&config, CONFIG("1", SERIAL), error, sizeof(error)), 0);
	assert_int_equal(setup_plan_make(&plan, &input, &FIFOS, error, sizeof(error)), 0);
	assert_true(asprintf(&xml, "<domain><name>a</name><devices>%s%s</devices></domain>",
			     text_of(SETUP_ATTACH_CONFIG, "channel agent-ctl-path"),
			     text_of(SETUP_ATTACH_CONFIG, "share")) > 0);
	assert_int_equal(channels_from_xml(&channels, xml, error, sizeof(error)), 0);
	assert_string_equal(channels.control.path, "/home/o'neil & <co>/agent-ctl-path");
	assert_string_equal(channels.share, "/home/o'neil & <co>/share");
	channels_release(&channels);
	free(xml);
}

/* ---- removing ---- */

#define ADDED                                                                             \
	SERIAL GUEST_AGENT CHANNEL("agent-ctl-path", OURS("control") AT("0", "2"))        \
		CHANNEL("trace-path-cpu0", "<alias name='channel2'/>" AT("0", "3"))       \
			CHANNEL("trace-path-cpu1",                                        \
				OURS("cpu1")                                              \
					AT("1", "1")) "<controller type='virtio-serial' " \
						      "index='1'>" OURS("serial1") "</controller>"
#define OUR_SHARE                                                                             \
	"<filesystem type='mount'><source dir='/srv/old/share'/><target dir='vtrace'/>" OURS( \
		"share") "</filesystem>"

static void only_what_was_added_is_removed(void **state)
{
	(void)state;
	made(LIVE("2", ADDED), CONFIG("2", ADDED OUR_SHARE), REMOVE);
	/* CPU 0's channel was there before, as controller 0 and the guest agent. */
	expect_actions("-live channel agent-ctl-path\n"
		       "-live channel trace-path-cpu1\n"
		       "-config channel agent-ctl-path\n"
		       "-config channel trace-path-cpu1\n"
		       "-config share\n"
		       "-config virtio-serial controller 1\n"
		       "-place directory\n");
	expect_lines(&plan.does,
		     "unplug 2 channels from the running guest: control, CPU 1\n"
		     "take 2 channels, 1 virtio-serial controller and the share out of its "
		     "configuration\n"
		     "remove the directory /srv/old\n");
	assert_string_equal(text_of(SETUP_DETACH_LIVE, "channel trace-path-cpu1"),
			    "ua-vtrace-cpu1");
	assert_string_equal(text_of(SETUP_DETACH_CONFIG, "virtio-serial controller 1"),
			    "ua-vtrace-serial1");
	/* Where it was when it was made, whatever the domain's name is now. */
	assert_string_equal(text_of(SETUP_REMOVE_PLACE, "directory"), "/srv/old");
}

static void a_controller_that_others_use_stays(void **state)
{
	(void)state;
	made(NULL, CONFIG("2", ADDED CHANNEL("com.redhat.spice.0", AT("1", "7"))), REMOVE);
	expect_actions("-config channel agent-ctl-path\n-config channel trace-path-cpu1\n");
	expect_lines(&plan.notes, "virtio-serial controller 1 stays: others use its ports\n");
}

static void a_share_in_use_keeps_the_directory(void **state)
{
	(void)state;
	made(LIVE("2", OUR_SHARE), CONFIG("2", ""), REMOVE);
	expect_actions("");
	assert_int_equal(plan.notes.count, 1);
	assert_non_null(strstr(plan.notes.line[0], "/srv/old with it; do this again when it is"));

	/* Shut down, nothing but the directory is left of it. */
	assert_int_equal(make(NULL, CONFIG("2", ""), &REMOVE, true), 0);
	expect_actions("-place directory\n");
	assert_string_equal(text_of(SETUP_REMOVE_PLACE, "directory"), PLACE);
}

static void nothing_to_remove(void **state)
{
	(void)state;
	made(LIVE("1", PREPARED), CONFIG("1", PREPARED), REMOVE);
	expect_actions("");
	expect_lines(&plan.does, "");
	expect_lines(&plan.notes, "");
}

/* A plan that was carried out has made a domain of which there is nothing more to do. */
static void adding_is_done_once(void **state)
{
	char *xml = NULL;
	size_t size;
	FILE *out = open_memstream(&xml, &size);

	(void)state;
	made(NULL, CONFIG("40", SERIAL GUEST_AGENT), FIFOS);
	fputs("<domain><name>web01</name><vcpu>40</vcpu><devices>" SERIAL GUEST_AGENT, out);
	for (size_t i = 0; i < plan.count; i++)
		if (plan.action[i].verb == SETUP_ATTACH_CONFIG)
			fputs(plan.action[i].text, out);
	fputs("</devices></domain>", out);
	fclose(out);
	made(NULL, xml, FIFOS);
	expect_actions("");

	made(NULL, xml, REMOVE);
	assert_int_equal(count_of(SETUP_DETACH_CONFIG, "channel"), 41);
	assert_int_equal(count_of(SETUP_DETACH_CONFIG, "controller"), 2);
	assert_int_equal(count_of(SETUP_DETACH_CONFIG, "share"), 1);
	assert_string_equal(text_of(SETUP_REMOVE_PLACE, "directory"), PLACE);
	free(xml);
}

static void plan_of_memory(const char *live_xml, const char *xml, const char *ring)
{
	struct setup_input input = {.config = &config,
				    .xml = xml,
				    .live_xml = live_xml,
				    .place = PLACE};
	struct setup_options options = {.memory = ring, .remove = !ring};

	setup_plan_release(&plan);
	devices_release(&config);
	assert_int_equal(devices_from_xml(&config, xml, error, sizeof(error)), 0);
	if (setup_plan_make(&plan, &input, &options, error, sizeof(error)))
		fail_msg("no plan: %s", error);
}

static void memory_is_shared(void **state)
{
	struct setup_input input = {.place = PLACE};
	struct setup_options options = {.memory = "16M"};
	char *xml;

	(void)state;
	plan_of_memory(NULL, CONFIG("1", SERIAL), "16M,sched");
	expect_actions("define shared memory\n");
	assert_non_null(strstr(plan.action[0].text, "memoryBacking"));
	expect_lines(&plan.does, "share its memory with the host, from its next start on\n");
	assert_int_equal(plan.notes.count, 2);
	assert_non_null(strstr(plan.notes.line[0], "trace_instance=vtrace@vtrace,sched"));
	/* A second time there is nothing to do. */
	xml = strdup(plan.action[0].text);
	plan_of_memory(NULL, xml, "16M,sched");
	assert_int_equal(plan.count, 0);
	assert_int_equal(plan.does.count, 0);
	/* The running guest is as it was started. */
	plan_of_memory(CONFIG("1", SERIAL), xml, "16M,sched");
	assert_int_equal(plan.count, 0);
	assert_int_equal(plan.notes.count, 3);
	assert_non_null(strstr(plan.notes.line[1], "the running guest does not have it"));
	plan_of_memory(xml, xml, "16M,sched");
	assert_int_equal(plan.notes.count, 2);
	assert_non_null(strstr(plan.notes.line[1], "its ring is read by"));
	free(xml);

	/* A transient domain has no next start. */
	setup_plan_release(&plan);
	assert_int_equal(setup_plan_make(&plan, &input, &options, error, sizeof(error)),
			 -EOPNOTSUPP);
	assert_non_null(strstr(error, "virsh define"));
}

/* The new definition goes before what is taken out of the configuration: it is made of what the
 * domain had. */
static void memory_is_removed(void **state)
{
	char *xml;

	(void)state;
	plan_of_memory(NULL, CONFIG("1", CHANNEL("trace-path-cpu0", OURS("cpu0"))), "16M,sched");
	xml = strdup(plan.action[0].text);
	plan_of_memory(xml, xml, NULL);
	expect_actions("define shared memory\n-config channel trace-path-cpu0\n");
	assert_null(strstr(plan.action[0].text, "memoryBacking"));
	expect_lines(&plan.does, "back its memory as before, from its next start on\n"
				 "take 1 channel out of its configuration\n");
	assert_int_equal(plan.notes.count, 2);
	assert_non_null(strstr(plan.notes.line[0], "its boot loader has"));
	assert_non_null(strstr(plan.notes.line[1], "keeps its shared memory"));
	free(xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(bare_and_shut_off, release),
		cmocka_unit_test_teardown(bare_and_running, release),
		cmocka_unit_test_teardown(running_and_transient, release),
		cmocka_unit_test_teardown(running_without_a_controller, release),
		cmocka_unit_test_teardown(fifos_wait_for_the_next_start, release),
		cmocka_unit_test_teardown(foreign_channels_keep_their_ports, release),
		cmocka_unit_test_teardown(more_cpus_than_ports, release),
		cmocka_unit_test_teardown(controllers_are_as_large_as_they_say, release),
		cmocka_unit_test_teardown(more_cpus_than_streams, release),
		cmocka_unit_test_teardown(half_prepared, release),
		cmocka_unit_test_teardown(prepared_already, release),
		cmocka_unit_test_teardown(a_share_with_another_tag_is_another_share, release),
		cmocka_unit_test_teardown(memory_is_shared, release),
		cmocka_unit_test_teardown(memory_is_removed, release),
		cmocka_unit_test_teardown(no_share_where_none_is_wanted, release),
		cmocka_unit_test_teardown(a_name_in_the_way, release),
		cmocka_unit_test_teardown(paths_are_escaped, release),
		cmocka_unit_test_teardown(only_what_was_added_is_removed, release),
		cmocka_unit_test_teardown(a_controller_that_others_use_stays, release),
		cmocka_unit_test_teardown(a_share_in_use_keeps_the_directory, release),
		cmocka_unit_test_teardown(nothing_to_remove, release),
		cmocka_unit_test_teardown(adding_is_done_once, release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
