#include "daemon/api/fetched.h"

static void hint_of(const struct fetch_result *r, struct error *e)
{
	if (r->end == FETCH_PRIVATE)
		error_hint(e,
			   "if it is yours, name it in net.allow_private of the configuration, or "
			   "start the daemon with --allow-private");
	else if (r->end == FETCH_BLOCKED)
		error_hint(e, "save the page in a browser and give the file, with --url URL");
	else if (r->end == FETCH_NOT_YET)
		error_hint(e, "ask again then; sellersmart host list shows the pace of each host");
	else if (r->end == FETCH_DISALLOWED)
		error_hint(e, "the shop's robots.txt decides; its owner may change it");
}

enum err fetched_check(const struct fetch_result *r, struct error *e)
{
	enum err err = fetch_end_err(r->end);

	if (r->end == FETCH_STATUS)
		err = r->status == 404 || r->status == 410 ? ERR_NOT_FOUND : ERR_UNAVAILABLE;
	if (err) {
		error_set(e, err, "%s", *r->text ? r->text : fetch_end_name(r->end));
		hint_of(r, e);
	} else if (!r->len) {
		err = error_set(e, ERR_INVALID, "the page is empty");
	}
	return err;
}

enum err fetched_start(struct daemon *d, const char *url, int64_t body_max,
		       void (*done)(const struct fetch_result *r, void *arg), void *arg,
		       struct error *e)
{
	struct fetch_request q = {.url = url,
				  .body_max = body_max,
				  .wait_ms = FETCHED_PATIENCE_MS,
				  .pace_ms = -1,
				  .budget = -1,
				  .first = true,
				  .done = done,
				  .arg = arg};
	struct fetch *fetch;

	if (!d->fetcher)
		return error_set(e, ERR_UNAVAILABLE, "the daemon is going down");
	return fetch_start(d->fetcher, &q, &fetch, e);
}
