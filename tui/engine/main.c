// SPDX-License-Identifier: GPL-2.0-only
/*
 * vtrace-engine: started by vtrace-top with one end of a socketpair, never by hand. Takes its
 * settings, makes its parsers, locks itself down, and only then says that it is ready.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
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

/* The first packet; true when it is what a console of this build sends. */
static bool take_config(struct engine_config *config)
{
	struct {
		struct engine_header header;
		struct engine_config config;
	} packet;
	ssize_t got = recv(ENGINE_SOCKET_FD, &packet, sizeof(packet), 0);

	if (got != (ssize_t)sizeof(packet) || packet.header.type != ENGINE_CONFIG ||
	    packet.config.protocol != ENGINE_PROTOCOL_VERSION)
		return false;
	*config = packet.config;
	if (config->subbuf_size &&
	    (config->subbuf_size < VTRACE_SUBBUF_MIN || config->subbuf_size > VTRACE_SUBBUF_MAX))
		return false;
	return !config->long_size || config->long_size == 4 || config->long_size == 8;
}

int main(void)
{
	struct engine_config config;
	struct formats_stock stock;
	struct server *server = NULL;
	char layers[256];
	int ret;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* then write(2) says so */
	prctl(PR_SET_NAME, "vtrace-engine");
	if (!take_config(&config)) {
		fprintf(stderr, "vtrace-engine: started by vtrace-top, not by hand\n");
		return 2;
	}
	ret = formats_stock_init(&stock);
	if (!ret)
		ret = lockdown(config.memory, layers, sizeof(layers));
	if (!ret)
		ret = server_new(&server, ENGINE_SOCKET_FD, &config, &stock);
	if (!ret) {
		server_say(server, ENGINE_READY, "%s", layers);
		ret = server_run(server);
	}
	if (ret)
		fprintf(stderr, "vtrace-engine: %s\n", strerror(-ret));
	server_free(server);
	return ret ? 1 : 0;
}
