// SPDX-License-Identifier: GPL-2.0-only
/* The capture directory: its manifest, what the writer leaves behind at every step, what the
 * reader makes of it. Run from the root of the tree. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/capture/capture.h"
#include "tui/capture/manifest.h"

#define PAGE 4096

static char error[512];
static char dir[64];	 /* of one test */
static char capture[96]; /* in it; does not exist at first */

static const struct capture_manifest plain = {
	.domain = "web01",
	.kernel = "6.1.0-37-amd64",
	.boot_id = "5f3b8a52-8a0e-4c0e-9a3e-0d6f3f1c7f10",
	.clock = "local",
	.subbuf_size = PAGE,
	.long_size = 8,
	.taken = 1795426200,
};

/* ---- manifest ---- */

#define HEAD "vtrace-capture 1\n"
#define BODY                                                           \
	"domain web01\nsubbuf-size 4096\nlong-size 8\nendian little\n" \
	"taken 2026-11-23T09:30:00Z\ncomplete yes\n"

static void expect_malformed(const char *text, size_t length, const char *want)
{
	struct capture_manifest manifest;

	assert_int_equal(manifest_parse(&manifest, text, length, error, sizeof(error)), -EINVAL);
	assert_string_equal(error, want);
}

#define MALFORMED(text, want) expect_malformed(text, sizeof(text) - 1, want)

static void manifest_is_read_as_written(void **state)
{
	struct capture_manifest written = plain, read;
	size_t length;
	char *text;

	(void)state;
	written.big_endian = 1;
	written.complete = 1;
	written.cpu[0].present = written.cpu[255].present = 1;
	written.cpu[255].pages = UINT64_MAX;
	written.wall_known = 1;
	written.wall_offset = 1795424935095669536;
	text = manifest_format(&written, &length);
	assert_int_equal(manifest_parse(&read, text, length, error, sizeof(error)), 0);
	assert_memory_equal(&read, &written, sizeof(read));
	free(text);
	written.wall_offset = -1;
	text = manifest_format(&written, &length);
	assert_int_equal(manifest_parse(&read, text, length, error, sizeof(error)), 0);
	assert_memory_equal(&read, &written, sizeof(read));
	free(text);
}

static void empty_texts_are_left_out(void **state)
{
	struct capture_manifest written = {.subbuf_size = 65536, .long_size = 4}, read;
	size_t length;
	char *text;

	(void)state;
	text = manifest_format(&written, &length);
	assert_string_equal(text, HEAD "subbuf-size 65536\nlong-size 4\nendian little\n"
				       "taken 1970-01-01T00:00:00Z\ncomplete no\n");
	assert_int_equal(manifest_parse(&read, text, length, error, sizeof(error)), 0);
	assert_memory_equal(&read, &written, sizeof(read));
	free(text);
}

static void names_cannot_forge_lines(void **state)
{
	struct capture_manifest written = plain, read;
	size_t length;
	char *text;

	(void)state;
	strcpy(written.domain, "w\ncomplete yes\n\x1b[m");
	memset(written.kernel, '\n', sizeof(written.kernel));
	text = manifest_format(&written, &length);
	assert_int_equal(manifest_parse(&read, text, length, error, sizeof(error)), 0);
	assert_int_equal(read.complete, 0);
	assert_string_equal(read.domain, "w\\x0acomplete yes\\x0a\\x1b[m");
	/* Cut to the field, between escapes. */
	assert_int_equal(strlen(read.kernel), (sizeof(read.kernel) - 1) / 4 * 4);
	free(text);
}

static void unknown_keys_are_passed_over(void **state)
{
	static const char text[] = HEAD "later something else\n" BODY "cpu 3 7\n";
	struct capture_manifest manifest;

	(void)state;
	assert_int_equal(manifest_parse(&manifest, text, strlen(text), error, sizeof(error)), 0);
	assert_int_equal(manifest.complete, 1);
	assert_int_equal(manifest.cpu[3].pages, 7);
	assert_int_equal(manifest.taken, plain.taken);
}

static void malformed_manifests(void **state)
{
	char line[600];

	(void)state;
	MALFORMED("", "line 1 is cut off");
	MALFORMED("vtrace-capture 2\n" BODY, "line 1 is not 'vtrace-capture 1'");
	MALFORMED("vtrace-capture 1", "line 1 is cut off");
	MALFORMED(HEAD BODY "cpu 1", "line 8 is cut off");
	MALFORMED(HEAD "domain\n" BODY, "line 2 is not KEY VALUE");
	MALFORMED(HEAD "domain \n" BODY, "line 2 is not KEY VALUE");
	MALFORMED(HEAD " domain\n" BODY, "line 2 is not KEY VALUE");
	MALFORMED(HEAD "\n" BODY, "line 2 is not KEY VALUE");
	MALFORMED(HEAD BODY "domain again\n", "line 8 gives domain a second time");
	MALFORMED(HEAD "domain a\033b\n" BODY, "line 2 holds characters to be escaped");
	MALFORMED(HEAD "domain a\0b\n" BODY, "line 2 holds characters to be escaped");
	MALFORMED(HEAD "domain a\r\n" BODY, "line 2 holds characters to be escaped");
	MALFORMED(HEAD "complete yes\n", "after line 2: no subbuf-size");
	memset(line, 'x', sizeof(line));
	memcpy(line, HEAD "domain ", sizeof(HEAD "domain ") - 1);
	line[sizeof(line) - 1] = '\n';
	expect_malformed(line, sizeof(line), "line 2 is longer than 512 bytes");
	line[sizeof(HEAD) - 1 + 300] = '\n';
	expect_malformed(line, sizeof(HEAD) + 300, "line 2: the value of domain is not a text");
}

static void malformed_values(void **state)
{
	static const char *const lines[] = {
		"subbuf-size 4k",
		"subbuf-size -1",
		"subbuf-size 4294967296",
		"endian middle",
		"complete 1",
		"wall-offset 1.5",
		"wall-offset --1",
		"wall-offset 9223372036854775808",
		"taken yesterday",
		"taken 2026-02-30T00:00:00Z",
		"taken 2026-1-1T00:00:00Z",
		"taken 2026-01-01T00:00:00Z ",
		"cpu 256 1",
		"cpu -1 1",
		"cpu 1",
		"cpu 1 x",
		"cpu x 1",
		"cpu 1 1 1",
		"cpu 0000000001 1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct capture_manifest manifest;
		char text[128], want[64];
		int n = snprintf(text, sizeof(text), HEAD "%s\n", lines[i]);

		snprintf(want, sizeof(want), "line 2: the value of %.*s is not ",
			 (int)strcspn(lines[i], " "), lines[i]);
		assert_int_equal(manifest_parse(&manifest, text, (size_t)n, error, sizeof(error)),
				 -EINVAL);
		if (strncmp(error, want, strlen(want)))
			fail_msg("'%s': said \"%s\"", lines[i], error);
	}
	MALFORMED(HEAD BODY "cpu 1 5\ncpu 1 5\n",
		  "line 9: the value of cpu is not a CPU's number, each once, and its pages");
}

static void impossible_geometry(void **state)
{
	static const uint32_t sizes[] = {0, 2048, 4097, 12288, 2 << 20};
	struct capture_manifest manifest = plain;
	struct capture_writer *writer;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		manifest.subbuf_size = sizes[i];
		assert_int_equal(manifest_check_geometry(&manifest, error, sizeof(error)), -EINVAL);
		assert_non_null(strstr(error, "sub-buffer size"));
	}
	/* The writer looks before it makes anything. */
	assert_int_equal(capture_create(&writer, "/nowhere/capture", &manifest, error,
					sizeof(error)),
			 -EINVAL);
	manifest.subbuf_size = 1 << 20;
	manifest.long_size = 5;
	assert_int_equal(manifest_check_geometry(&manifest, error, sizeof(error)), -EINVAL);
	manifest.long_size = 4;
	assert_int_equal(manifest_check_geometry(&manifest, error, sizeof(error)), 0);
}

/* ---- directories ---- */

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/vtrace-capture-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(capture, sizeof(capture), "%s/saved", dir);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int remove_dir(void **state)
{
	(void)state;
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static char *in_capture(const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s", capture, name);
	return path;
}

static struct capture_writer *create(void)
{
	struct capture_writer *writer;

	if (capture_create(&writer, capture, &plain, error, sizeof(error)))
		fail_msg("%s", error);
	return writer;
}

static void append(int fd, size_t bytes)
{
	static const char zeros[4 * PAGE];

	assert_true(fd >= 0);
	assert_int_equal(write(fd, zeros, bytes), bytes);
	close(fd);
}

static int formats_fd(const char *text)
{
	int fd = memfd_create("formats", MFD_CLOEXEC);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

/* Two CPUs, formats, finished. */
static void save_whole(void)
{
	struct capture_writer *writer = create();
	int fd = formats_fd("the formats");

	assert_int_equal(capture_write_formats(writer, fd), 0);
	close(fd);
	append(capture_open_cpu(writer, 0), 2 * PAGE);
	append(capture_open_cpu(writer, 5), 0);
	capture_set_pages(writer, 0, 2);
	assert_int_equal(capture_finish(writer), 0);
}

static void open_it(struct capture_reader *reader)
{
	if (capture_open(reader, capture, error, sizeof(error)))
		fail_msg("%s", error);
}

static void expect_warning(const char *want)
{
	struct capture_reader reader;

	open_it(&reader);
	assert_string_equal(reader.warning, want);
	capture_close(&reader);
}

static void expect_error(int code, const char *part)
{
	struct capture_reader reader;

	assert_int_equal(capture_open(&reader, capture, error, sizeof(error)), code);
	if (!strstr(error, part))
		fail_msg("said \"%s\", not \"%s\"", error, part);
	assert_int_equal(reader.formats_fd, -1);
	for (unsigned cpu = 0; cpu < VTRACE_MAX_CPUS; cpu++)
		assert_int_equal(reader.cpu_fd[cpu], -1);
}

static void whole_capture(void **state)
{
	struct capture_reader reader;
	struct stat st;
	char text[16];

	(void)state;
	save_whole();
	open_it(&reader);
	assert_string_equal(reader.warning, "");
	assert_string_equal(reader.manifest.domain, "web01");
	assert_int_equal(reader.manifest.complete, 1);
	assert_int_equal(reader.manifest.cpu[0].pages, 2);
	assert_int_equal(reader.manifest.cpu[5].present, 1);
	assert_int_equal(reader.manifest.cpu[1].present, 0);
	assert_int_equal(reader.cpu_fd[1], -1);
	assert_int_equal(fstat(reader.cpu_fd[0], &st), 0);
	assert_int_equal(st.st_size, 2 * PAGE);
	assert_int_equal(read(reader.formats_fd, text, sizeof(text)), 11);
	assert_memory_equal(text, "the formats", 11);
	capture_close(&reader);
	capture_close(&reader);
}

static void modes_keep_others_out(void **state)
{
	static const char *const names[] = {"manifest", "formats", "cpu0.raw", "cpu5.raw"};
	struct stat st;

	(void)state;
	umask(0);
	save_whole();
	umask(022);
	assert_int_equal(stat(capture, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(st.st_nlink, 2);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(stat(in_capture(names[i]), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
	/* No temporary is left. */
	assert_int_equal(access(in_capture("manifest.new"), F_OK), -1);
	assert_int_equal(access(in_capture("formats.new"), F_OK), -1);
}

static void place_that_cannot_be_had(void **state)
{
	struct capture_writer *writer;

	(void)state;
	save_whole();
	assert_int_equal(capture_create(&writer, capture, &plain, error, sizeof(error)), -EEXIST);
	assert_non_null(strstr(error, "choose another name"));
	expect_warning("");
	assert_int_equal(capture_create(&writer, in_capture("a/b"), &plain, error, sizeof(error)),
			 -ENOENT);
	assert_int_equal(capture_finish(NULL), 0);
	capture_abandon(NULL);
}

static void cut_off_recording(void **state)
{
	struct capture_writer *writer = create();

	(void)state;
	append(capture_open_cpu(writer, 2), PAGE + 100);
	capture_set_pages(writer, 2, 1);
	assert_string_equal(capture_path(writer), capture);
	capture_abandon(writer);
	expect_warning("the recording was cut off: what it has written is shown; the file formats "
		       "is missing: events are shown undecoded; cpu2.raw ends inside a page: its "
		       "last 100 bytes are not shown");
}

static void second_engine_starts_on_a_page(void **state)
{
	struct capture_writer *writer = create();
	struct stat st;
	int fd;

	(void)state;
	append(capture_open_cpu(writer, 0), PAGE + 100);
	fd = capture_open_cpu(writer, 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, PAGE);
	append(fd, PAGE);
	assert_int_equal(stat(in_capture("cpu0.raw"), &st), 0);
	assert_int_equal(st.st_size, 2 * PAGE);
	assert_int_equal(capture_open_cpu(writer, VTRACE_MAX_CPUS), -EINVAL);
	capture_abandon(writer);
}

static void formats_are_replaced_whole(void **state)
{
	struct capture_writer *writer = create();
	struct stat st;
	int fd;

	(void)state;
	fd = formats_fd("longer than what follows");
	assert_int_equal(capture_write_formats(writer, fd), 0);
	/* From its start, wherever the fd stands. */
	assert_int_equal(stat(in_capture("formats"), &st), 0);
	assert_int_equal(st.st_size, 24);
	close(fd);
	fd = formats_fd("short");
	assert_int_equal(capture_write_formats(writer, fd), 0);
	assert_int_equal(stat(in_capture("formats"), &st), 0);
	assert_int_equal(st.st_size, 5);
	assert_int_equal(ftruncate(fd, VTRACE_BUNDLE_MAX + 1), 0);
	assert_int_equal(capture_write_formats(writer, fd), -EFBIG);
	assert_int_equal(stat(in_capture("formats"), &st), 0);
	assert_int_equal(st.st_size, 5);
	assert_int_equal(access(in_capture("formats.new"), F_OK), -1);
	close(fd);
	capture_abandon(writer);
}

static void missing_and_torn_files(void **state)
{
	struct capture_reader reader;

	(void)state;
	save_whole();
	assert_int_equal(truncate(in_capture("cpu0.raw"), PAGE + 1), 0);
	unlink(in_capture("cpu5.raw"));
	unlink(in_capture("formats"));
	open_it(&reader);
	assert_int_equal(reader.formats_fd, -1);
	assert_true(reader.cpu_fd[0] >= 0);
	assert_int_equal(reader.manifest.cpu[5].present, 0);
	capture_close(&reader);
	expect_warning(
		"the file formats is missing: events are shown undecoded; cpu0.raw ends "
		"inside a page: its last 1 bytes are not shown; cpu0.raw has only 1 of its 2 "
		"pages; cpu5.raw is missing: this CPU is not shown");

	unlink(in_capture("cpu0.raw"));
	expect_error(-ENOENT, "no file cpuN.raw in it can be read");
}

static void special_files_are_not_opened(void **state)
{
	(void)state;
	save_whole();
	unlink(in_capture("cpu5.raw"));
	assert_int_equal(symlink("cpu0.raw", in_capture("cpu5.raw")), 0);
	unlink(in_capture("formats"));
	assert_int_equal(mkfifo(in_capture("formats"), 0600), 0);
	expect_warning(
		"the file formats is not a regular file: events are shown undecoded; cpu5.raw "
		"is a symbolic link, which is not followed: this CPU is not shown");

	unlink(in_capture("manifest"));
	assert_int_equal(symlink("/etc/hostname", in_capture("manifest")), 0);
	expect_error(-ELOOP, "its manifest is a symbolic link");
}

static void many_warnings_are_cut(void **state)
{
	struct capture_writer *writer = create();
	struct capture_reader reader;
	const char *end;

	(void)state;
	for (unsigned cpu = 0; cpu < 40; cpu++)
		append(capture_open_cpu(writer, cpu), 1);
	capture_finish(writer);
	open_it(&reader);
	assert_true(strlen(reader.warning) < sizeof(reader.warning));
	end = strstr(reader.warning, "; and more");
	assert_non_null(end);
	assert_string_equal(end, "; and more");
	capture_close(&reader);
}

static void what_is_no_capture(void **state)
{
	int fd;

	(void)state;
	expect_error(-ENOENT, "cannot open the capture");
	assert_int_equal(mkdir(capture, 0700), 0);
	expect_error(-ENOENT, "is no capture: its manifest is missing");

	fd = creat(in_capture("manifest"), 0600);
	assert_int_equal(write(fd, HEAD "nonsense\n", sizeof(HEAD "nonsense\n") - 1), 26);
	expect_error(-EINVAL, "line 2 is not KEY VALUE");
	assert_int_equal(ftruncate(fd, MANIFEST_MAX + 1), 0);
	expect_error(-EINVAL, "larger than 65536 bytes");
	close(fd);

	strcat(capture, "/manifest");
	expect_error(-ENOTDIR, "Not a directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(manifest_is_read_as_written),
		cmocka_unit_test(empty_texts_are_left_out),
		cmocka_unit_test(names_cannot_forge_lines),
		cmocka_unit_test(unknown_keys_are_passed_over),
		cmocka_unit_test(malformed_manifests),
		cmocka_unit_test(malformed_values),
		cmocka_unit_test(impossible_geometry),
		cmocka_unit_test_setup_teardown(whole_capture, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(modes_keep_others_out, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(place_that_cannot_be_had, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(cut_off_recording, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(second_engine_starts_on_a_page, make_dir,
						remove_dir),
		cmocka_unit_test_setup_teardown(formats_are_replaced_whole, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(missing_and_torn_files, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(special_files_are_not_opened, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(many_warnings_are_cut, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(what_is_no_capture, make_dir, remove_dir),
	};

	return cmocka_run_group_tests_name("capture", tests, NULL, NULL);
}
