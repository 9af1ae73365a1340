// SPDX-License-Identifier: GPL-2.0-only
#include "tui/engine/client.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM	   "vtrace-engine"
#define EPITAPH_MS 200

struct engine_client {
	int fd;
	pid_t pid;
	uint32_t serial;
	bool reaped;
	int status;	   /* of waitpid(2), when reaped */
	const char *ended; /* why we ended it ourselves; NULL: we did not */
	char epitaph[128];
	char *text; /* shared with the engine; NULL: none */
	_Alignas(8) uint8_t packet[ENGINE_PACKET_MAX];
};

/* Beside this program's own file (a build tree), or where an install with the same prefix put it,
 * wherever that was moved; else where this build was meant to be installed. */
static void engine_path(char *path, size_t size)
{
	static const char *const places[] = {"", "../libexec/vtrace/"};
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash = NULL;

	if (length > 0) {
		self[length] = '\0';
		slash = strrchr(self, '/');
	}
	for (size_t i = 0; slash && i < sizeof(places) / sizeof(places[0]); i++) {
		int written = snprintf(path, size, "%.*s/%s%s", (int)(slash - self), self,
				       places[i], PROGRAM);

		if (written < (int)size && !access(path, X_OK))
			return;
	}
	snprintf(path, size, "%s/%s", VTRACE_LIBEXECDIR, PROGRAM);
}

/* In the child, between fork and exec: only async-signal-safe calls. */
static void become_engine(int fd, const char *path)
{
	char *const argv[] = {(char *)PROGRAM, NULL};

	sigset_t none;

	/* The terminal's keys and its hangup are the console's business; the signals that it
	 * blocked to read them from a descriptor are not the engine's. */
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (fd == ENGINE_SOCKET_FD)
		fcntl(fd, F_SETFD, 0);
	else if (dup2(fd, ENGINE_SOCKET_FD) < 0)
		_exit(126);
	close_range(ENGINE_SOCKET_FD + 1, ~0u, 0);
	execv(path, argv);
	_exit(127);
}

#define TEXT_SIZE ((size_t)ENGINE_TEXT_SLOTS * ENGINE_TEXT_SLOT)

/* Memory for text, of a size that nobody can change under us. Returns its descriptor or -errno. */
static int share_text(struct engine_client *client)
{
	int fd = memfd_create("vtrace-text", MFD_CLOEXEC | MFD_ALLOW_SEALING), ret = 0;
	void *text;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)TEXT_SIZE) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		ret = -errno;
	text = ret ? MAP_FAILED : mmap(NULL, TEXT_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	if (!ret && text == MAP_FAILED)
		ret = -errno;
	if (ret) {
		close(fd);
		return ret;
	}
	client->text = text;
	return fd;
}

static int send_config(struct engine_client *client, const struct engine_config *config)
{
	struct engine_config first = *config;
	int fd = share_text(client), ret;

	if (fd < 0)
		return fd;
	first.protocol = ENGINE_PROTOCOL_VERSION;
	ret = engine_client_send(client, ENGINE_CONFIG, &first, sizeof(first), fd, NULL);
	close(fd);
	return ret;
}

int engine_client_start(struct engine_client **client, const struct engine_config *config,
			char *error, size_t error_size)
{
	struct engine_client *c = calloc(1, sizeof(*c));
	char path[PATH_MAX];
	int pair[2], ret;

	if (!c) {
		snprintf(error, error_size, "cannot start the engine: out of memory");
		return -ENOMEM;
	}
	engine_path(path, sizeof(path));
	if (access(path, X_OK) < 0) {
		ret = -errno;
		snprintf(error, error_size,
			 "cannot run the engine %s: %s; build or install vtrace-engine", path,
			 strerror(-ret));
		free(c);
		return ret;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		ret = -errno;
		snprintf(error, error_size, "cannot make a socket for the engine: %s",
			 strerror(-ret));
		free(c);
		return ret;
	}
	c->pid = fork();
	if (!c->pid)
		become_engine(pair[1], path);
	ret = c->pid < 0 ? -errno : 0;
	close(pair[1]);
	c->fd = pair[0];
	if (ret) {
		snprintf(error, error_size, "cannot start the engine: %s", strerror(-ret));
		close(c->fd);
		free(c);
		return ret;
	}
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	ret = send_config(c, config);
	if (ret) {
		snprintf(error, error_size, "the engine does not take its settings: %s",
			 strerror(-ret));
		engine_client_free(c);
		return ret;
	}
	*client = c;
	return 0;
}

static void reap(struct engine_client *client)
{
	while (!client->reaped && waitpid(client->pid, &client->status, 0) < 0)
		if (errno != EINTR)
			break;
	client->reaped = true;
}

void engine_client_free(struct engine_client *client)
{
	if (!client)
		return;
	close(client->fd);
	/* A healthy engine ends by itself at the end of its socket; a stopped one would not. */
	if (!client->reaped)
		kill(client->pid, SIGKILL);
	reap(client);
	if (client->text)
		munmap(client->text, TEXT_SIZE);
	free(client);
}

void engine_client_end(struct engine_client *client, const char *why)
{
	client->ended = why;
	if (!client->reaped)
		kill(client->pid, SIGKILL);
}

int engine_client_fd(const struct engine_client *client)
{
	return client->fd;
}

pid_t engine_client_pid(const struct engine_client *client)
{
	return client->pid;
}

const char *engine_client_epitaph(struct engine_client *client)
{
	/* The socket closes a moment before the process is done with dying. An engine that closed
	 * it and lives on is of no use any more. */
	for (unsigned ms = 0; ms < EPITAPH_MS && !client->reaped; ms++) {
		if (waitpid(client->pid, &client->status, WNOHANG) == client->pid)
			client->reaped = true;
		else
			usleep(1000);
	}
	if (!client->reaped) {
		kill(client->pid, SIGKILL);
		reap(client);
		snprintf(client->epitaph, sizeof(client->epitaph), "closed its socket");
	} else if (client->ended) {
		snprintf(client->epitaph, sizeof(client->epitaph), "%s", client->ended);
	} else if (WIFSIGNALED(client->status)) {
		snprintf(client->epitaph, sizeof(client->epitaph), "killed by signal %d (%s)",
			 WTERMSIG(client->status), strsignal(WTERMSIG(client->status)));
	} else if (WEXITSTATUS(client->status) == ENGINE_EXIT_NOT_LOCKED) {
		snprintf(client->epitaph, sizeof(client->epitaph),
			 "this host does not give it all that --require-sandbox asks for");
	} else if (WEXITSTATUS(client->status) == ENGINE_EXIT_NO_MEMORY) {
		snprintf(client->epitaph, sizeof(client->epitaph), "it has run out of memory");
	} else {
		snprintf(client->epitaph, sizeof(client->epitaph), "ended with status %d",
			 WEXITSTATUS(client->status));
	}
	return client->epitaph;
}

int engine_client_send(struct engine_client *client, enum engine_type type, const void *payload,
		       size_t length, int fd, uint32_t *serial)
{
	struct engine_header header = {.type = type, .length = (uint32_t)length};
	struct iovec iov[2] = {{&header, sizeof(header)}, {(void *)payload, length}};
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = {.msg_iov = iov, .msg_iovlen = length ? 2 : 1};

	if (!++client->serial)
		client->serial = 1;
	header.serial = client->serial;
	if (fd >= 0) {
		struct cmsghdr *cmsg;

		memset(&control, 0, sizeof(control));
		message.msg_control = control.space;
		message.msg_controllen = sizeof(control.space);
		cmsg = CMSG_FIRSTHDR(&message);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
	}
	if (sendmsg(client->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM)
			return -EAGAIN;
		return errno == EPIPE || errno == ECONNRESET ? -EPIPE : -errno;
	}
	if (serial)
		*serial = header.serial;
	return 0;
}

/* ---- what the engine sends ---- */

static bool terminated(const char *text, size_t size)
{
	return memchr(text, '\0', size);
}

/* 0 or -errno, of which Linux has none above 4095 (include/linux/err.h, MAX_ERRNO). */
static bool error_ok(int32_t error)
{
	return error <= 0 && error >= -4095;
}

static bool formats_reply_ok(const struct engine_formats_reply *reply)
{
	return error_ok(reply->error) && terminated(reply->boot_id, sizeof(reply->boot_id)) &&
	       terminated(reply->kernel, sizeof(reply->kernel)) &&
	       terminated(reply->machine, sizeof(reply->machine)) &&
	       terminated(reply->clock, sizeof(reply->clock)) &&
	       terminated(reply->reason, sizeof(reply->reason));
}

static bool stats_ok(const struct engine_packet *packet)
{
	const struct engine_stats *stats = packet->payload;
	const struct engine_cpu_stats *cpu = (const void *)(stats + 1);

	if (packet->length < sizeof(*stats) || stats->cpus > VTRACE_MAX_CPUS ||
	    packet->length != sizeof(*stats) + stats->cpus * sizeof(*cpu))
		return false;
	for (uint32_t i = 0; i < stats->cpus; i++)
		if (cpu[i].cpu >= VTRACE_MAX_CPUS || cpu[i].state > ENGINE_CHANNEL_FAILED)
			return false;
	return true;
}

static size_t row_size(const struct engine_row *row)
{
	size_t size = sizeof(*row) + row->task_len + row->event_len + row->detail_len;

	return (size + 7) & ~(size_t)7;
}

static bool rows_ok(const struct engine_packet *packet)
{
	const struct engine_rows *rows = packet->payload;
	size_t at = sizeof(*rows);

	if (packet->length < at)
		return false;
	for (uint32_t i = 0; i < rows->count; i++) {
		const struct engine_row *row =
			(const void *)((const uint8_t *)packet->payload + at);

		if (packet->length - at < sizeof(*row) || packet->length - at < row_size(row) ||
		    row->kind > ENGINE_ROW_NOTE || row->at.cpu >= VTRACE_MAX_CPUS ||
		    row->task_len > ENGINE_NAME_MAX || row->event_len > ENGINE_NAME_MAX ||
		    row->detail_len > ENGINE_TEXT_MAX)
			return false;
		at += row_size(row);
	}
	return at == packet->length;
}

static size_t padded(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

/* Bytes of an entry with its texts; 0: they are not all there. */
static size_t field_size(const uint8_t *at, const uint8_t *end)
{
	const struct engine_detail_field *field = (const void *)at;
	size_t left = (size_t)(end - at), size = sizeof(*field);

	if (left < size || field->name_len > ENGINE_NAME_MAX ||
	    field->type_len > ENGINE_VALUE_MAX || field->value_len > ENGINE_VALUE_MAX ||
	    field->meaning_len > ENGINE_VALUE_MAX)
		return 0;
	size += field->name_len + field->type_len + field->value_len + field->meaning_len;
	return padded(size) <= left ? padded(size) : 0;
}

bool engine_detail_next(const struct engine_detail_view *view, const uint8_t **at,
			struct engine_field_view *field)
{
	if (*at >= view->end)
		return false;
	field->field = (const void *)*at;
	field->name = (const char *)(field->field + 1);
	field->type = field->name + field->field->name_len;
	field->value = field->type + field->field->type_len;
	field->meaning = field->value + field->field->value_len;
	*at += field_size(*at, view->end);
	return true;
}

static bool detail_head_ok(const struct engine_detail *detail)
{
	return detail->kind <= ENGINE_ROW_NOTE && detail->at.cpu < VTRACE_MAX_CPUS &&
	       detail->task_len <= ENGINE_NAME_MAX && detail->event_len <= ENGINE_NAME_MAX &&
	       detail->system_len <= ENGINE_NAME_MAX && detail->text_len <= ENGINE_LONG_TEXT_MAX &&
	       detail->format_len <= ENGINE_LONG_TEXT_MAX && detail->raw_len <= ENGINE_RAW_MAX &&
	       detail->raw_len <= detail->size;
}

bool engine_detail_open(const void *payload, size_t length, struct engine_detail_view *view)
{
	const uint8_t *start = (const uint8_t *)payload + sizeof(struct engine_rows);
	const struct engine_detail *detail = (const void *)start;
	const uint8_t *at;
	uint32_t fields = 0;
	size_t size;

	if (length < sizeof(struct engine_rows) + sizeof(*detail) || !detail_head_ok(detail))
		return false;
	size = padded(sizeof(*detail) + detail->task_len + detail->event_len + detail->system_len +
		      detail->text_len + detail->format_len + detail->raw_len);
	if (size > length - sizeof(struct engine_rows))
		return false;
	view->detail = detail;
	view->task = (const char *)(detail + 1);
	view->event = view->task + detail->task_len;
	view->system = view->event + detail->event_len;
	view->text = view->system + detail->system_len;
	view->format = view->text + detail->text_len;
	view->raw = (const uint8_t *)view->format + detail->format_len;
	view->fields = start + size;
	view->end = (const uint8_t *)payload + length;
	for (at = view->fields; at < view->end; fields++) {
		size = field_size(at, view->end);
		if (!size)
			return false;
		at += size;
	}
	return fields == detail->fields;
}

static bool detail_ok(const struct engine_packet *packet)
{
	const struct engine_rows *rows = packet->payload;
	struct engine_detail_view view;

	if (packet->length < sizeof(*rows) || rows->count > 1)
		return false;
	if (!rows->count)
		return packet->length == sizeof(*rows);
	return engine_detail_open(packet->payload, packet->length, &view);
}

static bool lines_ok(const struct engine_packet *packet)
{
	const struct engine_lines *lines = packet->payload;

	return packet->length == sizeof(*lines) && lines->slot < ENGINE_TEXT_SLOTS &&
	       lines->length <= ENGINE_TEXT_SLOT;
}

static bool density_ok(const struct engine_packet *packet)
{
	const struct engine_density *density = packet->payload;

	if (packet->length < sizeof(*density) || !density->columns ||
	    density->columns > ENGINE_DENSITY_COLUMNS ||
	    density->epoch_count > ENGINE_DENSITY_EPOCHS || density->known > density->columns ||
	    packet->length !=
		    sizeof(*density) + density->columns * sizeof(struct engine_density_column))
		return false;
	for (uint32_t i = 0; i < density->epoch_count; i++) {
		const struct engine_density_epoch *epoch = &density->epochs[i];

		if (epoch->last < epoch->first ||
		    epoch->last - epoch->first >= ENGINE_DENSITY_SPAN ||
		    (i && epoch->epoch <= epoch[-1].epoch))
			return false;
	}
	return true;
}

static bool dat_ok(const struct engine_packet *packet)
{
	const struct engine_dat_reply *reply = packet->payload;
	const struct engine_dat_stream *stream = (const void *)(reply + 1);
	const char *names;

	if (packet->length < sizeof(*reply) || reply->streams > VTRACE_MAX_CPUS ||
	    reply->buffers > VTRACE_MAX_CPUS ||
	    packet->length != sizeof(*reply) + reply->streams * sizeof(*stream) +
				      reply->buffers * ENGINE_NAME_MAX ||
	    !formats_reply_ok(&reply->formats) ||
	    !terminated(reply->packing, sizeof(reply->packing)) ||
	    !terminated(reply->warning, sizeof(reply->warning)))
		return false;
	names = (const char *)(stream + reply->streams);
	for (uint32_t i = 0; i < reply->streams; i++)
		if (stream[i].slot >= VTRACE_MAX_CPUS || stream[i].buffer >= reply->buffers)
			return false;
	for (uint32_t i = 0; i < reply->buffers; i++)
		if (!terminated(names + i * ENGINE_NAME_MAX, ENGINE_NAME_MAX))
			return false;
	return true;
}

static bool memory_ok(const struct engine_packet *packet)
{
	const struct engine_memory_reply *reply = packet->payload;
	const struct engine_memory_buffer *buffer = (const void *)(reply + 1);

	if (packet->length < sizeof(*reply) || reply->buffers > RING_BUFFERS_MAX ||
	    packet->length != sizeof(*reply) + reply->buffers * sizeof(*buffer) ||
	    reply->kind >= ENGINE_MEMORY_KINDS || !error_ok(reply->error) ||
	    (reply->buffers && reply->newest >= reply->buffers) ||
	    !terminated(reply->banner, sizeof(reply->banner)) ||
	    !terminated(reply->release, sizeof(reply->release)) ||
	    !terminated(reply->build_id, sizeof(reply->build_id)) ||
	    !terminated(reply->reason, sizeof(reply->reason)) ||
	    !terminated(reply->warning, sizeof(reply->warning)))
		return false;
	for (uint32_t i = 0; i < reply->buffers; i++)
		if (buffer[i].cpus > VTRACE_MAX_CPUS || buffer[i].used > buffer[i].cpus ||
		    !terminated(buffer[i].layout, sizeof(buffer[i].layout)))
			return false;
	return true;
}

static bool counts_ok(const struct engine_packet *packet)
{
	const struct engine_counts *counts = packet->payload;
	const struct engine_count *entry = (const void *)(counts + 1);

	if (packet->length < sizeof(*counts) || counts->events > ENGINE_COUNTS_MAX ||
	    counts->tasks > ENGINE_COUNTS_MAX ||
	    packet->length != sizeof(*counts) + (counts->events + counts->tasks) * sizeof(*entry))
		return false;
	for (uint32_t i = 0; i < counts->events + counts->tasks; i++)
		if (!terminated(entry[i].system, sizeof(entry[i].system)) ||
		    !terminated(entry[i].name, sizeof(entry[i].name)))
			return false;
	return true;
}

static bool latency_ok(const struct engine_packet *packet)
{
	const struct engine_latency_reply *reply = packet->payload;
	const struct engine_latency_key *key = (const void *)(reply + 1);

	if (packet->length < sizeof(*reply) || reply->kind >= ENGINE_LATENCY_KINDS ||
	    reply->order >= ENGINE_LATENCY_ORDERS || reply->begin >= ENGINE_LATENCY_EVENTS ||
	    reply->end >= ENGINE_LATENCY_EVENTS || reply->keys > ENGINE_LATENCY_KEYS_MAX + 2 ||
	    packet->length != sizeof(*reply) + reply->keys * sizeof(*key) ||
	    !terminated(reply->fault, sizeof(reply->fault)))
		return false;
	for (uint32_t i = 0; i < reply->keys; i++)
		if (key[i].worst.cpu >= VTRACE_MAX_CPUS ||
		    !terminated(key[i].name, sizeof(key[i].name)) ||
		    !terminated(key[i].task, sizeof(key[i].task)))
			return false;
	return true;
}

static bool searched_ok(const struct engine_packet *packet)
{
	const struct engine_searched *found = packet->payload;

	return packet->length == sizeof(*found) && found->at.cpu < VTRACE_MAX_CPUS &&
	       error_ok(found->error) && terminated(found->reason, sizeof(found->reason));
}

static bool words_ok(const struct engine_packet *packet)
{
	const struct engine_words_reply *reply = packet->payload;
	const char *words = (const char *)(reply + 1);
	uint32_t count = 0;

	if (packet->length < sizeof(*reply))
		return false;
	for (size_t i = 0; i < packet->length - sizeof(*reply); i++)
		count += !words[i];
	return count == reply->count &&
	       (packet->length == sizeof(*reply) || !words[packet->length - sizeof(*reply) - 1]);
}

static bool packet_ok(const struct engine_packet *packet)
{
	const void *payload = packet->payload;

	switch (packet->type) {
	case ENGINE_READY:
	case ENGINE_MESSAGE:
		return packet->length == sizeof(struct engine_text) &&
		       terminated(payload, sizeof(struct engine_text));
	case ENGINE_FORMATS_REPLY:
		return packet->length == sizeof(struct engine_formats_reply) &&
		       formats_reply_ok(payload);
	case ENGINE_DAT_REPLY:
		return dat_ok(packet);
	case ENGINE_DAT_FORMATS_REPLY:
		return packet->length == sizeof(struct engine_dat_formats_reply) &&
		       error_ok(((const struct engine_dat_formats_reply *)payload)->error);
	case ENGINE_SAVE_REPLY:
		return packet->length == sizeof(struct engine_save_reply) &&
		       ((const struct engine_save_reply *)payload)->cpu < VTRACE_MAX_CPUS &&
		       error_ok(((const struct engine_save_reply *)payload)->error);
	case ENGINE_ROWS:
		return rows_ok(packet);
	case ENGINE_LINES:
		return lines_ok(packet);
	case ENGINE_DETAIL_REPLY:
		return detail_ok(packet);
	case ENGINE_DENSITY_REPLY:
		return density_ok(packet);
	case ENGINE_STATS_REPLY:
		return stats_ok(packet);
	case ENGINE_COUNTS_REPLY:
		return counts_ok(packet);
	case ENGINE_MEMORY_REPLY:
		return memory_ok(packet);
	case ENGINE_FILTER_REPLY:
	case ENGINE_FILTER_TRIED:
		return packet->length == sizeof(struct engine_filter_reply) &&
		       error_ok(((const struct engine_filter_reply *)payload)->error) &&
		       terminated(((const struct engine_filter_reply *)payload)->reason,
				  sizeof(((const struct engine_filter_reply *)payload)->reason));
	case ENGINE_FOUND:
		return packet->length == sizeof(struct engine_found) &&
		       ((const struct engine_found *)payload)->at.cpu < VTRACE_MAX_CPUS &&
		       error_ok(((const struct engine_found *)payload)->error) &&
		       terminated(((const struct engine_found *)payload)->reason,
				  sizeof(((const struct engine_found *)payload)->reason));
	case ENGINE_SEARCHED:
		return searched_ok(packet);
	case ENGINE_LATENCIES:
		return latency_ok(packet);
	case ENGINE_NO_ANSWER:
		return packet->length == sizeof(struct engine_no_answer) &&
		       error_ok(((const struct engine_no_answer *)payload)->error);
	case ENGINE_SIFTED:
		return packet->length == sizeof(struct engine_sifted);
	case ENGINE_WORDS_REPLY:
		return words_ok(packet);
	case ENGINE_NEWS:
	case ENGINE_RECORD_FULL:
		return !packet->length;
	case ENGINE_STREAM_STATE:
		return packet->length == sizeof(struct engine_stream_state) &&
		       ((const struct engine_stream_state *)payload)->cpu < VTRACE_MAX_CPUS &&
		       error_ok(((const struct engine_stream_state *)payload)->error) &&
		       ((const struct engine_stream_state *)payload)->state <=
			       ENGINE_CHANNEL_FAILED;
	default:
		return false;
	}
}

int engine_client_receive(struct engine_client *client, struct engine_packet *packet)
{
	const struct engine_header *header = (const void *)client->packet;
	ssize_t got;

	do {
		got = recv(client->fd, client->packet, sizeof(client->packet), MSG_DONTWAIT);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? 0 : -EPIPE;
	if (!got)
		return -EPIPE;
	if ((size_t)got < sizeof(*header) || header->length != (size_t)got - sizeof(*header))
		return -EPROTO;
	*packet = (struct engine_packet){
		.type = header->type,
		.serial = header->serial,
		.payload = client->packet + sizeof(*header),
		.length = header->length,
	};
	if (!packet_ok(packet))
		return -EPROTO;
	if (packet->type == ENGINE_LINES)
		packet->text = client->text +
			       (size_t)((const struct engine_lines *)packet->payload)->slot *
				       ENGINE_TEXT_SLOT;
	return 1;
}

int engine_client_memory(struct engine_client *client, int fd, uint64_t hint, bool live,
			 uint32_t *serial)
{
	const struct engine_memory request = {.hint = hint, .live = live};

	return engine_client_send(client, ENGINE_MEMORY, &request, sizeof(request), fd, serial);
}

int engine_client_memory_read(struct engine_client *client, uint64_t offset, bool once)
{
	const struct engine_memory_read request = {.offset = offset, .once = once};

	return engine_client_send(client, ENGINE_MEMORY_READ, &request, sizeof(request), -1, NULL);
}

const struct engine_memory_buffer *engine_memory_buffers(const struct engine_packet *packet)
{
	const struct engine_memory_reply *reply = packet->payload;

	return (const void *)(reply + 1);
}

int engine_rows_next(const struct engine_packet *packet, size_t *offset,
		     struct engine_row_view *view)
{
	const uint8_t *payload = packet->payload;

	if (!*offset)
		*offset = sizeof(struct engine_rows);
	if (*offset >= packet->length)
		return 0;
	view->row = (const void *)(payload + *offset);
	view->task = (const char *)(view->row + 1);
	view->event = view->task + view->row->task_len;
	view->detail = view->event + view->row->event_len;
	*offset += row_size(view->row);
	return 1;
}
