// SPDX-License-Identifier: GPL-2.0-only
/* The event formats of a guest without a share: its agent, here a fake one, sends them. */
#include "formats/base64.h"
#include "tests/unit/fake_guest.h"

/* How the agent lies; what is not set is told as it is. */
static struct {
	bool has_none;	   /* it cannot gather them */
	bool old;	   /* it does not know the verb */
	const char *first; /* the answer to "formats" */
	const char *part;  /* the answer to the second part */
	unsigned asked, parts;
	char bundle[65536];
	size_t bytes;
} sender;

#define PART 300

/* What lies on the share of other guests is what this one sends. */
static void gather(struct fake *fake)
{
	char path[128];
	ssize_t n;
	int fd;

	write_formats(fake);
	snprintf(path, sizeof(path), "%s/%s", fake->share, VTRACE_FORMATS_FILE);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	n = read(fd, sender.bundle, sizeof(sender.bundle));
	assert_true(n > 2 * PART && (size_t)n < sizeof(sender.bundle));
	sender.bytes = (size_t)n;
	close(fd);
	unlink(path);
}

static void send_part(struct fake *fake, size_t from)
{
	char line[PART * 2], text[BASE64_CHARACTERS(PART) + 1];
	size_t bytes = sender.bytes - from < PART ? sender.bytes - from : PART;
	int length;

	base64_write(sender.bundle + from, bytes, text);
	length =
		snprintf(line, sizeof(line), "ok formats generation=7 from=%zu bytes=%zu data=%s\n",
			 from, sender.bytes, text);
	assert_int_equal(write(fake->out_fd, line, (size_t)length), length);
}

static void answer(struct fake *fake, const struct control_request *request)
{
	assert_int_equal(request->verb, CONTROL_FORMATS);
	if (request->args[0]) {
		if (sender.parts++ && sender.part)
			say(fake, "%s\n", sender.part);
		else
			send_part(fake, strtoul(request->args, NULL, 10));
		return;
	}
	sender.asked++;
	if (sender.old)
		say(fake, "error formats unknown verb; known: 1 0 hello export stats\n");
	else if (sender.has_none)
		say(fake, "error formats no memory\n");
	else if (sender.first)
		say(fake, "%s\n", sender.first);
	else
		say(fake, "ok formats generation=7 bytes=%zu events=1\n", sender.bytes);
}

static int setup_without_share(void **state)
{
	struct fake *fake;
	int err = setup(state);

	if (err)
		return err;
	fake = *state;
	memset(&sender, 0, sizeof(sender));
	gather(fake);
	fake->other = answer;
	free(fake->channels.share);
	fake->channels.share = NULL;
	return 0;
}

static void open_stopped(struct fake *fake)
{
	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, is(fake, GUEST_STOPPED));
}

static bool no_complaints(struct fake *fake)
{
	return !said(fake, "W: ") && !said(fake, "E: ");
}

static void they_come_in_parts(void **state)
{
	struct fake *fake = *state;

	open_stopped(fake);
	turn_until(fake, guest_formats(fake->guest));
	assert_int_equal(sender.asked, 1);
	assert_int_equal(sender.parts, (sender.bytes + PART - 1) / PART);
	assert_int_equal(fake->exports, 0);
	assert_true(no_complaints(fake));
	/* And they are the right ones. */
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
	send_page(fake, 0, 1000, 2);
	expect_rows(fake, 2);
}

static void they_are_asked_for_again(void **state)
{
	struct fake *fake = *state;

	open_stopped(fake);
	turn_until(fake, guest_formats(fake->guest));
	assert_int_equal(guest_refresh_formats(fake->guest), 0);
	turn_until(fake, sender.asked == 2 && is(fake, GUEST_STOPPED));
	assert_true(no_complaints(fake));
}

static void none_is_one_sentence(void **state)
{
	struct fake *fake = *state;

	sender.has_none = true;
	open_stopped(fake);
	turn_until(fake, said(fake, "E: "));
	assert_true(said(fake,
			 "has no 9p share with the tag vtrace, and its agent does not send the "
			 "event formats over the control port: no memory\n"));
	/* What it traces can be started all the same. */
	guest_start(fake->guest);
	turn_until(fake, is(fake, GUEST_TRACING));
}

static void an_agent_of_before(void **state)
{
	struct fake *fake = *state;

	sender.old = true;
	open_stopped(fake);
	turn_until(fake, said(fake, "over the control port: it is too old to do so\n"));
}

/* With a share that the guest has not mounted. */
static void a_share_that_does_not_work(void **state)
{
	struct fake *fake = *state;

	fake->channels.share = strdup(fake->share);
	fake->export_fails = true;
	open_stopped(fake);
	turn_until(fake, guest_formats(fake->guest));
	assert_int_equal(fake->exports, 1);
	assert_int_equal(sender.asked, 1);
	assert_true(no_complaints(fake));
}

static void lies(void **state)
{
	static const char *const firsts[] = {
		"ok formats",
		"ok formats generation=7 bytes=0",
		"ok formats generation=7 bytes=-1",
		"ok formats bytes=100",
	};
	static const char *const parts[] = {
		"ok formats generation=7 from=300 bytes=5000",
		"ok formats generation=8 from=300 bytes=5000 data=Zm9v",
		"ok formats generation=7 from=0 bytes=5000 data=Zm9v",
		"ok formats generation=7 from=600 bytes=5000 data=Zm9v",
		"ok formats generation=7 from=300 bytes=5000 data=",
		"ok formats generation=7 from=300 bytes=5000 data=Zm9",
		"ok formats generation=7 from=300 bytes=5000 data=Zm 9",
		"ok formats from=300 bytes=5000 data=Zm9v",
	};
	struct fake *fake = *state;
	size_t i = 0, all = sizeof(firsts) / sizeof(firsts[0]) + sizeof(parts) / sizeof(parts[0]);

	for (; i < all; i++) {
		bool first = i < sizeof(firsts) / sizeof(firsts[0]);

		sender.first = first ? firsts[i] : NULL;
		sender.part = first ? NULL : parts[i - sizeof(firsts) / sizeof(firsts[0])];
		sender.parts = 0;
		fake->messages[0] = '\0';
		if (fake->guest)
			assert_int_equal(guest_refresh_formats(fake->guest), 0);
		else
			assert_int_equal(open_guest(fake, NULL), 0);
		turn_until(fake, said(fake, "makes no sense") && is(fake, GUEST_STOPPED));
	}
	/* It has lied so far, and is believed when it tells the truth. */
	sender.first = sender.part = NULL;
	assert_int_equal(guest_refresh_formats(fake->guest), 0);
	turn_until(fake, guest_formats(fake->guest));
}

static void more_than_is_accepted(void **state)
{
	struct fake *fake = *state;

	sender.first = "ok formats generation=7 bytes=67108865";
	open_stopped(fake);
	turn_until(fake, said(fake, "it has more than 64 MiB of them"));
	assert_int_equal(sender.parts, 0);
}

/* More in a part than it said that there would be. */
static void too_much_in_a_part(void **state)
{
	struct fake *fake = *state;

	sender.first = "ok formats generation=7 bytes=302";
	sender.part = "ok formats generation=7 from=300 bytes=302 data=Zm9v";
	open_stopped(fake);
	turn_until(fake, said(fake, "makes no sense"));
}

static void the_guest_goes_meanwhile(void **state)
{
	struct fake *fake = *state;

	assert_int_equal(open_guest(fake, NULL), 0);
	turn_until(fake, sender.parts >= 1);
	guest_domain_event(fake->guest, "stopped", "destroyed", true);
	assert_int_equal(guest_state(fake->guest), GUEST_GONE);
}

#define FORMATS_TEST(name) cmocka_unit_test_setup_teardown(name, setup_without_share, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FORMATS_TEST(they_come_in_parts),	  FORMATS_TEST(they_are_asked_for_again),
		FORMATS_TEST(none_is_one_sentence),	  FORMATS_TEST(an_agent_of_before),
		FORMATS_TEST(a_share_that_does_not_work), FORMATS_TEST(lies),
		FORMATS_TEST(more_than_is_accepted),	  FORMATS_TEST(too_much_in_a_part),
		FORMATS_TEST(the_guest_goes_meanwhile),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
