// SPDX-License-Identifier: GPL-2.0-only
/* The formats bundle over the control port, part by part, where there is no share to find it on. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/base64.h"
#include "tui/guest/guest_private.h"

#define GATHER_ANSWER_MS 30000 /* an emulated guest reads its kallsyms for seconds */
#define PART_ANSWER_MS	 5000
#define STRAYS_MAX	 2 /* answers that were not asked for, until it is given up */

static void answered(void *data, const struct control_answer *answer, int error);

static int ask(struct guest *guest, const char *args, int timeout_ms)
{
	return control_client_request(guest->agent.control, CONTROL_FORMATS, args, timeout_ms,
				      answered, guest);
}

static int ask_part(struct guest *guest)
{
	char args[24];

	snprintf(args, sizeof(args), "%" PRIu64, guest->formats.pull.got);
	return ask(guest, args, PART_ANSWER_MS);
}

void formats_pull_release(struct guest *guest)
{
	struct formats_pull *pull = &guest->formats.pull;

	if (pull->fd >= 0)
		close(pull->fd);
	*pull = (struct formats_pull){.fd = -1};
}

/* The agent has gathered its formats. 0 or -errno. */
static int begin(struct formats_pull *pull, const char *text)
{
	if (control_value_u64(text, "generation", &pull->generation) ||
	    control_value_u64(text, "bytes", &pull->bytes) || !pull->bytes)
		return -EPROTO;
	if (pull->bytes > VTRACE_BUNDLE_MAX)
		return -EFBIG;
	pull->fd = memfd_create("vtrace-formats", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return pull->fd < 0 ? -errno : 0;
}

/* A part has come. 0 or -errno. */
static int add(struct formats_pull *pull, const char *text)
{
	char bytes[BASE64_BYTES(VTRACE_LINE_MAX)];
	const char *data = control_rest(text, "data");
	uint64_t generation, from;
	ssize_t n;

	if (!data || control_value_u64(text, "generation", &generation) ||
	    control_value_u64(text, "from", &from) || generation != pull->generation ||
	    from != pull->got || strlen(data) > VTRACE_LINE_MAX)
		return -EPROTO;
	n = base64_read(data, strlen(data), bytes);
	if (n <= 0 || (uint64_t)n > pull->bytes - pull->got)
		return -EPROTO;
	if (pwrite(pull->fd, bytes, (size_t)n, (off_t)pull->got) != n)
		return errno ? -errno : -ENOSPC;
	pull->got += (uint64_t)n;
	return 0;
}

/* Is it an answer of the kind that was asked for, gathered or a part? */
static bool is_awaited(const struct formats_pull *pull, const char *text)
{
	return (pull->fd >= 0) == (control_rest(text, "data") != NULL);
}

static void finish(struct guest *guest)
{
	struct formats_pull *pull = &guest->formats.pull;
	int fd = pull->fd;

	pull->fd = -1;
	formats_pull_release(guest);
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0) {
		const char *why = strerror(errno);

		close(fd);
		formats_not_pulled(guest, why);
		return;
	}
	formats_pulled(guest, fd);
}

static void fail(struct guest *guest, int err)
{
	formats_pull_release(guest);
	if (err == -EPROTO)
		formats_not_pulled(guest, "what it sends makes no sense");
	else if (err == -EFBIG)
		formats_not_pulled(guest, "it has more than 64 MiB of them");
	else
		formats_not_pulled(guest, strerror(-err));
}

static void answered(void *data, const struct control_answer *answer, int error)
{
	struct guest *guest = data;
	struct formats_pull *pull = &guest->formats.pull;
	int err;

	if (error == -ECONNRESET && control_client_connected(guest->agent.control)) {
		formats_pull_release(guest);
		formats_pull_again(guest); /* of the agent that has taken the place of that one */
		return;
	}
	if (error || answer->kind != CONTROL_OK) {
		formats_pull_release(guest);
		formats_not_pulled(guest, error == -ETIMEDOUT ? "it has not answered in time"
					  : error	      ? strerror(-error)
							      : answer->text);
		return;
	}
	if (!is_awaited(pull, answer->text) && pull->strays++ < STRAYS_MAX) {
		/* The late answer to what was given up: ask for all anew. */
		unsigned strays = pull->strays;

		err = formats_pull(guest);
		pull->strays = strays;
		if (err)
			fail(guest, err);
		return;
	}
	err = pull->fd < 0 ? begin(pull, answer->text) : add(pull, answer->text);
	if (!err && pull->got == pull->bytes) {
		finish(guest);
		return;
	}
	/* Each hundredth is to be seen. */
	if (!err && pull->got * 100 / pull->bytes != pull->told) {
		pull->told = (unsigned)(pull->got * 100 / pull->bytes);
		snprintf(pull->progress, sizeof(pull->progress),
			 "the guest sends its event formats over the control port: %u %%",
			 pull->told);
		guest_changed(guest);
	}
	if (!err)
		err = ask_part(guest);
	if (err)
		fail(guest, err);
}

int formats_pull(struct guest *guest)
{
	formats_pull_release(guest);
	return ask(guest, NULL, GATHER_ANSWER_MS);
}
