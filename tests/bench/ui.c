// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: ui TOP DIRECTORY KEYS
 *
 * The console's answers and costs on the guest that is fed into DIRECTORY (feed.c), in a terminal
 * of 200x60. Prints lines "NAME NUMBER": times in us, shares in parts of a million of a core.
 */
#include "tests/screen/pty.h"

#define ROWS	  60
#define COLUMNS	  200
#define PATIENCE  20000000000ull /* ns */
#define WATCHED_S 10

/* What to press, and how the screen shows that it was: text comes, or goes, on these rows. */
struct press {
	const char *keys;
	const char *text;
	bool goes;
	int first, last;
};

static const struct press presses[] = {
	{"p", "FROZEN", false, 0, 0},
	{"p", "FROZEN", true, 0, 0},
	{"m", "[merged]", false, 0, 0},
	{"m", "[merged]", true, 0, 0},
	{"?", "these keys", false, 0, ROWS - 1},
	{"?", "these keys", true, 0, ROWS - 1},
	{"\033[5~", "FOLLOW", true, 0, 0},
	{"F", "FOLLOW", false, 0, 0},
	{":", ":", false, ROWS - 1, ROWS - 1},
	{"\033", " Quit", false, ROWS - 1, ROWS - 1},
	{"v", "[statistics", false, 0, 0},
	{"q", "FOLLOW", false, 0, 0},
};
#define PRESSES (sizeof(presses) / sizeof(presses[0]))

static bool is_so(const struct pty *pty, const struct press *press)
{
	return pty_shows(pty, press->first, press->last, press->text) != press->goes;
}

static void wait_for(struct pty *pty, const struct press *press)
{
	uint64_t deadline = pty_now() + PATIENCE;

	while (!is_so(pty, press)) {
		if (pty_now() > deadline) {
			pty_show(pty);
			pty_die(press->text, "never came, or never went");
		}
		pty_read(pty, 100);
	}
}

static void expect(struct pty *pty, const char *text)
{
	wait_for(pty, &(struct press){.text = text, .last = ROWS - 1});
}

static void watch(struct pty *pty, uint64_t ns)
{
	uint64_t end = pty_now() + ns, now;

	while ((now = pty_now()) < end)
		pty_read(pty, (int)((end - now) / 1000000) + 1);
}

/* CPU time of the process, ns: Linux, Documentation/scheduler/sched-stats.rst. */
static uint64_t cpu_time(pid_t pid)
{
	unsigned long long ns = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%llu", &ns) != 1)
		pty_die(path, "cannot be read");
	fclose(file);
	return ns;
}

static void report_share(struct pty *pty, const char *name)
{
	uint64_t before = cpu_time(pty->pid), since = pty_now(), frames = pty->frames;
	double seconds;

	watch(pty, WATCHED_S * 1000000000ull);
	seconds = (double)(pty_now() - since) / 1e9;
	printf("%s-share %.0f\n", name, (double)(cpu_time(pty->pid) - before) / seconds / 1e3);
	printf("%s-frames %.1f\n", name, (double)(pty->frames - frames) / seconds);
}

static int by_size(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static void report_times(const char *name, uint64_t *times, size_t count)
{
	qsort(times, count, sizeof(*times), by_size);
	printf("%s-p50 %.0f\n", name, (double)times[count / 2] / 1e3);
	printf("%s-p99 %.0f\n", name, (double)times[count * 99 / 100] / 1e3);
	printf("%s-max %.0f\n", name, (double)times[count - 1] / 1e3);
}

static void press_keys(struct pty *pty, size_t count)
{
	uint64_t *times = calloc(count, sizeof(*times));

	if (!times)
		pty_die("keys", "out of memory");
	for (size_t i = 0; i < count; i++) {
		const struct press *press = &presses[i % PRESSES];
		uint64_t since;

		/* At any moment between two frames. */
		watch(pty, 20000000 + (i * 7919) % 40 * 1000000);
		if (is_so(pty, press))
			pty_die(press->text, "was so before the key");
		since = pty_now();
		pty_type(pty, press->keys);
		wait_for(pty, press);
		times[i] = pty_now() - since;
	}
	report_times("key", times, count);
	free(times);
}

int main(int argc, char **argv)
{
	static struct pty pty;
	char *arguments[] = {argc > 1 ? argv[1] : NULL, "--dir", argc > 2 ? argv[2] : NULL, NULL};
	int status;

	if (argc != 4)
		pty_die("Usage", "ui TOP DIRECTORY KEYS");
	pty_start(&pty, ROWS, COLUMNS, arguments);
	expect(&pty, "t starts it");
	report_share(&pty, "idle");
	pty_type(&pty, "t");
	expect(&pty, "FOLLOW");
	expect(&pty, "TRACING 00:00:02");
	report_share(&pty, "follow");
	press_keys(&pty, strtoul(argv[3], NULL, 10));
	pty_type(&pty, "Q");
	while (pty_read(&pty, 5000))
		;
	if (waitpid(pty.pid, &status, 0) < 0 || status)
		pty_die("the console", "did not end with 0");
	return 0;
}
