// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/program_private.h"

/* Bytes of the record from offset on. */
static uint32_t left_from(const struct record *record, uint32_t offset)
{
	return offset < record->size ? record->size - offset : 0;
}

static struct spec spec_of(const struct run *run, const struct op *op)
{
	struct spec spec = op->spec;
	int32_t number;

	if (!op->of_extent)
		return spec;
	number = (int32_t)run_value(run, &op->extent);
	if (op->of_precision)
		spec.precision = number < 0 ? -1 : number;
	else if (number >= 0)
		spec.width = number < UINT16_MAX ? (uint16_t)number : UINT16_MAX;
	return spec;
}

/* ---- strings ---- */

static void text_at(struct run *run, const struct op *op, uint32_t offset, uint32_t most)
{
	const char *text = (const char *)run->record.data + offset;
	struct spec spec;

	if (op->plain) {
		out_short_string(run->out, text, most);
		return;
	}
	spec = spec_of(run, op);
	out_text(run->out, &spec, text, strnlen(text, most));
}

static void field_string(struct run *run, const struct op *op)
{
	uint32_t left = left_from(&run->record, op->offset);
	uint64_t size = op->value.constant;

	text_at(run, op, op->offset, size && size < left ? (uint32_t)size : left);
}

/* A dynamic array: its offset, and its length in bytes, cut at the record's end. */
static uint32_t dynamic_array(const struct run *run, const struct op *op, uint32_t *length)
{
	uint32_t word = (uint32_t)record_number(&run->record, op->offset, 4);
	uint32_t offset = (word & 0xffff) + op->relative;
	uint32_t left = left_from(&run->record, offset);

	*length = word >> 16 < left ? word >> 16 : left;
	return offset;
}

static void dynamic_string(struct run *run, const struct op *op)
{
	uint32_t length, offset = dynamic_array(run, op, &length);

	/* Of nothing libtraceevent prints nothing, however wide; a string may go on behind. */
	if (length)
		text_at(run, op, offset, left_from(&run->record, offset));
}

/* A name that a print format gives, or what stands for one. */
static void name(struct run *run, const struct op *op, const char *text, size_t length)
{
	struct spec spec;

	if (op->plain) {
		out_bytes(run->out, text, length);
		return;
	}
	spec = spec_of(run, op);
	out_text(run->out, &spec, text, length);
}

static void printk_string(struct run *run, const struct op *op)
{
	uint64_t address = run_value(run, &op->value);
	const char *text = symbols_printk(&run->programs->symbols, address);

	if (text)
		out_string(run->out, text);
	else
		out_hex(run->out, address);
}

static void prefixed_hex(struct out *out, uint64_t number)
{
	out_pair(out, "0x");
	out_hex(out, number);
}

static void flags(struct run *run, const struct op *op)
{
	const struct choice *choice = op->choices, *end = choice + op->length;
	int64_t left = (int64_t)run_value(run, &op->value);
	bool some = false;

	for (; choice < end; choice++) {
		/* A name that nobody knows stands for nothing set. */
		if (!left && choice->value < 0) {
			name(run, op, choice->text, choice->length);
			break;
		}
		if (choice->value <= 0 || (left & choice->value) != choice->value)
			continue;
		if (some)
			out_string(run->out, op->between);
		name(run, op, choice->text, choice->length);
		some = true;
		left &= ~choice->value;
	}
	if (left) {
		if (some)
			out_string(run->out, op->between);
		prefixed_hex(run->out, (uint64_t)left);
	}
}

static void symbol(struct run *run, const struct op *op)
{
	const struct choice *choice = op->choices, *end = choice + op->length;
	int64_t number = (int64_t)run_value(run, &op->value);

	while (choice < end && choice->value != number)
		choice++;
	if (choice == end) {
		prefixed_hex(run->out, (uint64_t)number);
		return;
	}
	name(run, op, choice->text, choice->length);
}

/* ---- arrays ---- */

static uint32_t array(const struct run *run, const struct op *op)
{
	uint32_t length;

	return op->dynamic ? dynamic_array(run, op, &length) : op->offset;
}

static void hex_bytes(struct out *out, const uint8_t *bytes, uint32_t count, const char *between)
{
	size_t length = strlen(between);

	for (uint32_t i = 0; i < count && out_left(out); i++) {
		if (i)
			out_bytes(out, between, length);
		out_byte(out, bytes[i]);
	}
}

/* How many of so many elements are in the record. */
static uint32_t held(const struct run *run, uint32_t offset, uint64_t count, unsigned size)
{
	uint32_t left = left_from(&run->record, offset) / size;

	/* Counts are an int of libtraceevent's. */
	if ((int32_t)count <= 0)
		return 0;
	return (uint32_t)count < left ? (uint32_t)count : left;
}

static void bytes(struct run *run, const struct op *op)
{
	uint32_t offset = array(run, op);

	hex_bytes(run->out, run->record.data + offset,
		  held(run, offset, run_value(run, &op->extent), 1), op->between);
}

static bool numbers(struct run *run, const struct op *op)
{
	uint64_t size = run_value(run, &op->value);
	uint32_t offset = array(run, op), count;

	if (size != 1 && size != 2 && size != 4 && size != 8)
		return false;
	count = held(run, offset, run_value(run, &op->extent), (unsigned)size);
	for (uint32_t i = 0; i < count && out_left(run->out); i++) {
		if (i)
			out_char(run->out, ' ');
		out_unsigned(run->out, record_number(&run->record, offset + i * (uint32_t)size,
						     (unsigned)size));
	}
	return true;
}

static void raw_buffer(struct run *run, const struct op *op)
{
	uint32_t length, offset = dynamic_array(run, op, &length);
	int32_t wanted = (int32_t)run_value(run, &op->extent);

	if (wanted > 0)
		hex_bytes(run->out, run->record.data + offset,
			  length < (uint32_t)wanted ? length : (uint32_t)wanted, op->between);
}

/* Byte n of a mask, from the lowest bits on. */
static uint8_t mask_byte(const struct run *run, const uint8_t *mask, uint32_t length, uint32_t n)
{
	return mask[run->record.big_endian ? length - 1 - n : n];
}

static void hex_mask(struct run *run, const uint8_t *mask, uint32_t length)
{
	for (uint32_t n = length; n-- > 0 && out_left(run->out);) {
		out_byte(run->out, mask_byte(run, mask, length, n));
		if (n && n % 4 == 0)
			out_char(run->out, ',');
	}
}

static bool mask_bit(const struct run *run, const uint8_t *mask, uint32_t length, uint32_t bit)
{
	return mask_byte(run, mask, length, bit / 8) >> bit % 8 & 1;
}

static void list_mask(struct run *run, const uint8_t *mask, uint32_t length)
{
	uint32_t bits = length * 8, bit = 0, first;
	bool some = false;

	while (bit < bits && out_left(run->out)) {
		if (!mask_bit(run, mask, length, bit)) {
			bit++;
			continue;
		}
		for (first = bit; bit < bits && mask_bit(run, mask, length, bit); bit++)
			;
		if (some)
			out_char(run->out, ',');
		some = true;
		out_unsigned(run->out, first);
		if (bit > first + 1) {
			out_char(run->out, '-');
			out_unsigned(run->out, bit - 1);
		}
	}
}

/* What was printed since start gets the precision and the width of spec. */
static void fit(struct out *out, char *start, const struct spec *spec)
{
	size_t length = (size_t)(out->at - start), fill;

	if (spec->precision >= 0 && (size_t)spec->precision < length)
		length = (size_t)spec->precision;
	out->at = start + length;
	fill = spec->width > length ? spec->width - length : 0;
	if (spec->flags & SPEC_LEFT) {
		out_pad(out, ' ', fill);
		return;
	}
	if (fill > out_left(out))
		fill = out_left(out);
	memmove(start + fill, start, length);
	memset(start, ' ', fill);
	out->at += fill;
}

static void mask(struct run *run, const struct op *op)
{
	uint32_t length, offset = dynamic_array(run, op, &length);
	struct spec spec = spec_of(run, op);
	char *start = run->out->at;

	if (op->code == OP_BITMASK)
		hex_mask(run, run->record.data + offset, length);
	else
		list_mask(run, run->record.data + offset, length);
	fit(run->out, start, &spec);
}

/* ---- numbers and addresses ---- */

static int64_t sign_extend(uint64_t number, unsigned size)
{
	switch (size) {
	case 1:
		return (int8_t)number;
	case 2:
		return (int16_t)number;
	case 4:
		return (int32_t)number;
	default:
		return (int64_t)number;
	}
}

static uint64_t cut(uint64_t number, unsigned size)
{
	return size < 8 ? number & ((UINT64_C(1) << (size * 8)) - 1) : number;
}

static void number(struct run *run, const struct op *op)
{
	struct spec spec = spec_of(run, op);

	out_number(run->out, &spec, run_value(run, &op->value), op->size);
}

void run_function(struct run *run, uint64_t address, bool offset)
{
	const struct symbol *found = symbols_find(&run->programs->symbols, address);

	if (!found->name) {
		prefixed_hex(run->out, address);
		return;
	}
	out_bytes(run->out, found->name, found->length);
	if (offset) {
		out_char(run->out, '+');
		prefixed_hex(run->out, address - found->start);
	}
}

static void pointer(struct run *run, uint64_t address)
{
	if (address)
		prefixed_hex(run->out, address);
	else
		out_string(run->out, "(nil)"); /* glibc's %p, and so libtraceevent's */
}

/* Letters of a task's state as the scheduler's bits have them, in the order of plugin_sched_switch.
 */
static void task_state(struct run *run, const struct op *op)
{
	static const char letters[] = "SDTtZXxW";
	uint64_t state = run_value(run, &op->value);
	bool some = false;

	for (unsigned bit = 0; letters[bit]; bit++) {
		if (!(state >> bit & 1))
			continue;
		if (some)
			out_char(run->out, '|');
		some = true;
		out_char(run->out, letters[bit]);
	}
	if (!some)
		out_char(run->out, 'R');
}

static void call_site(struct run *run, const struct op *op)
{
	uint64_t address = run_value(run, &op->value);
	const struct symbol *found = symbols_find(&run->programs->symbols, address);

	if (!found->name)
		return;
	out_char(run->out, '(');
	out_bytes(run->out, found->name, found->length);
	out_char(run->out, '+');
	prefixed_hex(run->out, (uint32_t)(address - found->start));
	out_pair(run->out, ") ");
}

/* tep_print_func_field() */
static void callback(struct run *run, const struct op *op)
{
	static const struct spec padded = {SPEC_ZERO, 'x', 8, -1};
	uint64_t address = run_value(run, &op->value);
	const struct symbol *found = symbols_find(&run->programs->symbols, address);

	if (found->name) {
		out_bytes(run->out, found->name, found->length);
		out_char(run->out, '/');
		prefixed_hex(run->out, found->start - address);
	} else {
		out_pair(run->out, "0x");
		out_number(run->out, &padded, address, 8);
	}
}

/* A reason that has no name is libtraceevent's to tell. */
static bool exit_reason(struct run *run, const struct op *op)
{
	const struct choice *choice = op->choices, *end = choice + op->length;
	uint64_t reason = run_value(run, &op->value) | run_value(run, &op->extent) << 32;

	while (choice < end && (uint64_t)choice->value != reason)
		choice++;
	if (choice == end)
		return false;
	out_bytes(run->out, choice->text, choice->length);
	return true;
}

static void raw_data(struct run *run, const struct op *op)
{
	for (uint32_t at = op->offset; at < run->record.size && out_left(run->out); at++) {
		out_char(run->out, ' ');
		out_byte(run->out, run->record.data[at]);
	}
}

bool program_run(const struct program *program, struct run *run)
{
	const struct op *ops = run->programs->ops + program->first, *op = ops,
			*end = ops + program->count;
	struct out *out = run->out;
	bool printed = true;

	for (; op < end && printed; op++) {
		switch (op->code) {
		case OP_LITERAL:
			out_padded(out, op->text, op->length);
			break;
		case OP_UNSIGNED:
			out_unsigned(out, cut(run_value(run, &op->value), op->size));
			break;
		case OP_SIGNED:
			out_signed(out, sign_extend(run_value(run, &op->value), op->size));
			break;
		case OP_HEX:
			out_hex(out, cut(run_value(run, &op->value), op->size));
			break;
		case OP_NUMBER:
			number(run, op);
			break;
		case OP_FIELD_STRING:
			field_string(run, op);
			break;
		case OP_DYNAMIC_STRING:
			dynamic_string(run, op);
			break;
		case OP_FIXED_STRING:
			name(run, op, op->text, op->length);
			break;
		case OP_PRINTK_STRING:
			printk_string(run, op);
			break;
		case OP_FLAGS:
			flags(run, op);
			break;
		case OP_SYMBOL:
			symbol(run, op);
			break;
		case OP_BYTES:
			bytes(run, op);
			break;
		case OP_NUMBERS:
			printed = numbers(run, op);
			break;
		case OP_BITMASK:
		case OP_CPUMASK:
			mask(run, op);
			break;
		case OP_RAW_BUFFER:
			raw_buffer(run, op);
			break;
		case OP_FUNCTION:
			run_function(run, run_value(run, &op->value), op->size);
			break;
		case OP_POINTER:
			pointer(run, run_value(run, &op->value));
			break;
		case OP_ADDRESS:
			run_address(run, op);
			break;
		case OP_UNLESS:
			if (!run_value(run, &op->value))
				op = ops + op->target - 1;
			break;
		case OP_GOTO:
			op = ops + op->target - 1;
			break;
		case OP_TASK_STATE:
			task_state(run, op);
			break;
		case OP_CALL_SITE:
			call_site(run, op);
			break;
		case OP_CALLBACK:
			callback(run, op);
			break;
		case OP_CALL:
			run_call(run, op);
			break;
		case OP_TIME_BEFORE:
			run_time_before(run, op);
			break;
		case OP_STACK:
			run_stack(run, op);
			break;
		case OP_RAW_DATA:
			raw_data(run, op);
			break;
		case OP_EXIT_REASON:
			printed = exit_reason(run, op);
			break;
		case OP_GRAPH_ENTRY:
			run_graph_entry(run, op);
			break;
		case OP_GRAPH_EXIT:
			run_graph_exit(run, op);
			break;
		case OP_BPRINT:
			printed = run_bprint(run, op);
			break;
		}
	}
	return printed;
}
