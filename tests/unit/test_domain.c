// SPDX-License-Identifier: GPL-2.0-only
/*
 * libvirt's domains, on libvirt's test driver: it lives in this process and needs no daemon.
 * test:///default is one world for all connections of a process, so that a second connection can
 * play the administrator.
 */
#include <dlfcn.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libvirt/libvirt.h>

#include "tui/domain/domain.h"
#include "tui/domain/lifecycle.h"
#include "tui/domain/loop.h"

#define URI "test:///default"

static const char prepared_xml[] =
	"<domain type='test'><name>prepared</name><memory>8192</memory><vcpu>2</vcpu>"
	"<os><type arch='i686'>hvm</type></os><devices>"
	"<channel type='pipe'><source path='/run/g/agent-ctl-path'/>"
	"<target type='virtio' name='agent-ctl-path'/></channel>"
	"<channel type='pipe'><source path='/run/g/trace-path-cpu0'/>"
	"<target type='virtio' name='trace-path-cpu0'/></channel>"
	"<channel type='unix'><source mode='bind' path='/run/g/trace-path-cpu1'/>"
	"<target type='virtio' name='trace-path-cpu1'/></channel>"
	"<filesystem type='mount'><source dir='/run/g/share'/><target dir='vtrace'/></filesystem>"
	"</devices></domain>";

/* What came as events: "NAME WHAT, DETAIL (gone)\n" each. */
struct scene {
	virConnectPtr admin;
	struct domains *domains;
	char events[1024];
	unsigned count;
	bool unnamed; /* one came without a whole UUID */
	bool late;
};

#define PATIENCE_MS 20000 /* on a slow and busy machine */

static char error[512];

/*
 * Armed, the next look at a domain's XML finds that it has gone a moment ago. Stands before
 * libvirt's function of that name, which it calls.
 */
static virDomainPtr vanishing;

char *virDomainGetXMLDesc(virDomainPtr domain, unsigned flags)
{
	char *(*real)(virDomainPtr, unsigned);

	*(void **)&real = dlsym(RTLD_NEXT, "virDomainGetXMLDesc");
	if (vanishing && !strcmp(virDomainGetName(domain), virDomainGetName(vanishing))) {
		virDomainDestroy(vanishing);
		virDomainFree(vanishing);
		vanishing = NULL;
	}
	return real(domain, flags);
}

static void on_event(const char *name, const char *uuid, const char *what, const char *detail,
		     bool gone, void *data)
{
	struct scene *scene = data;
	size_t length = strlen(scene->events);

	/* An assertion would leave libvirt here, and what it has locked. */
	scene->unnamed |= strlen(uuid) != 36;
	snprintf(scene->events + length, sizeof(scene->events) - length, "%s %s, %s%s\n", name,
		 what, detail, gone ? " (gone)" : "");
	scene->count++;
}

static void give_up(void *data)
{
	struct scene *scene = data;

	scene->late = true;
}

/* A failed test must end: what does not come is not waited for without an end. */
static void run_until(struct scene *scene, unsigned count)
{
	int timer = loop_timer(PATIENCE_MS, give_up, scene), ret = 0;

	assert_true(timer >= 0);
	while (!ret && !scene->late && scene->count < count)
		ret = loop_run_once();
	loop_timer_remove(timer);
	assert_int_equal(ret, 0);
	assert_int_equal(scene->count, count);
	assert_false(scene->unnamed);
}

static virDomainPtr create(struct scene *scene, const char *xml)
{
	virDomainPtr domain = virDomainCreateXML(scene->admin, xml, 0);

	assert_non_null(domain);
	return domain;
}

static int connect_scene(void **state)
{
	static struct scene scene;

	memset(&scene, 0, sizeof(scene));
	scene.admin = virConnectOpen(URI);
	*state = &scene;
	return domains_connect(&scene.domains, URI, error, sizeof(error));
}

static int close_scene(void **state)
{
	struct scene *scene = *state;

	domains_free(scene->domains);
	virConnectClose(scene->admin);
	return 0;
}

static int init(void **state)
{
	(void)state;
	return loop_init();
}

static void unprepared_domain_is_listed(void **state)
{
	struct scene *scene = *state;
	struct domain_list list;

	assert_string_equal(domains_uri(scene->domains), URI);
	assert_int_equal(domains_list(scene->domains, &list, error, sizeof(error)), 0);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.info[0].name, "test");
	assert_string_equal(list.info[0].uuid, "6695eb01-f6a4-8304-79aa-97f2502e193f");
	assert_string_equal(list.info[0].state, "running");
	assert_true(list.info[0].running);
	assert_int_equal(list.info[0].vcpus, 2);
	assert_false(list.info[0].prepared);
	assert_non_null(strstr(list.info[0].reason, "no control channel agent-ctl-path"));
	domain_list_release(&list);
	assert_int_equal(list.count, 0);
}

static void prepared_domain_is_listed_in_order(void **state)
{
	struct scene *scene = *state;
	virDomainPtr domain = virDomainDefineXML(scene->admin, prepared_xml);
	struct domain_list list;

	assert_non_null(domain);
	assert_int_equal(domains_list(scene->domains, &list, error, sizeof(error)), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.info[0].name, "prepared");
	assert_string_equal(list.info[0].state, "shut off");
	assert_false(list.info[0].running);
	assert_true(list.info[0].prepared);
	assert_string_equal(list.info[0].reason, "");
	assert_true(list.info[0].control);
	assert_int_equal(list.info[0].channels, 2);
	assert_string_equal(list.info[0].kind, "mixed");
	assert_true(list.info[0].share);
	assert_string_equal(list.info[1].name, "test");
	assert_false(list.info[1].control);
	assert_int_equal(list.info[1].channels, 0);
	assert_string_equal(list.info[1].kind, "");
	assert_false(list.info[1].share);
	domain_list_release(&list);

	assert_int_equal(virDomainCreate(domain), 0);
	assert_int_equal(virDomainSuspend(domain), 0);
	assert_int_equal(domains_list(scene->domains, &list, error, sizeof(error)), 0);
	assert_string_equal(list.info[0].state, "paused");
	assert_true(list.info[0].running);
	domain_list_release(&list);

	virDomainDestroy(domain);
	virDomainUndefine(domain);
	virDomainFree(domain);
}

static void vanished_domain_is_left_out(void **state)
{
	struct scene *scene = *state;
	struct domain_list list;

	vanishing = create(scene, prepared_xml);
	assert_int_equal(domains_list(scene->domains, &list, error, sizeof(error)), 0);
	assert_null(vanishing);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.info[0].name, "test");
	domain_list_release(&list);
}

static void vanished_domain_has_no_channels(void **state)
{
	struct scene *scene = *state;
	struct channels channels;

	vanishing = create(scene, prepared_xml);
	assert_int_equal(domains_channels(scene->domains, "prepared", &channels, error,
					  sizeof(error)),
			 -ENOENT);
	assert_non_null(strstr(error, "no domain named \"prepared\""));
}

static void channels_by_name_and_uuid(void **state)
{
	struct scene *scene = *state;
	virDomainPtr domain = create(scene, prepared_xml);
	char uuid[VIR_UUID_STRING_BUFLEN];
	struct channels channels;

	virDomainGetUUIDString(domain, uuid);
	for (int by_uuid = 0; by_uuid < 2; by_uuid++) {
		assert_int_equal(domains_channels(scene->domains, by_uuid ? uuid : "prepared",
						  &channels, error, sizeof(error)),
				 0);
		assert_string_equal(channels.name, "prepared");
		assert_int_equal(channels.cpus, 2);
		assert_int_equal(channels.cpu[1].kind, CHANNEL_UNIX);
		assert_string_equal(channels.share, "/run/g/share");
		channels_release(&channels);
	}
	virDomainDestroy(domain);
	virDomainFree(domain);
}

static void unknown_domain(void **state)
{
	struct scene *scene = *state;
	struct channels channels;

	assert_int_equal(domains_channels(scene->domains, "web1", &channels, error, sizeof(error)),
			 -ENOENT);
	assert_string_equal(error, "no domain named \"web1\" on test:///default; "
				   "'virsh -c test:///default list --all' lists them");
	assert_int_equal(domains_channels(scene->domains, "11111111-f6a4-8304-79aa-97f2502e193f",
					  &channels, error, sizeof(error)),
			 -ENOENT);
	assert_non_null(strstr(error, "no domain named"));
}

static void domain_not_running(void **state)
{
	struct scene *scene = *state;
	virDomainPtr domain = virDomainDefineXML(scene->admin, prepared_xml);
	struct channels channels;

	assert_int_equal(domains_channels(scene->domains, "prepared", &channels, error,
					  sizeof(error)),
			 -ENOTCONN);
	assert_non_null(strstr(error, "\"prepared\" does not run"));
	assert_non_null(strstr(error, "virsh -c test:///default start"));
	virDomainUndefine(domain);
	virDomainFree(domain);
}

static void domain_not_prepared(void **state)
{
	struct scene *scene = *state;
	struct channels channels;

	assert_int_equal(domains_channels(scene->domains, "test", &channels, error, sizeof(error)),
			 -ENXIO);
	assert_non_null(strstr(error, "\"test\" is not prepared for tracing: no control channel"));
	assert_null(channels.name);
}

static void no_such_libvirt(void **state)
{
	struct domains *domains;

	(void)state;
	assert_int_equal(domains_connect(&domains, "qemu+unix:///system?socket=/nowhere/sock",
					 error, sizeof(error)),
			 -ENOTCONN);
	assert_non_null(
		strstr(error,
		       "cannot connect to libvirt at qemu+unix:///system?socket=/nowhere/sock: "));
	domains_free(NULL);
}

static void life_of_a_domain(void **state)
{
	struct scene *scene = *state;
	virDomainPtr domain;

	domains_on_event(scene->domains, on_event, scene);
	domain = virDomainDefineXML(scene->admin, prepared_xml);
	virDomainCreate(domain);
	virDomainSuspend(domain);
	virDomainResume(domain);
	virDomainDestroy(domain);
	virDomainUndefine(domain);
	virDomainFree(domain);
	run_until(scene, 6);
	assert_string_equal(scene->events, "prepared defined, new\n"
					   "prepared started, booted\n"
					   "prepared paused, \n"
					   "prepared resumed, \n"
					   "prepared stopped, destroyed from the host (gone)\n"
					   "prepared undefined, \n");
}

static void no_event_after_free(void **state)
{
	struct scene *scene = *state;
	virDomainPtr domain;

	domains_on_event(scene->domains, on_event, scene);
	/* Its event waits in the loop when the connection goes. */
	domain = create(scene, prepared_xml);
	domains_free(scene->domains);
	scene->domains = NULL;

	assert_int_equal(domains_connect(&scene->domains, URI, error, sizeof(error)), 0);
	domains_on_event(scene->domains, on_event, scene);
	virDomainDestroy(domain);
	virDomainFree(domain);
	run_until(scene, 1);
	assert_string_equal(scene->events, "prepared stopped, destroyed from the host (gone)\n");
}

static void words_of_a_newer_libvirt(void **state)
{
	const char *what, *why;
	bool gone = true;

	(void)state;
	lifecycle_event_names(1000, 0, &what, &why, &gone);
	assert_string_equal(what, "changed");
	assert_string_equal(why, "");
	assert_false(gone);
	lifecycle_event_names(VIR_DOMAIN_EVENT_STOPPED, 1000, &what, &why, &gone);
	assert_string_equal(what, "stopped");
	assert_string_equal(why, "");
	assert_true(gone);
	lifecycle_event_names(VIR_DOMAIN_EVENT_CRASHED, VIR_DOMAIN_EVENT_CRASHED_PANICKED, &what,
			      &why, &gone);
	assert_string_equal(what, "panicked");
	assert_false(gone);
	assert_true(lifecycle_is_death(what, why));
	lifecycle_event_names(VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_WATCHDOG,
			      &what, &why, &gone);
	assert_true(lifecycle_is_death(what, why));
	lifecycle_event_names(VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_PAUSED, &what,
			      &why, &gone);
	assert_false(lifecycle_is_death(what, why));
	assert_false(lifecycle_is_death(what, NULL));
	lifecycle_event_names(VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_STOPPED_CRASHED, &what,
			      &why, &gone);
	assert_true(lifecycle_is_death(what, why));
	lifecycle_event_names(VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_STOPPED_DESTROYED, &what,
			      &why, &gone);
	assert_false(lifecycle_is_death(what, why));
	/* It goes on, in its crash kernel. */
	lifecycle_event_names(VIR_DOMAIN_EVENT_CRASHED, VIR_DOMAIN_EVENT_CRASHED_CRASHLOADED, &what,
			      &why, &gone);
	assert_false(lifecycle_is_death(what, why));
	assert_string_equal(lifecycle_state_name(1000), "in an unknown state");
	assert_string_equal(lifecycle_close_name(1000), "the connection to libvirt failed");
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, connect_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(unprepared_domain_is_listed), SCENE(prepared_domain_is_listed_in_order),
		SCENE(vanished_domain_is_left_out), SCENE(vanished_domain_has_no_channels),
		SCENE(channels_by_name_and_uuid),   SCENE(unknown_domain),
		SCENE(domain_not_running),	    SCENE(domain_not_prepared),
		cmocka_unit_test(no_such_libvirt),  SCENE(life_of_a_domain),
		SCENE(no_event_after_free),	    cmocka_unit_test(words_of_a_newer_libvirt),
	};

	return cmocka_run_group_tests_name("domain", tests, init, NULL);
}
