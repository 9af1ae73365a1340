// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events that libtraceevent's plugins print by functions of their own, and the ones of function
 * tracers that trace-cmd does. The frequent ones are known here by what they print; whether it is
 * really that plugin which would print them is asked of the dynamic linker, since people have
 * plugins of their own.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/trace-seq.h>

#include "tui/engine/compile.h"

/* Reads well where fields are many. The first error stays. */
struct builder {
	struct compiling *compiling;
	int ret;
};

static void literal(struct builder *builder, const char *text)
{
	if (!builder->ret)
		builder->ret = compile_literal(builder->compiling, text);
}

static const struct tep_format_field *find(struct builder *builder, const char *name)
{
	const struct tep_format_field *field;

	if (builder->ret)
		return NULL;
	field = tep_find_any_field(builder->compiling->event, name);
	if (!field)
		builder->ret = -EOPNOTSUPP;
	return field;
}

/* Of a field that must be a number. */
static struct value number(struct builder *builder, const char *name)
{
	const struct tep_format_field *field = find(builder, name);
	struct value value = {0};

	if (!field)
		return value;
	value = value_of_field(field);
	if (value.kind != VALUE_FIELD)
		builder->ret = -EOPNOTSUPP;
	return value;
}

static void add(struct builder *builder, const struct op *op)
{
	if (!builder->ret)
		builder->ret = compile_op(builder->compiling, op);
}

static void value(struct builder *builder, enum op_code code, const char *name)
{
	/* %d takes an int, all else is 64 bits. */
	add(builder, &(struct op){.code = (uint8_t)code,
				  .size = code == OP_SIGNED ? 4 : 8,
				  .value = number(builder, name)});
}

/* %0*llu */
static void digits(struct builder *builder, const char *name, uint16_t width)
{
	add(builder, &(struct op){.code = OP_NUMBER,
				  .size = 8,
				  .spec = {SPEC_ZERO, 'u', width, -1},
				  .value = number(builder, name)});
}

static void hex(struct builder *builder, const char *name)
{
	add(builder, &(struct op){.code = OP_HEX, .size = 8, .value = number(builder, name)});
}

static void comm(struct builder *builder, const char *name)
{
	const struct tep_format_field *field = find(builder, name);

	if (!field)
		return;
	if (field->flags & TEP_FIELD_IS_DYNAMIC)
		builder->ret = -EOPNOTSUPP;
	add(builder, &(struct op){.code = OP_FIELD_STRING,
				  .plain = true,
				  .spec = {.conversion = 's', .precision = -1},
				  .offset = (uint32_t)field->offset,
				  .value.constant = (uint64_t)field->size});
}

static bool has(const struct builder *builder, const char *name)
{
	return tep_find_any_field(builder->compiling->event, name);
}

static void sched_switch(struct builder *builder)
{
	comm(builder, "prev_comm");
	literal(builder, ":");
	value(builder, OP_UNSIGNED, "prev_pid");
	literal(builder, " [");
	value(builder, OP_SIGNED, "prev_prio");
	literal(builder, "] ");
	value(builder, OP_TASK_STATE, "prev_state");
	literal(builder, " ==> ");
	comm(builder, "next_comm");
	literal(builder, ":");
	value(builder, OP_UNSIGNED, "next_pid");
	literal(builder, " [");
	value(builder, OP_SIGNED, "next_prio");
	literal(builder, "]");
}

static void sched_wakeup(struct builder *builder)
{
	comm(builder, "comm");
	literal(builder, ":");
	value(builder, OP_UNSIGNED, "pid");
	literal(builder, " [");
	value(builder, OP_UNSIGNED, "prio");
	literal(builder, "]");
	if (has(builder, "success")) {
		literal(builder, " success=");
		value(builder, OP_UNSIGNED, "success");
	}
	literal(builder, " CPU:");
	digits(builder, "target_cpu", 3);
}

static void call_site(struct builder *builder)
{
	value(builder, OP_CALL_SITE, "call_site");
}

static void hrtimer(struct builder *builder)
{
	literal(builder, "hrtimer=0x");
	hex(builder, has(builder, "timer") ? "timer" : "hrtimer");
}

static void hrtimer_expire_entry(struct builder *builder)
{
	hrtimer(builder);
	literal(builder, " now=");
	value(builder, OP_UNSIGNED, "now");
	literal(builder, " function=");
	value(builder, OP_CALLBACK, "function");
}

static void hrtimer_start(struct builder *builder)
{
	hrtimer(builder);
	literal(builder, " function=");
	value(builder, OP_CALLBACK, "function");
	literal(builder, " expires=");
	value(builder, OP_UNSIGNED, "expires");
	literal(builder, " softexpires=");
	value(builder, OP_UNSIGNED, "softexpires");
}

static void function(struct builder *builder)
{
	add(builder, &(struct op){.code = OP_CALL,
				  .value = number(builder, "ip"),
				  .extent = number(builder, "parent_ip")});
}

/* The same function again, so many times. */
static void func_repeats(struct builder *builder)
{
	function(builder);
	literal(builder, " (count: ");
	add(builder, &(struct op){.code = OP_SIGNED, .size = 8, .value = number(builder, "count")});
	literal(builder, "  last_ts: ");
	add(builder, &(struct op){.code = OP_TIME_BEFORE,
				  .value = number(builder, "top_delta_ts"),
				  .extent = number(builder, "bottom_delta_ts")});
	literal(builder, ")");
}

static void kernel_stack(struct builder *builder)
{
	const struct tep_format_field *field = find(builder, "caller");

	literal(builder, "<stack trace >\n");
	if (field)
		add(builder, &(struct op){.code = OP_STACK, .offset = (uint32_t)field->offset});
}

static void raw_data(struct builder *builder)
{
	const struct tep_format_field *field = find(builder, "buf");

	/* The plugin's steps and its strides differ where a long has 4 bytes. */
	if (tep_get_long_size(builder->compiling->event->tep) != 8)
		builder->ret = -EOPNOTSUPP;
	literal(builder, "# ");
	hex(builder, "id");
	if (field)
		add(builder, &(struct op){.code = OP_RAW_DATA, .offset = (uint32_t)field->offset});
}

#define EXIT_REASONS 0x420 /* SVM's go up to 0x402 (Linux, arch/x86/include/uapi/asm/svm.h) */
#define EXIT_ISAS    2	   /* 1 is VMX, 2 is SVM */
#define EXIT_RECORD  256   /* bytes of a record that is made up for the plugin */

/* What the plugin calls a reason, in name; its length, 0 when it has no name for it. */
static uint32_t ask_exit_reason(const struct tep_event *event, struct trace_seq *seq,
				uint32_t reason, uint32_t isa, const char **name)
{
	static const char before[] = "reason ", behind[] = " rip 0x0";
	const struct tep_format_field *reason_field =
		tep_find_field((struct tep_event *)event, "exit_reason");
	const struct tep_format_field *isa_field = tep_find_field((struct tep_event *)event, "isa");
	uint8_t data[EXIT_RECORD] = {0};
	struct tep_record record = {.data = data, .size = sizeof(data)};
	const char *end;

	memcpy(data + reason_field->offset, &reason, sizeof(reason));
	memcpy(data + isa_field->offset, &isa, sizeof(isa));
	trace_seq_reset(seq);
	event->handler(seq, &record, (struct tep_event *)event, event->context);
	trace_seq_terminate(seq);
	if (seq->state != TRACE_SEQ__GOOD || strncmp(seq->buffer, before, strlen(before)))
		return 0;
	*name = seq->buffer + strlen(before);
	end = strstr(*name, behind);
	return end && strncmp(*name, "UNKNOWN", 7) ? (uint32_t)(end - *name) : 0;
}

/* The plugin has a list of names that differs from version to version: it is asked for all of them.
 */
static void exit_reasons(struct builder *builder, struct op *op)
{
	struct choice *choices = calloc(EXIT_ISAS * EXIT_REASONS, sizeof(*choices));
	struct trace_seq seq;

	if (!choices || compile_own(builder->compiling, choices)) {
		builder->ret = -ENOMEM;
		return;
	}
	trace_seq_init(&seq);
	for (uint32_t i = 0; i < EXIT_ISAS * EXIT_REASONS && !builder->ret; i++) {
		uint32_t isa = 1 + i / EXIT_REASONS, reason = i % EXIT_REASONS;
		const char *name;
		uint32_t length =
			ask_exit_reason(builder->compiling->event, &seq, reason, isa, &name);
		char *copy = length ? strndup(name, length) : NULL;

		if (!copy)
			continue;
		builder->ret = compile_own(builder->compiling, copy);
		choices[op->length++] = (struct choice){
			.value = (int64_t)((uint64_t)isa << 32 | reason),
			.text = copy,
			.length = length,
		};
	}
	trace_seq_destroy(&seq);
	op->choices = choices;
}

static bool is_word(const struct tep_format_field *field)
{
	return field && field->size == 4 && field->offset >= 0 && field->offset <= EXIT_RECORD - 4;
}

static void kvm_exit(struct builder *builder)
{
	const struct tep_event *event = builder->compiling->event;
	struct op op = {
		.code = OP_EXIT_REASON,
		.value = number(builder, "exit_reason"),
		.extent = number(builder, "isa"),
	};

	if (builder->ret || !is_word(find(builder, "exit_reason")) ||
	    !is_word(find(builder, "isa")) || tep_is_file_bigendian(event->tep)) {
		builder->ret = -EOPNOTSUPP;
		return;
	}
	exit_reasons(builder, &op);
	literal(builder, "reason ");
	add(builder, &op);
	literal(builder, " rip 0x");
	hex(builder, "guest_rip");
	literal(builder, " info ");
	hex(builder, "info1");
	literal(builder, " ");
	hex(builder, "info2");
}

static void kvm_entry(struct builder *builder)
{
	literal(builder, " vcpu ");
	value(builder, OP_UNSIGNED, "vcpu_id");
	literal(builder, " rip 0x");
	hex(builder, "rip");
}

/* Of function_graph's exit event what the entry's line needs: how long a leaf function took. */
static void find_graph_exit(struct builder *builder)
{
	struct graph_exit *exit = &builder->compiling->programs->graph_exit;
	struct compiling compiling = *builder->compiling;
	struct builder other = {&compiling, 0};

	compiling.event =
		tep_find_event_by_name(builder->compiling->event->tep, "ftrace", "funcgraph_exit");
	if (!compiling.event) {
		builder->ret = -EOPNOTSUPP;
		return;
	}
	exit->id = (uint16_t)compiling.event->id;
	exit->pid = number(&other, "common_pid");
	exit->function = number(&other, "func");
	exit->calltime = number(&other, "calltime");
	exit->rettime = number(&other, "rettime");
	exit->known = !other.ret;
	builder->ret = other.ret;
}

static void funcgraph_entry(struct builder *builder)
{
	find_graph_exit(builder);
	add(builder, &(struct op){.code = OP_GRAPH_ENTRY,
				  .value = number(builder, "func"),
				  .extent = number(builder, "depth")});
}

static void funcgraph_exit(struct builder *builder)
{
	find_graph_exit(builder);
	add(builder, &(struct op){.code = OP_GRAPH_EXIT, .extent = number(builder, "depth")});
}

static const struct known {
	const char *system, *event;
	const char *plugin; /* the file's name; NULL: trace-cmd does it, no plugin */
	void (*build)(struct builder *builder);
	bool rest; /* the print format follows */
} known[] = {
	{"sched", "sched_switch", "plugin_sched_switch.so", sched_switch, false},
	{"sched", "sched_wakeup", "plugin_sched_switch.so", sched_wakeup, false},
	{"sched", "sched_wakeup_new", "plugin_sched_switch.so", sched_wakeup, false},
	{"kmem", "kfree", "plugin_kmem.so", call_site, true},
	{"kmem", "kmalloc", "plugin_kmem.so", call_site, true},
	{"kmem", "kmalloc_node", "plugin_kmem.so", call_site, true},
	{"kmem", "kmem_cache_alloc", "plugin_kmem.so", call_site, true},
	{"kmem", "kmem_cache_alloc_node", "plugin_kmem.so", call_site, true},
	{"kmem", "kmem_cache_free", "plugin_kmem.so", call_site, true},
	{"timer", "hrtimer_expire_entry", "plugin_hrtimer.so", hrtimer_expire_entry, false},
	{"timer", "hrtimer_start", "plugin_hrtimer.so", hrtimer_start, false},
	{"kvm", "kvm_exit", "plugin_kvm.so", kvm_exit, false},
	{"kvm", "kvm_entry", "plugin_kvm.so", kvm_entry, false},
	{"ftrace", "function", "plugin_function.so", function, false},
	{"ftrace", "func_repeats", "plugin_function.so", func_repeats, false},
	{"ftrace", "kernel_stack", "plugin_function.so", kernel_stack, false},
	{"ftrace", "raw_data", "plugin_function.so", raw_data, false},
	{"ftrace", "funcgraph_entry", NULL, funcgraph_entry, false},
	{"ftrace", "funcgraph_exit", NULL, funcgraph_exit, false},
};

static bool handler_is_of(tep_event_handler_func handler, const char *plugin)
{
	const char *name;
	Dl_info info;

	if (!handler || !plugin)
		return !handler && !plugin;
	if (!dladdr((void *)(uintptr_t)handler, &info) || !info.dli_fname)
		return false;
	name = strrchr(info.dli_fname, '/');
	return !strcmp(name ? name + 1 : info.dli_fname, plugin);
}

/* trace_printk: its print format names what is in another place. */
static void bprint(struct builder *builder)
{
	const struct tep_format_field *field = find(builder, "buf");

	if (field)
		add(builder, &(struct op){.code = OP_BPRINT,
					  .offset = (uint32_t)field->offset,
					  .value = number(builder, "ip"),
					  .extent = number(builder, "fmt")});
}

int compile_plugin(struct compiling *compiling, bool *rest)
{
	const struct tep_event *event = compiling->event;
	struct builder builder = {compiling, 0};

	*rest = false;
	if (event->flags & TEP_EVENT_FL_ISBPRINT && !event->handler) {
		bprint(&builder);
		return builder.ret;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(event->name, known[i].event) || strcmp(event->system, known[i].system) ||
		    !handler_is_of(event->handler, known[i].plugin))
			continue;
		*rest = known[i].rest;
		known[i].build(&builder);
		return builder.ret;
	}
	*rest = true;
	return event->handler ? -EOPNOTSUPP : 0;
}
