/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests have that load a bundle they have made: it, and what became of it. */
#ifndef VTRACE_TESTS_FORMATS_FIXTURE_H
#define VTRACE_TESTS_FORMATS_FIXTURE_H

#include "tests/unit/formats.h"

struct fixture {
	struct made_bundle made;
	struct formats *formats;
	struct comms *comms;
	struct engine_formats_reply reply;
};

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->comms = comms_new();
	bundle_begin(&f->made, "boot");
	*state = f;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	formats_free(f->formats);
	comms_free(f->comms);
	free(f);
	return 0;
}

#endif
