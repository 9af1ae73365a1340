// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is shared and has a ring: what a domain's XML and command line become, and a second
 * time. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/domain/setup_memory.h"

#define DOMAIN(os, rest) \
	"<domain type='kvm'><name>web01</name><os><type>hvm</type>" os "</os>" rest "</domain>"
#define DIRECT(line) "<kernel>/boot/vmlinuz</kernel><cmdline>" line "</cmdline>"
#define SHARED_FILE  "<memoryBacking><source type='file'/><access mode='shared'/></memoryBacking>"
#define WORDS	     "reserve_mem=16M:64K:vtrace trace_instance=vtrace@vtrace,sched"

static char error[512];

static void test_words(void **state)
{
	static const char *const wrong[] = {"",		 "M",
					    "16M,",	 "0M",
					    "16X",	 "16M,sched irq",
					    "16M sched", ",sched",
					    "123456789", "16M,sched;reboot",
					    "-1"};
	char *words = setup_memory_words("16M,sched", error, sizeof(error));

	(void)state;
	assert_string_equal(words, WORDS);
	free(words);
	words = setup_memory_words("4096K", error, sizeof(error));
	assert_string_equal(words, "reserve_mem=4096K:64K:vtrace trace_instance=vtrace@vtrace");
	free(words);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_null(setup_memory_words(wrong[i], error, sizeof(error)));
		assert_non_null(strstr(error, "as in 16M"));
	}
}

/* The new XML, which has each of these texts; what changed is as told. */
static char *changed(const char *xml, bool shared, bool worded, bool direct)
{
	struct setup_memory memory;

	assert_int_equal(setup_memory_change(&memory, xml, WORDS, error, sizeof(error)), 0);
	assert_int_equal(memory.shared, shared);
	assert_int_equal(memory.worded, worded);
	assert_int_equal(memory.direct, direct);
	return memory.xml;
}

static void has(const char *xml, const char *text)
{
	if (!strstr(xml, text))
		fail_msg("no %s in %s", text, xml);
}

static void has_not(const char *xml, const char *text)
{
	if (strstr(xml, text))
		fail_msg("%s in %s", text, xml);
}

static void test_boot_loader(void **state)
{
	char *xml = changed(DOMAIN("", ""), true, false, false), *again;

	(void)state;
	has(xml, "<source type=\"file\"/>");
	has(xml, "<access mode=\"shared\"/>");
	has_not(xml, "cmdline");
	/* A second time there is nothing to do. */
	again = changed(xml, false, false, false);
	assert_string_equal(again, xml);
	free(again);
	free(xml);
}

static void test_direct_boot(void **state)
{
	char *xml = changed(DOMAIN(DIRECT("root=/dev/vda a=&lt;b&gt;&amp;"), ""), true, true, true);
	char *again;

	(void)state;
	has(xml, "<cmdline>root=/dev/vda a=&lt;b&gt;&amp; " WORDS "</cmdline>");
	again = changed(xml, false, false, true);
	assert_string_equal(again, xml);
	free(again);
	free(xml);
	xml = changed(DOMAIN("<kernel>/boot/vmlinuz</kernel>", ""), true, true, true);
	has(xml, "<cmdline>" WORDS "</cmdline>");
	free(xml);
}

static void test_earlier_words(void **state)
{
	char *xml =
		changed(DOMAIN(DIRECT("reserve_mem=2M:4096:vtrace quiet "
				      "trace_instance=vtrace@vtrace,irq reserve_mem=1M:4096:oops "
				      "trace_instance=mine"),
			       SHARED_FILE),
			false, true, true);

	(void)state;
	has(xml, "<cmdline>quiet reserve_mem=1M:4096:oops trace_instance=mine " WORDS "</cmdline>");
	free(xml);
}

static void test_other_backing(void **state)
{
	char *xml = changed(DOMAIN("", "<memoryBacking><hugepages/></memoryBacking>"), true, false,
			    false);

	(void)state;
	has(xml, "<hugepages/>");
	has(xml, "<access mode=\"shared\"/>");
	has_not(xml, "<source");
	free(xml);
	xml = changed(DOMAIN("", "<memoryBacking><source type='memfd'/><access mode='private'/>"
				 "</memoryBacking>"),
		      true, false, false);
	has(xml, "<source type=\"memfd\"/>");
	has(xml, "<access mode=\"shared\"/>");
	has_not(xml, "mode=\"private\"");
	free(xml);
	xml = changed(DOMAIN("", "<memoryBacking><source type='anonymous'/></memoryBacking>"), true,
		      false, false);
	has(xml, "<source type=\"file\"/>");
	has_not(xml, "type=\"anonymous\"");
	free(xml);
}

/* Shared, with a ring, and then taken back. */
static char *and_back(const char *xml, bool shared, bool worded)
{
	struct setup_memory there, back;

	assert_int_equal(setup_memory_change(&there, xml, WORDS, error, sizeof(error)), 0);
	assert_int_equal(setup_memory_change(&back, there.xml, NULL, error, sizeof(error)), 0);
	assert_int_equal(back.shared, shared);
	assert_int_equal(back.worded, worded);
	free(there.xml);
	return back.xml;
}

static void test_undone(void **state)
{
	static const struct {
		const char *xml;
		bool shared, worded;
	} as_before[] = {
		{DOMAIN("", ""), true, false},
		{DOMAIN(DIRECT("quiet  a=\"b  c\" d"), ""), true, true},
		{DOMAIN("<kernel>/boot/vmlinuz</kernel>", ""), true, true},
		{DOMAIN("", "<memoryBacking><source type=\"anonymous\"/><access mode=\"private\"/>"
			    "<locked/></memoryBacking>"),
		 true, false},
		{DOMAIN("", "<memoryBacking><hugepages/></memoryBacking>"), true, false},
		{DOMAIN("", "<metadata><other:a xmlns:other=\"urn:o\"/></metadata>"), true, false},
		/* What was shared before stays so. */
		{DOMAIN(DIRECT("quiet"), "<memoryBacking><source type=\"file\"/>"
					 "<access mode=\"shared\"/></memoryBacking>"),
		 false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(as_before) / sizeof(as_before[0]); i++) {
		char *xml = and_back(as_before[i].xml, as_before[i].shared, as_before[i].worded);
		char *wanted = NULL;
		struct setup_memory again;

		/* As libxml2 writes the same. */
		assert_int_equal(setup_memory_change(&again, as_before[i].xml, NULL, error,
						     sizeof(error)),
				 0);
		assert_false(again.shared || again.worded);
		wanted = again.xml;
		assert_string_equal(xml, wanted);
		free(wanted);
		/* A second time there is nothing to do. */
		assert_int_equal(setup_memory_change(&again, xml, NULL, error, sizeof(error)), 0);
		assert_false(again.shared || again.worded);
		free(again.xml);
		free(xml);
	}
}

/* What somebody has changed since is theirs. */
static void test_undone_in_part(void **state)
{
	struct setup_memory memory;
	char *xml;

	(void)state;
	assert_int_equal(
		setup_memory_change(
			&memory,
			DOMAIN("", "<metadata><v:memory xmlns:v='urn:vtrace:setup' source='none' "
				   "access='none'/></metadata><memoryBacking><source type='memfd'/>"
				   "<access mode='shared'/></memoryBacking>"),
			NULL, error, sizeof(error)),
		0);
	assert_true(memory.shared);
	xml = memory.xml;
	has(xml, "<source type=\"memfd\"/>");
	has_not(xml, "<access");
	has_not(xml, "metadata");
	free(xml);
}

static void test_no_domain(void **state)
{
	struct setup_memory memory;

	(void)state;
	assert_int_equal(setup_memory_change(&memory, "<network/>", WORDS, error, sizeof(error)),
			 -EINVAL);
	assert_null(memory.xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),	       cmocka_unit_test(test_boot_loader),
		cmocka_unit_test(test_direct_boot),    cmocka_unit_test(test_earlier_words),
		cmocka_unit_test(test_other_backing),  cmocka_unit_test(test_undone),
		cmocka_unit_test(test_undone_in_part), cmocka_unit_test(test_no_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
