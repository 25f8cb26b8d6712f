#include "daemon/checks/common/http_judge.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/http_reason.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"

bool http_needs_matching(const struct http_config *c)
{
	return c->pattern || c->pattern_absent || c->n_expected ||
	       (http_config_expect(c) && http_expect_pattern(http_config_expect(c)));
}

bool http_wants_looking(const struct http_walk *w)
{
	return http_config_expect(w->config) && w->verdict.outcome == OUTCOME_NONE &&
	       status_set_contains(w->config->status, w->status);
}

void http_match(const struct http_walk *w, struct http_matches *out)
{
	const struct http_config *c = w->config;
	const struct http_expect *x = http_config_expect(c);
	const char *body = buf_str(&w->body.kept);

	out->pattern = out->pattern_absent = out->selected = PATTERN_NOT_MATCHED;
	if (out->found.value)
		out->selected = pattern_match(http_expect_pattern(x), out->found.value,
					      strlen(out->found.value));
	if (c->pattern)
		out->pattern = pattern_match(c->pattern, body, w->body.kept.len);
	if (c->pattern_absent)
		out->pattern_absent = pattern_match(c->pattern_absent, body, w->body.kept.len);
	for (size_t i = 0; i < c->n_expected; i++)
		out->expected[i] = w->expected[i] && c->expected[i].pattern
					   ? pattern_match(c->expected[i].pattern, w->expected[i],
							   w->expected_len[i])
					   : PATTERN_NOT_MATCHED;
}

/* A user's own text, shortened for a message. */
static const char *shown(const char *text, char out[static 80])
{
	text_safe(out, 80, text, strlen(text), 60, 0, NULL);
	return out;
}

/* " in the first 1 MiB" when the body was longer than what was read. */
static const char *within(const struct http_walk *w)
{
	return w->cut ? " in the part that was read" : "";
}

static bool judge_status(struct http_walk *w)
{
	const char *reason = http_reason(w->status);

	if (status_set_contains(w->config->status, w->status))
		return true;
	verdict_set(&w->verdict, OUTCOME_DOWN, "http_status", "HTTP %d%s%s, expected %.80s",
		    w->status, reason[0] ? " " : "", reason, w->config->status);
	return false;
}

static bool judge_headers(struct http_walk *w, const struct http_matches *m)
{
	const struct http_config *c = w->config;
	char value[80], pattern[80];

	for (size_t i = 0; i < c->n_expected; i++) {
		if (!c->expected[i].pattern || m->expected[i] == PATTERN_MATCHED)
			continue;
		shown(c->expected[i].text, pattern);
		if (!w->expected[i])
			verdict_set(&w->verdict, OUTCOME_DOWN, "header", "no header %.40s",
				    c->expected[i].name);
		else if (m->expected[i] == PATTERN_LIMIT)
			verdict_set(&w->verdict, OUTCOME_UNKNOWN, "pattern_limit",
				    "pattern %s takes too much work", pattern);
		else
			verdict_set(&w->verdict, OUTCOME_DOWN, "header",
				    "header %.30s is \"%.60s\", expected %.60s",
				    c->expected[i].name, shown(w->expected[i], value), pattern);
		return false;
	}
	return true;
}

static bool judge_keywords(struct http_walk *w)
{
	const struct http_config *c = w->config;
	char text[80];

	if (c->keyword && !w->body.keyword[0].found) {
		verdict_set(&w->verdict, OUTCOME_DOWN, "keyword", "\"%s\" is not on the page%s",
			    shown(c->keyword, text), within(w));
		return false;
	}
	if (c->keyword_absent && w->body.keyword[1].found) {
		verdict_set(&w->verdict, OUTCOME_DOWN, "keyword_absent", "\"%s\" is on the page",
			    shown(c->keyword_absent, text));
		return false;
	}
	return true;
}

static bool judge_patterns(struct http_walk *w, const struct http_matches *m)
{
	const struct http_config *c = w->config;

	if (!c->pattern && !c->pattern_absent)
		return true;
	if (m->pattern == PATTERN_LIMIT || m->pattern_absent == PATTERN_LIMIT) {
		verdict_set(&w->verdict, OUTCOME_UNKNOWN, "pattern_limit",
			    "the pattern takes too much work on this page");
		return false;
	}
	if (c->pattern && m->pattern != PATTERN_MATCHED) {
		verdict_set(&w->verdict, OUTCOME_DOWN, "pattern",
			    "the pattern does not match the page%s", within(w));
		return false;
	}
	if (c->pattern_absent && m->pattern_absent == PATTERN_MATCHED) {
		verdict_set(&w->verdict, OUTCOME_DOWN, "pattern_absent",
			    "the pattern that must be absent matches the page");
		return false;
	}
	return true;
}

/* Our own certificate ends soon: the server will not let us in any more. */
static bool judge_identity(struct http_walk *w, int64_t now_ms)
{
	const struct http_config *c = w->config;
	const struct client_cert *id = c->special ? c->special->identity : NULL;

	return id && verdict_of_expiry(&w->verdict, c->cert_days, now_ms, id->not_after_ms,
				       id->name, EXPIRY_OF_OURS);
}

static bool judge_found(struct http_walk *w, const struct http_matches *m)
{
	const struct http_expect *x = http_config_expect(w->config);

	if (!x)
		return true;
	if (m->found.verdict.outcome != OUTCOME_NONE)
		w->verdict = m->found.verdict;
	return m->found.verdict.outcome == OUTCOME_NONE &&
	       !http_expect_judge(x, &m->found, m->selected, &w->verdict);
}

static bool judge_slow(struct http_walk *w)
{
	const struct http_config *c = w->config;

	if (!c->slow_ms || w->total_us <= c->slow_ms * 1000)
		return false;
	verdict_set(&w->verdict, OUTCOME_DEGRADED, "slow",
		    "answered in %lld ms, slower than %lld ms", (long long)(w->total_us / 1000),
		    (long long)c->slow_ms);
	return true;
}

static void add_notes(struct http_walk *w)
{
	if (w->ipv6_skipped)
		verdict_note(&w->verdict, "IPv6 did not answer, IPv4 did");
	if (w->downgrade)
		verdict_note(&w->verdict, "redirected from https to http");
	if (w->cut && w->verdict.outcome == OUTCOME_UP)
		verdict_note(&w->verdict, "only the first %lld bytes were read",
			     (long long)w->config->max_body);
}

void http_judge(struct http_walk *w, const struct http_matches *m)
{
	const struct http_config *c = w->config;
	int64_t now_ms = clock_wall_ms(w->env->clock);

	if (w->verdict.outcome != OUTCOME_NONE)
		return;
	if (!judge_status(w) || !judge_headers(w, m) || !judge_keywords(w) ||
	    !judge_patterns(w, m) || !judge_found(w, m))
		return;
	if (!verdict_of_expiry(&w->verdict, c->cert_days, now_ms, w->not_after_ms, w->earliest,
			       w->earliest_at) &&
	    !judge_identity(w, now_ms) && !judge_slow(w))
		verdict_set(&w->verdict, OUTCOME_UP, "", "HTTP %d%s%s", w->status,
			    http_reason(w->status)[0] ? " " : "", http_reason(w->status));
	add_notes(w);
}

void http_remember(struct http_walk *w)
{
	struct http_memory *m = w->memory ? *w->memory : NULL;
	int64_t now_ms = clock_boot_ms(w->env->clock);

	if (w->certificate)
		m = http_memory_made(w->memory);
	if (!m)
		return;
	m->last_run_ms = now_ms;
	if (w->certificate) {
		m->last_full_ms = now_ms;
		if (!m->certificate || strcmp(m->certificate, w->certificate)) {
			free(m->certificate);
			m->certificate = mem_strdup(w->certificate);
		}
		memcpy(m->fingerprint, w->fingerprint, sizeof m->fingerprint);
		memcpy(m->earliest, w->earliest, sizeof m->earliest);
		m->earliest_at = w->earliest_at;
		m->not_after_ms = w->not_after_ms;
	} else if (w->has_tls && w->resumed && m->certificate) {
		w->certificate = mem_strdup(m->certificate);
		memcpy(w->fingerprint, m->fingerprint, sizeof w->fingerprint);
		memcpy(w->earliest, m->earliest, sizeof w->earliest);
		w->earliest_at = m->earliest_at;
		w->not_after_ms = m->not_after_ms;
	}
}
