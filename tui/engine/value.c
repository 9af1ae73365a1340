// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/value.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

/* A step takes what it needs from the stack and leaves one number there. */
enum value_code {
	STEP_CONSTANT,
	STEP_FIELD,
	STEP_MASK,	     /* and constant: a cast */
	STEP_ELEMENT,	     /* [index] of an array at offset, elements of size */
	STEP_DYNAMIC,	     /* [index] bytes into the array that the word at offset tells of */
	STEP_DYNAMIC_LENGTH, /* bytes of that array */
	STEP_NOT,
	STEP_COMPLEMENT,
	STEP_CHOOSE, /* condition ? a : b, all three known: nothing here has side effects */
	STEP_OR,
	STEP_AND,
	STEP_LOGICAL_OR,
	STEP_LOGICAL_AND,
	STEP_LESS,
	STEP_LESS_EQUAL,
	STEP_GREATER,
	STEP_GREATER_EQUAL,
	STEP_EQUAL,
	STEP_NOT_EQUAL,
	STEP_SHIFT_LEFT,
	STEP_SHIFT_RIGHT,
	STEP_ADD,
	STEP_SUBTRACT,
	STEP_MULTIPLY,
	STEP_DIVIDE,
	STEP_MODULO,
};

static const struct {
	const char *sign;
	enum value_code code;
} operators[] = {
	{"|", STEP_OR},		 {"&", STEP_AND},
	{"||", STEP_LOGICAL_OR}, {"&&", STEP_LOGICAL_AND},
	{"<", STEP_LESS},	 {"<=", STEP_LESS_EQUAL},
	{">", STEP_GREATER},	 {">=", STEP_GREATER_EQUAL},
	{"==", STEP_EQUAL},	 {"!=", STEP_NOT_EQUAL},
	{"<<", STEP_SHIFT_LEFT}, {">>", STEP_SHIFT_RIGHT},
	{"+", STEP_ADD},	 {"-", STEP_SUBTRACT},
	{"*", STEP_MULTIPLY},	 {"/", STEP_DIVIDE},
	{"%", STEP_MODULO},
};

void value_steps_release(struct value_steps *steps)
{
	free(steps->step);
	*steps = (struct value_steps){0};
}

/* ---- compile ---- */

struct compiler {
	struct value_steps *steps;
	struct tep_event *event;
	uint32_t first;	 /* step of the value */
	unsigned depth;	 /* of the stack after the steps so far */
	unsigned nested; /* calls of compile() */
};

static int add(struct compiler *compiler, const struct value_step *step, unsigned taken)
{
	struct value_steps *steps = compiler->steps;

	if (steps->count - compiler->first >= VALUE_STEPS_MAX)
		return -EOPNOTSUPP;
	if (steps->count == steps->room) {
		uint32_t room = steps->room ? 2 * steps->room : 256;
		struct value_step *larger = reallocarray(steps->step, room, sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		steps->step = larger;
		steps->room = room;
	}
	compiler->depth = compiler->depth + 1 - taken;
	if (compiler->depth > VALUE_DEPTH)
		return -EOPNOTSUPP;
	steps->step[steps->count++] = *step;
	return 0;
}

static int add_constant(struct compiler *compiler, uint64_t constant)
{
	return add(compiler, &(struct value_step){.code = STEP_CONSTANT, .constant = constant}, 0);
}

static bool size_is_readable(int size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

static const struct tep_format_field *find_field(struct compiler *compiler,
						 const struct tep_print_arg *arg)
{
	if (arg->field.field)
		return arg->field.field;
	return tep_find_any_field(compiler->event, arg->field.name);
}

/* A cast keeps so many bits; 0: all of them (eval_type_str() of libtraceevent's). */
static uint64_t cast_mask(const char *type)
{
	static const struct {
		const char *type;
		uint64_t mask;
	} casts[] = {
		{"u8", 0xff},	     {"s8", 0xff},	  {"char", 0xff},
		{"u16", 0xffff},     {"s16", 0xffff},	  {"short", 0xffff},
		{"u32", UINT32_MAX}, {"s32", UINT32_MAX}, {"int", UINT32_MAX},
	};
	static const char is_unsigned[] = "unsigned ";

	if (!strncmp(type, is_unsigned, strlen(is_unsigned))) {
		type += strlen(is_unsigned);
		/* "unsigned u8" is nothing. */
		if (strcmp(type, "char") && strcmp(type, "short") && strcmp(type, "int"))
			return 0;
	}
	for (size_t i = 0; i < sizeof(casts) / sizeof(casts[0]); i++)
		if (!strcmp(type, casts[i].type))
			return casts[i].mask;
	return 0;
}

static int add_cast(struct compiler *compiler, const char *type)
{
	uint64_t mask = cast_mask(type);

	if (!mask)
		return 0;
	return add(compiler, &(struct value_step){.code = STEP_MASK, .constant = mask}, 1);
}

/* Elements that are reached through a cast are of the type that its pointer points to. */
static int add_pointed_cast(struct compiler *compiler, const char *type)
{
	size_t length = strlen(type);
	char pointed[32];

	if (length < 3 || type[length - 1] != '*')
		return 0;
	if (length - 2 >= sizeof(pointed))
		return -EOPNOTSUPP;
	memcpy(pointed, type, length - 2);
	pointed[length - 2] = '\0';
	return pointed[length - 3] == '*' ? 0 : add_cast(compiler, pointed);
}

static int compile(struct compiler *compiler, const struct tep_print_arg *arg);

/* array[index] */
static int compile_element(struct compiler *compiler, const struct tep_print_arg *op)
{
	const struct tep_print_arg *array = op->op.left, *cast = NULL;
	const struct tep_format_field *field;
	struct value_step step = {0};
	int ret = compile(compiler, op->op.right);

	if (ret)
		return ret;
	for (; array->type == TEP_PRINT_TYPE; array = array->typecast.item)
		if (!cast)
			cast = array;
	if (array->type == TEP_PRINT_DYNAMIC_ARRAY) {
		field = array->dynarray.field;
		if (!field || field->size != 4)
			return -EOPNOTSUPP;
		step.code = STEP_DYNAMIC;
		step.size = field->elementsize ? (uint8_t)field->elementsize
					       : (uint8_t)tep_get_long_size(compiler->event->tep);
		if (field->flags & TEP_FIELD_IS_RELATIVE)
			step.relative = (uint16_t)(field->offset + field->size);
	} else if (array->type == TEP_PRINT_FIELD) {
		field = find_field(compiler, array);
		if (!field)
			return -EOPNOTSUPP;
		step.code = STEP_ELEMENT;
		step.size = (uint8_t)field->elementsize;
	} else {
		return -EOPNOTSUPP;
	}
	if (!size_is_readable(step.size))
		return -EOPNOTSUPP;
	step.offset = (uint32_t)field->offset;
	ret = add(compiler, &step, 1);
	return ret || !cast ? ret : add_pointed_cast(compiler, cast->typecast.type);
}

static int compile_choice(struct compiler *compiler, const struct tep_print_arg *op)
{
	const struct tep_print_arg *sides = op->op.right;
	int ret;

	if (!sides || sides->type != TEP_PRINT_OP || strcmp(sides->op.op, ":"))
		return -EOPNOTSUPP;
	ret = compile(compiler, op->op.left);
	if (!ret)
		ret = compile(compiler, sides->op.left);
	if (!ret)
		ret = compile(compiler, sides->op.right);
	return ret ? ret : add(compiler, &(struct value_step){.code = STEP_CHOOSE}, 3);
}

static int compile_operator(struct compiler *compiler, const struct tep_print_arg *op)
{
	const char *sign = op->op.op;
	int ret;

	if (!strcmp(sign, "["))
		return compile_element(compiler, op);
	if (!strcmp(sign, "?"))
		return compile_choice(compiler, op);
	if (!strcmp(sign, "!") || !strcmp(sign, "~")) {
		ret = compile(compiler, op->op.right);
		return ret ? ret
			   : add(compiler,
				 &(struct value_step){.code = *sign == '!' ? STEP_NOT
									   : STEP_COMPLEMENT},
				 1);
	}
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		if (strcmp(sign, operators[i].sign))
			continue;
		ret = compile(compiler, op->op.left);
		if (!ret)
			ret = compile(compiler, op->op.right);
		return ret ? ret
			   : add(compiler, &(struct value_step){.code = operators[i].code}, 2);
	}
	return -EOPNOTSUPP;
}

static int compile_field(struct compiler *compiler, const struct tep_print_arg *arg)
{
	const struct tep_format_field *field = find_field(compiler, arg);
	struct value_step step = {.code = STEP_FIELD};

	if (!field)
		return -EOPNOTSUPP;
	/* Of other sizes libtraceevent reads 0. */
	if (!size_is_readable(field->size))
		return add_constant(compiler, 0);
	step.size = (uint8_t)field->size;
	step.offset = (uint32_t)field->offset;
	return add(compiler, &step, 0);
}

/* The address of a kernel symbol by its name; 0 when kallsyms does not have it. */
static uint64_t symbol_address(const char *kallsyms, const char *name)
{
	size_t length = strlen(name);
	const char *at = kallsyms;

	/* ADDRESS TYPE NAME, and maybe a tab and a module. */
	while (at && (at = strstr(at, name))) {
		const char *line = at, *end = at + length;

		at = end;
		if (line < kallsyms + 3 || line[-1] != ' ' || (*end != '\n' && *end != '\t'))
			continue;
		/* Offsets of per-CPU variables pass for absolute symbols: libtraceevent has none.
		 */
		if (line[-2] == 'A' || line[-2] == 'a')
			continue;
		while (line > kallsyms && line[-1] != '\n')
			line--;
		return strtoull(line, NULL, 16);
	}
	return 0;
}

/* A number in C's notations, or a symbol of the kernel's that a print format names. */
static int compile_atom(struct compiler *compiler, const char *atom)
{
	struct value_steps *steps = compiler->steps;
	uint64_t constant = strtoull(atom, NULL, 0);
	size_t length;

	if (!constant && *atom && !isdigit((unsigned char)*atom) && steps->kallsyms) {
		/* Formats may name as many symbols as they like, each a way through all of these.
		 */
		length = strlen(steps->kallsyms);
		if (length > steps->search)
			return -EOPNOTSUPP;
		steps->search -= length;
		constant = symbol_address(steps->kallsyms, atom);
	}
	return add_constant(compiler, constant);
}

static int compile(struct compiler *compiler, const struct tep_print_arg *arg)
{
	int ret;

	if (!arg || compiler->nested >= VALUE_STEPS_MAX)
		return -EOPNOTSUPP;
	compiler->nested++;
	switch (arg->type) {
	case TEP_PRINT_NULL: /* the missing side of a sign */
		ret = add_constant(compiler, 0);
		break;
	case TEP_PRINT_ATOM:
		ret = compile_atom(compiler, arg->atom.atom);
		break;
	case TEP_PRINT_FIELD:
		ret = compile_field(compiler, arg);
		break;
	case TEP_PRINT_TYPE:
		ret = compile(compiler, arg->typecast.item);
		if (!ret)
			ret = add_cast(compiler, arg->typecast.type);
		break;
	case TEP_PRINT_OP:
		ret = compile_operator(compiler, arg);
		break;
	case TEP_PRINT_DYNAMIC_ARRAY_LEN:
		if (!arg->dynarray.field || arg->dynarray.field->size != 4)
			return -EOPNOTSUPP;
		ret = add(compiler,
			  &(struct value_step){.code = STEP_DYNAMIC_LENGTH,
					       .offset = (uint32_t)arg->dynarray.field->offset},
			  0);
		break;
	default:
		ret = -EOPNOTSUPP;
		break;
	}
	compiler->nested--;
	return ret;
}

struct value value_of_field(const struct tep_format_field *field)
{
	if (!size_is_readable(field->size))
		return (struct value){.kind = VALUE_CONSTANT};
	return (struct value){
		.kind = VALUE_FIELD,
		.size = (uint8_t)field->size,
		.first = (uint32_t)field->offset,
	};
}

int value_compile(struct value *value, struct value_steps *steps, struct tep_event *event,
		  const struct tep_print_arg *arg)
{
	struct compiler compiler = {.steps = steps, .event = event, .first = steps->count};
	const struct value_step *first;
	int ret = compile(&compiler, arg);

	if (ret) {
		steps->count = compiler.first;
		return ret;
	}
	*value = (struct value){
		.kind = VALUE_STEPS,
		.first = compiler.first,
		.count = (uint16_t)(steps->count - compiler.first),
	};
	/* What is but a field or a constant needs no stack. */
	first = &steps->step[compiler.first];
	if (value->count == 1 && first->code == STEP_CONSTANT)
		*value = (struct value){.kind = VALUE_CONSTANT, .constant = first->constant};
	else if (value->count == 1 && first->code == STEP_FIELD)
		*value = (struct value){.kind = VALUE_FIELD,
					.size = first->size,
					.first = first->offset};
	if (value->kind != VALUE_STEPS)
		steps->count = compiler.first;
	return 0;
}

/* ---- evaluate ---- */

static uint64_t two_sided(enum value_code code, uint64_t left, uint64_t right)
{
	switch (code) {
	case STEP_OR:
		return left | right;
	case STEP_AND:
		return left & right;
	case STEP_LOGICAL_OR:
		return left || right;
	case STEP_LOGICAL_AND:
		return left && right;
	case STEP_LESS:
		return left < right;
	case STEP_LESS_EQUAL:
		return left <= right;
	case STEP_GREATER:
		return left > right;
	case STEP_GREATER_EQUAL:
		return left >= right;
	case STEP_EQUAL:
		return left == right;
	case STEP_NOT_EQUAL:
		return left != right;
	case STEP_SHIFT_LEFT: /* as x86 counts; more than 63 is undefined in C */
		return left << (right & 63);
	case STEP_SHIFT_RIGHT:
		return left >> (right & 63);
	case STEP_ADD:
		return left + right;
	case STEP_SUBTRACT:
		return left - right;
	case STEP_MULTIPLY:
		return left * right;
	case STEP_DIVIDE: /* a guest's zero ends nobody */
		return right ? left / right : 0;
	case STEP_MODULO:
		return right ? left % right : 0;
	default:
		return 0;
	}
}

/* Where an element lies; beyond any record when its index is wild. */
static uint32_t element_offset(uint64_t start, uint64_t index, uint64_t size)
{
	uint64_t offset;

	if (__builtin_mul_overflow(index, size, &offset) ||
	    __builtin_add_overflow(start, offset, &offset) || offset > UINT32_MAX)
		return UINT32_MAX;
	return (uint32_t)offset;
}

uint64_t value_of_steps(const struct value_step *steps, unsigned count, const struct record *record)
{
	uint64_t stack[VALUE_DEPTH + 1] = {0}, *top = stack;

	for (const struct value_step *step = steps; step < steps + count; step++) {
		switch (step->code) {
		case STEP_CONSTANT:
			*++top = step->constant;
			break;
		case STEP_FIELD:
			*++top = record_number(record, step->offset, step->size);
			break;
		case STEP_MASK:
			*top &= step->constant;
			break;
		case STEP_ELEMENT:
			*top = record_number(record, element_offset(step->offset, *top, step->size),
					     step->size);
			break;
		case STEP_DYNAMIC:
			*top = record_number(
				record,
				element_offset((record_number(record, step->offset, 4) & 0xffff) +
						       step->relative,
					       *top, 1),
				step->size);
			break;
		case STEP_DYNAMIC_LENGTH:
			*++top = record_number(record, step->offset, 4) >> 16;
			break;
		case STEP_NOT:
			*top = !*top;
			break;
		case STEP_COMPLEMENT:
			*top = ~*top;
			break;
		case STEP_CHOOSE:
			top -= 2;
			*top = top[0] ? top[1] : top[2];
			break;
		default:
			top--;
			*top = two_sided(step->code, top[0], top[1]);
			break;
		}
	}
	return *top;
}
