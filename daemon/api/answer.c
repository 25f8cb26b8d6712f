#include <stdio.h>
#include <string.h>

#include "daemon/api/internal.h"

void answer_resource(struct request *r, struct api_kind *k, const struct resource *res)
{
	struct json_writer w;
	char tag[32];

	if (k->live) { /* its live members change without a new version: no 304 */
		snprintf(tag, sizeof tag, "\"%llu\"", (unsigned long long)res->version);
		reply_header(r, "ETag", tag);
	} else {
		reply_etag(r, res->version);
	}
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	render_resource(k, &w, res, true);
	jw_object_end(&w);
}

void write_fault(struct json_writer *w, const struct error *e)
{
	jw_object(w);
	jw_kv_str(w, "code", err_info(e->code)->code);
	if (e->field[0])
		jw_kv_str(w, "field", e->field);
	jw_kv_str(w, "detail", e->text);
	if (e->hint[0])
		jw_kv_str(w, "hint", e->hint);
	if (e->line)
		jw_kv_int(w, "line", e->line);
	jw_object_end(w);
}

/* The members of the first fault stand for all; errors[] has every one. */
struct answered answer_faults(struct request *r, const struct error_list *faults)
{
	struct buf *out = reply_body(r);
	struct json_writer w;

	reply_error(r, &faults->items[0]);
	if (faults->total < 2)
		return reply_error(r, &faults->items[0]);
	out->len--; /* the closing brace comes again below */
	buf_add_str(out, ",\"errors\":");
	jw_init(&w, out);
	jw_array(&w);
	for (size_t i = 0; i < faults->n; i++)
		write_fault(&w, &faults->items[i]);
	jw_array_end(&w);
	if (faults->total > faults->n)
		buf_printf(out, ",\"errors_total\":%zu", faults->total);
	buf_add_char(out, '}');
	return reply_send(r, err_info(faults->items[0].code)->http);
}

struct answered answer_not_found(struct request *r, const struct resource_kind *k, const char *ref)
{
	struct error e;

	error_set(&e, ERR_NOT_FOUND, "no %s \"%.80s\"", k->kind, ref);
	error_hint(&e, "sellersmart %s list", k->kind);
	return reply_error(r, &e);
}

struct answered answer_busy(struct request *r)
{
	struct error e;

	error_set(&e, ERR_BUSY, "too many requests wait for a worker");
	error_hint(&e, "try again in a second");
	return reply_error(r, &e);
}
