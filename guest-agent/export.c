// SPDX-License-Identifier: GPL-2.0-only
#include "guest-agent/export.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "guest-agent/gather.h"
#include "guest-agent/share.h"

#define LEAVE_SECONDS 1

struct exporter {
	const struct tracefs *tracefs;
	unsigned cpus;
	int report;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Under the lock. */
	bool leaving;
	struct {
		unsigned requested; /* so far */
		bool fresh;	    /* result was not asked for yet */
		struct export_result result;
	} to[EXPORTS];
};

/* Put the bundle in memfd on the share with few large writes: over 9p every write is a round trip
 * to the host. */
static int put_on_share(int memfd, size_t length, struct export_result *result)
{
	void *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE, memfd, 0);
	int err;

	if (bytes == MAP_FAILED) {
		err = -errno;
		snprintf(result->reason, sizeof(result->reason), "no memory for the formats: %s",
			 strerror(-err));
		return err;
	}
	err = share_put(bytes, length, result->reason, sizeof(result->reason));
	munmap(bytes, length);
	return err;
}

static int export_once(const struct exporter *exporter, enum export_to to,
		       struct export_result *result)
{
	uint64_t generation = result->generation + 1;
	int memfd = -1, err = 0;
	off_t length;

	/* First what fails fast: without a share there is nothing to gather for. */
	if (to == EXPORT_TO_SHARE)
		err = share_mount(result->reason, sizeof(result->reason));
	if (err)
		return err;
	memfd = memfd_create("formats", MFD_CLOEXEC);
	if (memfd < 0) {
		err = -errno;
		snprintf(result->reason, sizeof(result->reason), "no memory for the formats: %s",
			 strerror(-err));
		return err;
	}
	err = gather_bundle(exporter->tracefs, exporter->cpus, generation, memfd, &result->events,
			    result->reason, sizeof(result->reason));
	if (err)
		goto out;
	length = lseek(memfd, 0, SEEK_END);
	if (length < 0) {
		err = -errno;
		goto out;
	}
	if (to == EXPORT_TO_SHARE)
		err = put_on_share(memfd, (size_t)length, result);
	if (err)
		goto out;
	result->generation = generation;
	result->bytes = (size_t)length;
	if (to == EXPORT_TO_HOLD) {
		result->memfd = memfd;
		return 0;
	}
out:
	close(memfd);
	return err;
}

static void tell(const struct exporter *exporter)
{
	uint64_t one = 1;

	/* A full counter wakes the reader just as well. */
	if (write(exporter->report, &one, sizeof(one)) < 0)
		return;
}

/* A destination that requests wait for; EXPORTS: none does. */
static enum export_to due(const struct exporter *exporter)
{
	enum export_to to = 0;

	while (to < EXPORTS && exporter->to[to].result.served == exporter->to[to].requested)
		to++;
	return to;
}

static void *exporter_thread(void *data)
{
	struct exporter *exporter = data;

	pthread_mutex_lock(&exporter->lock);
	while (!exporter->leaving) {
		struct export_result result;
		enum export_to to = due(exporter);

		if (to == EXPORTS) {
			pthread_cond_wait(&exporter->changed, &exporter->lock);
			continue;
		}
		result = exporter->to[to].result;
		result.served = exporter->to[to].requested;
		result.reason[0] = '\0';
		result.memfd = -1;
		pthread_mutex_unlock(&exporter->lock);
		result.error = export_once(exporter, to, &result);
		pthread_mutex_lock(&exporter->lock);
		/* Of an earlier request, and nobody has come for it. */
		if (exporter->to[to].result.memfd >= 0)
			close(exporter->to[to].result.memfd);
		exporter->to[to].result = result;
		exporter->to[to].fresh = true;
		tell(exporter);
	}
	pthread_mutex_unlock(&exporter->lock);
	return NULL;
}

static void release(struct exporter *exporter)
{
	for (enum export_to to = 0; to < EXPORTS; to++)
		if (exporter->to[to].result.memfd >= 0)
			close(exporter->to[to].result.memfd);
	pthread_cond_destroy(&exporter->changed);
	pthread_mutex_destroy(&exporter->lock);
	free(exporter);
}

int exporter_start(struct exporter **result, const struct tracefs *tracefs, unsigned cpus,
		   int report)
{
	struct exporter *exporter = calloc(1, sizeof(*exporter));
	int err;

	*result = NULL;
	if (!exporter)
		return -ENOMEM;
	exporter->tracefs = tracefs;
	exporter->cpus = cpus;
	exporter->report = report;
	for (enum export_to to = 0; to < EXPORTS; to++)
		exporter->to[to].result.memfd = -1;
	pthread_mutex_init(&exporter->lock, NULL);
	pthread_cond_init(&exporter->changed, NULL);
	err = -pthread_create(&exporter->thread, NULL, exporter_thread, exporter);
	if (err) {
		release(exporter);
		return err;
	}
	pthread_setname_np(exporter->thread, "exporter");
	*result = exporter;
	return 0;
}

unsigned exporter_request(struct exporter *exporter, enum export_to to)
{
	unsigned number;

	pthread_mutex_lock(&exporter->lock);
	number = ++exporter->to[to].requested;
	pthread_cond_signal(&exporter->changed);
	pthread_mutex_unlock(&exporter->lock);
	return number;
}

void exporter_peek(struct exporter *exporter, enum export_to to, struct export_result *result)
{
	pthread_mutex_lock(&exporter->lock);
	*result = exporter->to[to].result;
	result->memfd = -1;
	pthread_mutex_unlock(&exporter->lock);
}

bool exporter_result(struct exporter *exporter, enum export_to to, struct export_result *result)
{
	bool fresh;

	pthread_mutex_lock(&exporter->lock);
	*result = exporter->to[to].result;
	fresh = exporter->to[to].fresh;
	exporter->to[to].fresh = false;
	exporter->to[to].result.memfd = -1;
	if (!fresh)
		result->memfd = -1;
	pthread_mutex_unlock(&exporter->lock);
	return fresh;
}

int exporter_free(struct exporter *exporter)
{
	struct timespec deadline;

	if (!exporter)
		return 0;
	pthread_mutex_lock(&exporter->lock);
	exporter->leaving = true;
	pthread_cond_signal(&exporter->changed);
	pthread_mutex_unlock(&exporter->lock);
	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += LEAVE_SECONDS;
	if (pthread_timedjoin_np(exporter->thread, NULL, &deadline))
		return -ETIMEDOUT;
	release(exporter);
	return 0;
}
