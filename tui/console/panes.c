// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/console/panes.h"

#define PANE_MIN_LINES 4 /* header and three rows */

unsigned panes_visible_count(const struct panes *panes)
{
	return panes->merged ? 1 : panes->fit;
}

struct pane *panes_visible(struct panes *panes, unsigned n)
{
	if (panes->merged)
		return &panes->timeline;
	return panes->of[panes->chosen[panes->first + n]];
}

int panes_under(const struct panes *panes, int line)
{
	for (unsigned n = 0; n < panes_visible_count(panes); n++) {
		const struct pane *pane = panes_visible((struct panes *)panes, n);
		int header = panes->merged ? 0 : 1;

		if (line >= pane->first - header && line < pane->first + pane->rows)
			return (int)n;
	}
	return -1;
}

struct pane *panes_focused(const struct panes *panes)
{
	if (panes->merged || !panes->chosen_count)
		return (struct pane *)&panes->timeline;
	return panes->of[panes->chosen[panes->focus]];
}

void panes_each(struct panes *panes, void (*fn)(struct pane *pane))
{
	fn(&panes->timeline);
	for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++)
		if (panes->of[i])
			fn(panes->of[i]);
}

void panes_choose(struct panes *panes, const uint8_t *cpus)
{
	unsigned before = panes->chosen_count ? panes->chosen[panes->focus] : 0;

	panes->chosen_count = 0;
	panes->focus = 0;
	memset(panes->timeline.cpus, 0, sizeof(panes->timeline.cpus));
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++) {
		if (!panes->of[cpu] || !engine_cpuset_has(cpus, cpu))
			continue;
		if (cpu == before)
			panes->focus = panes->chosen_count;
		panes->chosen[panes->chosen_count++] = cpu;
		engine_cpuset_add(panes->timeline.cpus, cpu);
	}
	panes->first = 0;
	panes->fit = 0; /* until the next layout */
}

void panes_release(struct panes *panes)
{
	pane_release(&panes->timeline);
	for (unsigned i = 0; i < VTRACE_MAX_CPUS; i++) {
		if (panes->of[i])
			pane_release(panes->of[i]);
		free(panes->of[i]);
		panes->of[i] = NULL;
	}
}

bool panes_add(struct panes *panes, unsigned cpu, enum pane_anchor anchor)
{
	struct pane *pane = calloc(1, sizeof(*pane));

	if (!pane)
		return false;
	engine_cpuset_add(pane->cpus, cpu);
	pane->anchor = anchor;
	pane->wanted = true;
	panes->of[cpu] = pane;
	return true;
}

void panes_layout(struct panes *panes, int lines)
{
	unsigned most = (unsigned)(lines / PANE_MIN_LINES);
	unsigned fit = most ? most : 1;

	if (fit > panes->chosen_count)
		fit = panes->chosen_count;
	panes->fit = fit;
	if (panes->focus < panes->first)
		panes->first = panes->focus;
	if (panes->focus >= panes->first + fit)
		panes->first = panes->focus - fit + 1;
	if (panes->first + fit > panes->chosen_count)
		panes->first = panes->chosen_count - fit;
}

bool panes_focus(struct panes *panes, unsigned cpu)
{
	for (unsigned i = 0; i < panes->chosen_count; i++) {
		if (panes->chosen[i] == cpu) {
			panes->focus = i;
			return true;
		}
	}
	return false;
}

void panes_move_focus(struct panes *panes, unsigned by)
{
	if (panes->merged || !panes->chosen_count)
		return;
	panes->focus = (panes->focus + by) % panes->chosen_count;
}

static unsigned step(unsigned at, int by, unsigned last)
{
	if (by < 0)
		return at < (unsigned)-by ? 0 : at - (unsigned)-by;
	return last - at < (unsigned)by ? last : at + (unsigned)by;
}

void panes_turn(struct panes *panes, int by)
{
	int screenful = by * (int)panes->fit;

	if (panes->merged || !panes->fit)
		return;
	/* At an end, the rest of the way is the focus's. */
	panes->focus = step(panes->focus, screenful, panes->chosen_count - 1);
	panes->first = step(panes->first, screenful, panes->chosen_count - panes->fit);
}

void panes_words(const struct panes *panes, char *text, size_t size)
{
	unsigned first = panes->first + 1, last = panes->first + panes->fit;

	text[0] = '\0';
	if (panes->merged || !panes->fit || panes->fit == panes->chosen_count)
		return;
	if (first == last)
		snprintf(text, size, "  pane %u of %u", first, panes->chosen_count);
	else
		snprintf(text, size, "  panes %u-%u of %u", first, last, panes->chosen_count);
}
