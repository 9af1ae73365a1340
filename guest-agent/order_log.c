// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/order_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void order_log_add(struct order_log *log, const char *verb, const char *args)
{
	size_t size = strlen(verb) + 1 + strlen(args) + 1;
	char *text = NULL;

	if (!log->broken && log->length + size <= ORDER_LOG_MAX)
		text = realloc(log->text, log->length + size);
	if (!text) {
		log->broken = true;
		return;
	}
	snprintf(text + log->length, size, "%s %s", verb, args);
	log->text = text;
	log->length += size;
}

const char *order_log_next(const struct order_log *log, const char *line)
{
	const char *next = line ? line + strlen(line) + 1 : log->text;

	return next && next < log->text + log->length ? next : NULL;
}

void order_log_clear(struct order_log *log)
{
	free(log->text);
	*log = (struct order_log){0};
}
