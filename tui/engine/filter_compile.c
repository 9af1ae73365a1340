// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/engine/filter_events.h"
#include "tui/engine/filter_names.h"
#include "tui/engine/filter_private.h"
#include "tui/engine/pattern.h"

#define IDS	65536
#define OPS_MAX (1u << 20) /* of one filter */

#define FAILED	UINT32_MAX /* for the number of an operation */

/* A part on its way into operations, event by event. */
struct compile {
	struct filter *filter;
	const struct filter_part *part;
	struct tep_event *event;
	const struct filter_operand *operand[FILTER_NODES]; /* made of the part's texts */
	const bool *allowed;				    /* by number of event: -e has it */
	bool *chosen;					    /* by number of event */
	char *error;
	size_t part_at; /* where the part begins in the expression */
	size_t fault;	/* where in it what is wrong is */
	int fatal;	/* -errno that no other event will do without */
};

/* ---- operations ---- */

static uint32_t refuse(struct compile *c, const struct node *node, const char *what)
{
	c->fault = node->at;
	snprintf(c->error, FILTER_ERROR, "%s/%s: '%.64s' %s", c->event->system, c->event->name,
		 node->text, what);
	return FAILED;
}

static uint32_t fail(struct compile *c, int error)
{
	c->fatal = error;
	return FAILED;
}

/* The number of the new operation. */
static uint32_t add_op(struct compile *c, const struct filter_op *op)
{
	struct filter *filter = c->filter;

	if (filter->op_count == filter->op_room) {
		uint32_t room = filter->op_room ? filter->op_room * 2 : 64;
		struct filter_op *ops;

		if (room > OPS_MAX) {
			snprintf(c->error, FILTER_ERROR,
				 "the filter is too long for so many events; name those it is for");
			return fail(c, -EINVAL);
		}
		ops = reallocarray(filter->op, room, sizeof(*ops));
		if (!ops)
			return fail(c, -ENOMEM);
		filter->op = ops;
		filter->op_room = room;
	}
	filter->op[filter->op_count] = *op;
	return filter->op_count++;
}

static uint32_t add_constant(struct compile *c, uint64_t number, bool absent)
{
	const struct filter_op op = {
		.code = OP_CONSTANT,
		.number = number,
		.wide = number > INT64_MAX,
		.absent = absent,
	};

	return add_op(c, &op);
}

static bool is_number(const struct tep_format_field *field)
{
	return field->size == 1 || field->size == 2 || field->size == 4 || field->size == 8;
}

static struct filter_op read_field(const struct tep_format_field *field)
{
	bool is_signed = field->flags & TEP_FIELD_IS_SIGNED;

	return (struct filter_op){
		.code = OP_FIELD,
		.size = (uint8_t)field->size,
		.offset = (uint32_t)field->offset,
		.is_signed = is_signed,
		.wide = field->size == 8 && !is_signed,
	};
}

static uint32_t compile_name(struct compile *c, const struct node *node)
{
	const struct tep_format_field *field = tep_find_any_field(c->event, node->text);
	int special = filter_special(node->text);
	struct filter_op op;

	if (field && !is_number(field))
		return refuse(c, node, "is no number");
	if (!field && special < 0)
		return add_constant(c, 0, true);
	if (!field && special == OP_CONSTANT)
		return refuse(c, node, "is a text");
	if (field) {
		op = read_field(field);
	} else {
		op = (struct filter_op){.code = (uint8_t)special};
		op.wide = op.code == OP_TIMESTAMP;
	}
	return add_op(c, &op);
}

/* ---- texts ---- */

/* What a text becomes, once for all events. */
static const struct filter_operand *get_operand(struct compile *c, uint16_t number, bool regex)
{
	const struct node *node = &c->part->node[number];
	struct filter_operand *operand;
	struct pattern_fault fault;
	char why[96];
	int ret;

	if (c->operand[number])
		return c->operand[number];
	operand = calloc(1, sizeof(*operand) + strlen(node->text) + 1);
	if (!operand) {
		c->fatal = -ENOMEM;
		return NULL;
	}
	operand->length = strlen(node->text);
	memcpy(operand->text, node->text, operand->length);
	operand->next = c->filter->operands;
	c->filter->operands = operand;
	if (regex && pattern_check_basic(node->text, &fault)) {
		c->fault = node->at;
		snprintf(c->error, FILTER_ERROR, "'%.128s': %s", node->text, fault.why);
		c->fatal = -EINVAL;
		return NULL;
	}
	if (regex) {
		ret = regcomp(&operand->regex, node->text, REG_ICASE | REG_NOSUB);
		if (ret) {
			regerror(ret, &operand->regex, why, sizeof(why));
			c->fault = node->at;
			snprintf(c->error, FILTER_ERROR, "'%.128s' is no regular expression: %s",
				 node->text, why);
			c->fatal = -EINVAL;
			return NULL;
		}
		operand->compiled = true;
		c->filter->regexes++;
	}
	c->operand[number] = operand;
	return operand;
}

/* Where the text of a field comes from; the field may be a special one. */
static bool find_source(const struct tep_format_field *field, struct filter_op *op)
{
	if (!field) {
		*op = (struct filter_op){.offset = RECORD_PID_OFFSET, .size = 4, .is_signed = true};
		op->source = TEXT_COMM;
		return true;
	}
	*op = read_field(field);
	if (field->flags & TEP_FIELD_IS_STRING) {
		op->source = field->flags & TEP_FIELD_IS_DYNAMIC ? TEXT_DYNAMIC : TEXT_ARRAY;
		op->length = (uint32_t)field->size;
		if (field->flags & TEP_FIELD_IS_RELATIVE)
			op->relative = (uint32_t)(field->offset + field->size);
		return true;
	}
	op->source =
		field->flags & (TEP_FIELD_IS_POINTER | TEP_FIELD_IS_LONG) ? TEXT_SYMBOL : TEXT_HEX;
	return is_number(field);
}

static bool takes_text(enum node_kind kind)
{
	return kind == NODE_EQUAL || kind == NODE_UNEQUAL || kind == NODE_MATCH ||
	       kind == NODE_MISMATCH;
}

/* The event's own name is known before any record comes. */
static uint32_t compile_event_name(struct compile *c, const struct node *node, bool regex)
{
	const struct filter_operand *operand = get_operand(c, node->right, regex);
	bool negate = node->kind == NODE_UNEQUAL || node->kind == NODE_MISMATCH, same;

	if (!operand)
		return FAILED;
	same = regex ? !regexec(&operand->regex, c->event->name, 0, NULL, 0)
		     : !strcmp(c->event->name, operand->text);
	return add_constant(c, same != negate, false);
}

static uint32_t compile_text(struct compile *c, const struct node *node)
{
	const struct node *left = &c->part->node[node->left], *right = &c->part->node[node->right];
	const struct tep_format_field *field;
	bool regex = node->kind == NODE_MATCH || node->kind == NODE_MISMATCH;
	struct filter_op op;
	int special;

	if (left->kind != NODE_NAME)
		return refuse(c, right, "is a text, which only a field can be compared with");
	if (!takes_text(node->kind))
		return refuse(c, right, "is a text, which has no order: use ==, !=, =~ or !~");
	field = tep_find_any_field(c->event, left->text);
	special = filter_special(left->text);
	if (!field && special < 0)
		return add_constant(c, 0, false);
	if (!field && special != OP_CONSTANT)
		return refuse(c, left, "is a number");
	if (!field && !strcmp(left->text, "EVENT"))
		return compile_event_name(c, node, regex);
	if (!find_source(field, &op))
		return refuse(c, left, "is neither a number nor a text");
	op.code = regex ? OP_REGEX : OP_TEXT;
	op.negate = node->kind == NODE_UNEQUAL || node->kind == NODE_MISMATCH;
	op.operand = get_operand(c, node->right, regex);
	if (!op.operand)
		return FAILED;
	c->filter->names_tasks |= op.source == TEXT_COMM;
	return add_op(c, &op);
}

/* A character is a number, unless it is compared with a text. */
static bool is_text(const struct compile *c, const struct node *node)
{
	const struct node *left = &c->part->node[node->left], *right = &c->part->node[node->right];
	const struct tep_format_field *field;

	if (right->kind != NODE_TEXT)
		return false;
	if (right->number == UINT64_MAX || node->kind == NODE_MATCH || node->kind == NODE_MISMATCH)
		return true;
	if (left->kind != NODE_NAME)
		return false;
	field = tep_find_any_field(c->event, left->text);
	if (field)
		return field->flags & TEP_FIELD_IS_STRING;
	return !strcmp(left->text, "COMM") || !strcmp(left->text, "EVENT");
}

/* ---- conditions ---- */

static uint32_t compile_node(struct compile *c, unsigned number);

/* A field against a constant becomes one operation in the place of three. */
static bool fuse(struct compile *c, const struct node *node, uint32_t left, uint32_t right,
		 struct filter_op *op)
{
	struct filter *filter = c->filter;
	const struct filter_op *a = &filter->op[left], *b = &filter->op[right];

	if (node->kind < NODE_EQUAL || node->kind > NODE_MORE_EQUAL || a->code != OP_FIELD ||
	    b->code != OP_CONSTANT || left + 1 != right || right + 1 != filter->op_count)
		return false;
	*op = *a;
	op->code = OP_TEST;
	op->test = node->kind;
	op->number = b->number;
	op->wide = a->wide || b->wide;
	filter->op_count -= 2;
	return true;
}

static uint32_t compile_values(struct compile *c, const struct node *node)
{
	bool comparison = node->kind >= NODE_EQUAL && node->kind <= NODE_MORE_EQUAL;
	bool unary = node->kind == NODE_NEGATE || node->kind == NODE_COMPLEMENT;
	struct filter_op op = {.code = (uint8_t)(OP_NODE + node->kind)};
	const struct filter_op *a, *b;

	op.left = unary ? 0 : compile_node(c, node->left);
	if (op.left == FAILED)
		return FAILED;
	op.right = compile_node(c, node->right);
	if (op.right == FAILED)
		return FAILED;
	b = &c->filter->op[op.right];
	a = unary ? b : &c->filter->op[op.left];
	if (a->absent || b->absent)
		return add_constant(c, 0, !comparison);
	if (unary && b->code == OP_CONSTANT) {
		uint64_t number = node->kind == NODE_NEGATE ? -b->number : ~b->number;
		bool wide = b->wide; /* which moves when there is one more */
		uint32_t at = add_constant(c, number, false);

		if (at != FAILED)
			c->filter->op[at].wide = wide;
		return at;
	}
	op.wide = !unary && (a->wide || b->wide);
	if (fuse(c, node, op.left, op.right, &op))
		return add_op(c, &op);
	op.left = unary ? op.right : op.left;
	return add_op(c, &op);
}

static uint32_t compile_logic(struct compile *c, const struct node *node)
{
	struct filter_op op = {.code = (uint8_t)(OP_NODE + node->kind)};
	uint32_t left = 0, right, decided;

	if (node->kind != NODE_NOT) {
		left = compile_node(c, node->left);
		if (left == FAILED)
			return FAILED;
	}
	right = compile_node(c, node->right);
	if (right == FAILED)
		return FAILED;
	op.left = left;
	op.right = right;
	if (c->filter->op[right].code == OP_CONSTANT) {
		bool is_true = c->filter->op[right].number;

		if (node->kind == NODE_NOT)
			return add_constant(c, !is_true, false);
		if (is_true == (node->kind == NODE_OR))
			return add_constant(c, is_true, false);
		return left;
	}
	if (node->kind == NODE_NOT || c->filter->op[left].code != OP_CONSTANT)
		return add_op(c, &op);
	decided = c->filter->op[left].number ? 1 : 0;
	if (decided == (node->kind == NODE_OR))
		return add_constant(c, decided, false);
	return right;
}

/* The number of the operation that says what the node says of the event's records, or FAILED:
 * for this event with c->error, or for all with c->fatal as well. */
static uint32_t compile_node(struct compile *c, unsigned number)
{
	const struct node *node = &c->part->node[number];

	switch (node->kind) {
	case NODE_NUMBER:
		return add_constant(c, node->number, false);
	case NODE_TEXT:
		if (node->number == UINT64_MAX)
			return refuse(c, node, "is a text, which wants a field and == before");
		return add_constant(c, node->number, false);
	case NODE_NAME:
		return compile_name(c, node);
	case NODE_AND:
	case NODE_OR:
	case NODE_NOT:
		return compile_logic(c, node);
	case NODE_MATCH:
	case NODE_MISMATCH:
		if (c->part->node[node->right].kind != NODE_TEXT) {
			c->fault = c->part->node[node->right].at;
			snprintf(c->error, FILTER_ERROR, "=~ and !~ want a text in quotes behind");
			return fail(c, -EINVAL);
		}
		return compile_text(c, node);
	default:
		/* Only these have a node on their left that may be looked at. */
		if (node->kind != NODE_NEGATE && node->kind != NODE_COMPLEMENT && is_text(c, node))
			return compile_text(c, node);
		return compile_values(c, node);
	}
}

/* The part also lets pass what the operation finds true. */
static int add_condition(struct compile *c, uint16_t id, uint32_t condition)
{
	struct filter *filter = c->filter;
	const struct filter_op *op = &filter->op[condition];
	struct filter_op either = {.code = OP_NODE + NODE_OR};

	if (op->code == OP_CONSTANT) {
		if (op->number)
			filter->verdict[id] = FILTER_PASS;
		return 0;
	}
	if (filter->verdict[id] == FILTER_PASS)
		return 0;
	if (filter->verdict[id] == FILTER_EVALUATE) {
		either.left = filter->condition[id];
		either.right = condition;
		condition = add_op(c, &either);
		if (condition == FAILED)
			return c->fatal;
	}
	filter->verdict[id] = FILTER_EVALUATE;
	filter->condition[id] = condition;
	return 0;
}

/* ---- which events ---- */

static bool has_all_fields(const struct compile *c, const struct event_format *format)
{
	for (unsigned i = 0; i < c->part->count; i++)
		if (c->part->node[i].kind == NODE_NAME &&
		    !filter_has_field(format, c->part->node[i].text))
			return false;
	return true;
}

/* Of the events chosen, one at least must have each field: else it is mistyped. */
static int check_fields(struct compile *c)
{
	const struct formats *formats = c->filter->formats;

	for (unsigned i = 0; i < c->part->count; i++) {
		const struct node *node = &c->part->node[i];
		bool found = node->kind != NODE_NAME;

		for (size_t n = 0; n < formats->event_count && !found; n++)
			found = c->chosen[n] && filter_has_field(&formats->events[n], node->text);
		if (found)
			continue;
		c->fault = node->at;
		if (c->part->events)
			snprintf(c->error, FILTER_ERROR, "no event of '%.*s' has a field '%.64s'",
				 c->part->events_length < 64 ? (int)c->part->events_length : 64,
				 c->part->events, node->text);
		else
			snprintf(c->error, FILTER_ERROR, "no event has a field '%.64s'",
				 node->text);
		return -EINVAL;
	}
	return 0;
}

static int choose_events(struct compile *c)
{
	const struct filter_part *part = c->part;
	const struct formats *formats = c->filter->formats;
	int ret;

	memset(c->chosen, 0, formats->event_count * sizeof(*c->chosen));
	c->fault = c->part_at;
	if (part->events && part->events_length) {
		ret = filter_events_named(formats, c->chosen, part->events, part->events_length,
					  c->error);
		return ret ? ret : check_fields(c);
	}
	for (size_t i = 0; i < formats->event_count; i++)
		c->chosen[i] = true;
	return check_fields(c);
}

/* ---- the whole ---- */

static int compile_part(struct compile *c)
{
	const struct formats *formats = c->filter->formats;
	bool everywhere = !c->part->events || !c->part->events_length;
	unsigned done = 0, failed = 0;
	int ret = choose_events(c);

	memset(c->operand, 0, sizeof(c->operand));
	for (size_t i = 0; !ret && i < formats->event_count; i++) {
		const struct event_format *format = &formats->events[i];
		uint16_t id = (uint16_t)format->event->id;
		uint32_t condition;

		if (!c->chosen[i] || (everywhere && !has_all_fields(c, format)))
			continue;
		c->event = format->event;
		condition = c->part->count ? compile_node(c, c->part->count - 1)
					   : add_constant(c, 1, false);
		if (condition == FAILED && c->fatal)
			return c->fatal;
		failed += condition == FAILED;
		if (condition == FAILED)
			continue;
		done++;
		if (c->allowed[i])
			ret = add_condition(c, id, condition);
	}
	if (ret || done)
		return ret;
	if (!failed)
		snprintf(c->error, FILTER_ERROR, "no event has all the fields that are named");
	return -EINVAL;
}

/* Without an expression everything passes that -e names. */
static void pass_allowed(struct compile *c)
{
	const struct formats *formats = c->filter->formats;

	for (size_t i = 0; i < formats->event_count; i++)
		if (c->allowed[i])
			c->filter->verdict[formats->events[i].event->id] = FILTER_PASS;
}

static int compile_all(struct compile *c, struct filter_part *part, const char *expression)
{
	bool any = false;
	size_t at = 0;
	int ret;

	while ((ret = filter_part_next(part, expression, &at, c->error)) > 0) {
		any = true;
		ret = compile_part(c);
		if (ret)
			return ret;
		c->part_at = at;
	}
	if (ret)
		c->fault = at;
	if (!ret && !any)
		pass_allowed(c);
	return ret;
}

static void count_events(const struct filter *filter, struct filter_report *report)
{
	for (size_t i = 0; i < filter->formats->event_count; i++) {
		uint8_t verdict = filter->verdict[filter->formats->events[i].event->id];

		report->events += verdict != FILTER_DROP;
		report->tested += verdict == FILTER_EVALUATE;
	}
}

int filter_compile(struct filter **filter, const struct formats *formats, const struct comms *comms,
		   const char *events, const char *expression, struct filter_report *report)
{
	struct filter *made = calloc(1, sizeof(*made));
	bool *allowed = calloc(formats->event_count + 1, sizeof(*allowed));
	struct filter_part part;
	struct compile c = {
		.filter = made,
		.part = &part,
		.allowed = allowed,
		.error = report->error,
	};
	int ret = -ENOMEM;

	*report = (struct filter_report){.at = -1};
	c.chosen = calloc(formats->event_count + 1, sizeof(*c.chosen));
	if (made && allowed && c.chosen) {
		made->formats = formats;
		made->comms = comms;
		made->verdict = calloc(IDS, sizeof(*made->verdict));
		made->condition = calloc(IDS, sizeof(*made->condition));
		if (made->verdict && made->condition)
			ret = filter_events_listed(formats, allowed, events, report->error);
		if (!ret) {
			ret = compile_all(&c, &part, expression);
			report->at = ret ? (int32_t)c.fault : -1;
		}
	}
	free(allowed);
	free(c.chosen);
	if (ret) {
		filter_free(made);
		return ret;
	}
	count_events(made, report);
	*filter = made;
	return 0;
}

int filter_check(const char *expression, struct filter_report *report)
{
	struct filter_part part;
	size_t at = 0;
	int ret;

	*report = (struct filter_report){.at = -1};
	while ((ret = filter_part_next(&part, expression, &at, report->error)) > 0)
		;
	if (ret)
		report->at = (int32_t)at;
	return ret;
}
