// SPDX-License-Identifier: GPL-2.0-only
#include "tui/guest/chosen.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void forget(struct chosen *chosen, size_t at)
{
	free(chosen->choice[at].args);
	chosen->count--;
	memmove(&chosen->choice[at], &chosen->choice[at + 1],
		(chosen->count - at) * sizeof(*chosen->choice));
	if (at < chosen->next)
		chosen->next--;
}

void chosen_release(struct chosen *chosen)
{
	while (chosen->count)
		forget(chosen, chosen->count - 1);
	free(chosen->choice);
	*chosen = (struct chosen){0};
}

static bool has_word(const char *args, const char *word)
{
	size_t length = strlen(word);

	return !strncmp(args, word, length) && (!args[length] || args[length] == ' ');
}

static const char *behind_word(const char *args)
{
	return args + strcspn(args, " ");
}

/* Does the later order leave nothing of the earlier one? Of two that name the same events the
 * later decides, whatever came between them. */
static bool covers(enum control_verb verb, const char *later, const struct choice *earlier)
{
	size_t length = strcspn(later, " ");

	if (earlier->verb != verb)
		return false;
	if (verb == CONTROL_FILTER)
		return strcspn(earlier->args, " ") == length &&
		       !strncmp(earlier->args, later, length);
	if (has_word(later, "set"))
		return true;
	/* What was set decides of all other events too. */
	return !has_word(earlier->args, "set") &&
	       !strcmp(behind_word(earlier->args), behind_word(later));
}

int chosen_note(struct chosen *chosen, enum control_verb verb, const char *args)
{
	struct choice *grown;
	char *copy;

	if (verb == CONTROL_EVENTS && has_word(args, "restore")) {
		chosen_release(chosen); /* the agent puts filters back as well */
		return 0;
	}
	for (size_t i = chosen->count; i > 0; i--)
		if (covers(verb, args, &chosen->choice[i - 1]))
			forget(chosen, i - 1);
	copy = strdup(args);
	if (!copy)
		return -ENOMEM;
	grown = reallocarray(chosen->choice, chosen->count + 1, sizeof(*grown));
	if (!grown) {
		free(copy);
		return -ENOMEM;
	}
	chosen->choice = grown;
	grown[chosen->count++] = (struct choice){.verb = verb, .args = copy};
	return 0;
}

void chosen_rewind(struct chosen *chosen)
{
	chosen->next = 0;
}

const struct choice *chosen_next(struct chosen *chosen)
{
	return chosen->next < chosen->count ? &chosen->choice[chosen->next++] : NULL;
}
