// SPDX-License-Identifier: GPL-2.0-only
/* Pairs of each kind, across CPUs, and where events may be missing: then none is made up. */
#include "tests/unit/latencies.h"

static int set_up(void **state)
{
	*state = guest_new(NULL, NULL);
	return 0;
}

static int tear_down(void **state)
{
	guest_free(*state);
	return 0;
}

/* ---- what the kinds are ---- */

static void test_a_wakeup_ends_on_any_cpu(void **state)
{
	struct guest *guest = *state;
	const struct engine_latency_key *key;

	comms_learn(guest->shared.comms, 812, 0, 0, "bash", 5);
	add_four(guest, 0, 1000, WAKING, 812);
	add_four(guest, 0, 1200, WAKEUP, 812);
	add_switch(guest, 1, 5000, 0, 812);
	add_switch(guest, 1, 6000, 812, 0);
	add_four(guest, 2, 7000, WAKING, 812);
	add_switch(guest, 1, 7100, 0, 812);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_key(guest, "bash-812", 2, 4000);
	key = find_key(guest, "bash-812");
	assert_int_equal(key->total, 4100);
	assert_int_equal(key->began, 1000);
	assert_int_equal(key->worst.ts, 5000);
	assert_int_equal(key->worst.cpu, 1);
	assert_int_equal(key->worst.row, 0);
	assert_int_equal(key->pid, 812);
	check_key(guest, "", 2, 4000); /* of all */
	assert_int_equal(guest->latency.reply.keys[0].key, ENGINE_LATENCY_ALL);
	assert_int_equal(guest->latency.reply.head.open, 0);
	assert_int_equal(guest->latency.reply.head.begin, ENGINE_LATENCY_SEEN);
}

static void test_who_runs_waits_for_nothing(void **state)
{
	struct guest *guest = *state;

	add_switch(guest, 0, 100, 0, 7);
	add_four(guest, 1, 200, WAKING, 7);
	/* It goes on, is preempted, and comes back: that is no wakeup. */
	add_switch(guest, 0, 300, 7, 8);
	add_switch(guest, 0, 900, 8, 7);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_none(guest);
	assert_int_equal(guest->latency.reply.head.broken, 0);
}

static void test_wakeup_where_waking_is_not_recorded(void **state)
{
	struct guest *guest = *state;

	add_four(guest, 0, 100, WAKEUP, 7);
	add_switch(guest, 0, 150, 0, 7);
	add_four(guest, 0, 200, WAKEUP_NEW, 9);
	add_switch(guest, 0, 230, 7, 9);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_key(guest, "<...>-7", 1, 50);
	check_key(guest, "<...>-9", 1, 30);
	/* Once it is, one without it tells nothing. */
	add_four(guest, 0, 300, WAKING, 5);
	add_four(guest, 0, 400, WAKEUP, 7);
	add_switch(guest, 0, 10000, 9, 7);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_key(guest, "<...>-7", 1, 50);
}

/* However far back the rows go, what came is known from when it came. */
static void test_waking_that_came_before_the_rows(void **state)
{
	struct guest *guest = *state;

	guest->shared.counts.by_id[WAKING] = 1;
	add_four(guest, 0, 100, WAKEUP, 7);
	add_switch(guest, 0, 150, 0, 7);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_none(guest);
}

static void test_irqs_by_number_and_handler(void **state)
{
	struct guest *guest = *state;

	add_irq(guest, 0, 100, 24, "virtio0");
	add_irq(guest, 1, 105, 24, "virtio0");
	add_four(guest, 1, 115, IRQ_EXIT, 24);
	add_four(guest, 0, 140, IRQ_EXIT, 24);
	/* Another one on the same line. */
	add_irq(guest, 0, 141, 24, "virtio1");
	add_four(guest, 0, 144, IRQ_EXIT, 24);
	add_four(guest, 0, 150, IRQ_EXIT, 24);
	add_irq(guest, 0, 160, 9, "acpi");
	add_irq(guest, 0, 161, 10, "ehci");
	add_four(guest, 0, 166, IRQ_EXIT, 10);
	add_four(guest, 0, 167, IRQ_EXIT, 9);
	answer(guest, ENGINE_LATENCY_IRQ);
	check_key(guest, "24 virtio0", 2, 40);
	check_key(guest, "24 virtio1", 1, 3);
	check_key(guest, "9 acpi", 1, 7);
	check_key(guest, "10 ehci", 1, 5);
}

static void test_softirqs_run_and_wait(void **state)
{
	struct guest *guest = *state;

	/* Who knows whether it was raised before, too. */
	add_four(guest, 0, 50, RAISE, 3);
	add_four(guest, 0, 100, SOFTIRQ_ENTRY, 3);
	add_four(guest, 0, 130, SOFTIRQ_EXIT, 3);
	add_four(guest, 0, 200, RAISE, 3);
	add_four(guest, 0, 220, RAISE, 3);
	add_four(guest, 1, 230, SOFTIRQ_ENTRY, 3);
	add_four(guest, 0, 250, SOFTIRQ_ENTRY, 3);
	add_four(guest, 0, 251, SOFTIRQ_EXIT, 3);
	add_four(guest, 1, 290, SOFTIRQ_EXIT, 3);
	add_four(guest, 1, 300, SOFTIRQ_ENTRY, 8);
	add_four(guest, 1, 305, SOFTIRQ_EXIT, 8);
	answer(guest, ENGINE_LATENCY_SOFTIRQ);
	check_key(guest, "NET_RX", 3, 60);
	check_key(guest, "vector 8", 1, 5);
	answer(guest, ENGINE_LATENCY_RAISE);
	check_key(guest, "NET_RX", 1, 50);
	assert_int_equal(guest->latency.reply.head.keys, 2);
}

static void test_calls_by_number(void **state)
{
	struct guest *guest = *state;

	add_call(guest, 0, 100, SYS_ENTER, 7, 0);
	add_call(guest, 1, 110, SYS_ENTER, 8, 1);
	add_call(guest, 1, 115, SYS_EXIT, 8, 1);
	add_call(guest, 2, 900, SYS_EXIT, 7, 0); /* it went to another CPU */
	/* One that never came back, and another task with its pid. */
	add_call(guest, 0, 1000, SYS_ENTER, 9, 231);
	add_call(guest, 0, 5000, SYS_EXIT, 9, 56);
	add_call(guest, 0, 6000, SYS_ENTER, 9, 336);
	add_call(guest, 0, 6001, SYS_EXIT, 9, 336);
	/* Those by name are the same ones once more. */
	add_call(guest, 0, 7000, SYS_ENTER, 9, 0);
	add_call(guest, 0, 7001, ENTER_READ, 9, 0);
	add_call(guest, 0, 7003, EXIT_READ, 9, 0);
	add_call(guest, 0, 7005, SYS_EXIT, 9, 0);
	answer(guest, ENGINE_LATENCY_SYSCALL);
	check_key(guest, "read", 2, 800);
	check_key(guest, "write", 1, 5);
	check_key(guest, "number 336", 1, 1);
	check_key(guest, "", 4, 800);
	assert_int_equal(find_key(guest, "read")->pid, 7);
}

static void test_calls_by_name(void **state)
{
	struct guest *guest = *state;

	add_call(guest, 0, 100, ENTER_READ, 7, 0);
	add_call(guest, 0, 104, EXIT_READ, 7, 0);
	add_call(guest, 0, 200, ENTER_WRITE, 7, 0);
	add_call(guest, 0, 300, EXIT_READ, 7, 0);
	answer(guest, ENGINE_LATENCY_SYSCALL);
	check_key(guest, "read", 1, 4);
	assert_int_equal(guest->latency.reply.head.keys, 2);
}

static void test_timers_are_late_by_their_own_clock(void **state)
{
	struct guest *guest = *state;
	const uint64_t tick = 0xffffffff81000000, wakeup = 0xffffffff81001000;

	add_timer(guest, 0, 100, TIMER_START, 0xaaa0, tick, 5000);
	add_timer(guest, 0, 101, TIMER_START, 0xbbb0, wakeup, 7000);
	add_timer(guest, 1, 102, TIMER_EXPIRE, 0xaaa0, 5600, tick);
	/* In the time that its slack allows. */
	add_timer(guest, 0, 103, TIMER_EXPIRE, 0xbbb0, 6990, wakeup);
	/* Put off, and another one taken back. */
	add_timer(guest, 0, 104, TIMER_START, 0xaaa0, tick, 8000);
	add_timer(guest, 0, 105, TIMER_START, 0xaaa0, tick, 9000);
	add_timer(guest, 0, 106, TIMER_EXPIRE, 0xaaa0, 9001, tick);
	add_timer(guest, 0, 107, TIMER_START, 0xbbb0, wakeup, 9500);
	add_timer(guest, 0, 108, TIMER_CANCEL, 0xbbb0, 0, 0);
	add_timer(guest, 0, 109, TIMER_EXPIRE, 0xbbb0, 10000, wakeup);
	answer(guest, ENGINE_LATENCY_HRTIMER);
	check_key(guest, "tick_nohz_handler", 2, 600);
	check_key(guest, "hrtimer_wakeup", 1, 0);
	assert_int_equal(find_key(guest, "tick_nohz_handler")->began, 100);
	assert_int_equal(guest->latency.reply.head.unfinished, 0);
}

/* ---- what may be missing ---- */

/* A loss lies anywhere between the last event before it and the page that tells of it; what ends in
 * that time, on whichever CPU, may have begun again unseen. */
static void test_losses_break_pairs_on_all_cpus(void **state)
{
	struct guest *guest = *state;

	add_four(guest, 2, 90, OTHER, 0);
	end_page(guest, 2, false);
	add_four(guest, 0, 80, WAKING, 7); /* ends after the loss began */
	add_four(guest, 0, 85, WAKING, 5); /* ends before */
	add_switch(guest, 1, 88, 0, 5);
	add_four(guest, 0, 92, WAKING, 8); /* within */
	add_switch(guest, 1, 95, 5, 7);
	add_switch(guest, 1, 96, 7, 8);
	add_four(guest, 0, 97, WAKING, 9);
	add_four(guest, 2, 100, OTHER, 0);
	end_page(guest, 2, true);
	add_switch(guest, 1, 101, 8, 9);
	add_four(guest, 0, 110, WAKING, 7); /* all is well again */
	add_switch(guest, 1, 112, 9, 7);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_key(guest, "<...>-5", 1, 3);
	check_key(guest, "<...>-7", 1, 2);
	check_key(guest, "", 2, 3);
	assert_int_equal(guest->latency.reply.head.broken, 3);
}

/* Handlers, though, are those of one CPU. */
static void test_losses_break_handlers_on_their_cpu(void **state)
{
	struct guest *guest = *state;

	add_irq(guest, 0, 100, 24, "a");
	end_page(guest, 0, false);
	add_irq(guest, 1, 101, 25, "b");
	add_four(guest, 0, 200, IRQ_EXIT, 24);
	end_page(guest, 0, true);
	add_four(guest, 1, 201, IRQ_EXIT, 25);
	answer(guest, ENGINE_LATENCY_IRQ);
	assert_null(find_key(guest, "24 a"));
	check_key(guest, "25 b", 1, 100);
	assert_int_equal(guest->latency.reply.head.broken, 1);
}

static void append_row(struct guest *guest, unsigned cpu, enum entry_kind kind, uint64_t ts)
{
	const struct entry entry = {.kind = kind, .first_ts = ts, .last_ts = ts, .count = 1};
	uint8_t page[PAGE] = {0};

	assert_int_equal(history_append(&guest->streams[cpu]->history, &entry,
					kind == ENTRY_GAP ? NULL : page, 0),
			 0);
}

static void check_break(struct guest *guest, enum entry_kind kind)
{
	add_call(guest, 0, 100, SYS_ENTER, 7, 0);
	add_four(guest, 1, 90, OTHER, 0);
	end_page(guest, 1, false);
	append_row(guest, 1, kind, 90);
	add_call(guest, 0, 200, SYS_EXIT, 7, 0);
	add_four(guest, 1, 300, OTHER, 0);
	add_call(guest, 0, 310, SYS_ENTER, 7, 0);
	add_call(guest, 0, 320, SYS_EXIT, 7, 0);
	answer(guest, ENGINE_LATENCY_SYSCALL);
	check_key(guest, "read", 1, 10);
	assert_int_equal(guest->latency.reply.head.broken, 1);
}

static void test_a_gap_breaks_pairs(void **state)
{
	check_break(*state, ENTRY_GAP);
}

static void test_a_bad_page_breaks_pairs(void **state)
{
	check_break(*state, ENTRY_BAD);
}

/* A timer that was started before tracing was off is not late by as long as that. */
static void test_tracing_that_was_off(void **state)
{
	struct guest *guest = *state;
	const uint64_t tick = 0xffffffff81000000;

	add_timer(guest, 0, 100, TIMER_START, 0xaaa0, tick, 200);
	add_call(guest, 1, 110, SYS_ENTER, 7, 0);
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		end_page(guest, cpu, false);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		add_four(guest, cpu, 9000, OTHER, 0);
		guest->page[cpu].entry.flags = ENTRY_PAUSED;
	}
	add_timer(guest, 0, 9001, TIMER_EXPIRE, 0xaaa0, 9001, tick);
	add_call(guest, 1, 9002, SYS_EXIT, 7, 0);
	add_call(guest, 1, 9003, SYS_ENTER, 7, 0);
	add_call(guest, 1, 9005, SYS_EXIT, 7, 0);
	answer(guest, ENGINE_LATENCY_HRTIMER);
	check_none(guest);
	assert_int_equal(guest->latency.reply.head.broken, 1);
	answer(guest, ENGINE_LATENCY_SYSCALL);
	check_key(guest, "read", 1, 2);
	assert_int_equal(guest->latency.reply.head.broken, 1);
}

static void test_a_clock_that_starts_again(void **state)
{
	struct guest *guest = *state;

	add_irq(guest, 0, 100, 24, "a");
	add_four(guest, 1, 105, WAKING, 7);
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		end_page(guest, cpu, false);
	guest->epoch++;
	add_four(guest, 0, 103, IRQ_EXIT, 24);
	add_switch(guest, 0, 150, 0, 7);
	add_irq(guest, 0, 160, 24, "a");
	add_four(guest, 0, 165, IRQ_EXIT, 24);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_none(guest);
	assert_int_equal(guest->latency.reply.head.broken, 1);
	answer(guest, ENGINE_LATENCY_IRQ);
	check_key(guest, "24 a", 1, 5);
	assert_int_equal(find_key(guest, "24 a")->worst.epoch, 1);
}

/* Rows that were overwritten before anybody looked. */
static void test_overwritten_rows(void **state)
{
	struct guest *guest = *state;
	struct history *history = &guest->streams[0]->history;

	add_four(guest, 0, 100, WAKING, 7);
	add_call(guest, 1, 100, SYS_ENTER, 5, 1);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	assert_int_equal(guest->latency.reply.head.open, 1);
	add_four(guest, 0, 200, OTHER, 0);
	end_page(guest, 0, false);
	history_clear(history);
	add_call(guest, 1, 250, SYS_EXIT, 5, 1);
	add_switch(guest, 0, 300, 0, 7);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_none(guest);
	assert_int_equal(guest->latency.reply.head.broken, 1);
	assert_int_equal(guest->latency.reply.head.skipped, 1);
	answer(guest, ENGINE_LATENCY_SYSCALL);
	check_none(guest);
}

/* What went before anybody looked is none of what was missed; but from a CPU of which there was
 * more nothing is known until its first row. */
static void test_rows_from_before(void **state)
{
	struct guest *guest = *state;

	add_four(guest, 0, 100, OTHER, 0);
	end_page(guest, 0, false);
	history_clear(&guest->streams[0]->history);
	add_four(guest, 1, 110, WAKING, 7);
	add_switch(guest, 1, 120, 0, 7);
	add_four(guest, 0, 130, OTHER, 0);
	add_four(guest, 1, 140, WAKING, 8);
	add_switch(guest, 1, 150, 7, 8);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_key(guest, "<...>-8", 1, 10);
	assert_int_equal(guest->latency.reply.head.keys, 2);
	assert_int_equal(guest->latency.reply.head.skipped, 0);
}

/* A CPU that is quiet after that has no first row for long: it has missed what it had. */
static void test_a_quiet_cpu_after_a_clear(void **state)
{
	struct guest *guest = *state;

	add_four(guest, 0, 100, OTHER, 0);
	end_page(guest, 0, false);
	guest->streams[0]->last_ts = 100;
	history_clear(&guest->streams[0]->history);
	add_four(guest, 1, 90, WAKING, 7);
	add_switch(guest, 1, 95, 0, 7);
	add_four(guest, 1, 110, WAKING, 8);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_none(guest);
	add_four(guest, 1, 120, WAKING, 9);
	add_switch(guest, 1, 130, 7, 9);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_key(guest, "<...>-9", 1, 10);
	assert_int_equal(guest->latency.reply.head.keys, 2);
}

/* A page that comes later than any may be waited for. */
static void test_late_pages(void **state)
{
	struct guest *guest = *state;

	add_four(guest, 0, 100, WAKING, 7);
	add_four(guest, 0, 500, OTHER, 0);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	add_irq(guest, 1, 200, 24, "a");
	add_switch(guest, 1, 210, 0, 7);
	add_switch(guest, 1, 220, 7, 0);
	add_four(guest, 1, 230, WAKING, 7);
	add_four(guest, 1, 250, IRQ_EXIT, 24);
	add_switch(guest, 0, 600, 0, 7);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_none(guest);
	assert_int_equal(guest->latency.reply.head.broken, 1);
	answer(guest, ENGINE_LATENCY_IRQ);
	check_key(guest, "24 a", 1, 50);
}

static void test_live_rows_wait_for_other_cpus(void **state)
{
	struct guest *guest = *state;

	guest->page[0].entry.arrival = NOW;
	add_four(guest, 0, 100, WAKING, 7);
	add_switch(guest, 0, 105, 0, 7);
	answer_at(guest, ENGINE_LATENCY_WAKEUP, NOW + ROWS_SETTLE_MS - 1);
	check_none(guest);
	assert_int_equal(guest->latency.reply.head.left, 2);
	answer_at(guest, ENGINE_LATENCY_WAKEUP, NOW + ROWS_SETTLE_MS);
	check_key(guest, "<...>-7", 1, 5);
	assert_int_equal(guest->latency.reply.head.left, 0);
	assert_int_equal(guest->latency.reply.head.looked, 2);
}

static void test_a_file_that_is_not_indexed(void **state)
{
	struct guest *guest = *state;

	guest->streams[1]->file = true;
	guest->streams[1]->stats.state = ENGINE_CHANNEL_OPEN;
	add_four(guest, 0, 100, WAKING, 7);
	add_switch(guest, 0, 105, 0, 7);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_none(guest);
	assert_int_equal(guest->latency.reply.head.flags, ENGINE_LATENCY_INDEXING);
	guest->streams[1]->stats.state = ENGINE_CHANNEL_INDEXED;
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_key(guest, "<...>-7", 1, 5);
	guest->streams[1]->file = false;
}

/* ---- what is asked ---- */

static void test_cpus_are_those_on_which_pairs_end(void **state)
{
	struct guest *guest = *state;

	add_four(guest, 0, 100, WAKING, 7);
	add_switch(guest, 1, 105, 0, 7);
	add_four(guest, 1, 106, WAKING, 8);
	add_switch(guest, 0, 109, 0, 8);
	memset(guest->asked.cpus, 0, sizeof(guest->asked.cpus));
	guest->asked.cpus[0] = 1 << 1;
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_key(guest, "<...>-7", 1, 5);
	assert_int_equal(guest->latency.reply.head.keys, 2);
	/* Others: all is looked at once more. */
	guest->asked.cpus[0] = 1 << 0;
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_key(guest, "<...>-8", 1, 3);
	assert_int_equal(guest->latency.reply.head.keys, 2);
	assert_int_equal(guest->latency.reply.head.looked, 4);
}

static void test_a_filter_hides_nothing(void **state)
{
	struct guest *guest = *state;
	struct engine_filter nothing = {.expression = "sched_waking: pid == 1"};
	struct engine_filter_reply reply;

	assert_int_equal(filter_set_ask(&guest->rows.shown, &nothing, guest->formats, 1,
					guest->shared.comms, &reply),
			 0);
	add_four(guest, 0, 100, WAKING, 7);
	add_switch(guest, 1, 105, 0, 7);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_key(guest, "<...>-7", 1, 5);
}

/* Looked at once; kept when the rows go, until they are to be forgotten. */
static void test_numbers_outlive_rows(void **state)
{
	struct guest *guest = *state;

	add_four(guest, 0, 100, WAKING, 7);
	add_switch(guest, 0, 105, 0, 7);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	history_clear(&guest->streams[0]->history);
	add_four(guest, 0, 200, WAKING, 7);
	add_switch(guest, 0, 230, 0, 7);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_key(guest, "<...>-7", 2, 30);
	assert_int_equal(guest->latency.reply.head.looked, 4);
	assert_int_equal(guest->latency.reply.head.skipped, 0);
	history_clear(&guest->streams[0]->history);
	latency_restart(&guest->latency);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_none(guest);
}

static void test_orders(void **state)
{
	struct guest *guest = *state;
	static const char *const first[ENGINE_LATENCY_ORDERS] = {
		[ENGINE_LATENCY_BY_MAX] = "<...>-1",
		[ENGINE_LATENCY_BY_P99] = "<...>-2",
		[ENGINE_LATENCY_BY_COUNT] = "<...>-3",
		[ENGINE_LATENCY_BY_TOTAL] = "<...>-2",
	};
	uint64_t ts = 1000;

	for (unsigned i = 0; i < 1000; i++) {
		static const unsigned took[] = {0, 10, 500, 20};

		for (uint32_t pid = 1; pid <= 3; pid++) {
			if (pid != 3 && i > 300)
				continue;
			add_four(guest, 0, ts, WAKING, pid);
			add_switch(guest, 0, ts + (pid == 1 && !i ? 9000 : took[pid]), 0, pid);
			ts += 10000;
		}
	}
	for (unsigned order = 0; order < ENGINE_LATENCY_ORDERS; order++) {
		guest->asked.order = order;
		answer(guest, ENGINE_LATENCY_WAKEUP);
		assert_int_equal(guest->latency.reply.head.keys, 4);
		assert_string_equal(guest->latency.reply.keys[1].name, first[order]);
	}
}

static void test_the_powers_of_a_key(void **state)
{
	struct guest *guest = *state;
	const uint64_t *powers = guest->latency.reply.head.powers;

	for (unsigned i = 0; i < 10; i++) {
		add_four(guest, 0, 10000 * i, WAKING, 7);
		add_switch(guest, 0, 10000 * i + 1000, 0, 7);
		add_four(guest, 1, 10000 * i + 2000, WAKING, 8);
		add_switch(guest, 1, 10000 * i + 2100, 0, 8);
	}
	answer(guest, ENGINE_LATENCY_WAKEUP);
	assert_int_equal(powers[9], 10);
	assert_int_equal(powers[6], 10);
	guest->asked.key = 8;
	answer(guest, ENGINE_LATENCY_WAKEUP);
	assert_int_equal(powers[9], 0);
	assert_int_equal(powers[6], 10);
	guest->asked.key = 99;
	answer(guest, ENGINE_LATENCY_WAKEUP);
	assert_int_equal(powers[6], 0);
}

/* ---- what a guest has not ---- */

static void test_events_that_are_not_there(void **state)
{
	struct guest *guest = guest_new("sched/sched_switch", NULL);

	(void)state;
	add_four(guest, 0, 100, WAKING, 7);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	assert_int_equal(guest->latency.reply.head.begin, ENGINE_LATENCY_SEEN);
	assert_int_equal(guest->latency.reply.head.end, ENGINE_LATENCY_NO_FORMAT);
	answer(guest, ENGINE_LATENCY_IRQ);
	assert_int_equal(guest->latency.reply.head.begin, ENGINE_LATENCY_UNSEEN);
	guest_free(guest);
}

static void test_formats_that_lack_a_field(void **state)
{
	struct guest *guest = guest_new(NULL, "sched/sched_switch");

	(void)state;
	add_four(guest, 0, 100, WAKING, 7);
	add_switch(guest, 1, 105, 0, 7);
	answer(guest, ENGINE_LATENCY_WAKEUP);
	check_none(guest);
	assert_int_equal(guest->latency.reply.head.end, ENGINE_LATENCY_NO_FIELD);
	assert_string_equal(guest->latency.reply.head.fault,
			    "the format of sched_switch has no next_pid");
	guest_free(guest);
}

static void test_no_formats(void **state)
{
	struct guest *guest = *state;

	add_four(guest, 0, 100, WAKING, 7);
	guest->page[0].entry.formats = STREAM_NO_FORMATS;
	formats_free(guest->formats[0]);
	guest->formats[0] = NULL;
	guest->formats_count = 0;
	guest->shared.formats = NULL;
	answer(guest, ENGINE_LATENCY_WAKEUP);
	assert_int_equal(guest->latency.reply.head.begin, ENGINE_LATENCY_NO_FORMAT);
	check_none(guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_wakeup_ends_on_any_cpu, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_who_runs_waits_for_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wakeup_where_waking_is_not_recorded, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_waking_that_came_before_the_rows, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_irqs_by_number_and_handler, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_softirqs_run_and_wait, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_calls_by_number, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_calls_by_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_timers_are_late_by_their_own_clock, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_losses_break_pairs_on_all_cpus, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_losses_break_handlers_on_their_cpu, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_gap_breaks_pairs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_bad_page_breaks_pairs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_clock_that_starts_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_tracing_that_was_off, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_overwritten_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rows_from_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_quiet_cpu_after_a_clear, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_late_pages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_live_rows_wait_for_other_cpus, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_file_that_is_not_indexed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cpus_are_those_on_which_pairs_end, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_filter_hides_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_numbers_outlive_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_orders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_powers_of_a_key, set_up, tear_down),
		cmocka_unit_test(test_events_that_are_not_there),
		cmocka_unit_test(test_formats_that_lack_a_field),
		cmocka_unit_test_setup_teardown(test_no_formats, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
