// SPDX-License-Identifier: GPL-2.0-only
#include "tui/console/completion.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void completion_begin(struct completion *completion, size_t from, char after)
{
	completion->from = from;
	completion->after = after;
	completion->pending = completion->more = false;
	completion->used = 0;
	completion->count = 0;
}

void completion_release(struct completion *completion)
{
	free(completion->bytes);
	completion->bytes = NULL;
	completion_begin(completion, 0, '\0');
}

const char *completion_word(const struct completion *completion, unsigned n)
{
	return completion->bytes + completion->starts[n];
}

void completion_add(struct completion *completion, const char *word, const char *prefix,
		    size_t length)
{
	size_t size = strlen(word) + 1;

	if (!*word || strncmp(word, prefix, length) != 0)
		return;
	if (!completion->bytes)
		completion->bytes = malloc(COMPLETION_BYTES);
	if (!completion->bytes || completion->count == COMPLETION_WORDS ||
	    size > COMPLETION_BYTES - completion->used) {
		completion->more = true;
		return;
	}
	completion->starts[completion->count++] = (unsigned)completion->used;
	memcpy(completion->bytes + completion->used, word, size);
	completion->used += size;
}

static int in_order(const void *a, const void *b, void *bytes)
{
	return strcmp((const char *)bytes + *(const unsigned *)a,
		      (const char *)bytes + *(const unsigned *)b);
}

void completion_sort(struct completion *completion)
{
	unsigned kept = 0;

	if (!completion->count)
		return;
	qsort_r(completion->starts, completion->count, sizeof(completion->starts[0]), in_order,
		completion->bytes);
	for (unsigned i = 1; i < completion->count; i++)
		if (strcmp(completion_word(completion, i), completion_word(completion, kept)) != 0)
			completion->starts[++kept] = completion->starts[i];
	completion->count = kept + 1;
}

size_t completion_common(const struct completion *completion)
{
	const char *first = completion->count ? completion_word(completion, 0) : "";
	size_t common = strlen(first);

	for (unsigned i = 1; i < completion->count; i++) {
		const char *word = completion_word(completion, i);
		size_t same = 0;

		while (same < common && word[same] == first[same])
			same++;
		common = same;
	}
	/* Not within a character of UTF-8. */
	while (common && completion->count > 1 && ((unsigned char)first[common] & 0xc0) == 0x80)
		common--;
	return common;
}

/* ---- paths ---- */

static bool is_directory(DIR *directory, const struct dirent *entry)
{
	struct stat stat;

	if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
		return entry->d_type == DT_DIR;
	return fstatat(dirfd(directory), entry->d_name, &stat, 0) == 0 && S_ISDIR(stat.st_mode);
}

void completion_paths(struct completion *completion, const char *text, size_t length, size_t at)
{
	const char *slash = memrchr(text, '/', length);
	size_t directory_length = slash ? (size_t)(slash - text) + 1 : 0;
	const char *name = text + directory_length;
	size_t name_length = length - directory_length;
	char path[PATH_MAX], word[NAME_MAX + 2];
	struct dirent *entry;
	DIR *directory;

	completion_begin(completion, at + directory_length, '\0');
	if (directory_length >= sizeof(path))
		return;
	snprintf(path, sizeof(path), "%.*s", directory_length ? (int)directory_length : 1,
		 directory_length ? text : ".");
	directory = opendir(path);
	if (!directory)
		return;
	while (!completion->more && (entry = readdir(directory))) {
		/* Hidden ones are for who asks for them. */
		if (entry->d_name[0] == '.' && (*name != '.' || !name_length))
			continue;
		if (strncmp(entry->d_name, name, name_length) != 0)
			continue;
		snprintf(word, sizeof(word), "%s%s", entry->d_name,
			 is_directory(directory, entry) ? "/" : "");
		completion_add(completion, word, name, name_length);
	}
	closedir(directory);
	completion_sort(completion);
}
