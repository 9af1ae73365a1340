// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of formats/limits.h at their last number and one beyond it, those that an engine meets
 * while it loads formats and learns names. The others are with what has them; doc/SECURITY.md says
 * where.
 */
#include "tests/unit/formats_fixture.h"
#include "tui/engine/notes.h"
#include "tui/engine/words.h"

/* A text that is put together piece by piece. */
struct text {
	char *bytes;
	size_t length;
	FILE *stream;
};

static FILE *text_open(struct text *text)
{
	text->stream = open_memstream(&text->bytes, &text->length);
	assert_non_null(text->stream);
	return text->stream;
}

/* The text as an event's format; it is released. */
static void text_add(struct text *text, struct fixture *f, const char *name)
{
	char section[64];

	assert_int_equal(fclose(text->stream), 0);
	snprintf(section, sizeof(section), "events/test/%s", name);
	bundle_writer_section(&f->made.writer, section, text->bytes, text->length);
	free(text->bytes);
}

static FILE *begin_event(struct text *text, const char *name, unsigned id)
{
	FILE *out = text_open(text);

	fprintf(out, "name: %s\nID: %u\nformat:\n" COMMON_FIELDS, name, id);
	return out;
}

/* An event with one field a, whose print format begins like this. */
static FILE *begin_print(struct text *text, const char *name, unsigned id, const char *format)
{
	FILE *out = begin_event(text, name, id);

	fprintf(out, FIELD("int a", 8, 4, 1) "\nprint fmt: %s", format);
	return out;
}

static void load(struct fixture *f)
{
	assert_int_equal(bundle_load(&f->made, &f->formats, f->comms, &f->reply), 0);
}

static const struct event_format *event(const struct fixture *f, uint16_t id)
{
	return formats_event(f->formats, id);
}

static void add_fields(struct fixture *f, const char *name, unsigned id, unsigned count)
{
	struct text text;
	FILE *out = begin_event(&text, name, id);

	for (unsigned i = 0; i < count; i++)
		fprintf(out, FIELD("char f%u", 8, 1, 1), i);
	fprintf(out, "\nprint fmt: \"x\"\n");
	text_add(&text, f, name);
}

static void fields(void **state)
{
	struct fixture *f = *state;

	add_fields(f, "full", 1, FORMAT_FIELDS_MAX);
	add_fields(f, "more", 2, FORMAT_FIELDS_MAX + 1);
	load(f);
	assert_non_null(event(f, 1));
	assert_null(event(f, 2));
	assert_int_equal(f->reply.failed, 1);
}

/* Each conversion is an operation, and the text between two is another. */
static void add_operations(struct fixture *f, const char *name, unsigned id, unsigned count)
{
	struct text text;
	FILE *out = begin_print(&text, name, id, "\"");

	for (unsigned i = 0; i < count; i++)
		fputs(i % 2 ? "," : "%d", out);
	fputs("\"", out);
	for (unsigned i = 0; i < (count + 1) / 2; i++)
		fputs(", REC->a", out);
	fputs("\n", out);
	text_add(&text, f, name);
}

static void operations(void **state)
{
	struct fixture *f = *state;

	add_operations(f, "full", 1, PROGRAM_OPS_MAX);
	add_operations(f, "more", 2, PROGRAM_OPS_MAX + 1);
	load(f);
	assert_int_equal(event(f, 1)->program.count, PROGRAM_OPS_MAX);
	assert_int_equal(event(f, 2)->program.count, 0);
}

/* a + a + ... in so many steps, always two deep. */
static void add_steps(struct fixture *f, const char *name, unsigned id, unsigned count)
{
	struct text text;
	FILE *out = begin_print(&text, name, id, "\"%d\", ");

	for (unsigned i = 0; i < count / 2; i++)
		fputs("(", out);
	fputs("REC->a", out);
	for (unsigned i = 0; i < count / 2; i++)
		fputs(" + REC->a)", out);
	fputs("\n", out);
	text_add(&text, f, name);
}

static void steps(void **state)
{
	struct fixture *f = *state;

	add_steps(f, "full", 1, VALUE_STEPS_MAX - 1);
	add_steps(f, "more", 2, VALUE_STEPS_MAX + 1);
	load(f);
	assert_int_equal(event(f, 1)->program.count, 1);
	assert_int_equal(event(f, 2)->program.count, 0);
}

/* a + (a + (... so deep on the stack. */
static void add_depth(struct fixture *f, const char *name, unsigned id, unsigned depth)
{
	struct text text;
	FILE *out = begin_print(&text, name, id, "\"%d\", ");

	for (unsigned i = 0; i < depth - 1; i++)
		fputs("REC->a + (", out);
	fputs("REC->a", out);
	for (unsigned i = 0; i < depth - 1; i++)
		fputs(")", out);
	fputs("\n", out);
	text_add(&text, f, name);
}

static void depth(void **state)
{
	struct fixture *f = *state;

	add_depth(f, "full", 1, VALUE_DEPTH);
	add_depth(f, "more", 2, VALUE_DEPTH + 1);
	load(f);
	assert_int_equal(event(f, 1)->program.count, 1);
	assert_int_equal(event(f, 2)->program.count, 0);
}

/* ---- names of tasks ---- */

static void tasks(void **state)
{
	struct fixture *f = *state;

	for (int32_t pid = 1; pid <= COMMS_PIDS; pid++)
		comms_learn(f->comms, pid, 0, 1, "one", 3);
	assert_string_equal(comms_find(f->comms, 1, 0, 1), "one");
	assert_string_equal(comms_find(f->comms, COMMS_PIDS, 0, 1), "one");
	comms_learn(f->comms, COMMS_PIDS + 1, 0, 1, "one", 3);
	assert_string_equal(comms_find(f->comms, 1, 0, 1), "<...>");
	assert_string_equal(comms_find(f->comms, 2, 0, 1), "one");
	assert_string_equal(comms_find(f->comms, COMMS_PIDS + 1, 0, 1), "one");
}

static void names_of_a_task(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i <= COMMS_NAMES; i++) {
		char name[16];

		if (i == COMMS_NAMES)
			assert_string_equal(comms_find(f->comms, 7, 0, 10), "name0");
		snprintf(name, sizeof(name), "name%u", i);
		comms_learn(f->comms, 7, 0, 10 * (i + 1), name, sizeof(name));
	}
	assert_string_equal(comms_find(f->comms, 7, 0, 10), "<...>");
	assert_string_equal(comms_find(f->comms, 7, 0, 20), "name1");
}

static void length_of_a_name(void **state)
{
	static const char name[VTRACE_COMM_LEN + 1] = "abcdefghijklmnop";
	struct fixture *f = *state;

	comms_learn(f->comms, 1, 0, 1, name, VTRACE_COMM_LEN - 1);
	comms_learn(f->comms, 2, 0, 1, name, VTRACE_COMM_LEN);
	assert_string_equal(comms_find(f->comms, 1, 0, 1), "abcdefghijklmno");
	assert_string_equal(comms_find(f->comms, 2, 0, 1), "abcdefghijklmno");
}

/* So many names of tasks, of which each takes 16 bytes of a reply. */
static uint32_t ask_words(struct fixture *f, int32_t tasks, uint32_t *more)
{
	static union {
		struct engine_words_reply reply;
		char bytes[ENGINE_WORDS_MAX];
	} answer;
	const struct engine_words asked = {.kinds = 1u << ENGINE_WORDS_TASKS};

	for (int32_t pid = 1; pid <= tasks; pid++) {
		char name[VTRACE_COMM_LEN];

		snprintf(name, sizeof(name), "name%011d", pid);
		comms_learn(f->comms, pid, 0, 1, name, sizeof(name));
	}
	assert_in_range(words_fill(&answer.reply, &asked, NULL, f->comms), 1, ENGINE_WORDS_MAX);
	*more = answer.reply.more;
	return answer.reply.count;
}

static void words_of_a_reply(void **state)
{
	const int32_t room =
		(ENGINE_WORDS_MAX - sizeof(struct engine_words_reply)) / VTRACE_COMM_LEN;
	struct fixture *f = *state;
	uint32_t more;

	assert_int_equal(ask_words(f, room, &more), room);
	assert_int_equal(more, 0);
	assert_int_equal(ask_words(f, room + 1, &more), room);
	assert_int_equal(more, 1);
}

/* Fields of events that all have the same ones. */
static uint32_t ask_fields(const struct fixture *f, uint32_t *more)
{
	static union {
		struct engine_words_reply reply;
		char bytes[ENGINE_WORDS_MAX];
	} answer;
	const struct engine_words asked = {.kinds = 1u << ENGINE_WORDS_FIELDS, .prefix = "f"};

	words_fill(&answer.reply, &asked, f->formats, f->comms);
	*more = answer.reply.more;
	return answer.reply.count;
}

/* So many fields to sort, 64 names each time. */
static void sort_fields(struct fixture *f, unsigned fields, bool are_more)
{
	uint32_t more;

	for (unsigned id = 1; fields; id++) {
		unsigned of_event = fields < 64 ? fields : 64;
		char name[16];

		snprintf(name, sizeof(name), "event%u", id);
		add_fields(f, name, id, of_event);
		fields -= of_event;
	}
	load(f);
	assert_int_equal(f->reply.failed, 0);
	assert_int_equal(ask_fields(f, &more), 64);
	assert_int_equal(more, are_more);
}

static void words_to_sort(void **state)
{
	sort_fields(*state, WORDS_SORTED, false);
}

static void more_words_than_are_sorted(void **state)
{
	sort_fields(*state, WORDS_SORTED + 1, true);
}

/* ---- notes ---- */

static void notes_that_are_kept(void **state)
{
	static struct notes notes;

	(void)state;
	for (unsigned i = 0; i < NOTES_KEPT; i++)
		notes_add(&notes, i ? "another" : "the first");
	assert_string_equal(notes_text(&notes, 0), "the first");
	notes_add(&notes, "one more");
	assert_non_null(strstr(notes_text(&notes, 0), "not kept any more"));
	assert_string_equal(notes_text(&notes, 1), "another");
}

static void length_of_a_note(void **state)
{
	static struct notes notes;
	char text[ENGINE_NOTE_MAX + 1] = "";

	(void)state;
	memset(text, 'x', ENGINE_NOTE_MAX - 1);
	notes_add(&notes, text);
	assert_string_equal(notes_text(&notes, 0), text);
	text[ENGINE_NOTE_MAX - 1] = 'x';
	notes_add(&notes, text);
	assert_int_equal(strlen(notes_text(&notes, 1)), ENGINE_NOTE_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIMIT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		LIMIT_TEST(fields),
		LIMIT_TEST(operations),
		LIMIT_TEST(steps),
		LIMIT_TEST(depth),
		LIMIT_TEST(tasks),
		LIMIT_TEST(names_of_a_task),
		LIMIT_TEST(length_of_a_name),
		LIMIT_TEST(words_of_a_reply),
		LIMIT_TEST(words_to_sort),
		LIMIT_TEST(more_words_than_are_sorted),
		cmocka_unit_test(notes_that_are_kept),
		cmocka_unit_test(length_of_a_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
