#include "daemon/checks/common/steps_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/text_safe.h"

enum { URL_IN_MESSAGE = 84, URL_IN_EVIDENCE = 120, NAME_SHOWN = 24 };

void steps_report_init(struct steps_report *r)
{
	*r = (struct steps_report){0};
	for (int i = 0; i < PHASE_COUNT; i++)
		r->phase_us[i] = -1;
}

void steps_report_fini(struct steps_report *r)
{
	free(r->certificate);
}

void steps_report_name(const struct steps_report *r, struct verdict *v)
{
	const struct step_record *s = &r->steps[r->n - 1];
	struct verdict said = *v;
	char url[URL_IN_MESSAGE], cause[CHECK_CAUSE + 8];
	bool about_status = !strcmp(said.cause, "http_status");

	text_safe(url, sizeof url, s->url, strlen(s->url), 0, 0, NULL);
	/* A value that is missing has its own word: "not_found:csrf". */
	bool own_word = !strncmp(said.cause, "not_found:", 10);
	snprintf(cause, sizeof cause, "%s%s", own_word ? "" : "step:", said.cause);
	cause[CHECK_CAUSE - 1] = '\0';
	verdict_set(v, said.outcome, cause, "step %zu \"%.*s\": %s %s%s %s", r->n, NAME_SHOWN,
		    s->name, s->method, url, about_status ? " ->" : ":",
		    said.message + (about_status && !strncmp(said.message, "HTTP ", 5) ? 5 : 0));
}

static const struct step_record *slowest(const struct steps_report *r, size_t *place)
{
	size_t best = 0;

	for (size_t i = 1; i < r->n; i++) {
		if (r->steps[i].us > r->steps[best].us)
			best = i;
	}
	*place = best + 1;
	return &r->steps[best];
}

void steps_report_judge(const struct steps_report *r, int64_t slow_ms,
			const struct verdict *degraded, struct verdict *v)
{
	size_t place;
	const struct step_record *worst = slowest(r, &place);

	if (degraded->outcome != OUTCOME_NONE) {
		*v = *degraded;
	} else if (slow_ms && r->total_us > slow_ms * 1000) {
		verdict_set(v, OUTCOME_DEGRADED, "slow",
			    "%zu step%s in %lld ms, slower than %lld ms; most in step %zu "
			    "\"%.*s\": %lld ms",
			    r->n, r->n == 1 ? "" : "s", (long long)(r->total_us / 1000),
			    (long long)slow_ms, place, NAME_SHOWN, worst->name,
			    (long long)(worst->us / 1000));
	} else {
		verdict_set(v, OUTCOME_UP, "", "%zu step%s", r->n, r->n == 1 ? "" : "s");
	}
}

static void write_steps(struct json_writer *w, const struct steps_report *r)
{
	char url[URL_IN_EVIDENCE];

	jw_key(w, "steps");
	jw_array(w);
	for (size_t i = 0; i < r->n; i++) {
		const struct step_record *s = &r->steps[i];

		text_safe(url, sizeof url, s->url, strlen(s->url), 0, 0, NULL);
		jw_object(w);
		jw_kv_str(w, "name", s->name);
		if (s->status)
			jw_kv_int(w, "status", s->status);
		jw_kv_str(w, "url", url);
		jw_object_end(w);
	}
	jw_array_end(w);
	/* Apart, because they differ each time and the rest should not. */
	jw_key(w, "step_ms");
	jw_array(w);
	for (size_t i = 0; i < r->n; i++)
		jw_fixed(w, r->steps[i].us / 100, 1);
	jw_array_end(w);
}

char *steps_report_evidence(const struct steps_report *r, bool failed)
{
	struct buf out = BUF_INIT(CHECK_EVIDENCE_MAX);
	struct json_writer w;

	jw_init(&w, &out);
	jw_object(&w);
	if (r->address[0])
		jw_kv_str(&w, "address", r->address);
	write_steps(&w, r);
	if (r->tls_version[0])
		jw_kv_str(&w, "tls_version", r->tls_version);
	if (r->fingerprint[0])
		jw_kv_str(&w, "certificate_fingerprint", r->fingerprint);
	if (r->not_after_ms)
		jw_kv_time(&w, "certificate_not_after", r->not_after_ms);
	if (failed && r->body_start[0])
		jw_kv_str(&w, "body_start", r->body_start);
	jw_object_end(&w);
	return buf_take(&out);
}
