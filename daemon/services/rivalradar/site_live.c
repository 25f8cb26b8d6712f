/* What lists and answers show of a rival or shop beside its configuration. From memory. */
#include <string.h>

#include "daemon/api/jobs.h"
#include "daemon/services/rivalradar/rivalradar.h"

static const char *word_of(const struct rivalradar *rr, const struct resource *r,
			   const struct site_row *row, struct job_progress *job, bool *runs)
{
	json_t *spec = resource_spec(r);
	bool paused = spec_bool(r->kind, spec, "paused");
	json_decref(spec);
	*runs = rr->d->jobs && items_progress_of(jobs_items(rr->d->jobs), r->id, job);
	if (*runs)
		return "scanning";
	return paused ? "paused" : site_state_name(row->state);
}

static void write_members(struct json_writer *w, const struct resource *r, void *ctx)
{
	struct rivalradar *rr = ctx;
	struct site_row row = {0};
	struct job_progress job;
	char id[ID_TEXT];
	bool runs;
	sites_get(rr, r->id, &row);
	const char *word = word_of(rr, r, &row, &job, &runs);
	jw_kv_str(w, "state", word);
	jw_kv_time(w, "state_since", row.state_ms);
	jw_kv_str(w, "text", row.text[0] ? row.text : NULL);
	jw_kv_str(w, "platform", row.platform[0] ? row.platform : NULL);
	jw_kv_str(w, "entry", row.entry[0] ? row.entry : NULL);
	jw_kv_time(w, "scanned_at", row.scanned_ms);
	jw_kv_time(w, "full_at", row.full_ms);
	jw_kv_time(w, "next_at", strcmp(word, "paused") ? row.next_ms : 0);
	jw_kv_str(w, "job", runs ? id_format(id, "job", job.id) : NULL);
	uint64_t last = sites_job(rr, r->id);
	jw_kv_str(w, "last_job", last ? id_format(id, "job", last) : NULL);
	radar_live(rr->radar, w, r->id);
}

/* Worst first. */
static bool rank(const struct resource *r, const char *sort, int64_t *key, void *ctx)
{
	static const int64_t order[] = {
		[SITE_BLOCKED] = 0, [SITE_FAILING] = 1, [SITE_NEW] = 2, [SITE_OK] = 3};
	struct site_row row = {0};
	if (strcmp(sort, "worst") != 0)
		return false;
	sites_get(ctx, r->id, &row);
	*key = order[row.state];
	return true;
}

static const char *filter(const struct resource *r, const char *name, char *out, void *ctx)
{
	struct site_row row = {0};
	struct job_progress job;
	bool runs;
	sites_get(ctx, r->id, &row);
	if (!strcmp(name, "state"))
		return word_of(ctx, r, &row, &job, &runs);
	if (strcmp(name, "platform") != 0)
		return NULL;
	snprintf(out, 64, "%s", row.platform);
	return out;
}

const struct resource_live site_live[] = {
	{.kind = &resource_rival, .write = write_members, .rank = rank, .filter = filter},
	{.kind = &resource_shop, .write = write_members, .rank = rank, .filter = filter},
	{0},
};
