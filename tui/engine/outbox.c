// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct parcel {
	struct parcel *next;
	struct engine_header header;
	uint8_t payload[];
};

/* 1 sent, 0 not now. */
static int try_send(struct outbox *outbox, const struct engine_header *header, const void *payload,
		    int flags)
{
	struct iovec iov[2] = {{(void *)header, sizeof(*header)},
			       {(void *)payload, header->length}};
	struct msghdr message = {.msg_iov = iov, .msg_iovlen = header->length ? 2 : 1};

	while (sendmsg(outbox->socket, &message, flags | MSG_NOSIGNAL) < 0) {
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
			return 0;
		outbox->broken = true;
		return 1;
	}
	return 1;
}

static void drop_first(struct outbox *outbox)
{
	struct parcel *parcel = outbox->first;

	outbox->first = parcel->next;
	if (!outbox->first)
		outbox->last = NULL;
	free(parcel);
}

/* Without memory to keep it: whoever asked would wait for ever. The console, which itself waits for
 * nobody, takes what is there. */
static void send_now(struct outbox *outbox, const struct engine_header *header, const void *payload)
{
	while (outbox->first && try_send(outbox, &outbox->first->header, outbox->first->payload, 0))
		drop_first(outbox);
	if (outbox->first || !try_send(outbox, header, payload, 0))
		outbox->broken = true; /* the kernel has no memory either */
}

void outbox_send(struct outbox *outbox, enum engine_type type, uint32_t serial, const void *payload,
		 size_t length)
{
	struct engine_header header = {type, serial, (uint32_t)length, 0};
	struct parcel *parcel;

	if (!outbox->first && try_send(outbox, &header, payload, MSG_DONTWAIT))
		return;
	parcel = malloc(sizeof(*parcel) + length);
	if (!parcel) {
		send_now(outbox, &header, payload);
		return;
	}
	parcel->next = NULL;
	parcel->header = header;
	if (length)
		memcpy(parcel->payload, payload, length);
	if (outbox->last)
		outbox->last->next = parcel;
	else
		outbox->first = parcel;
	outbox->last = parcel;
}

void outbox_flush(struct outbox *outbox)
{
	while (outbox->first &&
	       try_send(outbox, &outbox->first->header, outbox->first->payload, MSG_DONTWAIT))
		drop_first(outbox);
}

void outbox_clear(struct outbox *outbox)
{
	while (outbox->first)
		drop_first(outbox);
}
