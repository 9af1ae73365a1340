// SPDX-License-Identifier: GPL-2.0-only
/* An engine that is asked what a person is typing: searches, filters to be tried, words, counts. */
#include "tests/unit/engine.h"

static void set_filter(struct engine *engine, const char *expression)
{
	struct engine_filter filter = {{0}, {0}};

	snprintf(filter.expression, sizeof(filter.expression), "%s", expression);
	await(engine, ENGINE_FILTER_REPLY, ask(engine, ENGINE_FILTER, &filter, sizeof(filter), -1));
}

/* ---- searching ---- */

static struct engine_search search_for(const char *pattern, enum engine_find_way way)
{
	struct engine_search search = {
		.origin = way == ENGINE_FIND_NEXT ? ENGINE_FROM_HEAD : ENGINE_FROM_TAIL,
		.way = way,
	};

	memset(search.cpus, 0xff, sizeof(search.cpus));
	snprintf(search.pattern, sizeof(search.pattern), "%s", pattern);
	return search;
}

/* The next match, over as many answers as it takes; search goes on behind it. */
static struct engine_searched look(struct engine *engine, struct engine_search *search)
{
	struct engine_searched found;

	do {
		struct engine_packet packet =
			await(engine, ENGINE_SEARCHED,
			      ask(engine, ENGINE_SEARCH, search, sizeof(*search), -1));

		memcpy(&found, packet.payload, sizeof(found));
		search->origin = ENGINE_FROM_POSITION;
		search->at = found.at;
		search->here = found.here;
	} while (found.more);
	search->here = 0;
	return found;
}

static uint64_t count_matches(struct engine *engine, struct engine_search search)
{
	uint64_t count = 0, ts = search.way == ENGINE_FIND_NEXT ? 0 : UINT64_MAX;
	struct engine_searched found;

	while ((found = look(engine, &search)).found) {
		assert_true(search.way == ENGINE_FIND_NEXT ? found.at.ts >= ts : found.at.ts <= ts);
		ts = found.at.ts;
		count++;
	}
	assert_int_equal(found.error, 0);
	return count;
}

/* What pulled rows say: those whose event and detail have a text, and all. */
static uint64_t count_rows(struct engine *engine, const char *event, const char *text,
			   uint64_t *all)
{
	static struct answer answer;
	uint32_t flags = ENGINE_PULL_RESET;
	uint64_t count = 0;

	*all = 0;
	do {
		pull_rows(engine, 500, flags, &answer);
		flags = 0;
		*all += answer.head.count;
		for (uint32_t i = 0; i < answer.head.count; i++)
			count += !strcmp(answer.row[i].event, event) &&
				 strstr(answer.row[i].detail, text);
	} while (!(answer.head.flags & ENGINE_ROWS_END));
	return count;
}

static void searches_find_every_row(void **state)
{
	struct engine *engine = *state;
	uint64_t all, wanted = count_rows(engine, "sched_switch", ":0 [", &all);

	assert_true(wanted > 20 && wanted < all);
	assert_int_equal(count_matches(engine,
				       search_for("sched_switch.*:0 \\[", ENGINE_FIND_NEXT)),
			 wanted);
	assert_int_equal(count_matches(engine,
				       search_for("sched_switch.*:0 \\[", ENGINE_FIND_PREV)),
			 wanted);
	assert_int_equal(count_matches(engine, search_for(".", ENGINE_FIND_NEXT)), all);
	assert_int_equal(count_matches(engine, search_for(".", ENGINE_FIND_PREV)), all);
	assert_int_equal(count_matches(engine, search_for("no such thing", ENGINE_FIND_PREV)), 0);
	/* Plain text, in any case. */
	wanted = count_rows(engine, "sched_wakeup", "", &all);
	assert_int_equal(count_matches(engine, search_for(" sched_wakeup ", ENGINE_FIND_NEXT)),
			 wanted);
	assert_int_equal(count_matches(engine, search_for(" Sched_wakeup ", ENGINE_FIND_NEXT)), 0);
	/* The filter hides rows from searches. */
	set_filter(engine, "sched_wakeup");
	assert_int_equal(count_matches(engine, search_for("sched_", ENGINE_FIND_PREV)), wanted);
	assert_int_equal(count_matches(engine, search_for("sched_switch", ENGINE_FIND_NEXT)), 0);
}

static void searches_have_bounds(void **state)
{
	struct engine *engine = *state;
	struct engine_search search = search_for("sched_switch", ENGINE_FIND_NEXT), bounded;
	struct engine_searched third;
	uint64_t all;

	look(engine, &search);
	look(engine, &search);
	third = look(engine, &search);
	assert_int_equal(third.found, 1);
	bounded = search_for("sched_switch", ENGINE_FIND_NEXT);
	bounded.bounded = 1;
	bounded.end = third.at;
	assert_int_equal(count_matches(engine, bounded), 3);
	count_rows(engine, "", "", &all);
	bounded = search_for(".", ENGINE_FIND_PREV);
	bounded.bounded = 1;
	bounded.end = third.at;
	search = search_for(".", ENGINE_FIND_NEXT);
	search.bounded = 1;
	search.end = third.at;
	assert_int_equal(count_matches(engine, bounded) + count_matches(engine, search), all + 1);
}

/* A row ends where its text does, not where that of a longer one did that was printed before. */
static void searches_end_with_the_text(void **state)
{
	struct engine *engine = *state;
	uint8_t page[PAGE];
	struct page_maker maker = {.geometry = {PAGE, 8, false}, .page = page};
	struct stats stats;

	make_page(&maker, 1000);
	make_event(&maker, 0, 12, 0xab);
	make_event(&maker, 1, 3, 0xab);
	feed(engine, 0, page, PAGE);
	await_bytes(engine, 0, PAGE, &stats);
	assert_int_equal(count_matches(engine, search_for("( ab){12}", ENGINE_FIND_NEXT)), 2);
	assert_int_equal(count_matches(engine, search_for("( ab){13}", ENGINE_FIND_NEXT)), 1);
}

static void bad_patterns_are_refused(void **state)
{
	struct engine *engine = *state;
	struct engine_search search = search_for("a(b", ENGINE_FIND_NEXT);
	struct engine_searched found = look(engine, &search);

	assert_int_equal(found.error, -EINVAL);
	assert_non_null(strstr(found.reason, "no ')' closes"));
}

static void breaks_are_found(void **state)
{
	struct engine *engine = *state;
	struct engine_search search = search_for("", ENGINE_FIND_NEXT);

	/* The recorded capture has none, and no pattern is asked for. */
	search.breaks = 1;
	assert_int_equal(count_matches(engine, search), 0);
}

/* ---- trying filters ---- */

static struct engine_filter_reply try(struct engine *engine, const char *expression)
{
	struct engine_filter filter = {{0}, {0}};
	struct engine_filter_reply reply;
	struct engine_packet packet;

	snprintf(filter.expression, sizeof(filter.expression), "%s", expression);
	packet = await(engine, ENGINE_FILTER_TRIED,
		       ask(engine, ENGINE_FILTER_TRY, &filter, sizeof(filter), -1));
	memcpy(&reply, packet.payload, sizeof(reply));
	return reply;
}

static void trying_changes_nothing(void **state)
{
	struct engine *engine = *state;
	struct engine_filter_reply reply = try(engine, "sched_switch");
	uint64_t all, after;

	count_rows(engine, "", "", &all);
	assert_int_equal(reply.error, 0);
	assert_int_equal(reply.events, 1);
	assert_int_equal(reply.at, -1);
	count_rows(engine, "", "", &after);
	assert_int_equal(after, all);
}

static void faults_have_places(void **state)
{
	static const struct {
		const char *expression;
		int at;
	} cases[] = {
		{"sched_switch: prev_prio <", 25},
		{"sched_switch: prev_prio < < 3", 26},
		{"sched_switch: nobody == 3", 14},
		{"sched_switch: prev_pid == 3, irq: nobody == 3", 34},
		{"sched_switch: prev_comm == 3", 14},
		{"sched_switch: prev_comm =~ \"a[\"", 28},
		{"nonsuch: a == 3", 0},
		{"sched_switch, nonsuch: a == 3", 0},
		{"sched_switch: prev_pid == 3, nonsuch: a == 3", 29},
		{"sched_switch: prev_pid == 3,", 27},
		{"sched_switch: \"abc", 14},
	};
	struct engine *engine = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct engine_filter_reply reply = try(engine, cases[i].expression);

		assert_int_equal(reply.error, -EINVAL);
		if (reply.at != cases[i].at)
			fail_msg("%s: at %d, '%s'", cases[i].expression, reply.at, reply.reason);
	}
}

/* ---- the name of the event ---- */

static void events_have_names(void **state)
{
	struct engine *engine = *state;
	uint64_t all, rows, switches = count_rows(engine, "sched_switch", "", &all);

	set_filter(engine, "EVENT != \"sched_switch\"");
	assert_int_equal(count_rows(engine, "sched_switch", "", &rows), 0);
	assert_int_equal(rows, all - switches);
	set_filter(engine, "EVENT == \"sched_switch\" && prev_pid >= 0");
	assert_int_equal(count_rows(engine, "sched_switch", "", &rows), switches);
	assert_int_equal(rows, switches);
	set_filter(engine, "EVENT =~ \"^sched_sw\"");
	assert_int_equal(count_rows(engine, "sched_switch", "", &rows), switches);
	assert_int_equal(rows, switches);
	assert_non_null(strstr(try(engine, "EVENT < 3").reason, "is a text"));
}

/* ---- counting ---- */

static void everything_is_counted(void **state)
{
	struct engine *engine = *state;
	uint64_t all, switches = count_rows(engine, "sched_switch", "", &all);
	struct engine_sifted sifted;
	struct engine_packet packet;

	packet = await(engine, ENGINE_SIFTED, ask(engine, ENGINE_SIFT, NULL, 0, -1));
	assert_int_equal(((const struct engine_sifted *)packet.payload)->on, 0);
	set_filter(engine, "sched_switch: prev_pid >= 0");
	do {
		packet = await(engine, ENGINE_SIFTED, ask(engine, ENGINE_SIFT, NULL, 0, -1));
		memcpy(&sifted, packet.payload, sizeof(sifted));
	} while (sifted.more);
	assert_int_equal(sifted.on, 1);
	assert_int_equal(sifted.held, all);
	assert_int_equal(sifted.hidden, all - switches);
	assert_int_equal(sifted.unseen, 0);
}

/* A view with a filter leaves nothing behind for one without. */
static void filters_come_and_go(void **state)
{
	static const char *const filters[] = {"sched_switch", "CPU == 1", "prev_pid > 100000"};
	static struct answer answer;
	struct engine *engine = *state;
	struct engine_view view = {.count = 20};
	uint64_t all;

	count_rows(engine, "", "", &all);
	memset(view.cpus, 0xff, sizeof(view.cpus));
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		for (view.origin = ENGINE_FROM_HEAD; view.origin <= ENGINE_FROM_TAIL;
		     view.origin++) {
			set_filter(engine, filters[i]);
			view_rows(engine, &view, &answer);
			set_filter(engine, "");
			view_rows(engine, &view, &answer);
			assert_int_equal(answer.head.count, 20);
			assert_int_equal(answer.head.total, all);
		}
	}
}

/* ---- words ---- */

static const char *words(struct engine *engine, unsigned kinds, const char *of, const char *prefix)
{
	static char text[ENGINE_WORDS_MAX];
	struct engine_words asked = {.kinds = kinds};
	struct engine_words_reply reply;
	struct engine_packet packet;

	snprintf(asked.of, sizeof(asked.of), "%s", of);
	snprintf(asked.prefix, sizeof(asked.prefix), "%s", prefix);
	packet = await(engine, ENGINE_WORDS_REPLY,
		       ask(engine, ENGINE_WORDS, &asked, sizeof(asked), -1));
	memcpy(&reply, packet.payload, sizeof(reply));
	memcpy(text, (const char *)packet.payload + sizeof(reply), packet.length - sizeof(reply));
	text[packet.length - sizeof(reply)] = '\0';
	for (size_t i = 0; i + sizeof(reply) + 1 < packet.length; i++)
		text[i] = text[i] ? text[i] : ' ';
	return text;
}

static void words_are_known(void **state)
{
	struct engine *engine = *state;

	assert_string_equal(words(engine, 1u << ENGINE_WORDS_EVENTS, "", "sched_swi"),
			    "sched_switch");
	assert_string_equal(words(engine, 1u << ENGINE_WORDS_EVENTS, "", "sched/sched_swi"),
			    "sched/sched_switch");
	assert_int_equal(strncmp(words(engine, 1u << ENGINE_WORDS_EVENTS, "", "sche"),
				 "sched sched_", 12),
			 0);
	assert_string_equal(words(engine, 1u << ENGINE_WORDS_FIELDS, "sched_switch", "prev_"),
			    "prev_comm prev_pid prev_prio prev_state");
	assert_string_equal(words(engine, 1u << ENGINE_WORDS_FIELDS, "sched_wakeup", "prev_"), "");
	assert_string_equal(words(engine, 1u << ENGINE_WORDS_FIELDS, "", "common_p"),
			    "common_pid common_preempt_count");
	assert_string_equal(words(engine, 1u << ENGINE_WORDS_FIELDS, "", "C"), "COMM CPU");
	assert_int_equal(strncmp(words(engine, 1u << ENGINE_WORDS_EVENT_NAMES, "", "sche"),
				 "sched_", 6),
			 0);
	assert_non_null(strstr(words(engine, 1u << ENGINE_WORDS_TASKS, "", "k"), "kworker"));
}

static void malformed_requests_are_told(void **state)
{
	struct engine *engine = *state;
	struct engine_search search = {.origin = ENGINE_FROM_TAIL + 1};
	struct engine_words open = {0};

	ask(engine, ENGINE_SEARCH, &search, sizeof(search), -1);
	search.origin = ENGINE_FROM_HEAD;
	memset(search.pattern, 'x', sizeof(search.pattern));
	ask(engine, ENGINE_SEARCH, &search, sizeof(search), -1);
	memset(&search, 0, sizeof(search));
	search.at.cpu = VTRACE_MAX_CPUS;
	ask(engine, ENGINE_SEARCH, &search, sizeof(search), -1);
	memset(open.prefix, 'x', sizeof(open.prefix));
	ask(engine, ENGINE_WORDS, &open, sizeof(open), -1);
	memset(&open, 0, sizeof(open));
	memset(open.of, 'x', sizeof(open.of));
	ask(engine, ENGINE_WORDS, &open, sizeof(open), -1);
	ask(engine, ENGINE_WORDS, &open, 12, -1);
	settle(engine);
	assert_int_equal(engine->messages, 6);
	assert_non_null(strstr(engine->said, "malformed request"));
}

int main(void)
{
#define RECORDED(test) cmocka_unit_test_setup_teardown(test, open_recorded, engine_tear_down)
	const struct CMUnitTest tests[] = {
		RECORDED(searches_find_every_row),
		RECORDED(searches_have_bounds),
		RECORDED(bad_patterns_are_refused),
		RECORDED(breaks_are_found),
		RECORDED(trying_changes_nothing),
		RECORDED(faults_have_places),
		RECORDED(events_have_names),
		RECORDED(everything_is_counted),
		RECORDED(filters_come_and_go),
		RECORDED(words_are_known),
		RECORDED(malformed_requests_are_told),
		cmocka_unit_test_setup_teardown(searches_end_with_the_text, engine_set_up,
						engine_tear_down),
	};

	return cmocka_run_group_tests_name("engine_prompts", tests, NULL, NULL);
}
