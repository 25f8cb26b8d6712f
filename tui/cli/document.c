#include "tui/cli/document.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool is_web_address(const char *text)
{
	return !strncasecmp(text, "http://", 7) || !strncasecmp(text, "https://", 8);
}

enum err document_read(const char *path, struct buf *out, struct error *e)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	char chunk[1 << 14];
	enum err err = ERR_NONE;
	size_t n;

	if (!f)
		return error_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path,
				 strerror(errno));
	while (!err && (n = fread(chunk, 1, sizeof chunk, f)) > 0) {
		if (!buf_add(out, chunk, n))
			err = error_set(e, ERR_TOO_LARGE, "%s has more than %zu bytes", path,
					out->max);
	}
	if (!err && ferror(f))
		err = error_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	if (f != stdin)
		fclose(f);
	if (!err && !out->len) {
		err = error_set(e, ERR_INVALID, "%s is empty", path);
		error_hint(e, "save the page of a product there");
	}
	return err;
}
