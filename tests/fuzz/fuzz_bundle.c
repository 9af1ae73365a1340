// SPDX-License-Identifier: GPL-2.0-only
/* A formats bundle as a guest's share may hold it: read, and each section found again. What the
 * events' formats say is another target's, fuzz_format.c. */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length)
{
	uint8_t *bytes = exactly(input, length);
	struct bundle bundle = {0};
	char error[256] = "";

	if (!bundle_read(&bundle, bytes, length, error, sizeof(error))) {
		CHECK(bundle.section_count <= VTRACE_BUNDLE_SECTIONS);
		for (size_t i = 0; i < bundle.section_count; i++) {
			const struct bundle_section *section = &bundle.sections[i];

			CHECK(section->data >= (char *)bytes &&
			      section->data + section->length <= (char *)bytes + length);
			CHECK(bundle_find(&bundle, section->name));
		}
	} else {
		CHECK(error[0]);
	}
	bundle_release(&bundle);
	free(bytes);
	return 0;
}
