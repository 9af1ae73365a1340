// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fault in an engine of its own, for tests/screen/crash.sh: linked with --wrap=intake_fill
 * (ld(1)) into build/tests/planted/vtrace-engine. It takes pages as the real one does, until it has
 * taken so many: then it believes the length that the page says of itself, times a lot, and reads
 * there.
 */
#include "tui/engine/intake.h"

#define PAGES_BEFORE 400

enum page_fault __real_intake_fill(struct intake *intake, const struct page_geometry *geometry,
				   const struct formats *formats, const uint8_t *bytes,
				   size_t count, const uint8_t *ahead);
enum page_fault __wrap_intake_fill(struct intake *intake, const struct page_geometry *geometry,
				   const struct formats *formats, const uint8_t *bytes,
				   size_t count, const uint8_t *ahead);

enum page_fault __wrap_intake_fill(struct intake *intake, const struct page_geometry *geometry,
				   const struct formats *formats, const uint8_t *bytes,
				   size_t count, const uint8_t *ahead)
{
	static unsigned taken; /* by one thread of several, or the other: about that many */
	enum page_fault fault = __real_intake_fill(intake, geometry, formats, bytes, count, ahead);

	taken += intake->page_count;
	if (taken >= PAGES_BEFORE) {
		uint64_t length = bytes[8] + (bytes[9] << 8) + 1u; /* of its data */

		return (enum page_fault) * (const volatile uint8_t *)(bytes + (length << 40));
	}
	return fault;
}
