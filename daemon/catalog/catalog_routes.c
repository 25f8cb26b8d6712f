/* Products and matches by the API. */
#include <stdio.h>

#include "daemon/catalog/internal.h"
#include "daemon/catalog/match_decide.h"
#include "daemon/catalog/product_find.h"
#include "shared/mem.h"

typedef enum err decide_fn(struct txn *t, struct match_decision *d, struct error *e);

struct answered product_list_route(struct request *r, void *ctx)
{
	struct catalog *c = ctx;

	return sql_list_page(r, &product_list, c->d->store, c);
}

static struct answered answer_one(struct request *r, struct catalog *c, const struct sql_list *list,
				  uint64_t id)
{
	struct error e = {0};
	struct json_writer w;

	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	if (sql_list_write_one(&w, list, c->d->store, id, c, &e)) {
		buf_reset(reply_body(r));
		return reply_error(r, &e);
	}
	jw_object_end(&w);
	return reply_send(r, 200);
}

/* By id, GTIN, or a code of its own. */
struct answered product_show_route(struct request *r, void *ctx)
{
	struct catalog *c = ctx;
	struct error e = {0};
	uint64_t id;

	if (product_find(c->d->store, request_param(r, "ref"), &id, &e))
		return reply_error(r, &e);
	return answer_one(r, c, &product_list, id);
}

struct answered match_list_route(struct request *r, void *ctx)
{
	struct catalog *c = ctx;

	return sql_list_page(r, &match_list, c->d->store, c);
}

struct answered match_show_route(struct request *r, void *ctx)
{
	struct catalog *c = ctx;

	return sql_list_show(r, &match_list, c->d->store, c);
}

/* ---- what a person says ---------------------------------------------------------------------- */

struct deciding {
	decide_fn *fn;
	struct match_decision d;
};

static enum err run(struct txn *t, void *arg, struct error *e)
{
	struct deciding *x = arg;

	return x->fn(t, &x->d, e);
}

static struct answered decide(struct request *r, struct catalog *c, decide_fn *fn)
{
	struct error e = {0};
	struct deciding x = {.fn = fn};
	enum err err =
		sql_list_find(&match_list, c->d->store, request_param(r, "ref"), &x.d.match, &e);

	if (!err)
		err = store_run(c->d->store, OP_PEOPLE, run, &x, &e);
	return err ? reply_error(r, &e) : answer_one(r, c, &match_list, x.d.match);
}

struct answered match_confirm_route(struct request *r, void *ctx)
{
	return decide(r, ctx, match_confirm);
}

struct answered match_reject_route(struct request *r, void *ctx)
{
	return decide(r, ctx, match_reject);
}

struct answered match_reopen_route(struct request *r, void *ctx)
{
	return decide(r, ctx, match_reopen);
}

struct answered listing_split_route(struct request *r, void *ctx)
{
	struct catalog *c = ctx;
	struct error e = {0};
	struct deciding x = {.fn = listing_split};
	enum err err = sql_list_find(&listing_list, c->d->store, request_param(r, "ref"),
				     &x.d.listing, &e);

	if (!err)
		err = store_run(c->d->store, OP_PEOPLE, run, &x, &e);
	return err ? reply_error(r, &e) : answer_one(r, c, &listing_list, x.d.listing);
}
