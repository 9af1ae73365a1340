/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers as people read them on a screen. Called by meters, title and messages; each function
 * writes into the caller's buffer and returns it, so that it can stand in an argument list.
 */
#ifndef VTRACE_CONSOLE_NUMBERS_H
#define VTRACE_CONSOLE_NUMBERS_H

#include <stdint.h>

#define NUMBER_SIZE 32

/* "999", "12.3k", "4.5M": powers of 1000, at most five characters below 10^15. */
const char *number_count(char text[NUMBER_SIZE], uint64_t value);
/* "999", "12.3K", "4.5M": bytes in powers of 1024. */
const char *number_bytes(char text[NUMBER_SIZE], uint64_t bytes);
/* "1,204,398" */
const char *number_exact(char text[NUMBER_SIZE], uint64_t value);
/* "00:01:23" from milliseconds */
const char *number_duration(char text[NUMBER_SIZE], uint64_t ms);

#endif
