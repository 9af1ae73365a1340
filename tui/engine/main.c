// SPDX-License-Identifier: GPL-2.0-only
/*
 * vtrace-engine: started by vtrace-top with one end of a socketpair, never by hand. Takes its
 * settings, makes its parsers, locks itself down, and only then says that it is ready.
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tui/engine/lockdown.h"
#include "tui/engine/server.h"

#ifdef VTRACE_SANITIZED
const char *__asan_default_options(void);

/* The search for leaks wants to ptrace, which a locked-down process does not let happen. */
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

/* The descriptor that came with a message, -1 when there was none. */
static int message_fd(struct msghdr *message)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(message);
	int fd = -1;

	if (cmsg && cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_RIGHTS &&
	    cmsg->cmsg_len == CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

static bool settings_are_sane(const struct engine_config *config)
{
	if (config->subbuf_size &&
	    (config->subbuf_size < VTRACE_SUBBUF_MIN || config->subbuf_size > VTRACE_SUBBUF_MAX))
		return false;
	return !config->long_size || config->long_size == 4 || config->long_size == 8;
}

/* The first packet, with the memory for text; true when it is what a console of this build sends.
 */
static bool take_config(struct engine_config *config, char **text)
{
	struct {
		struct engine_header header;
		struct engine_config config;
	} packet;
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {&packet, sizeof(packet)};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	ssize_t got = recvmsg(ENGINE_SOCKET_FD, &message, MSG_CMSG_CLOEXEC);
	void *memory;
	int fd;

	if (got != (ssize_t)sizeof(packet) || packet.header.type != ENGINE_CONFIG ||
	    packet.config.protocol != ENGINE_PROTOCOL_VERSION)
		return false;
	fd = message_fd(&message);
	if (fd < 0)
		return false;
	memory = mmap(NULL, (size_t)ENGINE_TEXT_SLOTS * ENGINE_TEXT_SLOT, PROT_READ | PROT_WRITE,
		      MAP_SHARED, fd, 0);
	close(fd);
	if (memory == MAP_FAILED)
		return false;
	*text = memory;
	*config = packet.config;
	return settings_are_sane(config);
}

int main(void)
{
	struct engine_config config;
	struct formats_stock stock;
	struct server *server = NULL;
	struct drain *drain = NULL;
	struct lockdown lockdown;
	char *text = NULL;
	int ret;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* then write(2) says so */
	prctl(PR_SET_NAME, "vtrace-engine");
	if (!take_config(&config, &text)) {
		fprintf(stderr, "vtrace-engine: started by vtrace-top, not by hand\n");
		return 2;
	}
	ret = formats_stock_init(&stock);
	if (!ret)
		ret = lockdown_begin(&lockdown, config.uid, config.gid);
	if (!ret && config.require_lockdown && lockdown.missing[0]) {
		fprintf(stderr, "vtrace-engine: without %s no guest is read (--require-sandbox)\n",
			lockdown.missing);
		return ENGINE_EXIT_NOT_LOCKED;
	}
	if (!ret) {
		const struct page_geometry geometry = server_geometry(&config);

		/* One heap for all threads, of which only one takes much from it. */
		mallopt(M_ARENA_MAX, 1);
		ret = drain_new(&drain, &geometry);
	}
	if (!ret)
		ret = lockdown_end(&lockdown, config.memory);
	if (!ret)
		ret = server_new(&server, ENGINE_SOCKET_FD, &config, &stock, drain, text);
	if (!ret) {
		server_say(server, ENGINE_READY, "%s%s%s", lockdown.on,
			   lockdown.missing[0] ? "; missing: " : "", lockdown.missing);
		ret = server_run(server);
	}
	if (ret)
		fprintf(stderr, "vtrace-engine: %s\n", strerror(-ret));
	server_free(server);
	return ret == -ENOMEM ? ENGINE_EXIT_NO_MEMORY : ret ? 1 : 0;
}
