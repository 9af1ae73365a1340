// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/field_meaning.h"

#include <string.h>

#include "tui/engine/field_value.h"

#define NESTING_MAX  64		/* of a print format's arguments */
#define FUNCTION_MAX (1u << 20) /* bytes: no function is longer, so no address lies that far in */

/* ---- which arguments ---- */

/* What an argument is made of. */
struct survey {
	const struct tep_format_field *field; /* the one that it speaks of; NULL: none yet */
	const struct tep_print_arg *names;    /* the largest part that names that one's values */
	bool more;			      /* it speaks of other things, too */
};

static void note(struct field_meanings *meanings, const struct survey *survey)
{
	if (!survey->names || meanings->count == FIELD_MEANINGS)
		return;
	for (unsigned i = 0; i < meanings->count; i++)
		if (meanings->named[i].field == survey->field)
			return;
	meanings->named[meanings->count].field = survey->field;
	meanings->named[meanings->count++].arg = survey->names;
}

static struct survey look(struct field_meanings *meanings, struct tep_event *event,
			  const struct tep_print_arg *arg, unsigned nesting);

/* Two parts of one argument: names stay what is noted in the end where both speak of one field. */
static struct survey look_both(struct field_meanings *meanings, struct tep_event *event,
			       const struct tep_print_arg *arg, unsigned nesting)
{
	struct survey left = look(meanings, event, arg->op.left, nesting);
	struct survey right = look(meanings, event, arg->op.right, nesting);
	struct survey both = {.field = left.field ? left.field : right.field};
	bool colon = arg->op.op && arg->op.op[0] == ':';

	both.more =
		left.more || right.more || (left.field && right.field && left.field != right.field);
	if (both.more) {
		note(meanings, &left);
		note(meanings, &right);
		return both;
	}
	/* The sides of a condition say nothing without it. */
	both.names = left.names ? left.names : right.names;
	if (both.names && !colon)
		both.names = arg;
	return both;
}

static struct survey look(struct field_meanings *meanings, struct tep_event *event,
			  const struct tep_print_arg *arg, unsigned nesting)
{
	struct survey survey = {.more = true};

	if (!arg)
		return (struct survey){0};
	if (nesting++ == NESTING_MAX)
		return survey;
	switch (arg->type) {
	case TEP_PRINT_NULL:
	case TEP_PRINT_ATOM:
		survey.more = false;
		break;
	case TEP_PRINT_FIELD:
		survey.field = tep_find_any_field(event, arg->field.name);
		survey.more = !survey.field;
		break;
	case TEP_PRINT_TYPE:
		survey = look(meanings, event, arg->typecast.item, nesting);
		break;
	case TEP_PRINT_FLAGS:
	case TEP_PRINT_SYMBOL:
		survey = look(meanings, event,
			      arg->type == TEP_PRINT_FLAGS ? arg->flags.field : arg->symbol.field,
			      nesting);
		survey.names = survey.field && !survey.more ? arg : NULL;
		break;
	case TEP_PRINT_OP:
		survey = look_both(meanings, event, arg, nesting);
		break;
	default:
		break;
	}
	return survey;
}

void field_meanings_find(struct field_meanings *meanings, struct tep_event *event)
{
	meanings->count = 0;
	for (const struct tep_print_arg *arg = event->print_fmt.args; arg; arg = arg->next) {
		struct survey survey = look(meanings, event, arg, 0);

		note(meanings, &survey);
	}
}

/* ---- what they say ---- */

static void put_names(struct out *out, const struct print_job *job, const struct tep_print_arg *arg)
{
	/* Compiled into a list of its own, which knows the symbols of the formats. */
	struct programs programs = {.symbols = job->formats->programs.symbols};
	struct run run = {.out = out,
			  .record = print_view(job),
			  .ts = job->ts,
			  .programs = &programs};
	char *start = out->at;
	struct program program;

	if (!program_compile_argument(&programs, job->format->event, arg, &program) &&
	    !program_run(&program, &run))
		out->at = start;
	/* A value without a name is printed in hex. */
	if (out->at - start >= 2 && !memcmp(start, "0x", 2))
		out->at = start;
	programs.symbols = (struct symbols){0};
	programs_release(&programs);
}

/* The bits of common_flags that mean the same in all kernels since 4.8 (enum trace_flag_type in
 * Linux, include/linux/trace_events.h). */
static void put_common_flags(struct out *out, uint64_t flags)
{
	static const struct {
		unsigned bit;
		const char *name;
	} bits[] = {
		{0x01, "irqs-off"}, {0x04, "need-resched"},    {0x08, "hardirq"},
		{0x10, "softirq"},  {0x20, "preempt-resched"}, {0x40, "nmi"},
		{0x80, "bh-off"},
	};
	bool any = false;

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		if (!(flags & bits[i].bit))
			continue;
		if (any)
			out_char(out, '|');
		out_string(out, bits[i].name);
		any = true;
	}
}

/* Of the fields that every event has; false: it is none of these. */
static bool put_common(struct out *out, const struct print_job *job,
		       const struct tep_format_field *field, uint64_t number)
{
	if (!strcmp(field->name, "common_pid")) {
		if ((int32_t)number >= 0)
			out_string(out, print_task(job, (int32_t)number));
	} else if (!strcmp(field->name, "common_type")) {
		if (job->format)
			out_string(out, job->format->event->name);
	} else if (!strcmp(field->name, "common_flags")) {
		put_common_flags(out, number);
	} else {
		return false;
	}
	return true;
}

/* An address in the kernel: everything else of that size is not worth looking for. */
static bool is_address(const struct print_job *job, const struct tep_format_field *field,
		       uint64_t number)
{
	uint64_t top = job->geometry->long_size == 8 ? UINT64_C(1) << 63 : UINT64_C(1) << 31;

	return (uint32_t)field->size == job->geometry->long_size && number &&
	       !(field->flags & TEP_FIELD_IS_SIGNED) &&
	       ((field->flags & TEP_FIELD_IS_POINTER) || number & top);
}

static bool put_symbol(struct out *out, const struct print_job *job, uint64_t address)
{
	/* It remembers what it looked up last; nothing else of the formats changes. */
	struct symbols *symbols = (struct symbols *)&job->formats->programs.symbols;
	const struct symbol *symbol = symbols_find(symbols, address);

	if (!symbol->name || address - symbol->start >= FUNCTION_MAX)
		return false;
	out_bytes(out, symbol->name, symbol->length);
	if (address != symbol->start) {
		out_string(out, "+0x");
		out_hex(out, address - symbol->start);
	}
	return true;
}

void field_meaning(struct out *out, const struct field_meanings *meanings,
		   const struct print_job *job, const struct tep_format_field *field)
{
	const struct record record = print_view(job);
	const char *start = out->at;
	uint64_t number;

	for (unsigned i = 0; job->format && i < meanings->count; i++)
		if (meanings->named[i].field == field)
			put_names(out, job, meanings->named[i].arg);
	if (out->at != start || !field_is_number(field))
		return;
	number = record_number(&record, (uint32_t)field->offset, (unsigned)field->size);
	if (put_common(out, job, field, number))
		return;
	if (is_address(job, field, number) && put_symbol(out, job, number))
		return;
	/* What is shown in decimal, for whoever knows it in hex. */
	if (number > 9 && !field_is_hex(field, number)) {
		out_string(out, "0x");
		out_hex(out, number);
	}
}
