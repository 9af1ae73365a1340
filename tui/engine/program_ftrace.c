// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/format.h"
#include "tui/engine/program_private.h"

#define INDENT 2 /* of function_graph, columns a level */

/* ---- function ---- */

static bool same_name(const char *a, const char *b)
{
	return a == b || !strcmp(a, b);
}

/* How deep a function is to be indented: as deep as its caller was last seen on this CPU. What was
 * called from deeper down stays known, as it does in the plugin. */
static unsigned depth_of(struct calls *calls, unsigned cpu, const char *caller, const char *called)
{
	const char **stack = calls->cpu[cpu % CALLS_CPUS].stack;
	unsigned depth = 0;

	while (depth < CALLS_DEPTH - 2 && stack[depth] && !same_name(stack[depth], caller))
		depth++;
	if (!stack[depth] || !same_name(stack[depth], caller)) {
		depth = 0;
		stack[0] = caller;
	}
	if (called)
		stack[depth + 1] = called;
	return depth;
}

void run_call(struct run *run, const struct op *op)
{
	uint64_t address = run_value(run, &op->value);
	struct symbols *symbols = &run->programs->symbols;
	const char *caller = symbols_find(symbols, run_value(run, &op->extent))->name;
	const char *called = symbols_find(symbols, address)->name;

	if (run->calls && caller)
		out_pad(run->out, ' ', 3 * depth_of(run->calls, run->record.cpu, caller, called));
	run_function(run, address, false);
}

/* Laid out as trace-cmd does the time of a line (tep_func_repeat_format in its trace-read.c). */
void run_time_before(struct run *run, const struct op *op)
{
	static const struct spec seconds = {0, 'u', 5, -1}, ticks = {0, 'u', 12, -1};
	uint64_t ts = run->ts - (run_value(run, &op->value) << 32 | run_value(run, &op->extent));
	uint64_t us = ts / 1000 + (ts % 1000 >= 500);

	if (run->ticks) {
		out_number(run->out, &ticks, ts, 8);
		return;
	}
	out_number(run->out, &seconds, us / 1000000, 8);
	out_char(run->out, '.');
	out_digits(run->out, us % 1000000, 6);
}

/* ---- kernel_stack ---- */

void run_stack(struct run *run, const struct op *op)
{
	unsigned size = run->record.long_size;

	for (uint32_t at = op->offset; at < run->record.size && out_left(run->out); at += size) {
		uint64_t address = record_number(&run->record, at, size);
		const struct symbol *found;

		/* The list ends with ~0; libtraceevent looks at its lower half alone. */
		if ((int32_t)address == -1)
			break;
		found = symbols_find(&run->programs->symbols, address);
		out_bytes(run->out, "=> ", 3);
		if (found->name) {
			out_bytes(run->out, found->name, found->length);
			out_pair(run->out, " (");
		}
		out_hex(run->out, address);
		out_string(run->out, found->name ? ")\n" : "\n");
	}
}

/* ---- function_graph, as trace-cmd prints it ---- */

static void graph_overhead(struct out *out, uint64_t duration)
{
	static const struct {
		uint64_t more; /* than so many ns */
		char mark;
	} marks[] = {
		{1000000000, '$'}, {1000000, '#'}, {100000, '!'}, {10000, '+'}, {0, ' '},
	};
	unsigned mark = 0;

	while (marks[mark].more && duration <= marks[mark].more)
		mark++;
	out_char(out, marks[mark].mark);
	out_char(out, ' ');
}

static void graph_duration(struct out *out, uint64_t duration)
{
	size_t length;
	char *start;

	graph_overhead(out, duration);
	start = out->at;
	out_unsigned(out, duration / 1000);
	if (out->at - start < 7) {
		out_char(out, '.');
		out_digits(out, duration % 1000, 3);
	}
	length = (size_t)(out->at - start);
	out_bytes(out, " us ", 4);
	out_pad(out, ' ', length < 7 ? 7 - length : 0);
	out_bytes(out, "|  ", 3);
}

static void graph_indent(struct run *run, const struct op *op)
{
	int32_t depth = (int32_t)run_value(run, &op->extent);

	out_pad(run->out, ' ', depth > 0 ? (size_t)depth * INDENT : 0);
}

static uint64_t next_value(const struct run *run, const struct value *value)
{
	return value_get(value, run->programs->steps.step, run->next);
}

/* Is the next row this function's own exit? */
static bool is_leaf(const struct run *run, uint64_t function)
{
	const struct graph_exit *exit = &run->programs->graph_exit;

	return run->next && exit->known && record_number(run->next, 0, 2) == exit->id &&
	       next_value(run, &exit->pid) == record_number(&run->record, exit->pid.first, 4) &&
	       next_value(run, &exit->function) == function;
}

void run_graph_entry(struct run *run, const struct op *op)
{
	const struct graph_exit *exit = &run->programs->graph_exit;
	uint64_t address = run_value(run, &op->value);
	const struct symbol *found = symbols_find(&run->programs->symbols, address);
	bool leaf = is_leaf(run, address);

	if (leaf)
		graph_duration(run->out,
			       next_value(run, &exit->rettime) - next_value(run, &exit->calltime));
	else
		out_string(run->out, "             |  ");
	graph_indent(run, op);
	if (found->name)
		out_bytes(run->out, found->name, found->length);
	else
		out_hex(run->out, address);
	out_string(run->out, leaf ? "();" : "() {");
	run->took_next = leaf;
}

void run_graph_exit(struct run *run, const struct op *op)
{
	const struct graph_exit *exit = &run->programs->graph_exit;

	graph_duration(run->out, run_value(run, &exit->rettime) - run_value(run, &exit->calltime));
	graph_indent(run, op);
	out_char(run->out, '}');
}

/* ---- trace_printk ---- */

/* Arguments as the kernel's vbin_printf() packs them: numbers at multiples of 4, strings as they
 * are (Linux, lib/vsprintf.c). */
struct arguments {
	const struct run *run;
	uint32_t at;
};

static uint64_t take_number(struct arguments *arguments, unsigned size)
{
	uint64_t number;

	arguments->at = (arguments->at + 3) & ~3u;
	number = record_number(&arguments->run->record, arguments->at, size);
	arguments->at += size;
	return number;
}

static void take_string(struct arguments *arguments, struct out *out, const struct spec *spec)
{
	const struct record *record = &arguments->run->record;
	const char *text = (const char *)record->data + arguments->at;
	size_t length = strnlen(text, record->size - arguments->at);

	out_text(out, spec, text, length);
	arguments->at += (uint32_t)length + 1;
}

/* False for what only libtraceevent knows. */
static bool bprint_argument(struct run *run, const struct piece *piece, struct arguments *arguments)
{
	unsigned size = piece->longs == 1 ? run->record.long_size : piece->size;

	/* Halves are no arguments to libtraceevent; neither is what has a *. */
	if (piece->star != STAR_NONE || (piece->size && piece->size < 4))
		return false;
	if (arguments->at >= run->record.size)
		return false;
	if (piece->spec.conversion == 's') {
		take_string(arguments, run->out, &piece->spec);
		return true;
	}
	if (piece->spec.conversion != 'p') {
		out_number(run->out, &piece->spec, take_number(arguments, size), piece->size);
		return true;
	}
	if (piece->letters[0] != 's' && piece->letters[0] != 'S')
		return false;
	run_function(run, take_number(arguments, run->record.long_size), piece->letters[0] == 'S');
	return true;
}

bool run_bprint(struct run *run, const struct op *op)
{
	const char *format = symbols_printk(&run->programs->symbols, run_value(run, &op->extent));
	struct arguments arguments = {run, op->offset};
	struct piece piece;

	run_function(run, run_value(run, &op->value), false);
	out_pair(run->out, ": ");
	if (!format) {
		out_string(run->out, "(NO FORMAT FOUND at ");
		out_hex(run->out, run_value(run, &op->extent));
		out_string(run->out, ")\n");
		return true;
	}
	for (;;) {
		switch (format_next(&format, &piece)) {
		case PIECE_END:
			return true;
		case PIECE_TEXT:
			format_unescape(run->out, piece.start, piece.length);
			break;
		case PIECE_CONVERSION:
			if (!bprint_argument(run, &piece, &arguments))
				return false;
			break;
		case PIECE_UNKNOWN:
			return false;
		}
	}
}
