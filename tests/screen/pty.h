/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A console in a pseudo-terminal whose screen a test can look at sooner and oftener than tmux
 * would let it: what TERM=xterm-256color makes ncurses send, with a cell a column. A sequence that
 * is not known ends the test, so that a screen that is not understood is not taken for one that is.
 * Sequences: xterm's ctlseqs.
 */
#ifndef VTRACE_TESTS_PTY_H
#define VTRACE_TESTS_PTY_H

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PTY_ROWS    200
#define PTY_COLUMNS 512
#define PTY_NUMBERS 16

struct pty {
	int fd;
	pid_t pid;
	int rows, columns;
	char cell[PTY_ROWS][PTY_COLUMNS]; /* what is not ASCII is '#' */
	int row, column;
	int top, bottom; /* of the scrolling region */
	char last;	 /* character, for REP */
	char sequence[128];
	size_t length; /* of the sequence under way; 0: none */
	uint64_t bytes;
	uint64_t frames;   /* outputs with nothing for a while before them */
	uint64_t heard_ns; /* when the last came */
};

#define PTY_FRAME_GAP_NS 3000000 /* a frame comes in one go, and the next 33 ms later */

static inline uint64_t pty_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static inline void pty_die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(2);
}

static inline void pty_show(const struct pty *pty)
{
	for (int row = 0; row < pty->rows; row++)
		printf("# |%.*s|\n", pty->columns, pty->cell[row]);
}

static inline void pty_blank(struct pty *pty, int row, int from, int to)
{
	if (from < to)
		memset(pty->cell[row] + from, ' ', (size_t)(to - from));
}

static inline void pty_size(struct pty *pty, int rows, int columns)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

	pty->rows = rows;
	pty->columns = columns;
	pty->top = 0;
	pty->bottom = rows - 1;
	for (int row = 0; row < PTY_ROWS; row++)
		pty_blank(pty, row, 0, PTY_COLUMNS);
	ioctl(pty->fd, TIOCSWINSZ, &size);
}

/* Start argv in a terminal of that size. Its environment and directory are ours. */
static inline void pty_start(struct pty *pty, int rows, int columns, char *const *argv)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

	memset(pty, 0, sizeof(*pty));
	pty->pid = forkpty(&pty->fd, NULL, NULL, &size);
	if (pty->pid < 0)
		pty_die("forkpty", strerror(errno));
	if (!pty->pid) {
		setenv("TERM", "xterm-256color", 1);
		execv(argv[0], argv);
		_exit(127);
	}
	pty_size(pty, rows, columns);
}

/* Rows from..to of the region move up by one (count > 0) or down, blank ones come in. */
static inline void pty_scroll(struct pty *pty, int from, int to, int count)
{
	for (; count > 0; count--) {
		memmove(pty->cell[from], pty->cell[from + 1],
			(size_t)(to - from) * sizeof(pty->cell[0]));
		pty_blank(pty, to, 0, PTY_COLUMNS);
	}
	for (; count < 0; count++) {
		memmove(pty->cell[from + 1], pty->cell[from],
			(size_t)(to - from) * sizeof(pty->cell[0]));
		pty_blank(pty, from, 0, PTY_COLUMNS);
	}
}

static inline int pty_within(int value, int least, int most)
{
	return value < least ? least : value > most ? most : value;
}

static inline void pty_go(struct pty *pty, int row, int column)
{
	pty->row = pty_within(row, 0, pty->rows - 1);
	pty->column = pty_within(column, 0, pty->columns - 1);
}

static inline void pty_put(struct pty *pty, char character)
{
	if (pty->column >= pty->columns) { /* the margin's wrap, with the character after */
		pty->column = 0;
		if (pty->row < pty->rows - 1)
			pty->row++;
	}
	pty->cell[pty->row][pty->column++] = character;
	pty->last = character;
}

static inline void pty_line_feed(struct pty *pty)
{
	if (pty->row == pty->bottom)
		pty_scroll(pty, pty->top, pty->bottom, 1);
	else if (pty->row < pty->rows - 1)
		pty->row++;
}

static inline void pty_erase(struct pty *pty, int how)
{
	int from = how == 0 ? pty->row + 1 : 0, to = how == 1 ? pty->row : pty->rows;

	for (int row = from; row < to; row++)
		pty_blank(pty, row, 0, PTY_COLUMNS);
	if (how != 1)
		pty_blank(pty, pty->row, pty->column, PTY_COLUMNS);
	if (how != 0)
		pty_blank(pty, pty->row, 0, pty->column + 1);
}

/* Characters of a row come in (count > 0) or go at the cursor. */
static inline void pty_shift(struct pty *pty, int count)
{
	char *row = pty->cell[pty->row];
	int room = pty->columns - pty->column, moved = count < 0 ? -count : count;

	moved = pty_within(moved, 0, room);
	if (count > 0) {
		memmove(row + pty->column + moved, row + pty->column, (size_t)(room - moved));
		pty_blank(pty, pty->row, pty->column, pty->column + moved);
	} else {
		memmove(row + pty->column, row + pty->column + moved, (size_t)(room - moved));
		pty_blank(pty, pty->row, pty->columns - moved, pty->columns);
	}
}

/* CSI, its numbers taken apart. */
static inline void pty_control(struct pty *pty, char final, const int *numbers, int count)
{
	int n = count && numbers[0] ? numbers[0] : 1, how = count ? numbers[0] : 0;

	switch (final) {
	case 'A':
		pty_go(pty, pty->row - n, pty->column);
		break;
	case 'B':
		pty_go(pty, pty->row + n, pty->column);
		break;
	case 'C':
		pty_go(pty, pty->row, pty->column + n);
		break;
	case 'D':
		pty_go(pty, pty->row, pty->column - n);
		break;
	case 'G':
		pty_go(pty, pty->row, n - 1);
		break;
	case 'd':
		pty_go(pty, n - 1, pty->column);
		break;
	case 'H':
		pty_go(pty, n - 1, count > 1 && numbers[1] ? numbers[1] - 1 : 0);
		break;
	case 'J':
		pty_erase(pty, how);
		break;
	case 'K':
		pty_blank(pty, pty->row, how == 0 ? pty->column : 0,
			  how == 1 ? pty->column + 1 : PTY_COLUMNS);
		break;
	case 'X':
		pty_blank(pty, pty->row, pty->column, pty_within(pty->column + n, 0, pty->columns));
		break;
	case 'b':
		while (n--)
			pty_put(pty, pty->last);
		break;
	case 'L':
		pty_scroll(pty, pty->row, pty->bottom, -n);
		break;
	case 'M':
		pty_scroll(pty, pty->row, pty->bottom, n);
		break;
	case 'S':
		pty_scroll(pty, pty->top, pty->bottom, n);
		break;
	case 'T':
		pty_scroll(pty, pty->top, pty->bottom, -n);
		break;
	case '@':
		pty_shift(pty, n);
		break;
	case 'P':
		pty_shift(pty, -n);
		break;
	case 'r':
		pty->top = count ? pty_within(n - 1, 0, pty->rows - 1) : 0;
		pty->bottom = count > 1 ? pty_within(numbers[1] - 1, pty->top, pty->rows - 1)
					: pty->rows - 1;
		pty_go(pty, 0, 0);
		break;
	case 'm': /* attributes */
	case 'h': /* modes */
	case 'l':
	case 't': /* the window's title, by its stack */
		break;
	default:
		pty_die("a sequence that is not known", pty->sequence);
	}
}

/* A sequence that began with ESC may be whole now. */
static inline void pty_sequence(struct pty *pty)
{
	char *text = pty->sequence, final = text[pty->length - 1];
	int numbers[PTY_NUMBERS] = {0}, count = 0;

	if (pty->length < 2)
		return;
	if (text[1] == '[') {
		char *at = text + 2;

		if (pty->length == 2 || final < '@' || final > '~')
			return;
		at += strspn(at, "?>=!");
		while (at < text + pty->length - 1 && count < PTY_NUMBERS) {
			numbers[count++] = (int)strtol(at, &at, 10);
			at += *at == ';';
		}
		pty_control(pty, final, numbers, count);
	} else if (text[1] == ']') { /* to the terminal itself, up to BEL or ST */
		if (final != '\a' && !(final == '\\' && text[pty->length - 2] == 0x1b))
			return;
	} else if (text[1] == '(' || text[1] == ')') { /* a character set */
		if (pty->length < 3)
			return;
	} else if (text[1] == 'M') {
		if (pty->row == pty->top)
			pty_scroll(pty, pty->top, pty->bottom, -1);
		else
			pty_go(pty, pty->row - 1, pty->column);
	} else if (!strchr("78=>c", text[1])) {
		pty_die("a sequence that is not known", text + 1);
	}
	pty->length = 0;
}

static inline void pty_byte(struct pty *pty, unsigned char byte)
{
	if (byte == 0x1b && (pty->length == 1 || (pty->length && pty->sequence[1] != ']')))
		pty->length = 0; /* a sequence that was cut off: another one begins */
	if (pty->length) {
		if (pty->length == sizeof(pty->sequence) - 1)
			pty_die("a sequence without an end", pty->sequence + 1);
		pty->sequence[pty->length++] = (char)byte;
		pty->sequence[pty->length] = '\0';
		pty_sequence(pty);
	} else if (byte == 0x1b) {
		pty->sequence[0] = (char)byte;
		pty->length = 1;
	} else if (byte == '\r') {
		pty->column = 0;
	} else if (byte == '\n') {
		pty_line_feed(pty);
	} else if (byte == '\b') {
		pty_go(pty, pty->row, pty->column - 1);
	} else if (byte == '\t') {
		pty_go(pty, pty->row, (pty->column | 7) + 1);
	} else if (byte >= 0xc0) { /* UTF-8, Unicode 3.9: the first byte of several */
		pty_put(pty, '#');
	} else if (byte >= ' ' && byte < 0x7f) {
		pty_put(pty, (char)byte);
	}
}

/* Wait for output so long and take what comes. False: none did, or it has ended. */
static inline bool pty_read(struct pty *pty, int timeout_ms)
{
	struct pollfd in = {.fd = pty->fd, .events = POLLIN};
	unsigned char bytes[65536];
	uint64_t now;
	ssize_t got;

	if (poll(&in, 1, timeout_ms) <= 0)
		return false;
	got = read(pty->fd, bytes, sizeof(bytes));
	if (got <= 0)
		return false;
	now = pty_now();
	pty->frames += now - pty->heard_ns > PTY_FRAME_GAP_NS;
	pty->heard_ns = now;
	pty->bytes += (uint64_t)got;
	for (ssize_t i = 0; i < got; i++)
		pty_byte(pty, bytes[i]);
	return true;
}

static inline void pty_type(struct pty *pty, const char *keys)
{
	for (size_t done = 0, length = strlen(keys); done < length;) {
		ssize_t n = write(pty->fd, keys + done, length - done);

		if (n <= 0)
			return; /* it has ended, which is seen elsewhere */
		done += (size_t)n;
	}
}

/* Is text on row first or on one below it, up to last? */
static inline bool pty_shows(const struct pty *pty, int first, int last, const char *text)
{
	for (int row = first; row <= last && row < pty->rows; row++)
		if (memmem(pty->cell[row], (size_t)pty->columns, text, strlen(text)))
			return true;
	return false;
}

#endif
