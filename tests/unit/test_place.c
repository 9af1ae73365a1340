// SPDX-License-Identifier: GPL-2.0-only
/* The directory of a domain that is set up, and as whom QEMU runs, whose it is to be. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/temporary.h"
#include "tui/domain/place.h"

#define UUID "6f1cb9d6-8c5d-4f0e-9f8b-0f6f3f0c1b2a"

static char path[256];

static int make_place(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/a/web01", directory);
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	return make_directory("test_place");
}

static const char *in_place(const char *name)
{
	static char full[300];

	snprintf(full, sizeof(full), "%s/%s", path, name);
	return full;
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	return lstat(in_place(name), &st) ? 0 : st.st_mode;
}

static void expect_path(bool session, const char *name, const char *want)
{
	char *got = place_path(session, name, UUID);

	assert_string_equal(got, want);
	free(got);
}

static void paths(void **state)
{
	char longest[66] = "";

	(void)state;
	expect_path(false, "web01", "/var/lib/vtrace/web01");
	expect_path(false, "Web-01_a.b", "/var/lib/vtrace/Web-01_a.b");
	/* What is no plain word gives way to the UUID. */
	expect_path(false, "..", "/var/lib/vtrace/" UUID);
	expect_path(false, "-rf", "/var/lib/vtrace/" UUID);
	expect_path(false, "", "/var/lib/vtrace/" UUID);
	expect_path(false, "a b", "/var/lib/vtrace/" UUID);
	expect_path(false, "a/../../etc", "/var/lib/vtrace/" UUID);
	expect_path(false, "gr\xc3\xbc\xc3\x9f'e", "/var/lib/vtrace/" UUID);
	memset(longest, 'a', 65);
	expect_path(false, longest, "/var/lib/vtrace/" UUID);

	setenv("HOME", "/home/me", 1);
	unsetenv("XDG_DATA_HOME");
	expect_path(true, "web01", "/home/me/.local/share/vtrace/web01");
	setenv("XDG_DATA_HOME", "/data", 1);
	expect_path(true, "web01", "/data/vtrace/web01");
	setenv("XDG_DATA_HOME", "relative", 1);
	expect_path(true, "web01", "/home/me/.local/share/vtrace/web01");
	unsetenv("HOME");
	assert_null(place_path(true, "web01", UUID));
}

static void made_and_removed(void **state)
{
	struct qemu_user me = {getuid(), getgid()};
	mode_t mask = umask(077);

	(void)state;
	assert_false(place_exists(path));
	for (int again = 0; again < 2; again++) {
		assert_int_equal(place_make(path, false, UUID), 0);
		assert_int_equal(place_make_share(in_place("share"), &me), 0);
		assert_int_equal(place_make_fifos(in_place("trace-path-cpu0"), &me), 0);
		assert_int_equal(place_make_fifos(in_place("agent-ctl-path"), NULL), 0);
	}
	umask(mask);
	assert_true(place_exists(path));
	assert_int_equal(mode_of("."), S_IFDIR | 0711);
	assert_int_equal(mode_of(".."), S_IFDIR | 0711);
	assert_int_equal(mode_of("share"), S_IFDIR | 0700);
	assert_int_equal(mode_of("trace-path-cpu0.in"), S_IFIFO | 0600);
	assert_int_equal(mode_of("trace-path-cpu0.out"), S_IFIFO | 0600);
	assert_int_equal(mode_of("agent-ctl-path.in"), S_IFIFO | 0600);

	fclose(fopen(in_place("share/formats"), "w"));
	fclose(fopen(in_place("share/formats.tmp"), "w"));
	assert_int_equal(place_remove(path, UUID), 0);
	assert_false(place_exists(path));
	assert_int_equal(place_remove(path, UUID), 0);
}

static void of_a_users_own(void **state)
{
	(void)state;
	assert_int_equal(place_make(path, true, UUID), 0);
	assert_int_equal(mode_of(".") & 07777, 0700);
	assert_int_equal(place_remove(path, UUID), 0);
}

static void owner_is_qemu(void **state)
{
	struct qemu_user qemu = {64055, 107};
	struct stat st;

	(void)state;
	if (getuid())
		skip(); /* only root gives files away */
	assert_int_equal(place_make(path, false, UUID), 0);
	assert_int_equal(place_make_share(in_place("share"), &qemu), 0);
	assert_int_equal(place_make_fifos(in_place("agent-ctl-path"), &qemu), 0);
	assert_int_equal(lstat(in_place("share"), &st), 0);
	assert_int_equal(st.st_uid, 64055);
	assert_int_equal(st.st_gid, 107);
	assert_int_equal(lstat(in_place("agent-ctl-path.out"), &st), 0);
	assert_int_equal(st.st_uid, 64055);
	/* The directory is not: QEMU replaces nothing in it. */
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_uid, 0);
	assert_int_equal(place_remove(path, UUID), 0);
}

static void what_others_have_there_stays(void **state)
{
	(void)state;
	assert_int_equal(place_make(path, false, UUID), 0);
	assert_int_equal(place_make_share(in_place("share"), NULL), 0);
	fclose(fopen(in_place("share/mine"), "w"));
	fclose(fopen(in_place("mine.in"), "w"));
	assert_int_equal(place_remove(path, UUID), -ENOTEMPTY);
	assert_int_equal(mode_of("share/mine") & S_IFMT, S_IFREG);
	assert_int_equal(unlink(in_place("share/mine")), 0);
	assert_int_equal(place_remove(path, UUID), -ENOTEMPTY);
	assert_int_equal(mode_of("mine.in") & S_IFMT, S_IFREG);
	assert_int_equal(unlink(in_place("mine.in")), 0);
	assert_int_equal(place_remove(path, UUID), 0);
}

/* Neither given away nor followed nor removed. */
static void links_and_files_in_the_way(void **state)
{
	char target[300];

	(void)state;
	assert_int_equal(place_make(path, false, UUID), 0);
	snprintf(target, sizeof(target), "%s/target", directory);
	assert_int_equal(mkdir(target, 0755), 0);
	assert_int_equal(symlink(target, in_place("share")), 0);
	assert_int_equal(place_make_share(in_place("share"), NULL), -ENOTDIR);
	assert_int_equal(place_remove(path, UUID), -ENOTDIR);
	assert_int_equal(unlink(in_place("share")), 0);

	assert_int_equal(symlink(target, in_place("agent-ctl-path.in")), 0);
	assert_int_equal(place_make_fifos(in_place("agent-ctl-path"), NULL), -EEXIST);
	fclose(fopen(in_place("trace-path-cpu0.in"), "w"));
	assert_int_equal(place_make_fifos(in_place("trace-path-cpu0"), NULL), -EEXIST);
	assert_int_equal(place_make(in_place("trace-path-cpu0.in"), false, UUID), -ENOTDIR);
	assert_int_equal(place_remove(path, UUID), -ENOTEMPTY);
	assert_int_equal(unlink(in_place("trace-path-cpu0.in")), 0);
	assert_int_equal(unlink(in_place("agent-ctl-path.in")), 0);
	assert_int_equal(place_remove(path, UUID), 0);
	assert_int_equal(rmdir(target), 0);
}

/* A clone's XML may name the directory of what it was cloned from; a new domain may have the name
 * of one that is called otherwise now. */
static void another_domains(void **state)
{
	static const char other[] = "00000000-1111-2222-3333-444444444444";

	(void)state;
	assert_int_equal(place_make(path, false, UUID), 0);
	assert_int_equal(place_make_fifos(in_place("agent-ctl-path"), NULL), 0);
	assert_int_equal(place_make(path, false, other), -EBUSY);
	assert_int_equal(place_remove(path, other), -EBUSY);
	assert_int_equal(mode_of("agent-ctl-path.in"), S_IFIFO | 0600);
	assert_int_equal(place_remove(path, UUID), 0);
}

static void expect_user(const char *label, int ret, unsigned uid, unsigned gid)
{
	struct qemu_user user = {0, 0};

	assert_int_equal(qemu_user_from_label(&user, label), ret);
	if (ret)
		return;
	assert_int_equal(user.uid, uid);
	assert_int_equal(user.gid, gid);
}

static void labels(void **state)
{
	(void)state;
	expect_user("+64055:+107", 0, 64055, 107);
	expect_user("root:root", 0, 0, 0);
	expect_user("+5:root", 0, 5, 0);
	expect_user("", -EINVAL, 0, 0);
	expect_user("+64055", -EINVAL, 0, 0);
	expect_user("+64055:", -EINVAL, 0, 0);
	expect_user("no-such-user:root", -EINVAL, 0, 0);
	/* chown() would leave the owner as it is. */
	expect_user("+4294967295:+0", -EINVAL, 0, 0);
	expect_user("+99999999999:+0", -EINVAL, 0, 0);
}

#define CAPABILITIES(models) "<capabilities><host><cpu/>" models "</host></capabilities>"

static void capabilities(void **state)
{
	struct qemu_user user;

	(void)state;
	assert_int_equal(
		qemu_user_from_capabilities(
			&user,
			CAPABILITIES("<secmodel><model>apparmor</model><doi>0</doi></secmodel>"
				     "<secmodel><model>dac</model><doi>0</doi>"
				     "<baselabel type='kvm'>+64055:+107</baselabel>"
				     "<baselabel type='qemu'>+64055:+107</baselabel></secmodel>")),
		0);
	assert_int_equal(user.uid, 64055);
	assert_int_equal(user.gid, 107);
	assert_int_equal(qemu_user_from_capabilities(
				 &user, CAPABILITIES("<secmodel><model>selinux</model><baselabel>"
						     "system_u:system_r</baselabel></secmodel>")),
			 -ENOENT);
	assert_int_equal(qemu_user_from_capabilities(&user, "<capabilities/>"), -ENOENT);
	assert_int_equal(qemu_user_from_capabilities(&user, "<domain/>"), -EINVAL);
	assert_int_equal(qemu_user_from_capabilities(&user, "no XML"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(paths, make_place),
		cmocka_unit_test_setup(made_and_removed, make_place),
		cmocka_unit_test_setup(of_a_users_own, make_place),
		cmocka_unit_test_setup(owner_is_qemu, make_place),
		cmocka_unit_test_setup(what_others_have_there_stays, make_place),
		cmocka_unit_test_setup(links_and_files_in_the_way, make_place),
		cmocka_unit_test_setup(another_domains, make_place),
		cmocka_unit_test(labels),
		cmocka_unit_test(capabilities),
	};

	return cmocka_run_group_tests(tests, set_up, remove_directory);
}
