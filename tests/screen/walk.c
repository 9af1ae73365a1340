// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: walk SEED KEYS COMMAND...
 *
 * Presses KEYS keys at random in COMMAND, a vtrace-top on a guest that sends; types into what they
 * open, pastes, changes the terminal's size. After every so many it must still answer: a colon
 * opens the command line, ^G closes it, and its engine lives. A console that was left is started
 * again. A TAP test each hundred keys; the keys since the last answer are shown when one is
 * missing.
 */
#include <ctype.h>
#include <signal.h>

#include "tests/screen/pty.h"

#define PATIENCE 20000000000ull /* ns, on a slow and busy machine */
#define BATCH	 100		/* keys between two looks */

static const char *const keys[] = {
	"?",	  "h",	      "q",	  "t",	    "p",      "F",    "G",	"/",	  "n",
	"N",	  "f",	      "\\",	  "c",	    "m",      "1",    "\t",	"\033[Z", "\r",
	"\177",	  "x",	      "X",	  "T",	    "v",      "v",    "v",	"s",	  "S",
	"d",	  "C",	      "R",	  ":",	    "#",      "\014", "\033[A", "\033[B", "\033[C",
	"\033[D", "\033[5~",  "\033[6~",  "\033[H", "\033[F", "j",    "k",	" ",	  "b",
	"\004",	  "\025",     "g",	  "[",	    "]",      "+",    "-",	"=",	  "o",
	"\007",	  "\033",     "y",	  "i",	    "E",      "W",    "M",	"'",	  "a",
	"\033OP", "\033[15~", "\033[24~", "\002",   "\006",   "\001", "\005",	"\013",
};

static const char *const texts[] = {
	"sched_*",
	"prev_comm=~\"*load*\"",
	"0-3",
	"1",
	"view log",
	"view statistics",
	"goto 50%",
	"merge off",
	"filter sched_switch:prev_pid==0",
	"x{2,",
	"\033[A",
	"\t\t",
	"cpus 1",
	"+0.5",
	"only",
	"nonsense",
	"save walked",
	"record walked2",
	"times",
	"domains",
	"\xff\xfe\x1b[",
	"set merged on",
	"-1",
	"view latency",
};

static uint32_t seed;
static char pressed[BATCH * 64];

static uint32_t chance(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u; /* Numerical Recipes */
	return (seed >> 8) % below;
}

static void press(struct pty *pty, const char *what)
{
	size_t used = strlen(pressed);

	for (const char *at = what; *at && used + 5 < sizeof(pressed); at++)
		used += (size_t)snprintf(pressed + used, sizeof(pressed) - used,
					 isgraph((unsigned char)*at) ? "%c" : "<%02x>",
					 (unsigned char)*at);
	if (used + 1 < sizeof(pressed))
		strcpy(pressed + used, " ");
	pty_type(pty, what);
}

static void press_any(struct pty *pty)
{
	uint32_t what = chance(100);

	if (what < 4) {
		pty_size(pty, 1 + (int)chance(70), 1 + (int)chance(220));
	} else if (what < 12) {
		press(pty, texts[chance(sizeof(texts) / sizeof(texts[0]))]);
		press(pty, chance(4) ? "\r" : "\033");
	} else if (what < 14) { /* as a terminal sends what is pasted */
		press(pty, "\033[200~");
		press(pty, texts[chance(sizeof(texts) / sizeof(texts[0]))]);
		press(pty, "\r\033[201~");
	} else {
		press(pty, keys[chance(sizeof(keys) / sizeof(keys[0]))]);
	}
}

/* Take what comes, for so long. */
static void watch(struct pty *pty, int ms)
{
	uint64_t end = pty_now() + (uint64_t)ms * 1000000, now;

	while ((now = pty_now()) < end)
		if (!pty_read(pty, (int)((end - now) / 1000000) + 1))
			return;
}

/* Has it ended? Then with what? */
static bool ended(struct pty *pty, int *status)
{
	return waitpid(pty->pid, status, WNOHANG) == pty->pid;
}

/* Does text come on the last row, or go? False: it has ended, or nothing in time. */
static bool await(struct pty *pty, const char *text, bool there, int *status, bool *over)
{
	uint64_t deadline = pty_now() + PATIENCE;

	while (pty_shows(pty, pty->rows - 1, pty->rows - 1, text) != there) {
		*over = ended(pty, status);
		if (*over || pty_now() > deadline)
			return false;
		pty_read(pty, 50);
	}
	return true;
}

/*
 * Out of a prompt, then the command line. ^G, as an Escape that a busy console reads in one go with
 * the key behind it is Alt and that key; twice, as there may be an Escape before the first.
 */
static bool answers_once(struct pty *pty, int *status, bool *over)
{
	pty_size(pty, 24, 80);
	watch(pty, 50);
	pty_type(pty, "\007\007");
	watch(pty, 60);
	pty_type(pty, ":q9");
	if (!await(pty, ":q9", true, status, over))
		return false;
	pty_type(pty, "\007");
	return await(pty, ":q9", false, status, over);
}

/* It must answer; to the second call, too, when the first one went into something that the keys
 * before it had opened, such as a paste without an end. */
static bool answers(struct pty *pty, int *status, bool *over)
{
	if (answers_once(pty, status, over))
		return true;
	if (*over)
		return false;
	printf("# it had to be asked again, keys: %s\n", pressed);
	pty_show(pty);
	return answers_once(pty, status, over);
}

int main(int argc, char **argv)
{
	static struct pty pty;
	bool good = true;
	int total, status = 0;

	if (argc < 4)
		pty_die("Usage", "walk SEED KEYS COMMAND...");
	seed = (uint32_t)strtoul(argv[1], NULL, 10);
	total = (int)strtol(argv[2], NULL, 10);
	pty_start(&pty, 24, 80, argv + 3);
	for (int done = 0; done < total && good; done += BATCH) {
		bool over = false;

		pressed[0] = '\0';
		for (int i = 0; i < BATCH && !over; i++) {
			press_any(&pty);
			watch(&pty, (int)chance(20));
			over = ended(&pty, &status);
		}
		good = over || answers(&pty, &status, &over);
		if (over) {
			good = !status;
			while (pty_read(&pty, 100))
				; /* what it said at the end */
			if (!good)
				pty_show(&pty);
			close(pty.fd);
			pty_start(&pty, 24, 80, argv + 3);
		}
		if (pty_shows(&pty, 0, pty.rows - 1, "NO ENGINE")) {
			good = false;
			pty_type(&pty, ":view log\r"); /* which says why */
			watch(&pty, 500);
		}
		printf("%s %d - it answers after %d keys%s\n", good ? "ok" : "not ok",
		       done / BATCH + 1, done + BATCH, over ? ", started again" : "");
		if (!good) {
			printf("# status %d, keys: %s\n", status, pressed);
			pty_show(&pty);
		}
		fflush(stdout);
	}
	/* One that has only just been started would not catch it yet. */
	good = good && answers(&pty, &status, &(bool){false});
	kill(pty.pid, SIGTERM);
	while (pty_read(&pty, 10000))
		;
	waitpid(pty.pid, &status, 0);
	printf("%s %d - SIGTERM ends it\n", status ? "not ok" : "ok", total / BATCH + 1);
	if (status) {
		printf("# status %d\n", status);
		pty_show(&pty);
	}
	printf("1..%d\n", total / BATCH + 1);
	return !good || status;
}
