/* The bytes of an answer, as curl hands them over. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/net/transfers_internal.h"

enum { NAME_MAX_LEN = 128 };

static void begin_head(struct transfer *t, const char *line, size_t len)
{
	const char *space = memchr(line, ' ', len);
	int status = space && len - (size_t)(space - line) >= 4 ? atoi(space + 1) : 0;

	t->in_head = true;
	t->final_head = false;
	t->result.status = status;
	snprintf(t->result.http_version, sizeof t->result.http_version, "%.*s",
		 space ? (int)(space - line - 5) : 0, line + 5);
}

static void give_header(struct transfer *t, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len), *end = line + len;
	char name[NAME_MAX_LEN];
	const char *value;

	if (!colon || (size_t)(colon - line) >= sizeof name)
		return;
	memcpy(name, line, (size_t)(colon - line));
	name[colon - line] = '\0';
	for (value = colon + 1; value < end && (*value == ' ' || *value == '\t'); value++)
		;
	while (end > value &&
	       (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r' || end[-1] == '\n'))
		end--;
	t->req.on_header(name, value, (size_t)(end - value), t->req.arg);
}

size_t transfer_take_head(char *line, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * n;

	if (t->is_https && !t->looked_at_tls)
		transfer_tls_look(t);
	if (!t->header_bytes)
		t->answered_us = clock_boot_us(t->owner->clock);
	t->header_bytes += len;
	if (t->header_bytes > HEADER_BYTES_MAX) {
		t->too_large = true;
		return 0;
	}
	if (!t->in_head && !t->final_head && len > 5 && !memcmp(line, "HTTP/", 5))
		begin_head(t, line, len);
	else if (t->in_head && len <= 2) { /* the empty line */
		t->in_head = false;
		t->final_head = t->result.status >= 200 || t->result.status == 101;
	} else if (t->in_head && t->result.status >= 200 && t->req.on_header)
		give_header(t, line, len);
	return len;
}

size_t transfer_take_body(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * n, room = (size_t)(t->req.body_max - t->result.body_bytes);
	size_t taken = len < room ? len : room;

	t->result.body_bytes += (int64_t)taken;
	if (taken && t->req.on_body && !t->req.on_body(data, taken, t->req.arg)) {
		t->stopped = true;
		return CURL_WRITEFUNC_ERROR;
	}
	if (taken < len) {
		t->too_large = true;
		return CURL_WRITEFUNC_ERROR;
	}
	return len;
}
