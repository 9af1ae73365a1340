// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "tui/console/characters.h"
#include "tui/console/keymap.h"
#include "tui/console/mouse.h"
#include "tui/console/paste.h"
#include "tui/console/stall.h"
#include "tui/console/terminal.h"
#include "tui/console/terminfo.h"
#include "tui/domain/loop.h"
#include "tui/text.h"

#define ESCAPE_DELAY 25 /* ms to tell Esc from a function key; UX of tmux and htop */

struct terminal {
	const struct terminal_events *events;
	void *data;
	SCREEN *screen;
	bool ascii;
	bool colour;
	short background; /* the terminal's own: LOOK_DEFAULT where it can be asked for */
	attr_t styles[STYLE_COUNT];
	int signal_fd, signal_watch;
	int key_watch;
	struct characters characters;
	struct paste paste;
	struct mouse mouse;
	bool mouse_on;
	int stderr_kept; /* the real stderr while the pipe is in its place */
	int noise_fd, noise_watch;
	char noise[512]; /* a line of stderr being collected */
	size_t noise_length;
	sigset_t mask_kept;
	struct stall stall;
};

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/*
 * A crash leaves through here. endwin() is not async-signal-safe, but curses keeps the only
 * record of the terminal's state and the program is dying either way: the alarm and the one-shot
 * handler bound the damage.
 */
static void crashed(int number)
{
	static const char text[] = "vtrace-top: crashed; what was saved or recorded is kept\n";

	alarm(2);
	mouse_reports(false);
	paste_marks(false);
	endwin();
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(128 + number);
	raise(number);
}

static void catch_crashes(bool on)
{
#ifndef VTRACE_SANITIZED /* the sanitizers report crashes themselves, and say more */
	struct sigaction action = {.sa_handler = on ? crashed : SIG_DFL};

	action.sa_flags = (int)SA_RESETHAND | SA_NODEFER;
	for (size_t i = 0; i < sizeof(crash_signals) / sizeof(crash_signals[0]); i++)
		sigaction(crash_signals[i], &action, NULL);
#else
	(void)on;
	(void)crashed;
	(void)crash_signals;
#endif
}

static void start_colours(struct terminal *terminal)
{
	const char *no_colour = getenv("NO_COLOR");

	terminal->colour = (!no_colour || !*no_colour) && has_colors() && start_color() != ERR;
	terminal->background = LOOK_DEFAULT;
	if (terminal->colour && use_default_colors() == ERR)
		terminal->background = COLOR_BLACK;
}

static attr_t attributes_of(unsigned attributes)
{
	static const struct {
		unsigned bit;
		attr_t curses;
	} all[] = {
		{LOOK_BOLD, A_BOLD},
		{LOOK_DIM, A_DIM},
		{LOOK_REVERSE, A_REVERSE},
		{LOOK_UNDERLINE, A_UNDERLINE},
	};
	attr_t result = A_NORMAL;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (attributes & all[i].bit)
			result |= all[i].curses;
	return result;
}

/* The attributes of a look, with its colours as pair number pair. */
static attr_t with_colours(const struct terminal *terminal, const struct look *look, short pair)
{
	bool bold, bright;
	short text = look_colour(look->colour, COLORS, &bold);
	short background = look_colour(look->background, COLORS, &bright);
	attr_t attributes = attributes_of(look->attributes) | (bold ? A_BOLD : A_NORMAL);

	if (text == LOOK_DEFAULT && background == LOOK_DEFAULT)
		return attributes;
	if (text == LOOK_DEFAULT && terminal->background != LOOK_DEFAULT)
		text = COLOR_WHITE;
	if (background == LOOK_DEFAULT)
		background = terminal->background;
	if (init_pair(pair, text, background) == ERR)
		return attributes_of(look->plain);
	return attributes | (attr_t)COLOR_PAIR(pair);
}

void terminal_theme(struct terminal *terminal, const struct theme *theme)
{
	const struct look *normal = &theme->looks[STYLE_NORMAL];

	for (short i = 0; i < STYLE_COUNT; i++) {
		struct look look = theme->looks[i];

		if (look.colour == LOOK_DEFAULT)
			look.colour = normal->colour;
		if (look.background == LOOK_DEFAULT)
			look.background = normal->background;
		terminal->styles[i] = terminal->colour ? with_colours(terminal, &look, i + 1)
						       : attributes_of(look.plain);
	}
	/* Where nothing is written, too. */
	bkgdset(' ' | (terminal->styles[STYLE_NORMAL] & A_COLOR));
}

unsigned long terminal_style(const struct terminal *terminal, enum style style)
{
	return terminal->styles[style];
}

bool terminal_style_marks_blanks(const struct terminal *terminal, enum style style)
{
	return terminal_style(terminal, style) & (A_REVERSE | A_UNDERLINE | A_STANDOUT | A_BLINK);
}

/* The next key that was pressed; KEY_UNKNOWN: there is none now. */
static int next_key(struct terminal *terminal)
{
	wchar_t character;
	int key;

	while ((key = getch()) != ERR) {
		if (key <= UCHAR_MAX) {
			if (characters_take(&terminal->characters, (unsigned char)key, &character))
				return (int)character;
			continue;
		}
		/* resizeterm() puts a key of its own into the queue, which nobody pressed. */
		if (key == KEY_RESIZE)
			continue;
		characters_cut(&terminal->characters);
		return KEY_FUNCTION(key);
	}
	return KEY_UNKNOWN;
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void take_key(struct terminal *terminal, int key)
{
	uint64_t now = now_ms();

	if (paste_takes(&terminal->paste, key, now)) {
		if (terminal->paste.done)
			terminal->events->paste(terminal->data, terminal->paste.text);
		terminal->paste.done = false;
	} else if (mouse_takes(&terminal->mouse, key, now)) {
		if (terminal->mouse.done)
			terminal->events->mouse(terminal->data, &terminal->mouse.event);
		terminal->mouse.done = false;
	} else {
		terminal->events->key(terminal->data, key);
	}
}

static void read_keys(int fd, unsigned events, void *data)
{
	struct terminal *terminal = data;
	int key, behind;

	(void)fd;
	while ((key = next_key(terminal)) != KEY_UNKNOWN) {
		/* Terminals send Esc and the key for Alt and a key. */
		if (key == KEY_ESCAPE && (behind = next_key(terminal)) != KEY_UNKNOWN)
			key = KEY_META(behind);
		take_key(terminal, key);
	}
	if (events & LOOP_HANGUP) {
		loop_watch_set(terminal->key_watch, 0);
		terminal->events->leave(terminal->data, "the terminal is gone");
	}
}

static void size_changed(struct terminal *terminal)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	terminal->events->redraw(terminal->data);
}

static void read_signals(int fd, unsigned events, void *data)
{
	struct terminal *terminal = data;
	struct signalfd_siginfo info;

	(void)events;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGWINCH:
			size_changed(terminal);
			break;
		case SIGTSTP:
			terminal_suspend(terminal);
			break;
		case SIGCONT:
			terminal_repaint(terminal);
			size_changed(terminal);
			break;
		default:
			terminal->events->leave(terminal->data, strsignal((int)info.ssi_signo));
		}
	}
}

/* Lines that libraries write to stderr would tear the screen; they are handed over instead. */
static void read_noise(int fd, unsigned events, void *data)
{
	struct terminal *terminal = data;
	char bytes[512];
	ssize_t got;

	(void)events;
	while ((got = read(fd, bytes, sizeof(bytes))) > 0) {
		for (ssize_t i = 0; i < got; i++) {
			bool full = terminal->noise_length == sizeof(terminal->noise) - 1;

			if (bytes[i] != '\n' && !full) {
				terminal->noise[terminal->noise_length++] = bytes[i];
				continue;
			}
			terminal->noise[terminal->noise_length] = '\0';
			if (terminal->noise_length)
				terminal->events->noise(terminal->data, terminal->noise);
			terminal->noise_length = 0;
			if (bytes[i] != '\n')
				terminal->noise[terminal->noise_length++] = bytes[i];
		}
	}
}

static int open_noise(struct terminal *terminal)
{
	int ends[2];

	fflush(stderr);
	terminal->stderr_kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (terminal->stderr_kept < 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	terminal->noise_fd = ends[0];
	/* The write end does not block either: a library must not hang on its own complaint. */
	int moved = dup2(ends[1], STDERR_FILENO);
	int error = errno;

	close(ends[1]);
	if (moved < 0)
		return -error;
	terminal->noise_watch = loop_watch(ends[0], LOOP_READ, read_noise, terminal);
	return terminal->noise_watch < 0 ? terminal->noise_watch : 0;
}

static int open_signals(struct terminal *terminal)
{
	static const int handled[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT, SIGQUIT};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
		sigaddset(&set, handled[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	terminal->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (terminal->signal_fd < 0)
		return -errno;
	terminal->signal_watch = loop_watch(terminal->signal_fd, LOOP_READ, read_signals, terminal);
	return terminal->signal_watch < 0 ? terminal->signal_watch : 0;
}

static int open_screen(struct terminal *terminal, char *error, size_t error_size)
{
	const char *type = getenv("TERM");
	struct theme theme;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		snprintf(error, error_size,
			 "the console needs a terminal on stdin and stdout; "
			 "-b prints lines instead");
		return -ENOTTY;
	}
	stall_init(&terminal->stall);
	if (terminfo_known())
		terminal->screen = newterm(NULL, stdout, stdin);
	if (!terminal->screen) {
		snprintf(error, error_size,
			 "the terminal type \"%.64s\" (TERM) is not known here; set TERM to one "
			 "that is, such as xterm or vt100",
			 type ? type : "");
		return -ENOTTY;
	}
	/* Until it has come back from endwin() once, ncurses writes at each move of the cursor what
	 * it has, for programs that draw without it: a hundred writes a screen in the place of a
	 * few (ncurses 6.4, lib_mvcur.c: _nc_mvcur). */
	endwin();
	refresh();
	/* curses sets handlers of its own; ours come through the descriptor. */
	signal(SIGTSTP, SIG_DFL);
	set_escdelay(ESCAPE_DELAY);
	/* raw: ^C and ^Z come as keys, so that they do not hit the engine in our process group. */
	raw();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	paste_init();
	mouse_init();
	paste_marks(true);
	start_colours(terminal);
	theme_init(&theme);
	terminal_theme(terminal, &theme);
	return 0;
}

int terminal_open(struct terminal **result, const struct terminal_events *events, void *data,
		  char *error, size_t error_size)
{
	struct terminal *terminal = calloc(1, sizeof(*terminal));
	int ret;

	if (!terminal)
		return -ENOMEM;
	terminal->events = events;
	terminal->data = data;
	terminal->signal_fd = terminal->signal_watch = terminal->key_watch = -1;
	terminal->stderr_kept = terminal->noise_fd = terminal->noise_watch = -1;
	terminal->stall.tty_fd = terminal->stall.null_fd = -1;
	terminal->ascii = text_ascii();
	sigprocmask(SIG_BLOCK, NULL, &terminal->mask_kept);

	ret = open_signals(terminal);
	if (!ret)
		ret = open_noise(terminal);
	if (ret < 0) {
		snprintf(error, error_size, "the terminal can not be set up: %s", strerror(-ret));
		goto fail;
	}
	ret = open_screen(terminal, error, error_size);
	if (ret < 0)
		goto fail;
	catch_crashes(true);
	terminal->key_watch = loop_watch(STDIN_FILENO, LOOP_READ, read_keys, terminal);
	if (terminal->key_watch < 0) {
		ret = terminal->key_watch;
		snprintf(error, error_size, "keys can not be read: %s", strerror(-ret));
		goto fail;
	}
	*result = terminal;
	return 0;
fail:
	terminal_close(terminal);
	return ret;
}

void terminal_close(struct terminal *terminal)
{
	bool stalled = false, again;

	if (!terminal)
		return;
	loop_unwatch(terminal->key_watch);
	loop_unwatch(terminal->signal_watch);
	loop_unwatch(terminal->noise_watch);
	if (terminal->screen) {
		stall_takes(&terminal->stall, &again);
		stall_begin(&terminal->stall);
		terminal_mouse(terminal, false);
		paste_marks(false);
		erase();
		refresh();
		endwin();
		delscreen(terminal->screen);
		stalled = stall_end(&terminal->stall);
	}
	stall_release(&terminal->stall);
	catch_crashes(false);
	if (terminal->stderr_kept >= 0) {
		fflush(stderr);
		/* What is said at the end would wait as well. */
		dup2(stalled && isatty(terminal->stderr_kept) ? STDOUT_FILENO
							      : terminal->stderr_kept,
		     STDERR_FILENO);
		close(terminal->stderr_kept);
	}
	if (terminal->noise_fd >= 0)
		close(terminal->noise_fd);
	if (terminal->signal_fd >= 0)
		close(terminal->signal_fd);
	sigprocmask(SIG_SETMASK, &terminal->mask_kept, NULL);
	free(terminal);
}

void terminal_mouse(struct terminal *terminal, bool on)
{
	if (terminal->mouse_on != on)
		mouse_reports(on);
	terminal->mouse_on = on;
}

void terminal_suspend(struct terminal *terminal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	if (terminal->mouse_on)
		mouse_reports(false);
	paste_marks(false);
	endwin();
	/* By default SIGTSTP stops us here until SIGCONT; without a shell that does job control
	 * the kernel ignores it, and we just go on. */
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	paste_marks(true);
	if (terminal->mouse_on)
		mouse_reports(true);
	terminal_repaint(terminal);
	size_changed(terminal);
}

void terminal_size(const struct terminal *terminal, int *rows, int *columns)
{
	(void)terminal;
	getmaxyx(stdscr, *rows, *columns);
}

bool terminal_ascii(const struct terminal *terminal)
{
	return terminal->ascii;
}

void terminal_begin(struct terminal *terminal)
{
	(void)terminal;
	erase();
}

void terminal_end(struct terminal *terminal, int row, int column)
{
	bool again;

	if (!stall_takes(&terminal->stall, &again))
		return;
	if (again)
		clearok(stdscr, TRUE);
	stall_begin(&terminal->stall);
	curs_set(row < 0 ? 0 : 1);
	if (row >= 0)
		move(row, column);
	wnoutrefresh(stdscr);
	doupdate();
	stall_end(&terminal->stall);
}

void terminal_repaint(struct terminal *terminal)
{
	(void)terminal;
	clearok(stdscr, TRUE);
}
