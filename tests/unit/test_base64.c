// SPDX-License-Identifier: GPL-2.0-only
/* base64, with the test vectors of RFC 4648, section 10, and what is none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "formats/base64.h"

static void vectors(void **state)
{
	static const struct {
		const char *bytes, *text;
	} pairs[] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		size_t length = strlen(pairs[i].bytes);
		char text[16], bytes[16];

		base64_write(pairs[i].bytes, length, text);
		assert_string_equal(text, pairs[i].text);
		assert_int_equal(strlen(text), BASE64_CHARACTERS(length));
		assert_int_equal(base64_read(text, strlen(text), bytes), length);
		assert_memory_equal(bytes, pairs[i].bytes, length);
	}
}

static void every_byte_in_every_place(void **state)
{
	uint8_t bytes[256 * 3], again[sizeof(bytes)];
	char text[BASE64_CHARACTERS(sizeof(bytes)) + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t length = sizeof(bytes) - 5; length <= sizeof(bytes); length++) {
		base64_write(bytes, length, text);
		assert_int_equal(base64_read(text, strlen(text), again), length);
		assert_memory_equal(again, bytes, length);
	}
}

static void what_is_none(void **state)
{
	static const char *const bad[] = {
		"Z",	"Zg",	 "Zg=",	 "Zm9vZg", "Zg==Zm9v", "Zm8=Zm9v", "=m9v", "Z=9v", "Zm=v",
		"====", "Zm9\n", "Zm 9", "Zm9-",   "Zm9\xff",  "Zh==",	   "Zm9=", "Z===", "Zm9v=",
	};
	char bytes[16];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (base64_read(bad[i], strlen(bad[i]), bytes) != -EINVAL)
			fail_msg("'%s' is read", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(every_byte_in_every_place),
		cmocka_unit_test(what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
