/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The compiled printer. Every event's print format becomes a flat list of operations, once, when
 * the formats are loaded; a record then is text in one pass over them. What comes out is to the
 * letter what libtraceevent and its plugins print; an event of which that cannot be promised has
 * no program, and libtraceevent prints it. Compiled by formats, run by the printer.
 *
 * Records are a guest's: every operation looks only inside the record, whatever it says.
 */
#ifndef VTRACE_ENGINE_PROGRAM_H
#define VTRACE_ENGINE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <traceevent/event-parse.h>

#include "tui/engine/out.h"
#include "tui/engine/symbols.h"
#include "tui/engine/value.h"

enum op_code {
	OP_LITERAL,	   /* text, length; OUT_BLOCK bytes behind it */
	OP_NUMBER,	   /* value as spec says; size of its C type */
	OP_UNSIGNED,	   /* value: %u, and the commonest of the others, without a spec */
	OP_SIGNED,	   /* value: %d, of size bytes */
	OP_HEX,		   /* value: %x, of size bytes */
	OP_FIELD_STRING,   /* a string in size bytes at offset; size 0: up to the record's end */
	OP_DYNAMIC_STRING, /* a string where the word at offset says */
	OP_FIXED_STRING,   /* text, length, as spec says */
	OP_PRINTK_STRING,  /* the printk format whose address is value, or the address */
	OP_FLAGS,	   /* value's bits by name; choices, text between them */
	OP_SYMBOL,	   /* value's name; choices */
	OP_BYTES,	   /* extent bytes of an array in hex; text between them */
	OP_NUMBERS,	   /* extent numbers of an array, value bytes each */
	OP_BITMASK,	   /* a bit mask in hex, commas every 32 bits */
	OP_CPUMASK,	   /* a bit mask as a list of ranges */
	OP_RAW_BUFFER,	   /* %*ph: extent bytes of a dynamic array; text between them */
	OP_FUNCTION,	   /* the function that address value lies in; size 1: and how far */
	OP_POINTER,	   /* value: %p */
	OP_ADDRESS,	   /* %pI, %pM, %pU of the field at offset, as the letters say */
	OP_UNLESS,	   /* go to target when value is 0 */
	OP_GOTO,	   /* target */
	/* What plugins print. */
	OP_TASK_STATE,	/* value: letters of a task's state */
	OP_CALL_SITE,	/* value: (function+0xoffset) and a blank, or nothing */
	OP_CALL,	/* ftrace's function event: value is ip, extent is parent_ip */
	OP_STACK,	/* addresses from offset on, a line each */
	OP_RAW_DATA,	/* bytes from offset on */
	OP_EXIT_REASON, /* kvm_exit: the name of reason value on extent's kind of CPU; choices */
	OP_CALLBACK,	/* value: function/0xoffset, or the address */
	OP_GRAPH_ENTRY, /* function_graph's entry: value is func, extent is depth */
	OP_GRAPH_EXIT,	/* and its exit: extent is depth */
	OP_TIME_BEFORE, /* the time, (value << 32 | extent) before the record's */
	OP_BPRINT,	/* trace_printk: value is ip, extent is fmt, arguments at offset */
	OP_CODES
};

/* A value and its name. */
struct choice {
	int64_t value;
	const char *text;
	uint32_t length;
};

struct op {
	uint8_t code; /* enum op_code */
	uint8_t size;
	bool plain;	   /* spec and extent change nothing */
	bool dynamic;	   /* the array is where the word at offset says */
	bool of_precision; /* spec's precision, else its width, is in extent; see of_extent */
	bool of_extent;	   /* spec has a * */
	uint16_t relative; /* added to what that word says */
	uint32_t offset;   /* in the record */
	uint32_t target;   /* an operation of this program */
	uint32_t length;   /* of text; or number of choices */
	struct spec spec;
	char letters[4]; /* of ADDRESS */
	struct value value;
	struct value extent;
	union {
		const char *text; /* libtraceevent's, or in the programs' strings */
		const struct choice *choices;
	};
	const char *between; /* FLAGS: between two names */
};

/* Where an event's operations are; count 0: it has no program. */
struct program {
	uint32_t first;
	uint32_t count;
	bool wants_next; /* prints the next row too when that belongs to it */
};

/* What is read of function_graph's exit event. */
struct graph_exit {
	bool known;
	uint16_t id;
	struct value pid;
	struct value function;
	struct value calltime; /* ns */
	struct value rettime;
};

/* What a formats set has compiled. */
struct programs {
	struct op *ops;
	uint32_t op_count;
	uint32_t op_room;
	struct value_steps steps;
	void **owned; /* strings and choices to free */
	uint32_t owned_count;
	uint32_t owned_room;
	struct symbols symbols;
	struct graph_exit graph_exit;
};

void programs_release(struct programs *programs);

/* Compile event's printing. 0, -ENOMEM, or -EOPNOTSUPP: program->count is 0, libtraceevent is to
 * print it. */
int program_compile(struct programs *programs, struct tep_event *event, struct program *program);

/* Compile one argument of event's print format as %s prints it. 0, -ENOMEM, or -EOPNOTSUPP. */
int program_compile_argument(struct programs *programs, struct tep_event *event,
			     const struct tep_print_arg *arg, struct program *program);

#define CALLS_CPUS  256
#define CALLS_DEPTH 512

/*
 * Who called whom last on each CPU: ftrace's function events are indented by it, as libtraceevent's
 * plugin does. It goes with one reading of the rows in the order of time, and its names with one
 * formats set.
 */
struct calls {
	struct {
		const char *stack[CALLS_DEPTH]; /* callers outermost first, NULL behind the last */
	} cpu[CALLS_CPUS];
};

/* One record to print. */
struct run {
	struct out *out;
	struct record record;
	uint64_t ts; /* of the record */
	bool ticks;  /* which counts something else than nanoseconds */
	struct programs *programs;
	struct calls *calls;	   /* NULL: no indentation by callers */
	const struct record *next; /* the next row's in the order of time, or NULL */
	bool took_next;		   /* that was printed too: function_graph's leaf functions */
};

/* Run a program. False when it met what it cannot print: libtraceevent is to do it then, and what
 * is in run->out since is to be forgotten. */
bool program_run(const struct program *program, struct run *run);

#endif
