// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest is slowed down in: a fixed amount of integer work of the kind of Dhrystone
 * (records that are copied, strings that are compared, branches, calls, small arithmetic), timed by
 * the time stamp counter. Under QEMU's -icount that counts the guest's instructions, whoever
 * executed them.
 *
 * With a share of system calls, as many pages are mapped, touched and given back in between: each
 * leaves some ten kmem events.
 *
 *     integer ROUNDS CALLS     prints "ticks N check N"
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <x86intrin.h>

#define RECORDS 64

struct record {
	struct record *next;
	int kind;
	int value;
	char text[32];
};

static struct record records[RECORDS];

static void set_up(void)
{
	for (int i = 0; i < RECORDS; i++) {
		records[i].next = &records[(i + 7) % RECORDS];
		records[i].kind = i % 3;
		records[i].value = i * 11;
		snprintf(records[i].text, sizeof(records[i].text), "record number %2d of it", i);
	}
}

static int __attribute__((noinline)) weigh(const struct record *record, int by)
{
	switch (record->kind) {
	case 0:
		return record->value + by;
	case 1:
		return record->value * 3 - by;
	default:
		return by ? record->value / by : 1;
	}
}

static uint32_t __attribute__((noinline)) turn(struct record *record, uint32_t sum)
{
	struct record copy = *record;
	struct record *other = copy.next;

	if (strcmp(copy.text, other->text) < 0)
		sum += (uint32_t)weigh(&copy, (int)(sum & 15));
	else
		sum ^= (uint32_t)weigh(other, (int)(sum & 7));
	for (int i = 0; i < 8; i++)
		sum = sum * 5 + (uint32_t)copy.text[i + 8];
	other->value = (int)(sum & 0xffff);
	record->kind = (copy.kind + (int)(sum & 1)) % 3;
	return sum;
}

/* A page that comes and goes. */
static void call(void)
{
	volatile char *page =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED) {
		perror("integer: mmap");
		exit(1);
	}
	page[0] = 1;
	munmap((void *)page, 4096);
}

int main(int argc, char **argv)
{
	unsigned long rounds, calls, next = 0;
	uint32_t sum = 1;
	uint64_t before;

	if (argc != 3) {
		fputs("usage: integer ROUNDS CALLS\n", stderr);
		return 2;
	}
	rounds = strtoul(argv[1], NULL, 10);
	calls = strtoul(argv[2], NULL, 10);
	set_up();
	before = __rdtsc();
	for (unsigned long i = 0; i < rounds; i++) {
		sum = turn(&records[i % RECORDS], sum);
		if (calls && i == next) {
			call();
			next += rounds / calls;
		}
	}
	printf("ticks %llu check %u\n", (unsigned long long)(__rdtsc() - before), sum);
	return 0;
}
