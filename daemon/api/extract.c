/* POST /v1/extract: bytes of a page in, facts about products out. A worker process reads them; the
 * request waits for it. */
#include <stdlib.h>
#include <string.h>

#include "daemon/api/internal.h"
#include "daemon/extract/extract.h"
#include "shared/mem.h"

enum { FROM_DIGITS_MAX = 16 };

struct asking {
	struct daemon *d;
	struct request *r; /* put off: its body and query stay until it is finished */
	uint64_t from;
};

static void on_extracted(const struct extract_answer *a, void *arg)
{
	struct asking *asking = arg;
	const struct extract_found *found = a->n ? &a->found[0] : NULL;
	struct request *r = asking->r;
	struct json_writer w;

	free(asking);
	if (a->code) {
		request_finish_error(r, &a->error);
	} else if (!found || found->code || found->n != 1) {
		struct error e = {.code = ERR_INTERNAL};

		if (found && found->code)
			e = found->error;
		else
			error_set(&e, ERR_INTERNAL, "the extraction worker answered nothing");
		request_finish_error(r, &e);
	} else {
		jw_init(&w, reply_body(r));
		jw_object(&w);
		jw_key(&w, "data");
		jw_raw(&w, found->values[0], strlen(found->values[0]));
		jw_object_end(&w);
		request_finish(r, 200);
	}
}

/* Net loop, whose the workers are. */
static void submit(void *arg)
{
	struct asking *asking = arg;
	struct extract_query query = {.kind = EXTRACT_PRODUCT,
				      .expression = request_query(asking->r, "url", ""),
				      .from = asking->from};
	struct extract_request request = {
		.content_type = request_query(asking->r, "content_type", NULL),
		.queries = &query,
		.n_queries = 1,
	};

	request.document = request_body(asking->r, &request.document_len);
	extract_submit(asking->d->extract, &request, on_extracted, asking);
}

static struct answered extract_handle(struct request *r, void *ctx)
{
	struct asking *asking;
	const char *from = request_query(r, "from", "0"), *body;
	struct error e = {0};
	size_t len;

	body = request_body(r, &len);
	if (!body || !len) {
		error_set(&e, ERR_INVALID, "there is nothing to read");
		error_hint(&e, "the body of the request is the page's bytes");
		return reply_error(r, &e);
	}
	if (!*from || strspn(from, "0123456789") != strlen(from) ||
	    strlen(from) > FROM_DIGITS_MAX) {
		error_field(&e, ERR_INVALID, "from", "\"%.40s\" is no number of a product", from);
		error_hint(&e, "the \"next\" of an earlier answer");
		return reply_error(r, &e);
	}
	asking = mem_alloc(sizeof *asking);
	*asking = (struct asking){((struct api_state *)ctx)->d, r, strtoull(from, NULL, 10)};
	loop_post(asking->d->net, submit, asking);
	return reply_later(r);
}

struct route_set extract_routes(void)
{
	static const struct route routes[] = {
		{"POST", "/v1/extract", ROUTE_INLINE, ACCESS_WRITE, extract_handle,
		 EXTRACT_DOCUMENT_MAX},
	};

	return (struct route_set){routes, ARRAY_LEN(routes)};
}
