// SPDX-License-Identifier: GPL-2.0-only
/* Answers to what a person is typing at the console's prompts: is it a filter, how does the word go
 * on, and how much would be seen. */
#include <string.h>

#include "tui/engine/server_private.h"
#include "tui/engine/words.h"

void prompts_try_filter(struct server *server, uint32_t serial, const struct engine_filter *filter)
{
	struct filter_set tried = {0};
	struct engine_filter_reply reply;

	filter_set_ask(&tried, filter, server->formats, server->formats_count, server->shared.comms,
		       &reply);
	filter_set_release(&tried);
	outbox_send(&server->outbox, ENGINE_FILTER_TRIED, serial, &reply, sizeof(reply));
}

void prompts_words(struct server *server, uint32_t serial, const struct engine_words *asked)
{
	union {
		struct engine_words_reply head;
		char bytes[ENGINE_WORDS_MAX];
	} reply;
	const struct formats *newest =
		server->formats_count ? server->formats[(server->formats_count - 1) % FORMATS_SETS]
				      : NULL;
	size_t length = words_fill(&reply.head, asked, newest, server->shared.comms);

	outbox_send(&server->outbox, ENGINE_WORDS_REPLY, serial, &reply, length);
}

void prompts_sift(struct server *server, uint32_t serial)
{
	struct engine_sifted sifted = {0};

	rows_sift(&server->rows, &sifted);
	outbox_send(&server->outbox, ENGINE_SIFTED, serial, &sifted, sizeof(sifted));
}

void prompts_search(struct server *server, uint32_t serial, const struct engine_search *asked)
{
	struct engine_searched found = {0};

	search_rows(&server->search, &server->rows, asked, &found);
	outbox_send(&server->outbox, ENGINE_SEARCHED, serial, &found, sizeof(found));
}
