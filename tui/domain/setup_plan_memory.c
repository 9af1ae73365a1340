// SPDX-License-Identifier: GPL-2.0-only
/* Plans for memory that the host can read, with a ring in it, and to undo that. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tui/domain/setup_memory.h"
#include "tui/domain/setup_plan.h"

/* Would the running guest be changed as well, if that could be? */
static int live_differs(const struct setup_input *input, const char *words, bool *differs,
			char *error, size_t error_size)
{
	struct setup_memory memory;
	int ret;

	*differs = false;
	if (!input->live_xml)
		return 0;
	ret = setup_memory_change(&memory, input->live_xml, words, error, error_size);
	*differs = !ret && (memory.shared || memory.worded);
	free(memory.xml);
	return ret;
}

static int define(struct setup_plan *plan, struct setup_memory *memory)
{
	char *xml = memory->xml;

	if (!memory->shared && !memory->worded)
		return 0;
	memory->xml = NULL;
	return setup_plan_add(plan, SETUP_DEFINE, "shared memory", xml);
}

/* ---- adding ---- */

static int say_memory(struct setup_plan *plan, const struct setup_memory *memory, const char *words,
		      bool live, bool live_waits)
{
	int ret = 0;

	if (memory->shared)
		ret = setup_text_add(&plan->does,
				     "share its memory with the host, from its next start on");
	if (!ret && memory->worded)
		ret = setup_text_add(&plan->does, "add to its kernel's command line: %s", words);
	if (!ret && !memory->direct)
		ret = setup_text_add(
			&plan->notes,
			"its boot loader has the kernel's command line: add there, in the "
			"guest (with GRUB in /etc/default/grub, then update-grub): %s",
			words);
	if (!ret && live_waits)
		ret = setup_text_add(
			&plan->notes,
			"the running guest does not have it: shut it down and start it ('virsh "
			"shutdown', 'virsh start'); a reboot from inside is not enough");
	if (!ret)
		ret = setup_text_add(&plan->notes,
				     "it takes Linux 6.12 or later in the guest; %s: vtrace-top "
				     "--ram DOMAIN",
				     live && !live_waits ? "its ring is read by"
							 : "once it has started");
	return ret;
}

int setup_plan_memory(struct setup_plan *plan, const struct setup_input *input, const char *ring,
		      char *error, size_t error_size)
{
	struct setup_memory memory = {0};
	bool waits = false;
	char *words;
	int ret;

	if (!input->xml) {
		snprintf(
			error, error_size,
			"shared memory waits for a domain's next start, and a transient domain has "
			"none: define it first ('virsh define')");
		return -EOPNOTSUPP;
	}
	words = setup_memory_words(ring, error, error_size);
	if (!words)
		return -EINVAL;
	ret = setup_memory_change(&memory, input->xml, words, error, error_size);
	if (!ret)
		ret = live_differs(input, words, &waits, error, error_size);
	if (!ret)
		ret = say_memory(plan, &memory, words, input->live_xml, waits);
	if (!ret)
		ret = define(plan, &memory);
	free(memory.xml);
	free(words);
	return ret;
}

/* ---- undoing ---- */

static int say_removed(struct setup_plan *plan, const struct setup_memory *memory, bool live_keeps)
{
	int ret = 0;

	if (memory->shared)
		ret = setup_text_add(&plan->does,
				     "back its memory as before, from its next start on");
	if (!ret && memory->worded)
		ret = setup_text_add(&plan->does, "take the ring out of its kernel's command line");
	if (!ret && memory->shared && !memory->direct)
		ret = setup_text_add(
			&plan->notes,
			"its boot loader has the kernel's command line: take out there, in the "
			"guest: reserve_mem=...:vtrace trace_instance=vtrace@vtrace...");
	if (!ret && live_keeps)
		ret = setup_text_add(&plan->notes,
				     "the running guest keeps its shared memory and its ring until "
				     "it is shut down");
	return ret;
}

int setup_plan_remove_memory(struct setup_plan *plan, const struct setup_input *input, char *error,
			     size_t error_size)
{
	struct setup_memory memory = {0};
	bool keeps = false;
	int ret;

	if (!input->xml)
		return 0;
	ret = setup_memory_change(&memory, input->xml, NULL, error, error_size);
	if (!ret)
		ret = live_differs(input, NULL, &keeps, error, error_size);
	if (!ret)
		ret = say_removed(plan, &memory, keeps);
	if (!ret)
		ret = define(plan, &memory);
	free(memory.xml);
	return ret;
}
