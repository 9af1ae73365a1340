// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int symbols_init(struct symbols *symbols, struct tep_handle *tep)
{
	*symbols = (struct symbols){.tep = tep};
	symbols->slots = calloc(SYMBOLS_SLOTS, sizeof(*symbols->slots));
	return symbols->slots ? 0 : -ENOMEM;
}

void symbols_release(struct symbols *symbols)
{
	free(symbols->slots);
	free(symbols->printks);
	free(symbols->printk_text);
	*symbols = (struct symbols){0};
}

const struct symbol *symbols_find(struct symbols *symbols, uint64_t address)
{
	uint64_t hash = address * UINT64_C(0x9e3779b97f4a7c15);
	struct symbol *symbol = &symbols->slots[hash >> 52 & (SYMBOLS_SLOTS - 1)];

	if (symbol->known && symbol->address == address)
		return symbol;
	*symbol = (struct symbol){.address = address, .known = 1};
	symbol->name = tep_find_function(symbols->tep, address);
	if (symbol->name) {
		symbol->start = tep_find_function_address(symbols->tep, address);
		symbol->length = (uint32_t)strlen(symbol->name);
	}
	return symbol;
}

/* ---- printk_formats ---- */

static int compare_printks(const void *a, const void *b)
{
	const struct printk *left = a, *right = b;

	return left->address < right->address ? -1 : left->address > right->address;
}

/* 0xADDRESS : "TEXT": cut the line so that TEXT is a string without a last \n, as
 * tep_register_print_string() of libtraceevent's does. */
static void take_line(struct printk *printk, char *line, size_t length)
{
	char *text = strchr(line, '"') + 1, *end = line + length - 1;

	printk->address = strtoull(line, NULL, 16);
	printk->text = text;
	*end = '\0';
	if (end - text >= 2 && !strcmp(end - 2, "\\n"))
		end[-2] = '\0';
}

int symbols_take_printks(struct symbols *symbols, char *text)
{
	size_t lines = 0;
	char *next;

	free(symbols->printks);
	free(symbols->printk_text);
	symbols->printk_text = text;
	symbols->printk_count = 0;
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	symbols->printks = calloc(lines + 1, sizeof(*symbols->printks));
	if (!symbols->printks)
		return -ENOMEM;
	for (char *line = text; *line; line = next) {
		char *end = strchr(line, '\n');

		if (!end)
			break;
		next = end + 1;
		*end = '\0';
		take_line(&symbols->printks[symbols->printk_count++], line, (size_t)(end - line));
	}
	if (symbols->printk_count)
		qsort(symbols->printks, symbols->printk_count, sizeof(*symbols->printks),
		      compare_printks);
	return 0;
}

const char *symbols_printk(const struct symbols *symbols, uint64_t address)
{
	const struct printk key = {.address = address}, *found = NULL;

	if (symbols->printk_count)
		found = bsearch(&key, symbols->printks, symbols->printk_count, sizeof(key),
				compare_printks);
	return found ? found->text : NULL;
}
