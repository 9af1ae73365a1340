/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests of filters have in common: formats to compile for, records, and chance. */
#ifndef VTRACE_TESTS_FILTERS_H
#define VTRACE_TESTS_FILTERS_H

#include "tests/unit/chance.h"
#include "tests/unit/formats.h"
#include "tui/engine/filter.h"

struct fixture {
	struct formats_stock stock;
	struct formats *formats;
	struct comms *comms;
};

static inline unsigned chance(unsigned sides)
{
	return (unsigned)(random_number() >> 33) % sides;
}

static inline struct filter_record as_record(const uint8_t *data, uint32_t size, unsigned cpu)
{
	return (struct filter_record){.data = data, .size = size, .cpu = cpu, .ts = 1};
}

static inline struct filter *compiled(struct fixture *f, const char *expression)
{
	struct filter_report report;
	struct filter *filter = NULL;
	int ret = filter_compile(&filter, f->formats, f->comms, "", expression, &report);

	if (ret)
		fail_msg("'%s' is refused: %s", expression, report.error);
	return filter;
}

/* Answers of both kinds are to be there, or nothing was compared. */
struct answers {
	unsigned yes, no;
};

#endif
