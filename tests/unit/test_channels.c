// SPDX-License-Identifier: GPL-2.0-only
/* Channels out of a domain's XML and out of a directory. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/domain/channels.h"

#define PIPE(name, path)                                                                  \
	"<channel type='pipe'><source path='" path "'/><target type='virtio' name='" name \
	"'/><address type='virtio-serial' controller='0' bus='0' port='1'/></channel>"
#define UNIX(name, path)                                             \
	"<channel type='unix'><source mode='bind' path='" path "'/>" \
	"<target type='virtio' name='" name "' state='connected'/></channel>"
#define SHARE(dir)                                                       \
	"<filesystem type='mount' accessmode='mapped'><source dir='" dir \
	"'/><target dir='vtrace'/></filesystem>"
#define DOMAIN(devices)                                                                      \
	"<domain type='kvm' id='3'><name>web01</name><vcpu placement='static' current='1'>2" \
	"</vcpu><devices>" devices "</devices></domain>"

#define WHOLE                                             \
	PIPE("agent-ctl-path", "/run/g/agent-ctl-path")   \
	PIPE("trace-path-cpu0", "/run/g/trace-path-cpu0") \
	UNIX("trace-path-cpu1", "/run/g/cpu1.sock") SHARE("/run/g/share")

static char error[256];

static void parse(struct channels *channels, const char *xml)
{
	if (channels_from_xml(channels, xml, error, sizeof(error)))
		fail_msg("%s", error);
	assert_string_equal(error, "");
}

static void expect_refused(const char *xml, const char *part)
{
	struct channels channels;

	assert_int_equal(channels_from_xml(&channels, xml, error, sizeof(error)), -EINVAL);
	if (!strstr(error, part))
		fail_msg("said \"%s\", not \"%s\"", error, part);
	/* Nothing is left to release. */
	assert_null(channels.name);
	assert_null(channels.control.path);
	assert_int_equal(channels.cpus, 0);
}

static void expect_reason(const char *xml, bool prepared, const char *want)
{
	struct channels channels;
	char reason[256] = "untouched";

	parse(&channels, xml);
	assert_int_equal(channels_prepared(&channels, reason, sizeof(reason)), prepared);
	assert_string_equal(reason, want);
	channels_release(&channels);
}

static void whole_domain(void **state)
{
	struct channels channels;

	(void)state;
	parse(&channels, DOMAIN(WHOLE));
	assert_string_equal(channels.name, "web01");
	assert_int_equal(channels.vcpus, 2);
	assert_int_equal(channels.control.kind, CHANNEL_PIPE);
	assert_string_equal(channels.control.path, "/run/g/agent-ctl-path");
	assert_int_equal(channels.cpus, 2);
	assert_int_equal(channels.cpu[0].kind, CHANNEL_PIPE);
	assert_string_equal(channels.cpu[0].path, "/run/g/trace-path-cpu0");
	assert_int_equal(channels.cpu[1].kind, CHANNEL_UNIX);
	assert_string_equal(channels.cpu[1].path, "/run/g/cpu1.sock");
	assert_int_equal(channels.cpu[2].kind, CHANNEL_NONE);
	assert_string_equal(channels.share, "/run/g/share");
	assert_null(channels.unusable);
	channels_release(&channels);
	assert_null(channels.name);
	channels_release(&channels);

	expect_reason(DOMAIN(WHOLE), true, "");
}

static void order_and_strangers_do_not_matter(void **state)
{
	struct channels channels;

	(void)state;
	parse(&channels,
	      "<?xml version='1.0'?><!-- c --><domain><devices>"
	      "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/>"
	      "</channel><channel type='spicevmc'/><channel/><filesystem/>"
	      "<filesystem type='mount'><source dir='/other'/><target dir='other'/>"
	      "</filesystem>" WHOLE "<console type='pty'/></devices><name>w&lt;1&#10;</name>"
	      "</domain>");
	assert_string_equal(channels.name, "w<1\n");
	assert_int_equal(channels.vcpus, 0);
	assert_int_equal(channels.cpus, 2);
	assert_string_equal(channels.share, "/run/g/share");
	channels_release(&channels);
}

static void cpu_numbers_are_strict(void **state)
{
	struct channels channels;

	(void)state;
	parse(&channels,
	      DOMAIN(PIPE("trace-path-cpu00", "/a") PIPE("trace-path-cpu-1", "/a")
			     PIPE("trace-path-cpu256", "/a") PIPE("trace-path-cpu", "/a")
				     PIPE("trace-path-cpu1x", "/a") PIPE("trace-path-cpu+1", "/a")
					     PIPE("trace-path-cpu99999999999999999999", "/a")
						     PIPE("xtrace-path-cpu1", "/a")
							     PIPE("trace-path-cpu255", "/b")));
	assert_int_equal(channels.cpus, 1);
	assert_int_equal(channels.cpu[255].kind, CHANNEL_PIPE);
	assert_null(channels.unusable);
	channels_release(&channels);
}

static void unusable_channels_are_named(void **state)
{
	(void)state;
	expect_reason(DOMAIN("<channel type='pty'><source path='/dev/pts/1'/>"
			     "<target type='virtio' name='agent-ctl-path'/></channel>" PIPE(
				     "trace-path-cpu0", "/a") PIPE("trace-path-cpu1", "/a")),
		      false,
		      "no control channel agent-ctl-path; channel agent-ctl-path is of type 'pty', "
		      "not pipe or unix");
	expect_reason(DOMAIN(PIPE("agent-ctl-path",
				  "/c") "<channel type='unix'>"
					"<source mode='connect' path='/x'/>"
					"<target type='virtio' name='trace-path-cpu0'/></channel>"),
		      false,
		      "no channel trace-path-cpuN of any CPU; channel trace-path-cpu0 has "
		      "mode='connect', not mode='bind'");
	expect_reason(DOMAIN(SHARE("/s") PIPE("agent-ctl-path", "/c") PIPE(
			      "trace-path-cpu0",
			      "/a") "<channel type='unix'>"
				    "<target type='virtio' name='trace-path-cpu1'/></channel>"),
		      true,
		      "no channel of CPU 1; channel trace-path-cpu1 has no absolute path as its "
		      "source");
	expect_reason(DOMAIN(PIPE("agent-ctl-path", "relative") PIPE("trace-path-cpu0", "/a")),
		      false,
		      "no control channel agent-ctl-path; channel agent-ctl-path has no absolute "
		      "path as its source");
}

/* A socket's path is libvirt's to choose when the domain starts: before that there is none. */
static void sockets_without_a_path(void **state)
{
	static const char devices[] =
		"<channel type='unix'><target type='virtio' name='agent-ctl-path'/></channel>"
		"<channel type='unix'><target type='virtio' name='trace-path-cpu0'/></channel>";
	struct channels channels;
	char xml[512];

	(void)state;
	snprintf(xml, sizeof(xml), "<domain><name>a</name><devices>%s</devices></domain>", devices);
	expect_reason(xml, true,
		      "no share with the tag vtrace, so that formats come over the control port");
	parse(&channels, xml);
	assert_int_equal(channels.control.kind, CHANNEL_UNIX);
	assert_string_equal(channels.control.path, "");
	channels_release(&channels);

	snprintf(xml, sizeof(xml), "<domain id='1'><name>a</name><devices>%s</devices></domain>",
		 devices);
	expect_reason(xml, false,
		      "no control channel agent-ctl-path; no channel trace-path-cpuN of any CPU; "
		      "channel agent-ctl-path has no absolute path as its source");
}

static void missing_things_are_named(void **state)
{
	(void)state;
	expect_reason("<domain><name>a</name></domain>", false,
		      "no control channel agent-ctl-path; no channel trace-path-cpuN of any CPU");
	expect_reason(DOMAIN(PIPE("agent-ctl-path", "/c") PIPE("trace-path-cpu1", "/a")), true,
		      "no channel of CPU 0; no share with the tag vtrace, so that formats come "
		      "over the control port");
	expect_reason("<domain><name>a</name><vcpu>512</vcpu><devices>" PIPE("agent-ctl-path", "/c")
			      PIPE("trace-path-cpu7", "/a") SHARE("/s") "</devices></domain>",
		      true, "no channel of CPU 0-6,8-255");
}

static void duplicates_are_refused(void **state)
{
	(void)state;
	expect_refused(DOMAIN(WHOLE PIPE("trace-path-cpu0", "/b")),
		       "two channels named trace-path-cpu0");
	expect_refused(DOMAIN(WHOLE UNIX("agent-ctl-path", "/b")),
		       "two channels named agent-ctl-path");
	expect_refused(DOMAIN(WHOLE SHARE("/b")), "two shares with the tag vtrace");
}

static void what_is_no_domain_is_refused(void **state)
{
	(void)state;
	expect_refused("", "does not parse");
	expect_refused("<domain><name>a</name>", "does not parse: line 1");
	expect_refused("<network><name>a</name></network>", "not a domain's: <network>");
	expect_refused("<domain/>", "no <name>");
	expect_refused("<domain><name/></domain>", "no <name>");
	expect_refused("<domain><name>a</name><vcpu>two</vcpu></domain>", "<vcpu>: 'two'");
	expect_refused("<domain><name>a</name><vcpu>0</vcpu></domain>", "<vcpu>");
	expect_refused("<domain><name>a</name><vcpu>99999999999</vcpu></domain>", "<vcpu>");
	expect_refused("<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/hostname'>]>"
		       "<domain><name>&e;</name></domain>",
		       "DTD");
}

/* ---- directories ---- */

static char dir[64];

static char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void make_fifos(const char *const *names)
{
	for (; *names; names++)
		assert_int_equal(mkfifo(in_dir(*names), 0600), 0);
}

#define FIFOS(...) make_fifos((const char *const[]){__VA_ARGS__, NULL})

static void make_socket(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, in_dir(name));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
}

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/vtrace-channels-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	static const char *const names[] = {
		"agent-ctl-path.in",   "agent-ctl-path.out",   "agent-ctl-path",
		"trace-path-cpu0.in",  "trace-path-cpu0.out",  "trace-path-cpu1.in",
		"trace-path-cpu1.out", "trace-path-cpu1",      "trace-path-cpu01.in",
		"trace-path-cpu2.in",  "trace-path-cpu01.out",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(in_dir(names[i]));
	unlink(in_dir("share"));
	rmdir(in_dir("share"));
	return rmdir(dir);
}

static void whole_directory(void **state)
{
	struct channels channels;
	char want[128], reason[128];

	(void)state;
	FIFOS("agent-ctl-path.in", "agent-ctl-path.out", "trace-path-cpu0.in",
	      "trace-path-cpu0.out", "trace-path-cpu01.in", "trace-path-cpu01.out");
	make_socket("trace-path-cpu1");
	mkdir(in_dir("share"), 0700);

	assert_int_equal(channels_from_dir(&channels, dir, error, sizeof(error)), 0);
	assert_string_equal(channels.name, dir);
	assert_int_equal(channels.vcpus, 0);
	assert_int_equal(channels.control.kind, CHANNEL_PIPE);
	snprintf(want, sizeof(want), "%s/agent-ctl-path", dir);
	assert_string_equal(channels.control.path, want);
	assert_int_equal(channels.cpus, 2);
	assert_int_equal(channels.cpu[0].kind, CHANNEL_PIPE);
	assert_int_equal(channels.cpu[1].kind, CHANNEL_UNIX);
	snprintf(want, sizeof(want), "%s/trace-path-cpu1", dir);
	assert_string_equal(channels.cpu[1].path, want);
	snprintf(want, sizeof(want), "%s/share", dir);
	assert_string_equal(channels.share, want);
	assert_true(channels_prepared(&channels, reason, sizeof(reason)));
	assert_string_equal(reason, "");
	channels_release(&channels);
}

static void half_a_directory(void **state)
{
	struct channels channels;
	char reason[256];

	(void)state;
	make_socket("agent-ctl-path");
	FIFOS("trace-path-cpu0.in", "trace-path-cpu0.out", "trace-path-cpu2.in");
	assert_int_equal(symlink("/tmp", in_dir("share")), 0);

	assert_int_equal(channels_from_dir(&channels, dir, error, sizeof(error)), 0);
	assert_int_equal(channels.control.kind, CHANNEL_UNIX);
	assert_int_equal(channels.cpus, 1);
	assert_null(channels.share);
	assert_true(channels_prepared(&channels, reason, sizeof(reason)));
	assert_string_equal(reason, "no share with the tag vtrace, so that formats come over the "
				    "control port; of trace-path-cpu2.in and "
				    "trace-path-cpu2.out one is missing");
	channels_release(&channels);
}

static void files_are_no_fifos(void **state)
{
	struct channels channels;

	(void)state;
	FIFOS("trace-path-cpu0.in", "trace-path-cpu0.out", "agent-ctl-path.in");
	close(creat(in_dir("agent-ctl-path.out"), 0600));
	assert_int_equal(channels_from_dir(&channels, dir, error, sizeof(error)), -ENOENT);
	assert_non_null(strstr(error, "agent-ctl-path.in or agent-ctl-path.out is not a FIFO"));
	assert_null(channels.name);
}

static void empty_or_no_directory(void **state)
{
	struct channels channels;

	(void)state;
	assert_int_equal(channels_from_dir(&channels, dir, error, sizeof(error)), -ENOENT);
	assert_non_null(strstr(error, "nothing to trace in /tmp/vtrace-channels-"));
	assert_non_null(strstr(error, "no control channel"));
	assert_int_equal(channels_from_dir(&channels, in_dir("nowhere"), error, sizeof(error)),
			 -ENOENT);
	assert_non_null(strstr(error, "cannot open the directory"));
	close(creat(in_dir("share"), 0600));
	assert_int_equal(channels_from_dir(&channels, in_dir("share"), error, sizeof(error)),
			 -ENOTDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_domain),
		cmocka_unit_test(order_and_strangers_do_not_matter),
		cmocka_unit_test(cpu_numbers_are_strict),
		cmocka_unit_test(unusable_channels_are_named),
		cmocka_unit_test(sockets_without_a_path),
		cmocka_unit_test(missing_things_are_named),
		cmocka_unit_test(duplicates_are_refused),
		cmocka_unit_test(what_is_no_domain_is_refused),
		cmocka_unit_test_setup_teardown(whole_directory, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(half_a_directory, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(files_are_no_fifos, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(empty_or_no_directory, make_dir, remove_dir),
	};

	return cmocka_run_group_tests_name("channels", tests, NULL, NULL);
}
