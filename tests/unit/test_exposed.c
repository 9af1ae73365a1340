// SPDX-License-Identifier: GPL-2.0-only
/* Channels, shares and captures that others can write to, and layouts of which nothing is said. */
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

#include "tui/domain/exposed.h"

static const char *const fifos[] = {"agent-ctl-path.in", "agent-ctl-path.out", "trace-path-cpu0.in",
				    "trace-path-cpu0.out"};
#define FIFOS (sizeof(fifos) / sizeof(fifos[0]))

struct layout {
	char dir[64];
	struct channels channels;
	unsigned sentences;
	char said[2048];
};

static const char *in(const struct layout *layout, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", layout->dir, name);
	return path;
}

/* As vtrace-setup --pipe makes it. */
static int set_up(void **state)
{
	struct layout *layout = calloc(1, sizeof(*layout));
	char error[256];

	strcpy(layout->dir, "/tmp/vtrace-exposed-XXXXXX");
	if (!mkdtemp(layout->dir))
		return -1;
	for (size_t i = 0; i < FIFOS; i++)
		assert_int_equal(mkfifo(in(layout, fifos[i]), 0600), 0);
	assert_int_equal(mkdir(in(layout, "share"), 0700), 0);
	assert_int_equal(channels_from_dir(&layout->channels, layout->dir, error, sizeof(error)),
			 0);
	*state = layout;
	return 0;
}

static int tear_down(void **state)
{
	struct layout *layout = *state;

	for (size_t i = 0; i < FIFOS; i++)
		unlink(in(layout, fifos[i]));
	rmdir(in(layout, "share"));
	rmdir(layout->dir);
	channels_release(&layout->channels);
	free(layout);
	return 0;
}

static void say(void *data, const char *sentence)
{
	struct layout *layout = data;
	size_t used = strlen(layout->said);

	layout->sentences++;
	snprintf(layout->said + used, sizeof(layout->said) - used, "%s\n", sentence);
}

static void look(struct layout *layout)
{
	layout->sentences = 0;
	layout->said[0] = '\0';
	exposed_channels(&layout->channels, say, layout);
}

static void has_said(const struct layout *layout, const char *text)
{
	if (!strstr(layout->said, text))
		fail_msg("no '%s' in: %s", text, layout->said);
}

static void as_it_is_made(void **state)
{
	struct layout *layout = *state;

	look(layout);
	assert_string_equal(layout->said, "");
	/* Whoever may pass through a directory can't put anything there. */
	assert_int_equal(chmod(layout->dir, 0755), 0);
	look(layout);
	assert_string_equal(layout->said, "");
	/* As in /tmp: theirs are theirs. */
	assert_int_equal(chmod(layout->dir, 01757), 0);
	look(layout);
	assert_string_equal(layout->said, "");
}

static void fifos_of_others(void **state)
{
	struct layout *layout = *state;

	assert_int_equal(chmod(in(layout, "agent-ctl-path.in"), 0622), 0);
	look(layout);
	assert_int_equal(layout->sentences, 1);
	has_said(layout, "agent-ctl-path.in can be written to by others (mode 0622): they can "
			 "command the guest's agent");
	has_said(layout, "; chmod 600 it");
	assert_int_equal(chmod(in(layout, "trace-path-cpu0.out"), 0602), 0);
	look(layout);
	assert_int_equal(layout->sentences, 1);
	has_said(layout, "2 channels can be written to by others, the first is ");
	has_said(layout, "; chmod 600 them");
	/* Reading is another matter. */
	assert_int_equal(chmod(in(layout, "agent-ctl-path.in"), 0644), 0);
	assert_int_equal(chmod(in(layout, "trace-path-cpu0.out"), 0644), 0);
	look(layout);
	assert_string_equal(layout->said, "");
}

static void directories_of_others(void **state)
{
	struct layout *layout = *state;

	assert_int_equal(chmod(layout->dir, 0777), 0);
	assert_int_equal(chmod(in(layout, "share"), 0777), 0);
	look(layout);
	assert_int_equal(layout->sentences, 2); /* one, however many channels are in there */
	has_said(layout, "the channels' directory /tmp/vtrace-exposed-");
	has_said(layout, "can be written to by others (mode 0777): they can put channels of their "
			 "own there; chmod go-w it");
	has_said(layout, "the share's directory ");
	has_said(layout, "(mode 0777): they can put event formats there");
}

static void owners(void **state)
{
	struct layout *layout = *state;

	if (geteuid()) {
		print_message("only root can give directories away\n");
		skip();
	}
	/* All is QEMU's account's. */
	assert_int_equal(chown(layout->dir, 64055, 64055), 0);
	for (size_t i = 0; i < FIFOS; i++)
		assert_int_equal(chown(in(layout, fifos[i]), 64055, 64055), 0);
	assert_int_equal(chown(in(layout, "share"), 64055, 64055), 0);
	look(layout);
	assert_string_equal(layout->said, "");
	assert_int_equal(chown(in(layout, "share"), 4711, 4711), 0);
	assert_int_equal(chown(layout->dir, 4712, 4712), 0);
	look(layout);
	assert_int_equal(layout->sentences, 2);
	has_said(layout, "belongs to user 4712, who can put channels of their own there");
	has_said(layout, "belongs to user 4711, who can put event formats there");
	has_said(layout, "; give it to root or to QEMU's account");
	/* A group is others, unless it is the owner's own. */
	assert_int_equal(chown(layout->dir, 64055, 64055), 0);
	assert_int_equal(chown(in(layout, "share"), 64055, 64055), 0);
	assert_int_equal(chmod(in(layout, "share"), 0770), 0);
	assert_int_equal(chmod(in(layout, fifos[0]), 0660), 0);
	look(layout);
	assert_string_equal(layout->said, "");
	assert_int_equal(chown(in(layout, "share"), 64055, 107), 0);
	assert_int_equal(chown(in(layout, fifos[0]), 64055, 107), 0);
	look(layout);
	assert_int_equal(layout->sentences, 2);
	has_said(layout, "share can be written to by others (mode 0770)");
	has_said(layout, "agent-ctl-path.in can be written to by others (mode 0660)");
}

static void sockets(void **state)
{
	struct layout *layout = *state;
	struct channels channels = {0};
	char path[128];

	snprintf(path, sizeof(path), "%s", in(layout, "socket"));
	assert_int_equal(channels_add(&channels, "agent-ctl-path", CHANNEL_UNIX, path), 0);
	exposed_channels(&channels, say, layout);
	assert_string_equal(layout->said, "");
	/* As QEMU makes it; who may not write to it can't connect to it. */
	assert_int_equal(mknod(path, S_IFSOCK | 0755, 0), 0);
	exposed_channels(&channels, say, layout);
	assert_string_equal(layout->said, "");
	assert_int_equal(chmod(path, 0777), 0);
	exposed_channels(&channels, say, layout);
	assert_int_equal(layout->sentences, 1);
	has_said(layout, "/socket can be written to by others (mode 0777): they can command the "
			 "guest's agent");
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(chmod(layout->dir, 0777), 0);
	exposed_channels(&channels, say, layout);
	assert_int_equal(layout->sentences, 2);
	has_said(layout, "the channels' directory ");
	unlink(path);
	channels_release(&channels);
}

static void captures(void **state)
{
	struct layout *layout = *state;

	exposed_capture(layout->dir, say, layout);
	exposed_capture(in(layout, "nothing"), say, layout);
	assert_string_equal(layout->said, "");
	assert_int_equal(chmod(layout->dir, 0777), 0);
	exposed_capture(layout->dir, say, layout);
	has_said(layout, "the capture's directory ");
	has_said(layout, "they can change it while it is read; chmod go-w it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define EXPOSED_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		EXPOSED_TEST(as_it_is_made),
		EXPOSED_TEST(fifos_of_others),
		EXPOSED_TEST(directories_of_others),
		EXPOSED_TEST(owners),
		EXPOSED_TEST(sockets),
		EXPOSED_TEST(captures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
