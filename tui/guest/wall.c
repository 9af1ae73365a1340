// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "tui/engine/client.h"
#include "tui/guest/wall.h"

#define NS_PER_SECOND 1000000000ll

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

int64_t wall_ahead(void)
{
	return clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
}

/* The time of the newest event in the newest epoch; 0: none has come. */
static uint64_t newest_event(const struct engine_packet *packet, uint32_t *epoch)
{
	const struct engine_stats *stats = packet->payload;
	const struct engine_cpu_stats *cpu = (const void *)(stats + 1);
	uint64_t newest = 0;

	*epoch = 0;
	for (uint32_t i = 0; i < stats->cpus; i++) {
		if (!cpu[i].events || cpu[i].epoch < *epoch)
			continue;
		if (cpu[i].epoch > *epoch || cpu[i].last_ts > newest)
			newest = cpu[i].last_ts;
		*epoch = cpu[i].epoch;
	}
	return newest;
}

void wall_sample(struct wall_clock *wall, const struct engine_packet *packet, int64_t ahead)
{
	const struct engine_stats *stats = packet->payload;
	uint32_t epoch;
	uint64_t newest = newest_event(packet, &epoch);
	int64_t offset = (int64_t)(stats->now + (uint64_t)ahead - newest);

	if (!newest)
		return;
	if (epoch != wall->epoch)
		*wall = (struct wall_clock){.epoch = epoch};
	/* The same one again has only become older. */
	if (newest <= wall->newest)
		return;
	wall->newest = newest;
	if (!wall->known || offset < wall->offset)
		wall->offset = offset;
	wall->known = true;
}

void wall_follow(struct wall_clock *wall, const struct engine_packet *packet)
{
	uint32_t epoch;

	if (newest_event(packet, &epoch))
		wall->epoch = epoch;
}

void wall_forget(struct wall_clock *wall)
{
	wall->known = false;
}
