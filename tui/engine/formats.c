// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/formats.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/bundle.h"
#include "tui/engine/format_text.h"
#include "tui/engine/listings.h"

#define EVENT_IDS	65536	   /* common_type has 16 bits */
#define OWN_ID		INT32_MAX  /* of an event that no record has */
#define EVENT_TWICE	UINT16_MAX /* in by_id: more than one event claims the id */
#define LABEL_WIDTH	20	   /* of an event's name in a line */
#define KALLSYMS_PROBED 64	   /* lines looked at to see whether addresses are hidden */

int formats_stock_init(struct formats_stock *stock)
{
	memset(stock, 0, sizeof(*stock));
	tep_set_loglevel(TEP_LOG_NONE);
	for (unsigned i = 0; i < FORMATS_STOCK; i++) {
		stock->parser[i].tep = tep_alloc();
		if (!stock->parser[i].tep)
			return -ENOMEM;
		stock->parser[i].plugins = tep_load_plugins(stock->parser[i].tep);
	}
	return 0;
}

static void parser_free(struct tep_handle *tep, struct tep_plugin_list *plugins)
{
	if (plugins)
		tep_unload_plugins(plugins, tep);
	tep_free(tep);
}

void formats_stock_release(struct formats_stock *stock)
{
	for (unsigned i = stock->used; i < FORMATS_STOCK; i++)
		parser_free(stock->parser[i].tep, stock->parser[i].plugins);
	stock->used = FORMATS_STOCK;
}

void formats_free(struct formats *formats)
{
	if (!formats)
		return;
	for (size_t i = 0; i < formats->event_count; i++) {
		free(formats->events[i].dynamic);
		free(formats->events[i].label);
		free(formats->events[i].print_text);
	}
	free(formats->events);
	free(formats->by_id);
	programs_release(&formats->programs);
	parser_free(formats->tep, formats->plugins);
	free(formats);
}

/* ---- what a record of an event must hold ---- */

static bool field_is_open(const struct tep_format_field *field)
{
	/* kernel_stack's caller[] declares 8 entries and holds as many as there were. */
	return !field->next && (field->flags & TEP_FIELD_IS_ARRAY) &&
	       !(field->flags & TEP_FIELD_IS_DYNAMIC);
}

static int measure_fields(struct event_format *format, const struct tep_format_field *field)
{
	for (unsigned n = 0; field; field = field->next, n++) {
		struct dynamic_field *dynamic;
		uint32_t end;

		if (n >= FORMAT_FIELDS_MAX || field->offset < 0 || field->size < 0 ||
		    field->offset > 65535 || field->size > 65535)
			return -EINVAL;
		end = (uint32_t)field->offset + (uint32_t)field->size;
		if (format->extent < end)
			format->extent = end;
		if (field_is_open(field))
			end = (uint32_t)field->offset;
		if (format->least < end)
			format->least = end;
		if (!(field->flags & TEP_FIELD_IS_DYNAMIC))
			continue;
		if (field->size < 4)
			return -EINVAL;
		dynamic =
			reallocarray(format->dynamic, format->dynamic_count + 1, sizeof(*dynamic));
		if (!dynamic)
			return -ENOMEM;
		format->dynamic = dynamic;
		dynamic[format->dynamic_count++] = (struct dynamic_field){
			.offset = (uint32_t)field->offset,
			.relative = field->flags & TEP_FIELD_IS_RELATIVE
					    ? (uint32_t)field->offset + 4
					    : 0,
		};
	}
	return 0;
}

/* Events that name tasks, with the names of their fields (Linux, include/trace/events/sched.h
 * and task.h). */
static const struct {
	const char *event, *pid, *comm;
} comm_events[] = {
	{"sched_switch", "prev_pid", "prev_comm"},
	{"sched_switch", "next_pid", "next_comm"},
	{"sched_waking", "pid", "comm"},
	{"sched_wakeup", "pid", "comm"},
	{"sched_wakeup_new", "pid", "comm"},
	{"sched_process_fork", "child_pid", "child_comm"},
	{"task_newtask", "pid", "comm"},
	{"task_rename", "pid", "newcomm"},
};

static const struct tep_format_field *find_field(const struct tep_event *event, const char *name)
{
	const struct tep_format_field *field = event->format.fields;

	while (field && strcmp(field->name, name))
		field = field->next;
	return field;
}

/* A field may be an open one, which a record need not hold. */
static void demand(struct event_format *format, const struct tep_format_field *field)
{
	uint32_t end = (uint32_t)field->offset + (uint32_t)field->size;

	if (format->least < end)
		format->least = end;
}

/* Those that plugin_sched_switch.c of libtraceevent has handlers for. */
static bool names_while_printed(const struct tep_event *event)
{
	return event->system && !strcmp(event->system, "sched") &&
	       (!strcmp(event->name, "sched_switch") || !strcmp(event->name, "sched_wakeup") ||
		!strcmp(event->name, "sched_wakeup_new"));
}

static void find_comms(struct event_format *format)
{
	format->names_printed = names_while_printed(format->event);
	for (size_t i = 0; i < sizeof(comm_events) / sizeof(comm_events[0]); i++) {
		const struct tep_format_field *pid, *comm;

		if (strcmp(format->event->name, comm_events[i].event))
			continue;
		pid = find_field(format->event, comm_events[i].pid);
		comm = find_field(format->event, comm_events[i].comm);
		if (!pid || !comm || pid->size != 4 || (comm->flags & TEP_FIELD_IS_DYNAMIC) ||
		    comm->size < 1 || comm->size > VTRACE_COMM_LEN ||
		    format->comm_count == EVENT_COMM_SOURCES)
			continue;
		demand(format, pid);
		demand(format, comm);
		format->comm[format->comm_count++] = (struct comm_source){
			.pid_offset = (uint32_t)pid->offset,
			.comm_offset = (uint32_t)comm->offset,
			.comm_size = (uint32_t)comm->size,
		};
	}
}

/* "NAME:" and blanks up to the column of details, as in trace-cmd report. */
static int make_label(struct event_format *format)
{
	size_t length = strlen(format->event->name);

	format->label_length = (uint32_t)(length < LABEL_WIDTH ? LABEL_WIDTH : length) + 2;
	format->label = malloc(format->label_length + OUT_BLOCK);
	if (!format->label)
		return -ENOMEM;
	memset(format->label, ' ', format->label_length + OUT_BLOCK);
	memcpy(format->label, format->event->name, length);
	format->label[length] = ':';
	return 0;
}

static int index_event(struct formats *formats, struct tep_event *event)
{
	struct event_format *format = &formats->events[formats->event_count];
	int ret;

	if (event->id < 0 || event->id >= EVENT_IDS || !event->name)
		return -EINVAL;
	/* Fields without a print format are worth showing; nothing at all is not. */
	if ((event->flags & TEP_EVENT_FL_FAILED) && !event->format.fields)
		return -EINVAL;
	if (formats->by_id[event->id]) {
		formats->by_id[event->id] = EVENT_TWICE;
		return -EINVAL;
	}
	*format = (struct event_format){.event = event};
	ret = measure_fields(format, event->format.common_fields);
	if (!ret)
		ret = measure_fields(format, event->format.fields);
	if (ret) {
		free(format->dynamic);
		return ret;
	}
	find_comms(format);
	ret = make_label(format);
	if (ret) {
		free(format->dynamic);
		return ret;
	}
	formats->by_id[event->id] = (uint16_t)(++formats->event_count);
	return 0;
}

static int index_events(struct formats *formats)
{
	int count = tep_get_events_count(formats->tep);

	if (count >= EVENT_TWICE)
		return -E2BIG;
	formats->events = calloc((size_t)count + 1, sizeof(*formats->events));
	formats->by_id = calloc(EVENT_IDS, sizeof(*formats->by_id));
	if (!formats->events || !formats->by_id)
		return -ENOMEM;
	for (int i = 0; i < count; i++) {
		struct tep_event *event = tep_get_event(formats->tep, i);
		int ret = event->id == OWN_ID ? 0 : index_event(formats, event);

		if (ret == -ENOMEM)
			return ret;
		if (ret)
			formats->failed++;
	}
	for (unsigned id = 0; id < EVENT_IDS; id++)
		if (formats->by_id[id] == EVENT_TWICE)
			formats->by_id[id] = 0;
	return 0;
}

/* ---- out of the bundle ---- */

/*
 * libtraceevent finds a record's event by itself, and learns where to look from the common fields
 * of whatever event has the lowest id. It is to look where this room does, or it would find
 * another event than the one that was measured; so it learns from an event of our own, before
 * any of the guest's. (For the same reason an id must be of one event.)
 */
static int fix_common_fields(struct tep_handle *tep)
{
	static const char format[] =
		"name: own\nID: 2147483647\nformat:\n"
		"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
		"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
		"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
		"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
		"\nprint fmt: \"x\"\n";
	uint64_t words[2] = {0};
	struct tep_record record = {.data = words, .size = sizeof(words)};

	if (tep_parse_event(tep, format, sizeof(format) - 1, "vtrace") ||
	    tep_data_type(tep, &record) < 0 || tep_data_pid(tep, &record) < 0 ||
	    tep_data_flags(tep, &record) < 0 || tep_data_preempt_count(tep, &record) < 0)
		return -ENOMEM;
	return 0;
}

static void parse_events(struct formats *formats, const struct bundle *bundle)
{
	format_bounds_init(&formats->bounds);
	for (size_t i = 0; i < bundle->section_count; i++) {
		const struct bundle_section *section = &bundle->sections[i];
		char system[VTRACE_BUNDLE_NAME_MAX], *slash;
		size_t length;

		if (strncmp(section->name, "events/", 7))
			continue;
		strcpy(system, section->name + 7);
		slash = strchr(system, '/');
		if (!slash) {
			formats->failed++;
			continue;
		}
		*slash = '\0';
		length = format_bounds_take(&formats->bounds, section->name, section->data,
					    section->length);
		if (!length || tep_parse_event(formats->tep, section->data,
					       format_text_sound(section->data, length), system))
			formats->failed++;
	}
}

/* Keep the texts of print formats: libtraceevent has them in pieces alone. */
static int keep_print_texts(struct formats *formats, const struct bundle *bundle)
{
	for (size_t i = 0; i < bundle->section_count; i++) {
		const struct bundle_section *section = &bundle->sections[i];
		struct event_format *format;
		int id;

		if (strncmp(section->name, "events/", 7))
			continue;
		id = format_text_id(section->data, section->length);
		if (id < 0 || !formats->by_id[id])
			continue;
		format = &formats->events[formats->by_id[id] - 1];
		free(format->print_text);
		format->print_text = format_text_print(section->data, section->length);
		if (!format->print_text)
			return -ENOMEM;
	}
	return 0;
}

/* The good lines of kallsyms, since libtraceevent trusts them all. *text is to be free()d. */
static int parse_kallsyms(struct formats *formats, const struct bundle *bundle, char **text)
{
	const struct bundle_section *section = bundle_find(bundle, "kallsyms");

	*text = NULL;
	if (formats->addresses_hidden || !section || !section->length)
		return 0;
	*text = listing_kallsyms(section->data, section->length, &formats->bounds.symbols);
	if (!*text)
		return -ENOMEM;
	tep_parse_kallsyms(formats->tep, *text);
	return 0;
}

/* With kptr_restrict every address reads as zero (Linux, kernel/kallsyms.c, kallsyms_show_value).
 */
static bool addresses_hidden(const struct bundle *bundle)
{
	const struct bundle_section *section = bundle_find(bundle, "kallsyms");
	const char *at, *end;

	if (!section || !section->length)
		return false;
	at = section->data;
	end = at + section->length;
	for (unsigned line = 0; at < end && line < KALLSYMS_PROBED; line++) {
		while (at < end && *at == '0')
			at++;
		if (at < end && *at != ' ')
			return false;
		at = memchr(at, '\n', (size_t)(end - at));
		if (!at)
			break;
		at++;
	}
	return true;
}

static void set_geometry(struct formats *formats, const struct bundle *bundle)
{
	struct tep_handle *tep = formats->tep;

	formats->geometry =
		(struct page_geometry){bundle->subbuf_size, bundle->long_size, bundle->big_endian};
	tep_set_long_size(tep, (int)bundle->long_size);
	tep_set_page_size(tep, (int)bundle->subbuf_size);
	tep_set_file_bigendian(tep, bundle->big_endian ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN);
	tep_set_local_bigendian(tep, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? TEP_BIG_ENDIAN
									    : TEP_LITTLE_ENDIAN);
	tep_set_cpus(tep, (int)bundle->cpus);
}

/* The strings of printk_formats, for libtraceevent and for the programs. */
static int parse_printks(struct formats *formats, const struct bundle *bundle)
{
	const struct bundle_section *section = bundle_find(bundle, "printk_formats");
	char *text;

	if (!section || !section->length)
		return 0;
	text = listing_printk_formats(section->data, section->length, &formats->bounds.printks);
	if (!text)
		return -ENOMEM;
	tep_parse_printk_formats(formats->tep, text);
	return symbols_take_printks(&formats->programs.symbols, text);
}

/* How large a record may be for what is printed of it: each operation, and of libtraceevent's each
 * field and each argument, may print all of it. */
static void measure_print(struct event_format *format)
{
	const struct tep_print_arg *arg = format->event->print_fmt.args;
	const struct tep_format_field *field = format->event->format.fields;
	uint32_t pieces = 0;

	for (; arg; arg = arg->next)
		pieces++;
	for (; field; field = field->next)
		pieces++;
	format->most_slow = PRINT_SLOW_MAX / (pieces + 1);
	format->most = format->program.count ? PRINT_WORK_MAX / (format->program.count + 1)
					     : format->most_slow;
}

static int compile_events(struct formats *formats, const char *kallsyms)
{
	formats->programs.steps.kallsyms = kallsyms;
	formats->programs.steps.search = SYMBOL_SEARCH_MAX;
	for (size_t i = 0; i < formats->event_count; i++) {
		struct event_format *format = &formats->events[i];
		int ret = program_compile(&formats->programs, format->event, &format->program);

		if (ret == -ENOMEM)
			return ret;
		measure_print(format);
	}
	formats->programs.steps.kallsyms = NULL;
	return 0;
}

static int fill(struct formats *formats, const struct bundle *bundle)
{
	char *kallsyms = NULL;
	int ret;

	set_geometry(formats, bundle);
	ret = fix_common_fields(formats->tep);
	if (ret)
		return ret;
	memcpy(formats->boot_id, bundle->boot_id, sizeof(formats->boot_id));
	memcpy(formats->machine, bundle->machine, sizeof(formats->machine));
	parse_events(formats, bundle);
	ret = index_events(formats);
	if (!ret)
		ret = keep_print_texts(formats, bundle);
	if (ret)
		return ret;
	if (!formats->event_count)
		return -ENOMSG;
	formats->addresses_hidden = addresses_hidden(bundle);
	ret = parse_kallsyms(formats, bundle, &kallsyms);
	if (!ret)
		ret = symbols_init(&formats->programs.symbols, formats->tep);
	if (!ret)
		ret = parse_printks(formats, bundle);
	if (!ret)
		ret = compile_events(formats, kallsyms);
	free(kallsyms);
	return ret;
}

static void fill_reply(struct engine_formats_reply *reply, const struct bundle *bundle)
{
	reply->cpus = bundle->cpus;
	reply->subbuf_size = bundle->subbuf_size;
	reply->long_size = bundle->long_size;
	reply->big_endian = (uint32_t)bundle->big_endian;
	reply->generation = bundle->generation;
	snprintf(reply->boot_id, sizeof(reply->boot_id), "%s", bundle->boot_id);
	snprintf(reply->kernel, sizeof(reply->kernel), "%s", bundle->kernel);
	snprintf(reply->machine, sizeof(reply->machine), "%s", bundle->machine);
	snprintf(reply->clock, sizeof(reply->clock), "%s", bundle->clock);
}

/* The whole of fd in memory: it may be another's file, so it is read once and not mapped. */
static int read_all(int fd, char **data, size_t *length)
{
	struct stat status;
	size_t have = 0;
	char *bytes;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_size > VTRACE_BUNDLE_MAX)
		return -E2BIG;
	bytes = malloc((size_t)status.st_size + 1);
	if (!bytes)
		return -ENOMEM;
	while (have < (size_t)status.st_size) {
		ssize_t got = pread(fd, bytes + have, (size_t)status.st_size - have, (off_t)have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		have += (size_t)got;
	}
	*data = bytes;
	*length = have;
	return 0;
}

/* FNV-1a, over what the parsers see; saved_cmdlines change all the time. */
static uint64_t bundle_digest(const struct bundle *bundle)
{
	uint64_t digest = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < bundle->section_count; i++) {
		const struct bundle_section *section = &bundle->sections[i];

		if (!strncmp(section->name, "saved_", 6))
			continue;
		for (size_t at = 0; at < section->length; at++)
			digest = (digest ^ (uint8_t)section->data[at]) * UINT64_C(0x100000001b3);
	}
	return digest;
}

static int formats_parse(struct formats **formats, struct formats_stock *stock,
			 const struct bundle *bundle)
{
	struct formats *made = calloc(1, sizeof(*made));
	int ret;

	if (!made)
		return -ENOMEM;
	if (stock->used < FORMATS_STOCK) {
		made->tep = stock->parser[stock->used].tep;
		made->plugins = stock->parser[stock->used].plugins;
		stock->used++;
	} else {
		made->tep = tep_alloc();
	}
	ret = made->tep ? fill(made, bundle) : -ENOMEM;
	if (ret) {
		formats_free(made);
		return ret;
	}
	*formats = made;
	return 0;
}

static int load(struct formats **formats, const struct formats *current,
		struct formats_stock *stock, const struct bundle *bundle, struct comms *comms,
		struct engine_formats_reply *reply)
{
	const struct bundle_section *cmdlines = bundle_find(bundle, "saved_cmdlines");
	uint64_t digest = bundle_digest(bundle);
	int ret;

	fill_reply(reply, bundle);
	*formats = NULL;
	if (!current || current->digest != digest || strcmp(current->boot_id, bundle->boot_id)) {
		ret = formats_parse(formats, stock, bundle);
		if (ret)
			return ret;
		(*formats)->digest = digest;
		current = *formats;
	}
	reply->events = (uint32_t)current->event_count;
	reply->failed = current->failed;
	reply->kptr_restricted = current->addresses_hidden;
	format_bounds_tell(&current->bounds, reply->reason, sizeof(reply->reason));
	if (cmdlines)
		comms_load(comms, cmdlines->data, cmdlines->length);
	return 0;
}

static void explain(struct engine_formats_reply *reply, int ret)
{
	if (ret == -ENOMSG)
		snprintf(reply->reason, sizeof(reply->reason),
			 "the formats hold no event that can be parsed; export them again");
	else if (ret && !reply->reason[0])
		snprintf(reply->reason, sizeof(reply->reason), "the formats can't be loaded: %s",
			 strerror(-ret));
	reply->error = ret;
}

int formats_load_bundle(struct formats **formats, const struct formats *current,
			struct formats_stock *stock, const struct bundle *bundle,
			struct comms *comms, struct engine_formats_reply *reply)
{
	int ret = load(formats, current, stock, bundle, comms, reply);

	explain(reply, ret);
	return ret;
}

/* Of which of the things that tell kernels apart both have one, the first that is sure. */
static bool is_of(const struct bundle *bundle, const struct formats_of *of, const char **theirs,
		  const char **its)
{
	const char *const pairs[][2] = {
		{bundle->build_id, of->build_id},
		{bundle->banner, of->banner},
		{bundle->kernel, of->release},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		*theirs = pairs[i][0];
		*its = pairs[i][1];
		if (**theirs && **its)
			return !strcmp(*theirs, *its);
	}
	return true;
}

/* A sentence when they are of another kernel, else "". */
static void compare_kernels(const struct bundle *bundle, const struct formats_of *of, char *text,
			    size_t size)
{
	const char *theirs, *its;

	text[0] = '\0';
	if (of && !is_of(bundle, of, &theirs, &its))
		snprintf(text, size,
			 "the formats are of another kernel than the guest's memory: of "
			 "\"%.150s\", and "
			 "the memory of \"%.150s\"",
			 theirs, its);
}

int formats_load_of(struct formats **formats, const struct formats *current,
		    struct formats_stock *stock, int fd, struct comms *comms,
		    const struct formats_of *of, struct engine_formats_reply *reply)
{
	char stranger[sizeof(reply->reason) - 64] = "";
	struct bundle bundle = {0};
	size_t length = 0;
	char *data = NULL;
	int ret;

	memset(reply, 0, sizeof(*reply));
	*formats = NULL;
	ret = read_all(fd, &data, &length);
	if (!ret)
		ret = bundle_read(&bundle, data, length, reply->reason, sizeof(reply->reason));
	if (!ret)
		compare_kernels(&bundle, of, stranger, sizeof(stranger));
	if (stranger[0] && !(of && of->any)) {
		snprintf(reply->reason, sizeof(reply->reason), "%s", stranger);
		ret = -EKEYREJECTED;
	}
	if (!ret)
		ret = load(formats, current, stock, &bundle, comms, reply);
	if (!ret && stranger[0])
		snprintf(reply->reason, sizeof(reply->reason), "%s; rows may be wrong", stranger);
	explain(reply, ret);
	bundle_release(&bundle);
	free(data);
	return ret;
}

int formats_load(struct formats **formats, const struct formats *current,
		 struct formats_stock *stock, int fd, struct comms *comms,
		 struct engine_formats_reply *reply)
{
	return formats_load_of(formats, current, stock, fd, comms, NULL, reply);
}
