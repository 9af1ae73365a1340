// SPDX-License-Identifier: GPL-2.0-only
/* The manifest of a capture: what is read can be written again, and is then read as the same. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "tui/capture/manifest.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length)
{
	static struct capture_manifest manifest, again;
	char *bytes = (char *)exactly(input, length), *text, *text_again;
	char error[256];
	size_t written, written_again;

	if (!manifest_parse(&manifest, bytes, length, error, sizeof(error)) &&
	    !manifest_check_geometry(&manifest, error, sizeof(error))) {
		text = manifest_format(&manifest, &written);
		if (text && written <= MANIFEST_MAX) {
			CHECK(!manifest_parse(&again, text, written, error, sizeof(error)));
			text_again = manifest_format(&again, &written_again);
			CHECK(text_again && written == written_again &&
			      !memcmp(text, text_again, written));
			free(text_again);
		}
		free(text);
	}
	free(bytes);
	return 0;
}
