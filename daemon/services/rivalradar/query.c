/* What routes of rivals are asked with. */
#include <string.h>

#include "daemon/services/rivalradar/internal.h"
#include "shared/timefmt.h"

const struct resource *radar_rival(struct radar *r, struct request *rq, struct error *e)
{
	static const char *const kinds[] = {"rival", "shop"};
	const char *ref = request_param(rq, "ref");

	if (!ref)
		ref = request_query(rq, "rival", "");
	for (size_t i = 0; *ref && i < sizeof(kinds) / sizeof(*kinds); i++) {
		const struct resource_kind *k = resource_kind_find(kinds[i]);
		const struct resource *found = k ? resource_get(r->d->store, k, ref) : NULL;

		if (found)
			return found;
	}
	if (*ref) {
		error_set(e, ERR_NOT_FOUND, "there is no rival \"%.64s\"", ref);
		error_hint(e, "sellersmart rival list has their names");
	} else {
		error_field(e, ERR_INVALID, "rival", "rival: whose?");
		error_hint(e, "add ?rival=NAME");
	}
	return NULL;
}

bool radar_since(struct radar *r, struct request *rq, const char *fallback, int64_t *ms,
		 struct error *e)
{
	const char *text = request_query(rq, "since", fallback);

	*ms = 0;
	if (!text || !*text)
		return true;
	if (time_parse_since(text, clock_wall_ms(r->d->clock), ms))
		return true;
	error_field(e, ERR_INVALID, "since", "since: \"%.40s\" is neither a duration nor a time",
		    text);
	error_hint(e, "write 7d, 90d, or 2026-11-22T17:00:00Z");
	return false;
}
