// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/filter_tree.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum token_kind {
	TOKEN_END, /* or a comma */
	TOKEN_NUMBER,
	TOKEN_NAME,
	TOKEN_TEXT,
	TOKEN_CHARACTER,
	TOKEN_SIGN,
};

struct token {
	enum token_kind kind;
	size_t at, length; /* in the text; of a TEXT or CHARACTER without its quotes */
};

struct parser {
	struct filter_part *part;
	const char *text;
	size_t next; /* behind the token */
	struct token token;
	unsigned depth;
	char *error;
	size_t fault; /* where what is wrong is */
};

/* The operators between values, in order of how tightly they bind: C's, with comparisons below
 * all of them. Longer ones stand before those that they begin with. */
static const struct {
	char sign[3];
	uint8_t kind;
	uint8_t level;
} operators[] = {
	{"||", NODE_OR, 0},	     {"&&", NODE_AND, 0},	 {"==", NODE_EQUAL, 1},
	{"!=", NODE_UNEQUAL, 1},     {"<=", NODE_LESS_EQUAL, 1}, {">=", NODE_MORE_EQUAL, 1},
	{"=~", NODE_MATCH, 1},	     {"!~", NODE_MISMATCH, 1},	 {"<<", NODE_SHIFT_LEFT, 5},
	{">>", NODE_SHIFT_RIGHT, 5}, {"<", NODE_LESS, 1},	 {">", NODE_MORE, 1},
	{"|", NODE_BIT_OR, 2},	     {"^", NODE_BIT_XOR, 3},	 {"&", NODE_BIT_AND, 4},
	{"+", NODE_ADD, 6},	     {"-", NODE_SUBTRACT, 6},	 {"*", NODE_MULTIPLY, 7},
	{"/", NODE_DIVIDE, 7},	     {"%", NODE_REMAINDER, 7},
};

#define OPERATORS	 (sizeof(operators) / sizeof(operators[0]))
#define LEVEL_COMPARISON 1
#define LEVEL_UNARY	 8

/* ---- complaints ---- */

static int refuse_at(struct parser *parser, size_t at, const char *what)
{
	parser->fault = at;
	snprintf(parser->error, FILTER_ERROR, "%s at position %zu of '%.200s'", what, at + 1,
		 parser->text);
	return -EINVAL;
}

static int refuse(struct parser *parser, const char *what)
{
	const struct token *token = &parser->token;
	char text[96];

	if (token->kind == TOKEN_END)
		snprintf(text, sizeof(text), "%s, but %s comes", what,
			 parser->text[token->at] ? "a comma" : "the end");
	else
		snprintf(text, sizeof(text), "%s, but '%.*s' comes", what,
			 token->length < 24 ? (int)token->length : 24, parser->text + token->at);
	return refuse_at(parser, token->at, text);
}

/* ---- tokens ---- */

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static const char *quotes_end(const char *at)
{
	char quote = *at++;

	for (; *at && *at != quote; at++)
		if (*at == '\\' && at[1])
			at++;
	return at;
}

static int take_quoted(struct parser *parser)
{
	struct token *token = &parser->token;
	const char *start = parser->text + token->at, *end = quotes_end(start);

	if (!*end)
		return refuse_at(parser, token->at, "quotes that nothing closes, opened");
	token->kind = *start == '"' ? TOKEN_TEXT : TOKEN_CHARACTER;
	token->at++;
	token->length = (size_t)(end - start) - 1;
	parser->next = token->at + token->length + 1;
	return 0;
}

static size_t sign_length(const char *at)
{
	for (size_t i = 0; i < OPERATORS; i++) {
		size_t length = strlen(operators[i].sign);

		if (!strncmp(at, operators[i].sign, length))
			return length;
	}
	return strchr("()!~", *at) ? 1 : 0;
}

/* Look at the next token. */
static int advance(struct parser *parser)
{
	struct token *token = &parser->token;
	const char *at = parser->text + parser->next;

	while (isspace((unsigned char)*at))
		at++;
	*token = (struct token){.at = (size_t)(at - parser->text)};
	parser->next = token->at;
	if (!*at || *at == ',')
		return 0;
	if (*at == '"' || *at == '\'')
		return take_quoted(parser);
	if (in_name(*at)) {
		token->kind = isdigit((unsigned char)*at) ? TOKEN_NUMBER : TOKEN_NAME;
		while (in_name(at[token->length]))
			token->length++;
	} else {
		token->kind = TOKEN_SIGN;
		token->length = sign_length(at);
	}
	if (!token->length) {
		char text[40];

		snprintf(text, sizeof(text),
			 isprint((unsigned char)*at) ? "'%c' has no meaning" : "an odd byte", *at);
		return refuse_at(parser, token->at, text);
	}
	parser->next = token->at + token->length;
	return 0;
}

static bool is_sign(const struct parser *parser, const char *sign)
{
	const struct token *token = &parser->token;

	return token->kind == TOKEN_SIGN && token->length == strlen(sign) &&
	       !memcmp(parser->text + token->at, sign, token->length);
}

/* The index of the operator that comes, OPERATORS when none does. */
static size_t operator_here(const struct parser *parser)
{
	size_t i = 0;

	while (i < OPERATORS && !is_sign(parser, operators[i].sign))
		i++;
	return i;
}

/* ---- nodes ---- */

/* The number of a new node, or -EINVAL. */
static int add_node(struct parser *parser, const struct node *node)
{
	struct filter_part *part = parser->part;

	if (part->count == FILTER_NODES)
		return refuse_at(parser, node->at, "too long a condition");
	part->node[part->count] = *node;
	return (int)part->count++;
}

/* Keep the token's bytes; a quote in quotes loses its backslash. */
static const char *keep_bytes(struct parser *parser)
{
	const struct token *token = &parser->token;
	struct filter_part *part = parser->part;
	const char *from = parser->text + token->at;
	char *text = part->bytes + part->used;

	if (token->length >= sizeof(part->bytes) - part->used)
		return NULL;
	for (size_t i = 0; i < token->length; i++) {
		if (from[i] == '\\' && i + 1 < token->length &&
		    (from[i + 1] == '"' || from[i + 1] == '\''))
			i++;
		part->bytes[part->used++] = from[i];
	}
	part->bytes[part->used++] = '\0';
	return text;
}

static int parse_number(struct parser *parser, struct node *node)
{
	char *end;

	errno = 0;
	node->kind = NODE_NUMBER;
	node->number = strtoull(parser->text + parser->token.at, &end, 0);
	if (errno || end != parser->text + parser->next)
		return refuse_at(parser, node->at, "no number that fits 64 bits");
	return 0;
}

static int parse_condition(struct parser *parser);
static int parse_value(struct parser *parser, unsigned level);

static int parse_parentheses(struct parser *parser)
{
	int inner, ret = advance(parser);

	if (ret)
		return ret;
	inner = parse_condition(parser);
	if (inner < 0)
		return inner;
	if (!is_sign(parser, ")"))
		return refuse(parser, "a ')' is expected");
	ret = advance(parser);
	return ret ? ret : inner;
}

static int parse_unary(struct parser *parser, enum node_kind kind, unsigned level)
{
	struct node node = {.kind = (uint8_t)kind, .at = parser->token.at};
	int right, ret = advance(parser);

	if (ret)
		return ret;
	if (++parser->depth > FILTER_DEPTH)
		return refuse_at(parser, node.at, "too deep a condition");
	right = parse_value(parser, level);
	parser->depth--;
	if (right < 0)
		return right;
	node.right = (uint16_t)right;
	return add_node(parser, &node);
}

static int parse_item(struct parser *parser)
{
	struct node node = {.at = parser->token.at};
	int ret = 0;

	if (is_sign(parser, "-"))
		return parse_unary(parser, NODE_NEGATE, LEVEL_UNARY);
	if (is_sign(parser, "~"))
		return parse_unary(parser, NODE_COMPLEMENT, LEVEL_UNARY);
	if (is_sign(parser, "(")) {
		if (++parser->depth > FILTER_DEPTH)
			return refuse_at(parser, node.at, "too deep a condition");
		ret = parse_parentheses(parser);
		parser->depth--;
		return ret;
	}
	switch (parser->token.kind) {
	case TOKEN_NUMBER:
		ret = parse_number(parser, &node);
		break;
	case TOKEN_NAME:
	case TOKEN_TEXT:
	case TOKEN_CHARACTER:
		node.kind = parser->token.kind == TOKEN_NAME ? NODE_NAME : NODE_TEXT;
		node.number = parser->token.kind == TOKEN_CHARACTER && parser->token.length == 1
				      ? (uint8_t)parser->text[parser->token.at]
				      : UINT64_MAX;
		node.text = keep_bytes(parser);
		if (!node.text)
			ret = refuse_at(parser, node.at, "too long a condition");
		break;
	default:
		return refuse(parser, "a field, a number or a text is expected");
	}
	if (!ret)
		ret = advance(parser);
	return ret ? ret : add_node(parser, &node);
}

/* Operators of this level and of those that bind more tightly. */
static int parse_value(struct parser *parser, unsigned level)
{
	bool compared = false;
	int left;

	if (level == LEVEL_COMPARISON && is_sign(parser, "!"))
		return parse_unary(parser, NODE_NOT, LEVEL_COMPARISON);
	if (level >= LEVEL_UNARY)
		return parse_item(parser);
	left = parse_value(parser, level + 1);
	while (left >= 0) {
		size_t found = operator_here(parser);
		struct node node = {.left = (uint16_t)left, .at = parser->token.at};
		int ret, right;

		if (found == OPERATORS || operators[found].level != level)
			break;
		if (compared)
			return refuse(parser, "one comparison after the other needs '&&'");
		compared = level == LEVEL_COMPARISON;
		node.kind = operators[found].kind;
		ret = advance(parser);
		right = ret ? ret : parse_value(parser, level + 1);
		if (right < 0)
			return right;
		node.right = (uint16_t)right;
		left = add_node(parser, &node);
	}
	return left;
}

static int parse_condition(struct parser *parser)
{
	return parse_value(parser, 0);
}

/* ---- parts ---- */

/*
 * Where the names of events end that a part begins with: its colon, or its end when it has nothing
 * else; -1 when it is a condition on all events.
 */
static long events_end(const char *text)
{
	for (const char *at = text; *at; at++) {
		if (*at == ':')
			return at - text;
		if (*at == '\\' && at[1])
			at++;
		else if (strchr("=<>!&|(\"'", *at))
			return -1;
	}
	return (long)strlen(text);
}

int filter_part_next(struct filter_part *part, const char *text, size_t *at, char *error)
{
	struct parser parser = {.part = part, .text = text, .error = error};
	long events;
	int root;

	part->events = NULL;
	part->count = 0;
	part->used = 0;
	while (isspace((unsigned char)text[*at]))
		++*at;
	if (!text[*at])
		return 0;
	events = events_end(text + *at);
	if (events >= 0) {
		part->events = text + *at;
		part->events_length = (size_t)events;
		*at += (size_t)events;
		if (!text[*at])
			return 1;
		++*at;
	}
	parser.next = *at;
	root = advance(&parser);
	if (!root)
		root = parse_condition(&parser);
	if (root >= 0 && parser.token.kind != TOKEN_END)
		root = refuse(&parser, "'&&', '||', a comma or the end is expected");
	if (root < 0) {
		*at = parser.fault;
		return root;
	}
	*at = parser.token.at;
	if (text[*at] == ',') {
		++*at;
		while (isspace((unsigned char)text[*at]))
			++*at;
		if (!text[*at]) {
			*at = parser.token.at;
			return refuse_at(&parser, *at, "nothing behind the comma");
		}
	}
	return 1;
}
