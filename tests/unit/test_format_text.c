// SPDX-License-Identifier: GPL-2.0-only
/* Formats that speak of fields which they do not have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <traceevent/event-parse.h>

#include <cmocka.h>

#include "tui/engine/format_text.h"

#define FIELDS                                                                   \
	"name: x\nID: 5\nformat:\n"                                              \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n" \
	"\tfield:pid_t p;\toffset:8;\tsize:4;\tsigned:1;\n"                      \
	"\tfield:char name_of[16];\toffset:16;\tsize:16;\tsigned:0;\n"           \
	"\tfield:__data_loc char[] text;\toffset:32;\tsize:4;\tsigned:0;\n"      \
	"\tfield:const struct task * who;\toffset:40;\tsize:8;\tsigned:0;\n\n"

static void expect(const char *print, bool sound)
{
	char text[1024];
	size_t length =
		(size_t)snprintf(text, sizeof(text), FIELDS "print fmt: \"%%s\", %s\n", print);

	assert_int_equal(format_text_sound(text, length), sound ? length : strlen(FIELDS));
	/* Whatever is cut off of it, nothing is read behind its end. */
	for (size_t cut = 0; cut < length; cut++)
		assert_true(format_text_sound(text + cut, length - cut) <= length - cut);
}

static void declared_or_not(void **state)
{
	(void)state;
	expect("REC->p", true);
	expect("REC->p, REC->name_of, REC->who, REC->common_type", true);
	expect("__get_str(text), ((struct x)REC->who)->y", true);
	expect("1", true);
	expect("REC->q", false);
	expect("REC->", false);
	expect("REC->p, REC->nam", false);
	expect("REC->name_of_it", false);
	expect("REC->pid_t", false);
	assert_int_equal(format_text_sound("print fmt:", 10), 10);
	assert_int_equal(format_text_sound("", 0), 0);
}

/* The text that libtraceevent 1.7.1 dies of. */
static void what_kills_is_cut(void **state)
{
	static const char text[] =
		FIELDS "print fmt: \"%s%s\", (REC->nope & 1) ? __print_flags(REC->nope & 1, \"|\", "
		       "{ 1, \"S\" }) : \"R\", REC->nope & (1 << 1) ? \"+\" : \"\"\n";
	struct tep_handle *tep = tep_alloc();
	size_t length = format_text_sound(text, sizeof(text) - 1);
	struct tep_event *event;

	(void)state;
	tep_set_loglevel(TEP_LOG_NONE);
	assert_int_equal(length, strlen(FIELDS));
	tep_parse_event(tep, text, length, "sched");
	event = tep_find_event(tep, 5);
	assert_non_null(event);
	assert_non_null(tep_find_any_field(event, "name_of"));
	tep_free(tep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(declared_or_not),
		cmocka_unit_test(what_kills_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
