// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/failing_memory.h"

#define BLOCKS (1u << 16) /* places for those that are held; a power of two */
#define GONE   ((void *)1)

/* ld(1), --wrap=SYMBOL: calls of SYMBOL come to __wrap_SYMBOL, __real_SYMBOL is what it was. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset);
void __real_free(void *block);
int __real_vasprintf(char **text, const char *format, va_list args);
FILE *__real_open_memstream(char **text, size_t *size);
FILE *__real_fdopen(int fd, const char *mode);
DIR *__real_fdopendir(int fd);
DIR *__real_opendir(const char *path);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_reallocarray(void *block, size_t count, size_t size);
void *__wrap_mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset);
void __wrap_free(void *block);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t most);
int __wrap_vasprintf(char **text, const char *format, va_list args);
int __wrap_asprintf(char **text, const char *format, ...);
int __wrap___vasprintf_chk(char **text, int flag, const char *format, va_list args);
int __wrap___asprintf_chk(char **text, int flag, const char *format, ...);
FILE *__wrap_open_memstream(char **text, size_t *size);
FILE *__wrap_fdopen(int fd, const char *mode);
DIR *__wrap_fdopendir(int fd);
DIR *__wrap_opendir(const char *path);

#define PLACES	    (1u << 12) /* calls from different ways to get there; a power of two */
#define PLACE_DEPTH 6	       /* callers, of which the first two are of this file */

extern const char __executable_start[]; /* ld(1) */

static atomic_bool counting;
static atomic_ulong calls;
static unsigned long first;
static enum failing_memory how;
static const void *where;
static int stderr_fd = -1; /* of a whole program: where the first failure is told; then -1 */
static bool by_place;	   /* of a whole program: what is counted are ways to get to a call */
static unsigned long only; /* of a whole program: calls from there; 0: from anywhere */
static _Atomic(uintptr_t) places[PLACES];
static struct {
	void *block;
	const void *caller;
} held[BLOCKS];

void failing_memory_begin(unsigned long nth, enum failing_memory kind)
{
	memset(held, 0, sizeof(held));
	where = NULL;
	first = nth;
	how = kind;
	calls = 0;
	counting = true;
}

bool failing_memory_end(void)
{
	counting = false;
	return where;
}

const void *failing_memory_where(void)
{
	return where;
}

size_t failing_memory_held(const void **of)
{
	size_t count = 0;

	for (size_t i = 0; i < BLOCKS; i++) {
		if (!held[i].block || held[i].block == GONE)
			continue;
		count++;
		if (of)
			*of = held[i].caller;
	}
	return count;
}

static size_t place_of(const void *block)
{
	return ((uintptr_t)block >> 4) * 2654435761u % BLOCKS; /* Knuth, TAOCP 3, 6.4 */
}

static void hold(void *block, const void *caller)
{
	size_t at = place_of(block);

	if (!counting || !block)
		return;
	for (size_t i = 0; i < BLOCKS; i++, at = (at + 1) % BLOCKS) {
		if (held[at].block && held[at].block != GONE)
			continue;
		held[at].block = block;
		held[at].caller = caller;
		return;
	}
}

static void let_go(const void *block)
{
	size_t at = place_of(block);

	for (size_t i = 0; i < BLOCKS && held[at].block; i++, at = (at + 1) % BLOCKS) {
		if (held[at].block != block)
			continue;
		held[at].block = GONE;
		return;
	}
}

/* Is it the first call that is got to in this way? */
static bool is_new_place(void)
{
	void *callers[PLACE_DEPTH] = {NULL};
	uintptr_t sum = 0;

	backtrace(callers, PLACE_DEPTH);
	for (unsigned i = 2; i < PLACE_DEPTH; i++)
		sum = (sum + (uintptr_t)callers[i]) * 2654435761u;
	for (size_t at = sum % PLACES;; at = (at + 1) % PLACES) {
		uintptr_t none = 0;

		if (places[at] == sum)
			return false;
		if (atomic_compare_exchange_strong(&places[at], &none, sum))
			return true;
	}
}

/* Where in the program's file, for addr2line(1). */
static unsigned long in_file(const void *caller)
{
	return (unsigned long)((const char *)caller - __executable_start);
}

static void tell(const void *caller)
{
	char line[80];
	int length = snprintf(line, sizeof(line), "failing memory: it has run out, at 0x%lx\n",
			      in_file(caller));

	if (write(stderr_fd, line, (size_t)length) == length)
		stderr_fd = -1;
}

/* Is this the call that fails? */
static bool fails(const void *caller)
{
	unsigned long now;

	if (!counting || (only && in_file(caller) != only) || (by_place && !is_new_place()))
		return false;
	now = ++calls;
	if (!first || now < first || (how == FAIL_ONCE && now > first))
		return false;
	if (!where)
		where = caller;
	if (stderr_fd >= 0)
		tell(caller);
	errno = ENOMEM;
	return true;
}

#define CALLER __builtin_return_address(0)

void *__wrap_malloc(size_t size)
{
	void *block = fails(CALLER) ? NULL : __real_malloc(size);

	hold(block, CALLER);
	return block;
}

void *__wrap_calloc(size_t count, size_t size)
{
	void *block = fails(CALLER) ? NULL : __real_calloc(count, size);

	hold(block, CALLER);
	return block;
}

static void *grow(void *block, size_t size, const void *caller)
{
	void *grown = fails(caller) ? NULL : __real_realloc(block, size);

	if (grown) {
		if (block)
			let_go(block);
		hold(grown, caller);
	}
	return grown;
}

void *__wrap_realloc(void *block, size_t size)
{
	return grow(block, size, CALLER);
}

void *__wrap_reallocarray(void *block, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return grow(block, count * size, CALLER);
}

void *__wrap_mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset)
{
	return fails(CALLER) ? MAP_FAILED : __real_mmap(at, length, protection, flags, fd, offset);
}

void __wrap_free(void *block)
{
	if (block)
		let_go(block);
	__real_free(block);
}

static char *copy(const char *text, size_t length, const void *caller)
{
	char *block = fails(caller) ? NULL : __real_malloc(length + 1);

	if (!block)
		return NULL;
	memcpy(block, text, length);
	block[length] = '\0';
	hold(block, caller);
	return block;
}

char *__wrap_strdup(const char *text)
{
	return copy(text, strlen(text), CALLER);
}

char *__wrap_strndup(const char *text, size_t most)
{
	return copy(text, strnlen(text, most), CALLER);
}

static int __attribute__((format(printf, 2, 0)))
print(char **text, const char *format, va_list args, const void *caller)
{
	int length = fails(caller) ? -1 : __real_vasprintf(text, format, args);

	if (length >= 0)
		hold(*text, caller);
	return length;
}

int __wrap_vasprintf(char **text, const char *format, va_list args)
{
	return print(text, format, args, CALLER);
}

int __wrap___vasprintf_chk(char **text, int flag, const char *format, va_list args)
{
	(void)flag;
	return print(text, format, args, CALLER);
}

int __wrap_asprintf(char **text, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = print(text, format, args, CALLER);
	va_end(args);
	return length;
}

int __wrap___asprintf_chk(char **text, int flag, const char *format, ...)
{
	va_list args;
	int length;

	(void)flag;
	va_start(args, format);
	length = print(text, format, args, CALLER);
	va_end(args);
	return length;
}

FILE *__wrap_open_memstream(char **text, size_t *size)
{
	return fails(CALLER) ? NULL : __real_open_memstream(text, size);
}

FILE *__wrap_fdopen(int fd, const char *mode)
{
	return fails(CALLER) ? NULL : __real_fdopen(fd, mode);
}

DIR *__wrap_fdopendir(int fd)
{
	return fails(CALLER) ? NULL : __real_fdopendir(fd);
}

DIR *__wrap_opendir(const char *path)
{
	return fails(CALLER) ? NULL : __real_opendir(path);
}

/*
 * For whole programs: VTRACE_FAIL_MEMORY=PROGRAM:NTH, of those that are linked with this. That one
 * fails, and no more; it is told on stderr, so that whoever counts up knows when to end. With
 * PROGRAM:@NTH what is counted is not calls but ways to get to one, which are the same in each run,
 * however often a loop turns. With PROGRAM:0xWHERE it is the first call from there, as it was told,
 * with PROGRAM:0xWHERE+N the one after N others.
 */
static void __attribute__((constructor)) begin_by_environment(void)
{
	const char *wish = getenv("VTRACE_FAIL_MEMORY");
	const char *colon = wish ? strrchr(wish, ':') : NULL;
	unsigned long nth;
	void *callers[1];
	char *rest;

	if (!colon || strncmp(wish, program_invocation_short_name, (size_t)(colon - wish)) != 0 ||
	    program_invocation_short_name[colon - wish])
		return;
	by_place = colon[1] == '@';
	backtrace(callers, 1); /* what it loads it loads now */
	/* An engine that is locked down has another stderr. */
	stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (!strncmp(colon + 1, "0x", 2)) {
		only = strtoul(colon + 1, &rest, 16);
		nth = 1 + strtoul(*rest == '+' ? rest + 1 : rest, NULL, 10);
	} else {
		nth = strtoul(colon + 1 + by_place, NULL, 10);
	}
	failing_memory_begin(nth, FAIL_ONCE);
}
