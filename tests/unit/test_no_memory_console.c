// SPDX-License-Identifier: GPL-2.0-only
/* The console's views and prompts when memory runs out at any allocation of theirs: what is shown
 * stays, and nothing is left behind. */
#include "tests/unit/no_memory.h"
#include "tui/console/detail_private.h"
#include "tui/console/event_tree.h"
#include "tui/console/panes.h"
#include "tui/console/state.h"

static struct console console;

static int views_are_made(void *context)
{
	struct view *(*const make[])(void) = {
		view_events_new,  view_detail_new,  view_statistics_new, view_latency_new,
		view_log_new,	  view_domains_new, view_settings_new,	 view_cpus_new,
		view_enabled_new, view_help_new,
	};
	int ret = 0;

	(void)context;
	for (unsigned i = 0; i < sizeof(make) / sizeof(make[0]); i++) {
		struct view *view = make[i]();

		if (view)
			view->ops->free(view);
		else
			ret = -ENOMEM;
	}
	return ret;
}

static void views_without_memory(void **state)
{
	(void)state;
	each_failure(views_are_made, NULL);
}

/* ---- rows ---- */

static struct {
	struct engine_rows head;
	struct engine_row row;
} rows = {.head = {.count = 1}};

static const struct engine_packet rows_packet = {
	.type = ENGINE_ROWS,
	.serial = 7,
	.payload = &rows,
	.length = sizeof(rows),
};

static void answer(struct pane *pane, uint64_t ts)
{
	rows.row.at.ts = ts;
	pane->asked = true;
	pane->serial = rows_packet.serial;
	assert_true(pane_answer(pane, &rows_packet));
	assert_false(pane->asked);
}

static int panes_are_answered(void *context)
{
	struct panes *panes = context;
	int ret = 0;

	memset(panes, 0, sizeof(*panes));
	for (unsigned cpu = 0; cpu < 2; cpu++)
		if (!panes_add(panes, cpu, PANE_TAIL))
			ret = -ENOMEM;
	if (!ret) {
		struct pane *pane = panes->of[0];

		answer(pane, 1000);
		/* What was shown, if anything was, stays when there is no memory for other rows. */
		if (pane->shown) {
			answer(pane, 2000);
			assert_true(pane->shown);
			assert_true(pane->top.ts == 1000 || pane->top.ts == 2000);
		}
	}
	panes_release(panes);
	return ret;
}

static void panes_without_memory(void **state)
{
	static struct panes panes;

	(void)state;
	each_failure(panes_are_answered, &panes);
}

/* ---- one row in full ---- */

static struct {
	struct engine_rows head;
	struct engine_detail detail;
	struct engine_detail_field field;
} detail_reply = {.head = {.count = 1}, .detail = {.fields = 1}};

static void detail_comes(struct view *view, uint64_t ts)
{
	struct detail_view *detail = (struct detail_view *)view;
	const struct engine_packet packet = {
		.type = ENGINE_DETAIL_REPLY,
		.serial = 7,
		.payload = &detail_reply,
		.length = sizeof(detail_reply),
	};

	detail_reply.detail.at.ts = detail->at.ts = ts;
	detail->asked = true;
	detail->serial = packet.serial;
	view->ops->packet(view, &console, &packet);
	assert_false(detail->asked);
	/* It has a row with all that belongs to it, or none. */
	assert_true(detail->shown == (detail->reply && detail->fields));
}

static int a_row_is_shown(void *context)
{
	struct view *view = view_detail_new();

	(void)context;
	if (!view)
		return -ENOMEM;
	detail_comes(view, 1000);
	detail_comes(view, 2000);
	view->ops->free(view);
	return 0;
}

static void detail_without_memory(void **state)
{
	(void)state;
	each_failure(a_row_is_shown, NULL);
}

/* An engine without memory for it is asked for the same again. */
static void denied_detail_is_still_wanted(void **state)
{
	const struct engine_no_answer no = {.error = -ENOMEM};
	const struct engine_packet packet = {.type = ENGINE_NO_ANSWER,
					     .serial = 7,
					     .payload = &no,
					     .length = sizeof(no)};
	struct view *view = view_detail_new();
	struct detail_view *detail = (struct detail_view *)view;

	(void)state;
	assert_non_null(view);
	detail->asked = true;
	detail->serial = 8;
	view->ops->packet(view, &console, &packet);
	assert_true(detail->asked);
	detail->serial = 7;
	detail->stepped = 2;
	view->ops->packet(view, &console, &packet);
	assert_false(detail->asked);
	assert_true(detail->wanted);
	assert_int_equal(detail->step, 2);
	view->ops->free(view);
}

/* ---- counts ---- */

static int counts_come(void *context)
{
	static struct {
		struct engine_counts head;
		struct engine_count count[2];
	} counts = {.head = {.events = 1, .tasks = 1}};
	static struct statistics statistics;
	static struct meters meters;
	const struct engine_packet packet = {.type = ENGINE_COUNTS_REPLY,
					     .payload = &counts,
					     .length = sizeof(counts)};
	const struct statistics_table *table = &statistics.tables[STATISTICS_EVENTS];
	uint64_t before;

	(void)context;
	memset(&statistics, 0, sizeof(statistics));
	for (uint64_t n = 1; n < 4; n++) {
		before = table->count ? table->entries[0].count : 0;
		counts.count[0].count = n;
		statistics_take(&statistics, &packet, &meters, n * 1000);
		/* Those that came, or those before. */
		assert_true(table->count ? table->entries[0].count == n ||
						   table->entries[0].count == before
					 : before == 0);
	}
	return 0;
}

static void counts_without_memory(void **state)
{
	(void)state;
	each_failure(counts_come, NULL);
}

/* ---- the guest's events ---- */

static struct guest_event_list *list_of(unsigned count)
{
	static const struct guest_event events[] = {
		{"irq", "softirq_entry", EVENT_ON},   {"irq", "softirq_exit", EVENT_ON},
		{"sched", "sched_switch", EVENT_ON},  {"sched", "sched_waking", EVENT_OFF},
		{"timer", "hrtimer_start", EVENT_ON}, {"timer", "timer_init", EVENT_OFF},
	};
	struct guest_event_list *list = calloc(1, sizeof(*list));

	if (list)
		list->event = calloc(count, sizeof(*list->event));
	if (!list || !list->event) {
		free(list);
		return NULL;
	}
	list->count = count;
	memcpy(list->event, events, count * sizeof(*list->event));
	return list;
}

static int events_are_listed(void *context)
{
	struct event_tree tree = {0};
	struct guest_event_list *list;
	int ret = 0;

	(void)context;
	for (unsigned count = 4; !ret && count <= 6; count += 2) {
		list = list_of(count);
		ret = list ? event_tree_take(&tree, list) : -ENOMEM;
		/* Without memory the tree is as before. */
		assert_int_equal(tree.systems, !ret ? count / 2 : count == 6 ? 2 : 0);
	}
	event_tree_release(&tree);
	return ret;
}

static void event_tree_without_memory(void **state)
{
	(void)state;
	each_failure(events_are_listed, NULL);
}

/* ---- prompts ---- */

static char done_with[64];

static void done(void *data, const char *text)
{
	(void)data;
	snprintf(done_with, sizeof(done_with), "%s", text ? text : "-");
}

static void complete(void *data, const char *text, size_t cursor, struct completion *completion)
{
	(void)data;
	completion_begin(completion, 0, ' ');
	completion_add(completion, "sched_switch", text, cursor);
	completion_add(completion, "sched_waking", text, cursor);
}

/* Words are offered or they are not; what is typed is the answer in any case. */
static int a_line_is_typed(void *context)
{
	static struct prompt_history history;
	struct prompt prompt = {.active = false};
	const struct prompt_ask ask = {
		.label = "filter:",
		.prefill = "sched_s",
		.complete = complete,
		.done = done,
		.history = &history,
	};

	(void)context;
	history = (struct prompt_history){0};
	prompt_line(&prompt, &ask);
	for (const char *key = "\tx\n"; *key; key++)
		prompt_key(&prompt, *key == '\n' ? '\r' : *key);
	assert_false(prompt.active);
	assert_true(!strcmp(done_with, "sched_switch x") || !strcmp(done_with, "sched_sx"));
	prompt_release(&prompt);
	prompt_history_release(&history);
	return 0;
}

static void prompts_without_memory(void **state)
{
	(void)state;
	each_failure(a_line_is_typed, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_without_memory),
		cmocka_unit_test(panes_without_memory),
		cmocka_unit_test(detail_without_memory),
		cmocka_unit_test(denied_detail_is_still_wanted),
		cmocka_unit_test(counts_without_memory),
		cmocka_unit_test(event_tree_without_memory),
		cmocka_unit_test(prompts_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
