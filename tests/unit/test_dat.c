// SPDX-License-Identifier: GPL-2.0-only
/* A trace.dat as it is written: where things lie at the start, while an engine would be writing,
 * and when the holes are out; in both versions and byte orders. What trace-cmd makes of such files
 * is tests/engine/dat_write.sh. */
#include "tests/unit/formats.h"

#include <sys/resource.h>

#include "tests/unit/dat_file.h"
#include "tui/capture/dat.h"
#include "tui/capture/dat_holes.h"

#define PAGE 4096
#define CPUS 3 /* of which 1 has no channel */

static const char boot[] = "5f3b8a52-8a0e-4c0e-9a3e-0d6f3f1c7f10";

struct fixture {
	char path[64];
	char error[512];
	struct capture_manifest manifest;
	struct dat_writer *writer;
	struct made_bundle bundle;
	struct dat_file file; /* once it is finished */
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->path, "/tmp/vtrace-dat-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	strcat(f->path, "/x.dat");
	f->manifest = (struct capture_manifest){
		.domain = "web01",
		.kernel = "6.1.0",
		.boot_id = "5f3b8a52-8a0e-4c0e-9a3e-0d6f3f1c7f10",
		.clock = "mono",
		.subbuf_size = PAGE,
		.long_size = 8,
	};
	f->manifest.cpu[0].present = f->manifest.cpu[2].present = 1;
	f->bundle.fd = -1;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	dat_abandon(f->writer);
	unlink(f->path);
	*strrchr(f->path, '/') = '\0';
	assert_int_equal(rmdir(f->path), 0); /* nothing else was left there */
	if (f->bundle.fd >= 0)
		close(f->bundle.fd);
	free(f->file.bytes);
	free(f);
	return 0;
}

static void make_bundle(struct fixture *f, const char *boot_id, const char *symbols)
{
	if (f->bundle.fd >= 0)
		close(f->bundle.fd);
	bundle_begin(&f->bundle, boot_id);
	bundle_text(&f->bundle, "header_page", "\tfield: u64 timestamp;");
	bundle_text(&f->bundle, "header_event", "# compressed entry header");
	bundle_text(&f->bundle, "events/ftrace/print", "name: print");
	bundle_text(&f->bundle, "events/sched/sched_switch", "name: sched_switch");
	bundle_text(&f->bundle, "events/irq/irq_handler_entry", "name: irq_handler_entry");
	bundle_text(&f->bundle, "events/sched/sched_wakeup", "name: sched_wakeup");
	bundle_text(&f->bundle, "kallsyms", symbols);
	bundle_text(&f->bundle, "printk_formats", "0xff : \"hello\"\n");
	assert_int_equal(bundle_writer_finish(&f->bundle.writer), 0);
}

static void create(struct fixture *f, unsigned version, enum dat_regions regions,
		   const uint64_t *bytes)
{
	struct dat_plan plan = {version, CPUS, regions, bytes};

	assert_int_equal(dat_create(&f->writer, f->path, &plan, &f->manifest, f->bundle.fd,
				    f->error, sizeof(f->error)),
			 0);
}

/* What an engine would do: pages that begin with their CPU and their number. */
static void write_pages(struct fixture *f, unsigned cpu, unsigned count)
{
	bool big = dat_big_endian(f->writer);
	uint64_t offset, room, table;
	uint8_t entry[16], page[PAGE];
	int fd = dat_open(f->writer);

	assert_true(fd >= 0);
	dat_region(f->writer, cpu, &offset, &room, &table);
	assert_int_not_equal(offset, UINT64_MAX);
	assert_true((uint64_t)count * PAGE <= room);
	for (unsigned i = 0; i < count; i++) {
		memset(page, (int)(16 * cpu + i), sizeof(page));
		assert_int_equal(pwrite(fd, page, PAGE, (off_t)(offset + i * PAGE)), PAGE);
	}
	dat_encode(entry, offset, 8, big);
	dat_encode(entry + 8, (uint64_t)count * PAGE, 8, big);
	assert_int_equal(pwrite(fd, entry, 16, (off_t)table), 16);
	close(fd);
}

static void write_names(struct fixture *f, const char *text)
{
	uint64_t offset, room;
	uint8_t size[8];
	bool fixed;
	int fd = dat_open(f->writer);

	dat_names(f->writer, &offset, &room, &fixed);
	dat_encode(size, fixed ? room : strlen(text), 8, dat_big_endian(f->writer));
	assert_int_equal(pwrite(fd, size, 8, (off_t)offset), 8);
	assert_int_equal(pwrite(fd, text, strlen(text), (off_t)offset + 8), strlen(text));
	close(fd);
}

static void finish(struct fixture *f)
{
	char remark[512];

	assert_int_equal(dat_finish(f->writer, remark, sizeof(remark)), 0);
	f->writer = NULL;
	assert_string_equal(remark, "");
	f->file.big_endian = f->manifest.big_endian;
	dat_file_read(&f->file, f->path);
}

/* ---- what stands in it ---- */

static uint64_t number(const struct fixture *f, size_t at, unsigned width)
{
	return dat_number(&f->file, at, width);
}

static void expect_text(const struct fixture *f, size_t at, const char *text)
{
	dat_expect(&f->file, at, text);
}

static void expect_pages(const struct fixture *f, size_t entry, unsigned cpu, unsigned count)
{
	size_t offset = number(f, entry, 8);

	assert_int_equal(number(f, entry + 8, 8), count * PAGE);
	if (!count)
		return;
	assert_int_equal(offset % PAGE, 0);
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(number(f, offset + i * PAGE, 1), 16 * cpu + i);
		assert_int_equal(number(f, offset + i * PAGE + PAGE - 1, 1), 16 * cpu + i);
	}
}

static void expect_version_7(const struct fixture *f, const char *symbols)
{
	size_t size, at;

	expect_text(f, 0, "\x17\x08\x44tracing7");
	assert_int_equal(number(f, 12, 1), f->manifest.big_endian);
	assert_int_equal(number(f, 13, 1), f->manifest.long_size);
	assert_int_equal(number(f, 14, 4), PAGE);
	assert_memory_equal(f->file.bytes + 18, "none\0", 6);

	at = dat_section_at(&f->file, TRACE_DAT_HEADER_INFO);
	assert_memory_equal(f->file.bytes + at, "header_page", 12);
	at = dat_section_at(&f->file, TRACE_DAT_FTRACE_EVENTS);
	assert_int_equal(number(f, at, 4), 1);
	assert_int_equal(number(f, at + 4, 8), strlen("name: print"));
	at = dat_section_at(&f->file, TRACE_DAT_EVENT_FORMATS);
	assert_int_equal(number(f, at, 4), 2);
	assert_memory_equal(f->file.bytes + at + 4, "sched", 6);
	assert_int_equal(number(f, at + 10, 4), 2); /* events of one system, however they came */
	at = dat_section_at(&f->file, TRACE_DAT_KALLSYMS);
	assert_int_equal(number(f, at, 4), strlen(symbols));
	expect_text(f, at + 4, symbols);

	at = dat_option(&f->file, TRACE_DAT_CPUCOUNT, &size);
	assert_int_equal(number(f, at, 4), CPUS);
	at = dat_option(&f->file, TRACE_DAT_TRACECLOCK, &size);
	assert_string_equal((char *)f->file.bytes + at, "[local]\n"); /* as the formats say */
	at = dat_option(&f->file, TRACE_DAT_UNAME, &size);
	assert_string_equal((char *)f->file.bytes + at, "Linux web01 6.1.0 x86_64");
}

/* The entry of CPU 0; the next one's is 20 bytes behind. */
static size_t table_7(const struct fixture *f)
{
	unsigned cpus;
	size_t at = dat_table_at(&f->file, &cpus);

	assert_int_equal(cpus, CPUS);
	assert_int_equal(number(f, at - 8, 4), PAGE);
	return at + 4;
}

/* ---- tests ---- */

static void version_7(void **state)
{
	struct fixture *f = *state;
	size_t at, size;

	make_bundle(f, boot, "ffff T one\n");
	create(f, 7, DAT_REGIONS_APART, NULL);
	write_pages(f, 2, 5);
	write_pages(f, 0, 3);
	write_names(f, "12 bash\n");
	dat_set_stats(f->writer, 0, 77, true, 9);
	dat_set_stats(f->writer, 2, 78, false, 0);
	finish(f);
	expect_version_7(f, "ffff T one\n");
	at = dat_section_at(&f->file, TRACE_DAT_CMDLINES);
	assert_int_equal(number(f, at, 8), 8);
	expect_text(f, at + 8, "12 bash\n");
	at = table_7(f);
	expect_pages(f, at, 0, 3);
	expect_pages(f, at + 20, 1, 0);
	expect_pages(f, at + 40, 2, 5);
	at = dat_option(&f->file, TRACE_DAT_CPUSTAT, &size);
	expect_text(f, at, "CPU: 0\noverrun: 9\nread events: 77\n");
	assert_int_equal(f->file.bytes[at + size - 1], 0);
	expect_text(f, at + 2 * (6 + size), "CPU: 2\nread events: 78\n");
	assert_int_equal(f->file.length % PAGE, 0);
	/* Header, formats, names and eight pages, each rounded up. */
	assert_true(f->file.length <= (8 + 4) * PAGE);
}

/* As many as a guest may have, none of which has its events together: what this takes does not grow
 * with the square of them, for the console answers no key meanwhile. */
static void many_systems(void **state)
{
	const unsigned systems = VTRACE_BUNDLE_SECTIONS / 2;
	struct fixture *f = *state;
	char name[64];
	size_t at;

	bundle_begin(&f->bundle, boot);
	for (unsigned i = 0; i < systems; i++) {
		snprintf(name, sizeof(name), "events/s%u/a", i);
		bundle_text(&f->bundle, name, "first");
	}
	for (unsigned i = systems; i--;) {
		snprintf(name, sizeof(name), "events/s%u/b", i);
		bundle_text(&f->bundle, name, "second");
	}
	assert_int_equal(bundle_writer_finish(&f->bundle.writer), 0);
	create(f, 7, DAT_REGIONS_BEHIND, NULL);
	finish(f);
	at = dat_section_at(&f->file, TRACE_DAT_EVENT_FORMATS);
	assert_int_equal(number(f, at, 4), systems);
	at += 4;
	for (unsigned i = 0; i < systems; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		assert_string_equal((char *)f->file.bytes + at, name);
		at += strlen(name) + 1;
		assert_int_equal(number(f, at, 4), 2);
		assert_int_equal(number(f, at + 4, 8), strlen("first"));
		expect_text(f, at + 12, "first");
		assert_int_equal(number(f, at + 17, 8), strlen("second"));
		expect_text(f, at + 25, "second");
		at += 31;
	}
}

/* All numbers, but not what the guest has written itself. */
static void big_endian(void **state)
{
	struct fixture *f = *state;
	size_t at;

	f->manifest.big_endian = 1;
	f->manifest.long_size = 4;
	create(f, 7, DAT_REGIONS_APART, NULL);
	write_pages(f, 2, 1);
	finish(f);
	assert_int_equal(f->file.bytes[12], 1);
	assert_int_equal(f->file.bytes[13], 4);
	assert_memory_equal(f->file.bytes + 14, "\0\0\x10\0", 4);
	at = dat_section_at(&f->file, TRACE_DAT_HEADER_INFO);
	/* There are no formats: the layout is told all the same. */
	assert_non_null(
		strstr((char *)f->file.bytes + at + 20, "local_t commit;\toffset:8;\tsize:4;"));
	assert_non_null(strstr((char *)f->file.bytes + at + 20, "data;\toffset:12;\tsize:4084;"));
	assert_int_equal(number(f, dat_section_at(&f->file, TRACE_DAT_EVENT_FORMATS), 4), 0);
}

/* Where the parts of a file of version 6 begin. */
struct places {
	size_t printk, names, cpus, table;
};

static struct places walk_6(const struct fixture *f)
{
	struct places places;
	size_t at = 18;

	expect_text(f, 0, "\x17\x08\x44tracing6");
	at += 12; /* header_page */
	at += 8 + number(f, at, 8);
	expect_text(f, at, "header_event");
	at += 13;
	at += 8 + number(f, at, 8);
	assert_int_equal(number(f, at, 4), 1);
	at += 4;
	at += 8 + number(f, at, 8);
	assert_int_equal(number(f, at, 4), 2); /* systems */
	at += 4;
	for (unsigned system = 0; system < 2; system++) {
		size_t events;

		at += strlen((char *)f->file.bytes + at) + 1;
		events = number(f, at, 4);
		at += 4;
		while (events--)
			at += 8 + number(f, at, 8);
	}
	at += 4 + number(f, at, 4); /* kallsyms */
	places.printk = at;
	at += 4 + number(f, at, 4);
	places.names = at;
	at += 8 + number(f, at, 8);
	places.cpus = at;
	assert_int_equal(number(f, at, 4), CPUS);
	at += 4;
	assert_memory_equal(f->file.bytes + at, "options  ", 10);
	for (at += 10; number(f, at, 2); at += 6 + number(f, at + 2, 4))
		;
	at += 2;
	assert_memory_equal(f->file.bytes + at, "flyrecord", 10);
	places.table = at + 10;
	at = places.table + CPUS * 16;
	expect_text(f, at + 8, "[local]\n");
	assert_int_equal(number(f, at, 8), 8);
	return places;
}

static void version_6(void **state)
{
	struct fixture *f = *state;
	struct places places;

	make_bundle(f, boot, "ffff T one\n");
	create(f, 6, DAT_REGIONS_APART, NULL);
	write_pages(f, 0, 2);
	write_pages(f, 2, 1);
	write_names(f, "12 bash\n");
	finish(f);
	places = walk_6(f);
	expect_text(f, places.printk + 4, "0xff : \"hello\"\n\n");
	expect_text(f, places.names + 8, "12 bash\n\n");
	/* What is left of the room is empty lines. */
	for (size_t at = places.names + 8 + 8; at < places.cpus; at++)
		assert_int_equal(f->file.bytes[at], '\n');
	expect_pages(f, places.table, 0, 2);
	expect_pages(f, places.table + 32, 2, 1);
	assert_true(f->file.length < 8 * PAGE);
}

/* Formats that come late take the place of those before, or of none, in the midst of pages. */
static void late_formats_7(void **state)
{
	struct fixture *f = *state;
	size_t at;

	create(f, 7, DAT_REGIONS_APART, NULL);
	write_pages(f, 0, 2);
	for (unsigned i = 0; i < 3; i++) {
		make_bundle(f, boot, i == 2 ? "ffff T three\n" : "ffff T one\nffff T two\n");
		assert_int_equal(dat_write_formats(f->writer, f->bundle.fd, f->error,
						   sizeof(f->error)),
				 0);
	}
	write_pages(f, 2, 4);
	finish(f);
	assert_int_equal(number(f, dat_section_at(&f->file, TRACE_DAT_EVENT_FORMATS), 4), 2);
	expect_text(f, dat_section_at(&f->file, TRACE_DAT_KALLSYMS) + 4, "ffff T three\n");
	at = table_7(f);
	expect_pages(f, at, 0, 2);
	expect_pages(f, at + 40, 2, 4);
}

static void late_formats_6(void **state)
{
	struct fixture *f = *state;
	struct places places;
	char *symbols = calloc(1, 3 << 20);

	assert_non_null(symbols);
	make_bundle(f, boot, "ffff T one\n");
	create(f, 6, DAT_REGIONS_APART, NULL);
	write_pages(f, 2, 4);
	write_names(f, "12 bash\n");
	make_bundle(f, boot, "ffff T one\nffff T two\n");
	assert_int_equal(dat_write_formats(f->writer, f->bundle.fd, f->error, sizeof(f->error)), 0);
	/* More than there is room for: those before stay. */
	memset(symbols, '\n', (3 << 20) - 1);
	make_bundle(f, boot, symbols);
	free(symbols);
	assert_int_equal(dat_write_formats(f->writer, f->bundle.fd, f->error, sizeof(f->error)),
			 -ENOSPC);
	assert_non_null(strstr(f->error, "no room for new event formats"));
	finish(f);
	places = walk_6(f);
	expect_text(f, places.printk - strlen("ffff T one\nffff T two\n"),
		    "ffff T one\nffff T two\n");
	expect_text(f, places.names + 8, "12 bash\n");
	expect_pages(f, places.table + 32, 2, 4);
}

static void formats_of_another_boot(void **state)
{
	struct fixture *f = *state;

	make_bundle(f, boot, "ffff T one\n");
	create(f, 7, DAT_REGIONS_APART, NULL);
	make_bundle(f, "another", "ffff T two\n");
	assert_int_equal(dat_write_formats(f->writer, f->bundle.fd, f->error, sizeof(f->error)),
			 -ESTALE);
	assert_non_null(strstr(f->error, "booted anew"));
	write_pages(f, 0, 1);
	finish(f);
	expect_version_7(f, "ffff T one\n");
}

/* Where it is known how much there is, pages lie close from the start. */
static void known_sizes(void **state)
{
	static const uint64_t bytes[CPUS] = {2 * PAGE, 0, 3 * PAGE};
	struct fixture *f = *state;
	struct stat st;
	size_t at;

	make_bundle(f, boot, "ffff T one\n");
	create(f, 7, DAT_REGIONS_EXACT, bytes);
	write_pages(f, 2, 3);
	assert_int_equal(stat(f->path, &st), 0);
	assert_true(st.st_size < 2 << 20);
	write_pages(f, 0, 2);
	finish(f);
	at = table_7(f);
	expect_pages(f, at, 0, 2);
	expect_pages(f, at + 40, 2, 3);
}

static void one_behind_the_other(void **state)
{
	struct fixture *f = *state;
	uint64_t offset, room, table;

	create(f, 7, DAT_REGIONS_BEHIND, NULL);
	dat_region(f->writer, 0, &offset, &room, &table);
	assert_int_equal(offset % PAGE, 0);
	dat_region(f->writer, 2, &offset, &room, &table);
	assert_int_equal(offset, UINT64_MAX);
	write_pages(f, 0, 1);
	finish(f);
}

/* Of a guest without channels there is a file without pages. */
static void no_cpu_at_all(void **state)
{
	struct fixture *f = *state;
	size_t at;

	f->manifest.cpu[0].present = f->manifest.cpu[2].present = 0;
	create(f, 7, DAT_REGIONS_APART, NULL);
	finish(f);
	at = table_7(f);
	for (unsigned cpu = 0; cpu < CPUS; cpu++)
		expect_pages(f, at + 20 * cpu, cpu, 0);
}

static void nothing_is_overwritten(void **state)
{
	struct dat_plan plan = {7, CPUS, DAT_REGIONS_APART, NULL};
	struct fixture *f = *state;
	struct dat_writer *other;

	create(f, 7, DAT_REGIONS_APART, NULL);
	assert_int_equal(dat_create(&other, f->path, &plan, &f->manifest, -1, f->error,
				    sizeof(f->error)),
			 -EEXIST);
	assert_non_null(strstr(f->error, "choose another name"));
}

/* ulimit -f is answered with a signal when it is tried. */
static void a_limit_on_file_sizes(void **state)
{
	struct dat_plan plan = {7, CPUS, DAT_REGIONS_APART, NULL};
	struct rlimit before, limit;
	struct fixture *f = *state;
	uint64_t offset, room, table;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = UINT64_C(100) << 30;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	create(f, 7, DAT_REGIONS_APART, NULL);
	dat_region(f->writer, 2, &offset, &room, &table);
	assert_int_equal(room, UINT64_C(32) << 30);
	dat_abandon(f->writer);
	f->writer = NULL;
	unlink(f->path);
	limit.rlim_cur = 1 << 30;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(dat_create(&f->writer, f->path, &plan, &f->manifest, -1, f->error,
				    sizeof(f->error)),
			 -EFBIG);
	assert_non_null(strstr(f->error, "ulimit"));
	assert_int_equal(access(f->path, F_OK), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
}

/* An engine that was taken over writes what it likes into the table. */
static void a_table_that_lies(void **state)
{
	static const struct {
		uint64_t offset, size;
	} lies[] = {
		{UINT64_MAX & ~UINT64_C(4095), PAGE},
		{1 << 20, UINT64_MAX & ~UINT64_C(4095)},
		{0, PAGE},
		{(2 << 20) + 1, PAGE},
		{2 << 20, 1},
	};
	struct fixture *f = *state;
	char remark[512];

	for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint64_t offset, room, table;
		uint8_t entry[16];
		int fd;

		create(f, 7, DAT_REGIONS_APART, NULL);
		write_pages(f, 2, 1);
		dat_region(f->writer, 0, &offset, &room, &table);
		dat_encode(entry, lies[i].offset, 8, false);
		dat_encode(entry + 8, lies[i].size, 8, false);
		fd = dat_open(f->writer);
		assert_int_equal(pwrite(fd, entry, 16, (off_t)table), 16);
		close(fd);
		assert_int_equal(dat_finish(f->writer, remark, sizeof(remark)), -EBADMSG);
		f->writer = NULL;
		assert_non_null(strstr(remark, "makes no sense"));
		unlink(f->path);
	}
}

static void holes_are_counted(void **state)
{
	struct dat_holes holes = {.alignment = PAGE};

	(void)state;
	dat_holes_add(&holes, 10, 20); /* too small */
	dat_holes_add(&holes, 100, 3 * PAGE + 5);
	dat_holes_add(&holes, 10 * PAGE, 20 * PAGE);
	assert_int_equal(holes.count, 2);
	assert_int_equal(dat_holes_bytes(&holes), 12 * PAGE);
	assert_int_equal(dat_holes_map(&holes, 100), 100);
	assert_int_equal(dat_holes_map(&holes, PAGE), PAGE);
	assert_int_equal(dat_holes_map(&holes, 2 * PAGE), PAGE);
	assert_int_equal(dat_holes_map(&holes, 3 * PAGE + 5), PAGE + 5);
	assert_int_equal(dat_holes_map(&holes, 15 * PAGE), 8 * PAGE);
	assert_int_equal(dat_holes_map(&holes, 30 * PAGE), 18 * PAGE);
}

/* Where the file system cannot take holes out. */
static void holes_are_left_out_of_a_copy(void **state)
{
	int from = memfd_create("from", MFD_CLOEXEC), to = memfd_create("to", MFD_CLOEXEC);
	struct dat_holes holes = {.alignment = PAGE}, taken = {0};
	char byte;

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		byte = (char)('0' + i);
		assert_int_equal(pwrite(from, &byte, 1, (off_t)i * PAGE), 1);
	}
	dat_holes_add(&holes, PAGE, 3 * PAGE);
	dat_holes_add(&holes, 5 * PAGE, 9 * PAGE);
	/* tmpfs is one of those. */
	assert_int_equal(dat_holes_take(&holes, &taken, from), -EOPNOTSUPP);
	assert_int_equal(holes.count, 2);
	assert_int_equal(taken.count, 0);
	assert_int_equal(dat_holes_copy(&holes, from, to, 9 * PAGE + 1), 0);
	assert_int_equal(lseek(to, 0, SEEK_END), 3 * PAGE + 1);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(pread(to, &byte, 1, (off_t)i * PAGE), 1);
		assert_int_equal(byte, "0349"[i]);
	}
	assert_int_equal(dat_holes_copy(&holes, from, to, 90 * PAGE), -EIO);
	close(from);
	close(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define DAT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		DAT_TEST(version_7),
		DAT_TEST(version_6),
		DAT_TEST(many_systems),
		DAT_TEST(big_endian),
		DAT_TEST(late_formats_7),
		DAT_TEST(late_formats_6),
		DAT_TEST(formats_of_another_boot),
		DAT_TEST(known_sizes),
		DAT_TEST(one_behind_the_other),
		DAT_TEST(no_cpu_at_all),
		DAT_TEST(nothing_is_overwritten),
		DAT_TEST(a_limit_on_file_sizes),
		DAT_TEST(a_table_that_lies),
		cmocka_unit_test(holes_are_counted),
		cmocka_unit_test(holes_are_left_out_of_a_copy),
	};

	return cmocka_run_group_tests_name("dat", tests, NULL, NULL);
}
