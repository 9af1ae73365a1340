// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/filter_private.h"

#define TEXT_MAX 4096 /* bytes that a regular expression is matched against */

void filter_free(struct filter *filter)
{
	struct filter_operand *operand;

	if (!filter)
		return;
	while ((operand = filter->operands)) {
		filter->operands = operand->next;
		if (operand->compiled)
			regfree(&operand->regex);
		free(operand);
	}
	free(filter->op);
	free(filter->condition);
	free(filter->verdict);
	free(filter);
}

/* ---- numbers ---- */

static inline uint64_t read_number(const struct filter *filter, const struct filter_op *op,
				   const struct filter_record *record)
{
	const struct page_geometry *geometry = &filter->formats->geometry;
	const uint8_t *at = record->data + op->offset;
	uint64_t value;

	if (op->offset > record->size || op->size > record->size - op->offset)
		return 0;
	switch (op->size) {
	case 1:
		return op->is_signed ? (uint64_t)(int8_t)*at : *at;
	case 2:
		value = page_u16(geometry, at);
		return op->is_signed ? (uint64_t)(int16_t)value : value;
	case 4:
		value = page_u32(geometry, at);
		return op->is_signed ? (uint64_t)(int32_t)value : value;
	default:
		return page_u64(geometry, at);
	}
}

static inline bool compare(enum node_kind kind, bool wide, uint64_t left, uint64_t right)
{
	/* Shifts the signed order onto the unsigned one. */
	uint64_t flip = wide ? 0 : UINT64_C(1) << 63;

	switch (kind) {
	case NODE_EQUAL:
		return left == right;
	case NODE_UNEQUAL:
		return left != right;
	case NODE_LESS:
		return (left ^ flip) < (right ^ flip);
	case NODE_LESS_EQUAL:
		return (left ^ flip) <= (right ^ flip);
	case NODE_MORE:
		return (left ^ flip) > (right ^ flip);
	default:
		return (left ^ flip) >= (right ^ flip);
	}
}

static uint64_t divide(bool wide, bool remainder, uint64_t left, uint64_t right)
{
	if (!right)
		return 0;
	if (wide)
		return remainder ? left % right : left / right;
	if (right == UINT64_MAX) /* -1: INT64_MIN / -1 has no answer */
		return remainder ? 0 : -left;
	return remainder ? (uint64_t)((int64_t)left % (int64_t)right)
			 : (uint64_t)((int64_t)left / (int64_t)right);
}

static uint64_t shift(bool wide, uint64_t left, uint64_t right)
{
	if (right > 63)
		return !wide && (int64_t)left < 0 ? UINT64_MAX : 0;
	return wide ? left >> right : (uint64_t)((int64_t)left >> right);
}

static uint64_t compute(enum node_kind kind, bool wide, uint64_t left, uint64_t right)
{
	switch (kind) {
	case NODE_NEGATE:
		return -right;
	case NODE_COMPLEMENT:
		return ~right;
	case NODE_ADD:
		return left + right;
	case NODE_SUBTRACT:
		return left - right;
	case NODE_MULTIPLY:
		return left * right;
	case NODE_DIVIDE:
	case NODE_REMAINDER:
		return divide(wide, kind == NODE_REMAINDER, left, right);
	case NODE_SHIFT_LEFT:
		return right > 63 ? 0 : left << right;
	case NODE_SHIFT_RIGHT:
		return shift(wide, left, right);
	case NODE_BIT_AND:
		return left & right;
	case NODE_BIT_OR:
		return left | right;
	case NODE_BIT_XOR:
		return left ^ right;
	default:
		return compare(kind, wide, left, right);
	}
}

/* ---- texts ---- */

/* The bytes of a text in the record, up to its first NUL; none where it is not all there. */
static const char *find_bytes(const struct filter *filter, const struct filter_op *op,
			      const struct filter_record *record, size_t *length)
{
	uint32_t offset = op->offset, size = op->length, word;

	*length = 0;
	if (op->source == TEXT_DYNAMIC) {
		if (offset > record->size || record->size - offset < 4)
			return "";
		word = page_u32(&filter->formats->geometry, record->data + offset);
		offset = (word & 0xffff) + op->relative;
		size = word >> 16;
	}
	if (offset > record->size)
		return "";
	/* An array without a size goes on to the record's end. */
	if (op->source == TEXT_ARRAY && !size)
		size = record->size - offset;
	if (size > record->size - offset)
		return "";
	*length = strnlen((const char *)record->data + offset, size);
	return (const char *)record->data + offset;
}

/* The text to look at, which may be made in buffer. */
static const char *find_text(const struct filter *filter, const struct filter_op *op,
			     const struct filter_record *record, char buffer[32], size_t *length)
{
	const char *text = NULL;
	uint64_t number;
	int32_t pid;

	if (op->source == TEXT_ARRAY || op->source == TEXT_DYNAMIC)
		return find_bytes(filter, op, record, length);
	if (op->source == TEXT_COMM) {
		pid = (int32_t)read_number(filter, op, record);
		text = comms_find(filter->comms, pid, record->epoch, record->ts);
	} else {
		number = read_number(filter, op, record);
		if (op->source == TEXT_SYMBOL)
			text = tep_find_function(filter->formats->tep, number);
		if (!text) {
			snprintf(buffer, 32, "0x%" PRIx64, number);
			text = buffer;
		}
	}
	*length = strlen(text);
	return text;
}

static bool test_text(const struct filter *filter, const struct filter_op *op,
		      const struct filter_record *record)
{
	char made[32], copy[TEXT_MAX];
	const char *text;
	size_t length;

	text = find_text(filter, op, record, made, &length);
	if (op->code == OP_TEXT)
		return (length == op->operand->length &&
			!memcmp(text, op->operand->text, length)) != op->negate;
	if (length >= sizeof(copy))
		length = sizeof(copy) - 1;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return !regexec(&op->operand->regex, copy, 0, NULL, 0) != op->negate;
}

/* ---- conditions ---- */

static uint64_t evaluate(const struct filter *filter, uint32_t index,
			 const struct filter_record *record)
{
	const struct filter_op *op = &filter->op[index];
	uint64_t left;

	switch (op->code) {
	case OP_TEST:
		return compare(op->test, op->wide, read_number(filter, op, record), op->number);
	case OP_FIELD:
		return read_number(filter, op, record);
	case OP_CONSTANT:
		return op->number;
	case OP_CPU:
		return record->cpu;
	case OP_TIMESTAMP:
		return record->ts;
	case OP_TEXT:
	case OP_REGEX:
		return test_text(filter, op, record);
	case OP_NODE + NODE_AND:
		return evaluate(filter, op->left, record) && evaluate(filter, op->right, record);
	case OP_NODE + NODE_OR:
		return evaluate(filter, op->left, record) || evaluate(filter, op->right, record);
	case OP_NODE + NODE_NOT:
		return !evaluate(filter, op->right, record);
	case OP_NODE + NODE_NEGATE:
	case OP_NODE + NODE_COMPLEMENT:
		return compute(op->code - OP_NODE, op->wide, 0,
			       evaluate(filter, op->right, record));
	default:
		left = evaluate(filter, op->left, record);
		return compute(op->code - OP_NODE, op->wide, left,
			       evaluate(filter, op->right, record));
	}
}

bool filter_evaluate(const struct filter *filter, uint16_t id, const struct filter_record *record)
{
	return evaluate(filter, filter->condition[id], record);
}
