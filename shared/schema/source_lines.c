#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/files.h"
#include "shared/schema/internal.h"

struct source_lines {
	struct source_entry {
		char *path;
		int line;
	} * entries;
	size_t n, cap;
};

struct source_lines *source_lines_new(void)
{
	return mem_zalloc(sizeof(struct source_lines));
}

void source_lines_free(struct source_lines *lines)
{
	if (!lines)
		return;
	for (size_t i = 0; i < lines->n; i++)
		free(lines->entries[i].path);
	free(lines->entries);
	free(lines);
}

void source_lines_add(struct source_lines *lines, const char *path, int line)
{
	if (lines->n == lines->cap) {
		lines->cap = lines->cap ? 2 * lines->cap : 16;
		lines->entries = mem_array(lines->entries, lines->cap, sizeof(*lines->entries));
	}
	lines->entries[lines->n++] = (struct source_entry){mem_strdup(path), line};
}

int source_line(const struct source_lines *lines, const char *path)
{
	for (size_t i = 0; lines && i < lines->n; i++) {
		if (!strcmp(lines->entries[i].path, path))
			return lines->entries[i].line;
	}
	return 0;
}
