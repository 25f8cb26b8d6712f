#include "daemon/services/sitemonitor/query.h"

#include <stdlib.h>
#include <string.h>

#include "shared/timefmt.h"

bool query_time(struct request *r, const char *name, const char *fallback, int64_t now_ms,
		int64_t *ms, struct error *e)
{
	const char *text = request_query(r, name, fallback);
	if (time_parse_since(text, now_ms, ms))
		return true;
	error_field(e, ERR_INVALID, name, "%s: \"%.40s\" is neither a duration nor a time", name,
		    text);
	error_hint(e, "write 1h, 7d, or 2026-11-22T17:00:00Z");
	return false;
}

bool query_number(struct request *r, const char *name, int64_t fallback, int64_t max, int64_t *out,
		  struct error *e)
{
	const char *text = request_query(r, name, NULL);
	char *end = NULL;
	*out = fallback;
	if (!text)
		return true;
	*out = strtoll(text, &end, 10);
	if (*text && !*end && *out >= 1 && *out <= max)
		return true;
	error_field(e, ERR_INVALID, name, "%s: 1..%lld, not \"%.40s\"", name, (long long)max, text);
	return false;
}

const struct resource *query_monitor_of(struct sitemonitor *sm, struct request *r, const char *type,
					const char *why, const char *hint, struct error *e)
{
	const struct resource *m = route_monitor(sm, request_param(r, "ref"), e);
	if (!m)
		return NULL;
	json_t *spec = resource_spec(m);
	const char *its = spec_text(&resource_monitor, spec, "type");
	if (strcmp(its, type)) {
		error_set(e, ERR_INVALID, "%s is of type %s: %s", m->name, its, why);
		error_hint(e, "%s", hint);
		resource_unref(m);
		m = NULL;
	}
	json_decref(spec);
	return m;
}
