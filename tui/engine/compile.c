// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/compile.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/format.h"

#define TEXT_MAX       4096 /* of one piece of text in a print format, bytes */
#define CHOICES_MAX    65536
#define STRING_NESTING 64 /* conditions within conditions */

/* ---- memory of the programs ---- */

static int own(struct programs *programs, void *memory)
{
	if (programs->owned_count == programs->owned_room) {
		uint32_t room = programs->owned_room ? 2 * programs->owned_room : 64;
		void **larger = reallocarray(programs->owned, room, sizeof(*larger));

		if (!larger) {
			free(memory);
			return -ENOMEM;
		}
		programs->owned = larger;
		programs->owned_room = room;
	}
	programs->owned[programs->owned_count++] = memory;
	return 0;
}

int compile_own(struct compiling *compiling, void *memory)
{
	return own(compiling->programs, memory);
}

void programs_release(struct programs *programs)
{
	for (uint32_t i = 0; i < programs->owned_count; i++)
		free(programs->owned[i]);
	free(programs->owned);
	free(programs->ops);
	value_steps_release(&programs->steps);
	symbols_release(&programs->symbols);
	*programs = (struct programs){0};
}

int compile_op(struct compiling *compiling, const struct op *op)
{
	struct programs *programs = compiling->programs;

	if (programs->op_count - compiling->first >= PROGRAM_OPS_MAX)
		return -EOPNOTSUPP;
	if (programs->op_count == programs->op_room) {
		uint32_t room = programs->op_room ? 2 * programs->op_room : 1024;
		struct op *larger = reallocarray(programs->ops, room, sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		programs->ops = larger;
		programs->op_room = room;
	}
	programs->ops[programs->op_count++] = *op;
	return 0;
}

/* Memory for text of so many bytes, with OUT_BLOCK behind it. */
static int take_text(struct compiling *compiling, size_t length, char **text)
{
	*text = calloc(1, length + OUT_BLOCK);
	return *text ? own(compiling->programs, *text) : -ENOMEM;
}

int compile_literal(struct compiling *compiling, const char *text)
{
	size_t length = strlen(text);
	char *copy;
	int ret = take_text(compiling, length, &copy);

	if (ret)
		return ret;
	memcpy(copy, text, length);
	return compile_op(compiling, &(struct op){.code = OP_LITERAL,
						  .text = copy,
						  .length = (uint32_t)length});
}

/* The next operation's number in the program. */
static uint32_t here(const struct compiling *compiling)
{
	return compiling->programs->op_count - compiling->first;
}

static int value_of(struct compiling *compiling, struct value *value,
		    const struct tep_print_arg *arg)
{
	return value_compile(value, &compiling->programs->steps, compiling->event, arg);
}

static const struct tep_format_field *field_of(struct compiling *compiling,
					       const struct tep_print_arg *arg)
{
	if (arg->field.field)
		return arg->field.field;
	return tep_find_any_field(compiling->event, arg->field.name);
}

/* ---- names for values ---- */

/* Constants that kernels leave unresolved in their format files (libtraceevent's list). */
static const struct {
	const char *name;
	int64_t value;
} constants[] = {
	{"HI_SOFTIRQ", 0},	{"TIMER_SOFTIRQ", 1},	  {"NET_TX_SOFTIRQ", 2},
	{"NET_RX_SOFTIRQ", 3},	{"BLOCK_SOFTIRQ", 4},	  {"IRQ_POLL_SOFTIRQ", 5},
	{"TASKLET_SOFTIRQ", 6}, {"SCHED_SOFTIRQ", 7},	  {"HRTIMER_SOFTIRQ", 8},
	{"RCU_SOFTIRQ", 9},	{"HRTIMER_NORESTART", 0}, {"HRTIMER_RESTART", 1},
};

/* -1 is what libtraceevent makes of everything else. */
static int64_t constant_of(const char *text)
{
	if (isdigit((unsigned char)*text))
		return (int64_t)strtoull(text, NULL, 0);
	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
		if (!strcmp(constants[i].name, text))
			return constants[i].value;
	return -1;
}

static int take_choices(struct compiling *compiling, struct op *op,
			const struct tep_print_flag_sym *symbols)
{
	const struct tep_print_flag_sym *symbol;
	struct choice *choices;
	uint32_t count = 0;

	for (symbol = symbols; symbol; symbol = symbol->next)
		if (!symbol->value || !symbol->str || ++count > CHOICES_MAX)
			return -EOPNOTSUPP;
	choices = calloc(count + 1, sizeof(*choices));
	if (!choices)
		return -ENOMEM;
	op->choices = choices;
	op->length = count;
	count = 0;
	for (symbol = symbols; symbol; symbol = symbol->next)
		choices[count++] = (struct choice){
			.value = constant_of(symbol->value),
			.text = symbol->str,
			.length = (uint32_t)strlen(symbol->str),
		};
	return own(compiling->programs, choices);
}

/* ---- strings ---- */

/* Where an array lies. Its numbers are of one size, but read as the format says. */
static int take_array(struct compiling *compiling, struct op *op, const struct tep_print_arg *arg)
{
	const struct tep_format_field *field;

	if (arg->type == TEP_PRINT_DYNAMIC_ARRAY) {
		field = arg->dynarray.field;
		if (!field || field->size != 4)
			return -EOPNOTSUPP;
		op->dynamic = true;
		if (field->flags & TEP_FIELD_IS_RELATIVE)
			op->relative = (uint16_t)(field->offset + field->size);
	} else if (arg->type == TEP_PRINT_FIELD) {
		field = field_of(compiling, arg);
		if (!field)
			return -EOPNOTSUPP;
	} else {
		return -EOPNOTSUPP;
	}
	op->offset = (uint32_t)field->offset;
	return 0;
}

static int take_dynamic(struct compiling *compiling, struct op *op, struct tep_format_field *field,
			const char *name)
{
	if (!field)
		field = tep_find_any_field(compiling->event, name);
	if (!field || field->size != 4)
		return -EOPNOTSUPP;
	op->dynamic = true;
	op->offset = (uint32_t)field->offset;
	if (field->flags & TEP_FIELD_IS_RELATIVE)
		op->relative = (uint16_t)(field->offset + field->size);
	return 0;
}

/* A field given to %s: bytes, or the address of a string that printk_formats lists. */
static int take_string_field(struct compiling *compiling, struct op *op,
			     const struct tep_print_arg *arg)
{
	const struct tep_format_field *field = field_of(compiling, arg);

	if (!field)
		return -EOPNOTSUPP;
	if (!(field->flags & TEP_FIELD_IS_ARRAY) &&
	    field->size == tep_get_long_size(compiling->event->tep)) {
		op->code = OP_PRINTK_STRING;
		op->value = value_of_field(field);
		return 0;
	}
	op->code = OP_FIELD_STRING;
	op->offset = (uint32_t)field->offset;
	op->value.constant = (uint64_t)field->size;
	return 0;
}

static int compile_string(struct compiling *compiling, const struct op *like,
			  const struct tep_print_arg *arg, unsigned nesting);

/* condition ? string : string */
static int compile_string_choice(struct compiling *compiling, const struct op *like,
				 const struct tep_print_arg *arg, unsigned nesting)
{
	struct programs *programs = compiling->programs;
	const struct tep_print_arg *sides = arg->op.right;
	struct op unless = {.code = OP_UNLESS}, leave = {.code = OP_GOTO};
	uint32_t first = compiling->first, unless_at, leave_at;
	int ret;

	if (arg->op.op[0] != '?' || !sides || sides->type != TEP_PRINT_OP ||
	    strcmp(sides->op.op, ":") || nesting > STRING_NESTING)
		return -EOPNOTSUPP;
	ret = value_of(compiling, &unless.value, arg->op.left);
	unless_at = here(compiling);
	if (!ret)
		ret = compile_op(compiling, &unless);
	if (!ret)
		ret = compile_string(compiling, like, sides->op.left, nesting + 1);
	leave_at = here(compiling);
	if (!ret)
		ret = compile_op(compiling, &leave);
	if (ret)
		return ret;
	programs->ops[first + unless_at].target = here(compiling);
	ret = compile_string(compiling, like, sides->op.right, nesting + 1);
	if (!ret)
		programs->ops[first + leave_at].target = here(compiling);
	return ret;
}

/* What %s is given; like has the spec. */
static int compile_string(struct compiling *compiling, const struct op *like,
			  const struct tep_print_arg *arg, unsigned nesting)
{
	struct op op = *like;
	int ret = 0;

	if (!arg)
		return -EOPNOTSUPP;
	switch (arg->type) {
	case TEP_PRINT_NULL:
	case TEP_PRINT_TYPE: /* of which libtraceevent prints nothing */
		return 0;
	case TEP_PRINT_ATOM:
	case TEP_PRINT_BSTRING:
		op.code = OP_FIXED_STRING;
		op.text = arg->type == TEP_PRINT_ATOM ? arg->atom.atom : arg->string.string;
		op.length = (uint32_t)strlen(op.text);
		break;
	case TEP_PRINT_FIELD:
		ret = take_string_field(compiling, &op, arg);
		break;
	case TEP_PRINT_FLAGS:
		op.code = OP_FLAGS;
		op.between = arg->flags.delim ? arg->flags.delim : "";
		ret = value_of(compiling, &op.value, arg->flags.field);
		if (!ret)
			ret = take_choices(compiling, &op, arg->flags.flags);
		break;
	case TEP_PRINT_SYMBOL:
		op.code = OP_SYMBOL;
		ret = value_of(compiling, &op.value, arg->symbol.field);
		if (!ret)
			ret = take_choices(compiling, &op, arg->symbol.symbols);
		break;
	case TEP_PRINT_HEX:
	case TEP_PRINT_HEX_STR:
		op.code = OP_BYTES;
		op.between = arg->type == TEP_PRINT_HEX ? " " : "";
		ret = take_array(compiling, &op, arg->hex.field);
		if (!ret)
			ret = value_of(compiling, &op.extent, arg->hex.size);
		break;
	case TEP_PRINT_INT_ARRAY:
		op.code = OP_NUMBERS;
		ret = take_array(compiling, &op, arg->int_array.field);
		if (!ret)
			ret = value_of(compiling, &op.extent, arg->int_array.count);
		if (!ret)
			ret = value_of(compiling, &op.value, arg->int_array.el_size);
		break;
	case TEP_PRINT_STRING:
		op.code = OP_DYNAMIC_STRING;
		ret = take_dynamic(compiling, &op, arg->string.field, arg->string.string);
		break;
	case TEP_PRINT_BITMASK:
	case TEP_PRINT_CPUMASK:
		op.code = arg->type == TEP_PRINT_BITMASK ? OP_BITMASK : OP_CPUMASK;
		ret = take_dynamic(compiling, &op, arg->bitmask.field, arg->bitmask.bitmask);
		break;
	case TEP_PRINT_OP:
		return compile_string_choice(compiling, like, arg, nesting);
	default:
		return -EOPNOTSUPP;
	}
	/* A * means something else to these. */
	if (!ret && op.of_extent && (op.code == OP_BYTES || op.code == OP_NUMBERS))
		return -EOPNOTSUPP;
	return ret ? ret : compile_op(compiling, &op);
}

/* ---- numbers and pointers ---- */

static int compile_number(struct compiling *compiling, struct op *op, const struct piece *piece,
			  const struct tep_print_arg *arg)
{
	int ret = value_of(compiling, &op->value, arg);

	op->code = OP_NUMBER;
	op->size = (uint8_t)piece->size;
	if (op->plain && op->spec.conversion == 'd')
		op->code = OP_SIGNED;
	else if (op->plain && op->spec.conversion == 'u')
		op->code = OP_UNSIGNED;
	else if (op->plain && op->spec.conversion == 'x')
		op->code = OP_HEX;
	return ret ? ret : compile_op(compiling, op);
}

/* An address in the record that %p prints with letters: of which size it must be. */
static int compile_address(struct compiling *compiling, struct op *op, const char *letters,
			   const struct tep_print_arg *arg)
{
	const struct tep_format_field *field;
	int size = letters[0] == 'M' || letters[0] == 'm' ? 6 : letters[1] == '4' ? 4 : 16;

	while (arg->type == TEP_PRINT_TYPE)
		arg = arg->typecast.item;
	if (arg->type != TEP_PRINT_FIELD)
		return -EOPNOTSUPP;
	field = field_of(compiling, arg);
	if (!field || field->size != size)
		return -EOPNOTSUPP;
	op->code = OP_ADDRESS;
	op->offset = (uint32_t)field->offset;
	memcpy(op->letters, letters, sizeof(op->letters));
	return compile_op(compiling, op);
}

static int compile_pointer(struct compiling *compiling, struct op *op, const struct piece *piece,
			   const struct tep_print_arg *arg)
{
	int ret;

	switch (piece->letters[0]) {
	case 'F':
	case 'f':
	case 'S':
	case 's':
		op->code = OP_FUNCTION;
		op->size = piece->letters[0] == 'F' || piece->letters[0] == 'S';
		break;
	case 'M':
	case 'm':
	case 'I':
	case 'i':
	case 'U':
		return op->of_extent ? -EOPNOTSUPP
				     : compile_address(compiling, op, piece->letters, arg);
	case 'h':
		op->code = OP_RAW_BUFFER;
		op->between = piece->letters[1] == 'C'	 ? ":"
			      : piece->letters[1] == 'D' ? "-"
			      : piece->letters[1] == 'N' ? ""
							 : " ";
		if (!op->of_extent)
			op->extent = (struct value){.kind = VALUE_CONSTANT, .constant = 1};
		if (arg->type != TEP_PRINT_DYNAMIC_ARRAY)
			return -EOPNOTSUPP;
		ret = take_array(compiling, op, arg);
		return ret ? ret : compile_op(compiling, op);
	default:
		op->code = OP_POINTER;
		break;
	}
	ret = value_of(compiling, &op->value, arg);
	return ret ? ret : compile_op(compiling, op);
}

static int compile_conversion(struct compiling *compiling, const struct piece *piece,
			      const struct tep_print_arg **args)
{
	struct op op = {.spec = piece->spec};
	const struct tep_print_arg *arg = *args;
	int ret;

	op.plain = !op.spec.flags && !op.spec.width && op.spec.precision < 0 &&
		   piece->star == STAR_NONE;

	if (piece->star != STAR_NONE) {
		if (!arg)
			return -EOPNOTSUPP;
		op.of_extent = true;
		op.of_precision = piece->star == STAR_PRECISION;
		ret = value_of(compiling, &op.extent, arg);
		if (ret)
			return ret;
		arg = arg->next;
	}
	if (!arg)
		return -EOPNOTSUPP;
	*args = arg->next;
	if (piece->spec.conversion == 's')
		return compile_string(compiling, &op, arg, 0);
	if (piece->spec.conversion == 'p')
		return compile_pointer(compiling, &op, piece, arg);
	return compile_number(compiling, &op, piece, arg);
}

static int compile_text(struct compiling *compiling, const struct piece *piece)
{
	struct out out;
	char *text;
	int ret;

	if (piece->length > TEXT_MAX)
		return -EOPNOTSUPP;
	ret = take_text(compiling, piece->length, &text);
	if (ret)
		return ret;
	out_init(&out, text, piece->length);
	format_unescape(&out, piece->start, piece->length);
	return compile_op(compiling, &(struct op){.code = OP_LITERAL,
						  .text = text,
						  .length = (uint32_t)(out.at - text)});
}

int compile_format(struct compiling *compiling)
{
	const struct tep_print_arg *args = compiling->event->print_fmt.args;
	const char *at = compiling->event->print_fmt.format;
	int ret = 0;

	if (!at)
		return -EOPNOTSUPP;
	while (!ret) {
		struct piece piece;

		switch (format_next(&at, &piece)) {
		case PIECE_END:
			return 0;
		case PIECE_TEXT:
			ret = compile_text(compiling, &piece);
			break;
		case PIECE_CONVERSION:
			ret = compile_conversion(compiling, &piece, &args);
			break;
		case PIECE_UNKNOWN:
			return -EOPNOTSUPP;
		}
	}
	return ret;
}

int program_compile(struct programs *programs, struct tep_event *event, struct program *program)
{
	struct compiling compiling = {programs, event, programs->op_count};
	bool rest = true;
	int ret = -EOPNOTSUPP;

	*program = (struct program){0};
	if (!(event->flags & (TEP_EVENT_FL_FAILED | TEP_EVENT_FL_PRINTRAW)))
		ret = compile_plugin(&compiling, &rest);
	if (!ret && rest)
		ret = compile_format(&compiling);
	/* Of what prints nothing too it is to be known that it has a program. */
	if (!ret && programs->op_count == compiling.first)
		ret = compile_literal(&compiling, "");
	if (ret) {
		programs->op_count = compiling.first;
		return ret;
	}
	program->first = compiling.first;
	program->count = programs->op_count - compiling.first;
	program->wants_next = programs->ops[compiling.first].code == OP_GRAPH_ENTRY;
	return 0;
}

int program_compile_argument(struct programs *programs, struct tep_event *event,
			     const struct tep_print_arg *arg, struct program *program)
{
	struct compiling compiling = {programs, event, programs->op_count};
	const struct op like = {.plain = true, .spec = {.conversion = 's', .precision = -1}};
	int ret = compile_string(&compiling, &like, arg, 0);

	*program = (struct program){.first = compiling.first};
	if (ret)
		programs->op_count = compiling.first;
	else
		program->count = programs->op_count - compiling.first;
	return ret;
}
