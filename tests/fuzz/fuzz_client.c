// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets to the console from an engine that a guest has taken over: what the client gives out may
 * be looked at without care. The input is a type, counted from ENGINE_READY, and a payload.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <sys/socket.h>

/* For its struct, which nobody else can fill without an engine. */
#include "tui/engine/client.c" /* NOLINT(bugprone-suspicious-include) */

static struct {
	struct engine_client client;
	int engine;
	char text[TEXT_SIZE];
} fuzz;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	int pair[2];

	(void)argc;
	(void)argv;
	CHECK(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	fuzz.client.fd = pair[0];
	fuzz.client.text = fuzz.text;
	fuzz.engine = pair[1];
	return 0;
}

static volatile unsigned sink;

static void look(const void *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sink += ((const uint8_t *)bytes)[i];
}

static void look_at_rows(const struct engine_packet *packet)
{
	struct engine_row_view row;
	uint32_t rows = 0;
	size_t at = 0;

	while (engine_rows_next(packet, &at, &row)) {
		look(row.task, row.row->task_len);
		look(row.event, row.row->event_len);
		look(row.detail, row.row->detail_len);
		rows++;
	}
	CHECK(rows == ((const struct engine_rows *)packet->payload)->count);
}

static void look_at_detail(const struct engine_packet *packet)
{
	struct engine_field_view field;
	struct engine_detail_view view;
	const uint8_t *at;

	if (!((const struct engine_rows *)packet->payload)->count)
		return;
	CHECK(engine_detail_open(packet->payload, packet->length, &view));
	look(view.task, view.detail->task_len);
	look(view.text, view.detail->text_len);
	look(view.format, view.detail->format_len);
	look(view.raw, view.detail->raw_len);
	for (at = view.fields; engine_detail_next(&view, &at, &field);) {
		look(field.name, field.field->name_len);
		look(field.meaning, field.field->meaning_len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length)
{
	struct engine_header header = {.type = ENGINE_READY};
	struct iovec iov[2] = {{&header, sizeof(header)}, {(void *)(input + 1), length - 1}};
	struct msghdr message = {.msg_iov = iov, .msg_iovlen = 2};
	struct engine_packet packet;
	int got;

	if (!length || length > 60000)
		return 0;
	header.type += input[0] & 31;
	header.length = (uint32_t)(length - 1);
	CHECK(sendmsg(fuzz.engine, &message, MSG_DONTWAIT) ==
	      (ssize_t)(sizeof(header) + length - 1));
	got = engine_client_receive(&fuzz.client, &packet);
	CHECK(got == 1 || got == -EPROTO);
	if (got != 1)
		return 0;
	/* ASan does not know where the packet ends in the client's buffer. */
	packet.payload = exactly(packet.payload, packet.length);
	if (packet.type == ENGINE_ROWS)
		look_at_rows(&packet);
	else if (packet.type == ENGINE_DETAIL_REPLY)
		look_at_detail(&packet);
	else if (packet.type == ENGINE_LINES)
		look(packet.text, ((const struct engine_lines *)packet.payload)->length);
	free((void *)packet.payload);
	return 0;
}
