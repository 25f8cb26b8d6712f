#include "daemon/alerts/silences.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/alerts/rules/match.h"
#include "daemon/store/resources.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

static void silence_read(struct silences *s, const struct resource *r, int64_t now_ms)
{
	struct error e = {0};
	struct silence one = {.id = r->id};
	json_t *spec = resource_spec(r);
	const json_t *match = spec_value(r->kind, spec, "match");
	const char *until = spec_text(r->kind, spec, "until");
	snprintf(one.name, sizeof(one.name), "%s", r->name);
	if (!until || !time_parse(until, &one.until_ms) || one.until_ms <= now_ms)
		goto out;
	/* Nothing said must not mean everything silent: only `all` does. */
	if (!json_array_size(match) && !spec_bool(r->kind, spec, "all"))
		goto out;
	one.match = matchers_compile(match, &e);
	if (!one.match) {
		log_warn("alerts", "the silence %s silences nothing: %s", r->name, e.text);
		goto out;
	}
	s->need_data = s->need_data || match_needs_data(match);
	s->all = mem_array(s->all, s->n + 1, sizeof(*s->all));
	s->all[s->n++] = one;
out:
	json_decref(spec);
}

void silences_read(struct silences *s, struct store *store, int64_t now_ms)
{
	const struct resource_kind *k = resource_kind_find("silence");
	size_t n = 0;
	silences_fini(s);
	const struct resource **all = k ? resource_list(store, k, &n) : NULL;
	for (size_t i = 0; i < n; i++) {
		silence_read(s, all[i], now_ms);
		resource_unref(all[i]);
	}
	free(all);
}

void silences_fini(struct silences *s)
{
	for (size_t i = 0; i < s->n; i++)
		matchers_free(s->all[i].match);
	free(s->all);
	*s = (struct silences){0};
}

const struct silence *silences_cover(const struct silences *s, const struct alert *a,
				     const json_t *data, int64_t now_ms)
{
	const struct silence *found = NULL;
	struct match_alert m;
	if (!s->n)
		return NULL;
	match_alert_init(&m, a, data);
	for (size_t i = 0; i < s->n && !found; i++)
		if (s->all[i].until_ms > now_ms && matchers_hold(s->all[i].match, &m.matched))
			found = &s->all[i];
	match_alert_fini(&m);
	return found;
}

int64_t silences_next_end(const struct silences *s, int64_t now_ms)
{
	int64_t next = INT64_MAX;
	for (size_t i = 0; i < s->n; i++)
		if (s->all[i].until_ms > now_ms && s->all[i].until_ms < next)
			next = s->all[i].until_ms;
	return next;
}
