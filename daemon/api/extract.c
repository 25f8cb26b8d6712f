/* POST /v1/extract: bytes of a page in, or its address, and facts about products out. An address is
 * fetched as a scrape would; a worker process reads the bytes; the request waits for both. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/fetched.h"
#include "daemon/api/internal.h"
#include "daemon/extract/extract.h"
#include "shared/mem.h"

enum {
	NUMBER_DIGITS_MAX = 16,
	BODY_MAX = EXTRACT_GZIP_MAX,
	FETCHED_MAX = 64 << 20, /* of a feed or sitemap, which is read in pieces */
	LIST_MS = 5000,         /* work on a piece of a long document */
};

struct asking {
	struct daemon *d;
	struct request *r; /* put off: its body and query stay until it is finished */
	struct extract_query query;
	struct extract_request request;
	char *url, *type; /* of a page that was fetched */
	bool from_cache;
};

static void asking_free(struct asking *a)
{
	free(a->url);
	free(a->type);
	free(a);
}

static void fail(struct asking *asking, const struct error *e)
{
	struct request *r = asking->r;

	asking_free(asking);
	request_finish_error(r, e);
}

static void write_answer(const struct asking *asking, const char *facts)
{
	struct json_writer w;

	jw_init(&w, reply_body(asking->r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_raw(&w, facts, strlen(facts));
	if (asking->url) {
		jw_key(&w, "meta");
		jw_object(&w);
		jw_kv_str(&w, "url", asking->url);
		jw_kv_str(&w, "content_type", asking->type);
		jw_kv_bool(&w, "from_cache", asking->from_cache);
		jw_object_end(&w);
	}
	jw_object_end(&w);
}

static void on_extracted(const struct extract_answer *a, void *arg)
{
	struct asking *asking = arg;
	const struct extract_found *found = a->n ? &a->found[0] : NULL;
	struct request *r = asking->r;
	struct error e = {.code = ERR_INTERNAL};

	if (a->code) {
		fail(asking, &a->error);
	} else if (found && found->code) {
		fail(asking, &found->error);
	} else if (!found || found->n != 1) {
		error_set(&e, ERR_INTERNAL, "the extraction worker answered nothing");
		fail(asking, &e);
	} else {
		write_answer(asking, found->values[0]);
		asking_free(asking);
		request_finish(r, 200);
	}
}

/* Net loop, whose the workers are. */
static void submit(void *arg)
{
	struct asking *asking = arg;

	asking->request.queries = &asking->query;
	asking->request.n_queries = 1;
	asking->request.timeout_ms = LIST_MS;
	extract_submit(asking->d->extract, &asking->request, on_extracted, asking);
}

/* ---- by its address ------------------------------------------------------------------------ */

static void on_fetched(const struct fetch_result *r, void *arg)
{
	struct asking *asking = arg;
	struct error e = {0};

	if (fetched_check(r, &e)) {
		fail(asking, &e);
		return;
	}
	asking->url = mem_strdup(r->url);
	asking->type = mem_strdup(r->type);
	asking->from_cache = r->from_cache;
	asking->query.expression = asking->url;
	asking->request.document = r->body;
	asking->request.document_len = r->len;
	asking->request.content_type = asking->type;
	submit(asking);
}

static void fetch_page(void *arg)
{
	struct asking *asking = arg;
	struct error e = {0};

	if (!fetched_start(asking->d, asking->query.expression, FETCHED_MAX, on_fetched, asking,
			   &e))
		return;
	fail(asking, &e);
}

/* ---- what is asked ------------------------------------------------------------------------- */

static enum err read_number(struct request *r, const char *name, uint64_t *out, struct error *e)
{
	const char *text = request_query(r, name, "0");

	*out = strtoull(text, NULL, 10);
	if (*text && strspn(text, "0123456789") == strlen(text) &&
	    strlen(text) <= NUMBER_DIGITS_MAX)
		return ERR_NONE;
	error_field(e, ERR_INVALID, name, "\"%.40s\" is no such number", text);
	error_hint(e, "%s",
		   !strcmp(name, "from") ? "the \"next\" of an earlier answer"
					 : "bytes, as digits");
	return ERR_INVALID;
}

static enum err read_request(struct request *r, struct asking *a, bool fetch, struct error *e)
{
	uint64_t head;
	enum err err = read_number(r, "from", &a->query.from, e);

	if (!err)
		err = read_number(r, "head", &head, e);
	if (!err)
		err = read_number(r, "at", &a->request.piece_at, e);
	if (err)
		return err;
	a->query.kind = EXTRACT_PRODUCT;
	a->query.expression = request_query(r, "url", "");
	a->request.content_type = request_query(r, "content_type", NULL);
	a->request.document = request_body(r, &a->request.document_len);
	a->request.more = !strcmp(request_query(r, "more", "0"), "1");
	if (fetch && !*a->query.expression) {
		error_field(e, ERR_INVALID, "url", "there is no address to fetch");
		return ERR_INVALID;
	}
	if (!fetch && (!a->request.document || !a->request.document_len)) {
		error_set(e, ERR_INVALID, "there is nothing to read");
		error_hint(e, "the body of the request is the page's bytes; or url= and fetch=1");
		return ERR_INVALID;
	}
	if (head > a->request.document_len)
		return error_field(e, ERR_INVALID, "head", "the head is longer than the body");
	a->request.head_len = (uint32_t)head;
	return ERR_NONE;
}

static struct answered extract_handle(struct request *r, void *ctx)
{
	struct asking *asking = mem_zalloc(sizeof *asking);
	bool fetch = !strcmp(request_query(r, "fetch", "0"), "1");
	struct error e = {0};

	asking->d = ((struct api_state *)ctx)->d;
	asking->r = r;
	if (read_request(r, asking, fetch, &e)) {
		asking_free(asking);
		return reply_error(r, &e);
	}
	loop_post(asking->d->net, fetch ? fetch_page : submit, asking);
	return reply_later(r);
}

struct route_set extract_routes(void)
{
	static const struct route routes[] = {
		{"POST", "/v1/extract", ROUTE_INLINE, ACCESS_WRITE, extract_handle, BODY_MAX},
	};

	return (struct route_set){routes, ARRAY_LEN(routes)};
}
