/* The domain check: one question to the registry by RDAP (RFC 9082). What the registry's server
 * fails at says nothing about the domain, so all of that is unknown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/domain_judge.h"
#include "daemon/checks/common/rdap.h"
#include "daemon/checks/common/spec.h"
#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/text_safe.h"

enum { DAY_MS = 86400000, HTTP_NOT_FOUND = 404 };

struct domain_config {
	char name[HOST_MAX]; /* ASCII, lower case */
	char shown[HOST_MAX];
	char *server; /* NULL: by the list */
	char *host;   /* whose limit counts: the server's, or ".example" */
	int days;
	int64_t timeout_ms;
	char *registrar;
	char *nameservers[DOMAIN_EXPECTED_MAX];
	size_t n_nameservers;
};

struct domain_run {
	struct check_run *run;
	struct rdap_question question;
	bool ended, cancelled;
};

/* ---- configuration ------------------------------------------------------------------------- */

static void domain_config_free(void *config)
{
	struct domain_config *c = config;

	if (!c)
		return;
	for (size_t i = 0; i < c->n_nameservers; i++)
		free(c->nameservers[i]);
	free(c->server);
	free(c->host);
	free(c->registrar);
	free(c);
}

/* Nobody registers www: what is in front of a shop's address is not part of its name. */
static void prepare_name(struct domain_config *c, const char *target)
{
	size_t len = strlen(target);

	if (!strncmp(target, "www.", 4) && strchr(target + 4, '.'))
		target += 4;
	len = strlen(target);
	if (len && target[len - 1] == '.')
		len--;
	snprintf(c->name, sizeof c->name, "%.*s", (int)len, target);
	text_safe(c->shown, sizeof c->shown, target, len, 0, 0, NULL);
}

static enum err prepare_host(struct domain_config *c, struct error *e)
{
	const char *dot = strrchr(c->name, '.');
	struct url u;
	enum err err = ERR_NONE;

	if (c->server)
		err = url_parse(c->server, &u, e);
	if (!err)
		c->host = mem_strdup(c->server ? u.host : dot ? dot : c->name);
	return err;
}

static enum err domain_prepare(const json_t *spec, const struct check_env *env, void **config,
			       struct error *e)
{
	const char *target = spec_text(monitor_kind(), spec, "target");
	struct domain_config *c;
	enum err err;
	json_t *item;
	size_t i;

	if (!target)
		return error_field(e, ERR_INVALID, "target", "target: missing");
	c = mem_zalloc(sizeof *c);
	prepare_name(c, target);
	c->server = spec_copy(spec, "server");
	err = idn_to_ascii(c->name, e);
	if (!err)
		err = prepare_host(c, e);
	if (err) {
		domain_config_free(c);
		return err;
	}
	c->days = (int)spec_int_of(spec, "domain_days");
	c->timeout_ms = spec_ms_of(spec, "timeout");
	c->registrar = spec_copy(spec, "registrar");
	json_array_foreach((json_t *)spec_value(monitor_kind(), spec, "expect_nameservers"), i,
			   item)
	{
		if (json_is_string(item) && c->n_nameservers < DOMAIN_EXPECTED_MAX)
			c->nameservers[c->n_nameservers++] = mem_strdup(json_string_value(item));
	}
	*config = c;
	return ERR_NONE;
}

/* ---- verdict ------------------------------------------------------------------------------- */

/* The way to the registry failed. */
static void judge_way(struct verdict *v, const struct rdap_question *q)
{
	struct verdict met = *v;

	if (!strcmp(met.cause, "cancelled") || !strcmp(met.cause, "local") ||
	    met.outcome == OUTCOME_UNKNOWN)
		return;
	verdict_set(v, OUTCOME_UNKNOWN, "rdap_unreachable", "no answer from %.60s: %.120s", q->host,
		    met.message);
}

static bool is_subdomain(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot && strchr(dot + 1, '.');
}

/* A page for people is no answer of a registry: the base address is wrong. */
static bool is_page(const struct buf *body)
{
	const char *text = buf_str(body);

	return text[strspn(text, " \t\r\n\xEF\xBB\xBF")] == '<';
}

static void judge_missing(struct verdict *v, const struct domain_config *c,
			  const struct rdap_question *q)
{
	if (is_page(&q->fetch->walk.body.kept))
		verdict_set(v, OUTCOME_UNKNOWN, "rdap_status",
			    "HTTP 404 from %.60s with a web page: is the address of the RDAP "
			    "server right?",
			    q->host);
	else if (is_subdomain(c->name))
		verdict_set(v, OUTCOME_DOWN, "domain_not_registered",
			    "%.64s is not registered, says %.40s; of a subdomain, watch the "
			    "registered name: %.40s",
			    c->shown, q->host, strchr(c->shown, '.') + 1);
	else
		verdict_set(v, OUTCOME_DOWN, "domain_not_registered",
			    "%.80s is not registered, says %.60s; anyone can take it: register it",
			    c->shown, q->host);
}

static void judge_status(struct verdict *v, const struct domain_config *c,
			 const struct rdap_question *q)
{
	int status = q->fetch->walk.status;

	if (status == HTTP_NOT_FOUND)
		judge_missing(v, c, q);
	else
		verdict_set(v, OUTCOME_UNKNOWN,
			    status == 401 || status == 403 ? "rdap_denied" : "rdap_status",
			    "%.80s answered HTTP %d, expected 200%s", q->host, status,
			    status == 401 || status == 403 ? "; it does not answer this machine"
			    : status >= 500                ? "; the registry has trouble of its own"
							   : "");
}

/* @return whether d holds facts */
static bool judge(struct verdict *v, const struct check_run *run, const struct rdap_question *q,
		  struct rdap_domain *d)
{
	const struct domain_config *c = run->config;
	struct domain_wants wants = {.shown = c->shown,
				     .days = c->days,
				     .registrar = c->registrar,
				     .nameservers = (const char *const *)c->nameservers,
				     .n_nameservers = c->n_nameservers};
	const struct buf *body;
	struct error e = {0};

	*v = q->verdict;
	if (v->outcome != OUTCOME_NONE) {
		judge_way(v, q);
		return false;
	}
	if (q->fetch->walk.status != 200) {
		judge_status(v, c, q);
		return false;
	}
	body = &q->fetch->walk.body.kept;
	if (q->fetch->walk.cut)
		error_set(&e, ERR_TOO_LARGE, "the answer is larger than %d kB",
			  RDAP_ANSWER_MAX / 1024);
	if (e.code || rdap_answer_parse(buf_str(body), body->len, c->name, d, &e)) {
		verdict_set(v, OUTCOME_UNKNOWN, "rdap_malformed", "not RDAP from %.60s: %.110s",
			    q->host, e.text);
		return false;
	}
	domain_judge(v, d, &wants, clock_wall_ms(run->env->clock));
	return true;
}

static char *evidence_of(const struct domain_config *c, const struct rdap_question *q,
			 const struct rdap_domain *d)
{
	struct buf out = BUF_INIT(CHECK_EVIDENCE_MAX);
	struct json_writer w;
	char note[64];

	jw_init(&w, &out);
	jw_object(&w);
	jw_kv_str(&w, "domain", c->name);
	if (q->host[0])
		jw_kv_str(&w, "server", q->host);
	if (q->list_stale_ms) {
		snprintf(note, sizeof note, "%lld days old, it cannot be refreshed",
			 (long long)(q->list_stale_ms / DAY_MS));
		jw_kv_str(&w, "server_list", note);
	}
	if (d)
		domain_evidence(&w, d);
	jw_object_end(&w);
	return buf_take(&out);
}

static void fill_result(struct domain_run *s, struct check_result *r)
{
	struct rdap_question *q = &s->question;
	struct rdap_domain *d = mem_zalloc(sizeof *d);
	struct verdict v;
	bool facts = judge(&v, s->run, q, d);

	r->outcome = v.outcome;
	memcpy(r->cause, v.cause, sizeof r->cause);
	text_safe(r->message, sizeof r->message, v.message, strlen(v.message), 0, 0, NULL);
	if (q->fetch) {
		memcpy(r->address, q->fetch->walk.address, sizeof r->address);
		memcpy(r->phase_us, q->fetch->walk.phase_us, sizeof r->phase_us);
		r->total_us = q->fetch->walk.total_us;
	}
	r->domain_ends_ms = facts ? d->expires_ms : 0;
	r->evidence = evidence_of(s->run->config, q, facts ? d : NULL);
	free(d);
}

/* ---- life ---------------------------------------------------------------------------------- */

static void deliver(void *arg)
{
	struct domain_run *s = arg;
	struct check_run *run = s->run;

	if (s->cancelled) {
		run->result.outcome = OUTCOME_UNKNOWN;
		strcpy(run->result.cause, "cancelled");
		strcpy(run->result.message, "cancelled");
	} else {
		fill_result(s, &run->result);
	}
	rdap_question_fini(&s->question);
	run->state = NULL;
	free(s);
	run->done(run, run->arg);
}

/* From the loop, not from here: the server's next question is sent from where this was called. */
static void on_answer(struct rdap_question *q, void *arg)
{
	struct domain_run *s = arg;

	s->ended = true;
	loop_post(s->run->env->loop, deliver, s);
}

static void domain_start(struct check_run *run)
{
	const struct domain_config *c = run->config;
	struct domain_run *s = mem_zalloc(sizeof *s);

	s->run = run;
	run->state = s;
	s->question = (struct rdap_question){.name = c->name,
					     .server = c->server,
					     .timeout_ms = c->timeout_ms,
					     .done = on_answer,
					     .arg = s};
	rdap_ask(run->env->rdap, &s->question);
}

/* done comes by itself, from the loop. */
static void domain_cancel(struct check_run *run)
{
	struct domain_run *s = run->state;

	s->cancelled = true;
	if (!s->ended)
		rdap_cancel(&s->question);
}

static const char *domain_host(const void *config)
{
	return ((const struct domain_config *)config)->host;
}

const struct check_type check_domain = {
	.name = "domain",
	.prepare = domain_prepare,
	.config_free = domain_config_free,
	.host = domain_host,
	.start = domain_start,
	.cancel = domain_cancel,
};
