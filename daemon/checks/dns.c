/* The dns check: what a name server says about a name, and whether that is what it should say.
 *
 * Who is to blame depends on who was asked. This machine's own name servers only carry the
 * question: when they are silent, refuse or fail, nothing is known about the name. A server that
 * the monitor names is itself what is watched: then the same is down. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/checks/common/dns_expect.h"
#include "daemon/checks/common/spec.h"
#include "daemon/checks/common/verdict.h"
#include "daemon/net/address.h"
#include "daemon/net/dns_question.h"
#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"

enum {
	RECORD_SHOWN = 400,
	RECORDS_SHOWN = 6000, /* bytes of all of them in the evidence */
};

struct dns_config {
	char *name;
	char *server; /* NULL: this machine's own */
	uint16_t server_port;
	struct dns_expect expect;
	bool dnssec;
	int64_t timeout_ms, slow_ms;
};

struct dns_run {
	struct check_run *run;
	struct resolve_query *query; /* for the server's address */
	struct dns_question *question;
	uv_timer_t timer;
	bool settled;
	int64_t began_us, asked_us;
	struct sockaddr_storage address; /* of the named server */
	char named[96];                  /* the same for messages */
	struct dns_reply reply;
	bool answered; /* reply is good */
	struct verdict verdict;
	int64_t total_us, phase_us[PHASE_COUNT];
};

/* ---- configuration ------------------------------------------------------------------------- */

static void dns_config_free(void *config)
{
	struct dns_config *c = config;

	if (!c)
		return;
	dns_expect_fini(&c->expect);
	free(c->name);
	free(c->server);
	free(c);
}

static enum err read_name(struct dns_config *c, const json_t *spec, struct error *e)
{
	char *target = spec_copy(spec, "target");
	char name[HOST_MAX];
	enum err err;

	if (!target)
		return error_field(e, ERR_INVALID, "target", "target: missing");
	snprintf(name, sizeof name, "%s", target);
	free(target);
	err = idn_to_ascii(name, e);
	if (!err)
		c->name = mem_strdup(name);
	return err;
}

static enum err read_server(struct dns_config *c, const json_t *spec, struct error *e)
{
	char *text = spec_copy(spec, "server");
	char host[HOST_MAX];
	enum err err = ERR_NONE;

	if (!text)
		return ERR_NONE;
	err = host_port_parse(text, 53, host, &c->server_port, e);
	if (!err)
		err = idn_to_ascii(host, e);
	if (!err)
		c->server = mem_strdup(host);
	free(text);
	return err;
}

static enum err dns_prepare(const json_t *spec, const struct check_env *env, void **config,
			    struct error *e)
{
	struct dns_config *c = mem_zalloc(sizeof *c);
	enum dns_type type = dns_type_of(spec_text(monitor_kind(), spec, "record"));
	enum err err = read_name(c, spec, e);

	if (!err)
		err = read_server(c, spec, e);
	if (!err)
		err = dns_expect_read(&c->expect, type, spec_text(monitor_kind(), spec, "match"),
				      spec_value(monitor_kind(), spec, "expect"), e);
	if (err) {
		dns_config_free(c);
		return err;
	}
	c->dnssec = spec_bool_of(spec, "dnssec");
	c->timeout_ms = spec_ms_of(spec, "timeout");
	c->slow_ms = spec_ms_of(spec, "slow");
	*config = c;
	return ERR_NONE;
}

static const struct dns_config *config_of(const struct dns_run *d)
{
	return d->run->config;
}

static const struct check_env *env_of(const struct dns_run *d)
{
	return d->run->env;
}

static int64_t now_us(const struct dns_run *d)
{
	return clock_boot_us(env_of(d)->clock);
}

/* ---- verdicts ------------------------------------------------------------------------------ */

/* Who was asked, for messages. */
static const char *who(struct dns_run *d)
{
	char text[ADDRESS_TEXT];

	if (!d->address.ss_family)
		return d->question ? dns_question_server(d->question) : "the name server";
	snprintf(d->named, sizeof d->named, "name server %s", address_text(&d->address, text));
	return d->named;
}

/* The server did not do its part: down when it is what we watch, else we know nothing. */
static void blame(struct dns_run *d, const char *cause, const char *what)
{
	bool named = config_of(d)->server;

	verdict_set(&d->verdict, named ? OUTCOME_DOWN : OUTCOME_UNKNOWN, named ? cause : "resolver",
		    "%s %s", who(d), what);
}

static void judge_silence(struct dns_run *d)
{
	char after[DURATION_TEXT], what[64];

	duration_format(after, config_of(d)->timeout_ms);
	snprintf(what, sizeof what, "did not answer within %s", after);
	blame(d, "timeout", what);
}

/* Nobody listens there, or the question did not even leave this machine: c-ares does not
 * tell. */
static void judge_unreachable(struct dns_run *d)
{
	int family = d->address.ss_family, fd, error = 0;

	if (!config_of(d)->server) {
		blame(d, "resolver", "fails, refuses, or nothing listens there");
		return;
	}
	fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&d->address, address_len(&d->address)))
		error = errno;
	if (fd >= 0)
		close(fd);
	if (error && address_error_is_local(error, family))
		verdict_set(&d->verdict, OUTCOME_UNKNOWN, "local",
			    "this machine cannot reach %s: %s", who(d), strerror(error));
	else if (error)
		blame(d, "unreachable", "cannot be reached");
	else
		blame(d, "refused", "refuses connections: nothing listens there");
}

static void judge_code(struct dns_run *d, int code)
{
	char what[80];

	if (code == DNS_NXDOMAIN) {
		verdict_set(&d->verdict, OUTCOME_DOWN, "nxdomain", "%.80s: %s, says %s",
			    config_of(d)->name, dns_code_text(code), who(d));
		return;
	}
	snprintf(what, sizeof what, "answers: %s", dns_code_text(code));
	blame(d,
	      code == DNS_SERVFAIL  ? "servfail"
	      : code == DNS_REFUSED ? "refused"
				    : "protocol",
	      what);
}

static void tell_records(struct dns_run *d)
{
	const struct dns_reply *r = &d->reply;
	const char *type = dns_type_name(config_of(d)->expect.type);
	const char *validated = r->authenticated ? ", validated by DNSSEC" : "";

	if (r->n == 1)
		verdict_set(&d->verdict, OUTCOME_UP, "", "%s %.120s, TTL %u s%s", type,
			    r->records[0], (unsigned)r->ttl_s, validated);
	else
		verdict_set(&d->verdict, OUTCOME_UP, "", "%zu %s records, TTL %u s%s", r->n, type,
			    (unsigned)r->ttl_s, validated);
}

static void judge_records(struct dns_run *d)
{
	const struct dns_config *c = config_of(d);
	struct buf said = BUF_INIT(CHECK_MESSAGE * 4);

	if (!d->reply.n)
		verdict_set(&d->verdict, OUTCOME_DOWN, "no_records", "%.120s has no %s records",
			    c->name, dns_type_name(c->expect.type));
	else if (!dns_expect_met(&c->expect, &d->reply, &said))
		verdict_set(&d->verdict, OUTCOME_DOWN, "records", "%s: %s",
			    dns_type_name(c->expect.type), buf_str(&said));
	else if (c->dnssec && !d->reply.authenticated)
		verdict_set(&d->verdict, OUTCOME_DOWN, "dnssec",
			    "%s did not validate the answer (no AD flag)", who(d));
	else if (c->slow_ms && d->total_us > c->slow_ms * 1000)
		verdict_set(&d->verdict, OUTCOME_DEGRADED, "slow",
			    "answered in %lld ms, slower than %lld ms",
			    (long long)(d->total_us / 1000), (long long)c->slow_ms);
	else
		tell_records(d);
	buf_fini(&said);
}

/* ---- the end ------------------------------------------------------------------------------- */

static void write_records(struct json_writer *w, const struct dns_reply *r)
{
	size_t used = 0, i;
	char shown[RECORD_SHOWN];

	jw_key(w, "records");
	jw_array(w);
	for (i = 0; i < r->n && used < RECORDS_SHOWN; i++) {
		text_safe(shown, sizeof shown, r->records[i], strlen(r->records[i]), 0, 0, NULL);
		for (const char *c = shown; *c; c++)
			used += *c == '"' || *c == '\\' ? 2 : 1;
		used += 3;
		jw_str(w, shown);
	}
	jw_array_end(w);
	if (i < r->n)
		jw_kv_int(w, "more_records", (int64_t)(r->n - i));
}

/* A resolver counts the time to live down: only what the zone's own server says stays the same. */
static char *evidence_of(const struct dns_run *d)
{
	struct buf out = BUF_INIT(CHECK_EVIDENCE_MAX);
	struct json_writer w;
	char text[ADDRESS_TEXT];

	jw_init(&w, &out);
	jw_object(&w);
	if (d->address.ss_family)
		jw_kv_str(&w, "address", address_text(&d->address, text));
	if (d->answered) {
		jw_kv_str(&w, "record", dns_type_name(config_of(d)->expect.type));
		write_records(&w, &d->reply);
		if (d->reply.alias)
			jw_kv_str(&w, "alias", d->reply.alias);
		jw_kv_str(&w, "dnssec",
			  d->reply.authenticated ? "authenticated" : "not authenticated");
		if (d->reply.authoritative)
			jw_kv_int(&w, "ttl_s", d->reply.ttl_s);
	}
	jw_object_end(&w);
	return buf_take(&out);
}

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* From a timer or from cancel, never from within on_outcome: the question goes here. */
static void conclude(struct dns_run *d)
{
	struct check_run *run = d->run;
	struct check_result *r = &run->result;

	d->settled = true;
	r->outcome = d->verdict.outcome;
	memcpy(r->cause, d->verdict.cause, sizeof r->cause);
	memcpy(r->message, d->verdict.message, sizeof r->message);
	if (strcmp(r->cause, "cancelled")) {
		if (d->address.ss_family)
			address_text(&d->address, r->address);
		memcpy(r->phase_us, d->phase_us, sizeof r->phase_us);
		r->total_us = d->total_us;
		r->evidence = evidence_of(d);
	}
	if (d->query)
		resolver_cancel(d->query);
	dns_question_free(d->question);
	dns_reply_fini(&d->reply);
	run->state = NULL;
	uv_close((uv_handle_t *)&d->timer, on_timer_closed);
	run->done(run, run->arg);
}

static void on_settled(uv_timer_t *timer)
{
	conclude(timer->data);
}

static void settle(struct dns_run *d)
{
	d->settled = true;
	d->total_us = now_us(d) - d->began_us;
	uv_timer_start(&d->timer, on_settled, 0, 0);
}

static void on_deadline(uv_timer_t *timer)
{
	struct dns_run *d = timer->data;

	d->total_us = now_us(d) - d->began_us;
	if (d->question)
		judge_silence(d);
	else
		verdict_set(&d->verdict, OUTCOME_UNKNOWN, "resolver",
			    "%.80s cannot be looked up in time", config_of(d)->server);
	conclude(d);
}

/* ---- question and answer ------------------------------------------------------------------- */

static void read_reply(struct dns_run *d, const struct dns_outcome *o)
{
	struct error e = {0};

	d->phase_us[PHASE_FIRST_BYTE] = now_us(d) - d->asked_us;
	if (dns_reply_read(o->bytes, o->len, config_of(d)->expect.type, &d->reply, &e)) {
		blame(d, "protocol", "sends an answer that cannot be read");
		return;
	}
	if (d->reply.code) {
		judge_code(d, d->reply.code);
		return;
	}
	d->answered = true;
	judge_records(d);
}

static void on_outcome(const struct dns_outcome *o, void *arg)
{
	struct dns_run *d = arg;
	char what[96];

	settle(d);
	switch (o->end) {
	case DNS_ANSWERED: read_reply(d, o); break;
	case DNS_CODE: judge_code(d, o->code); break;
	case DNS_SILENT: judge_silence(d); break;
	case DNS_UNREACHED: judge_unreachable(d); break;
	case DNS_BROKEN:
		snprintf(what, sizeof what, "cannot be asked: %.60s", o->words);
		blame(d, "protocol", what);
		break;
	}
}

static void ask(struct dns_run *d, const char *nameservers)
{
	const struct dns_config *c = config_of(d);
	struct dns_question_options o = {
		.loop = env_of(d)->loop,
		.clock = env_of(d)->clock,
		.nameservers = nameservers,
		.strict = c->server, /* of this machine's own the next one may do better */
		.name = c->name,
		.type = c->expect.type,
		.timeout_ms = c->timeout_ms,
		.fn = on_outcome,
		.arg = d,
	};
	struct error e = {0};

	d->asked_us = now_us(d);
	d->question = dns_question_new(&o, &e);
	if (d->question)
		return;
	verdict_set(&d->verdict, OUTCOME_UNKNOWN, "local", "%.160s", e.text);
	settle(d);
}

static void ask_named(struct dns_run *d, const struct resolved *r)
{
	const struct dns_config *c = config_of(d);
	struct buf servers = BUF_INIT(RESOLVE_MAX * (ADDRESS_TEXT + 16));
	char text[ADDRESS_TEXT];

	if (r->status != RESOLVE_OK) {
		verdict_of_name(&d->verdict, c->server, r);
		settle(d);
		return;
	}
	d->address = r->addr[0];
	address_set_port(&d->address, c->server_port);
	for (int i = 0; i < r->n; i++) {
		bool v6 = r->addr[i].ss_family == AF_INET6;

		buf_printf(&servers, "%s%s%s%s:%u", i ? "," : "", v6 ? "[" : "",
			   address_text(&r->addr[i], text), v6 ? "]" : "", c->server_port);
	}
	ask(d, buf_str(&servers));
	buf_fini(&servers);
}

static void on_server(const struct resolved *r, void *arg)
{
	struct dns_run *d = arg;

	d->query = NULL;
	if (d->settled)
		return;
	d->phase_us[PHASE_RESOLVE] = now_us(d) - d->began_us;
	ask_named(d, r);
}

static void dns_start(struct check_run *run)
{
	const struct dns_config *c = run->config;
	struct dns_run *d = mem_zalloc(sizeof *d);
	struct resolved known;

	d->run = run;
	run->state = d;
	for (int i = 0; i < PHASE_COUNT; i++)
		d->phase_us[i] = -1;
	d->began_us = now_us(d);
	uv_timer_init(loop_uv(run->env->loop), &d->timer);
	d->timer.data = d;
	uv_timer_start(&d->timer, on_deadline, (uint64_t)c->timeout_ms, 0);
	if (!c->server)
		ask(d, resolver_nameservers(run->env->resolver));
	else if (resolver_known(run->env->resolver, c->server, IP_AUTO, !run->fresh_session,
				&known))
		ask_named(d, &known);
	else
		d->query = resolver_start_within(run->env->resolver, c->server, IP_AUTO,
						 !run->fresh_session, c->timeout_ms, on_server, d);
}

static void dns_cancel(struct check_run *run)
{
	struct dns_run *d = run->state;

	verdict_set(&d->verdict, OUTCOME_UNKNOWN, "cancelled", "cancelled");
	conclude(d);
}

static const char *dns_host(const void *config)
{
	const struct dns_config *c = config;

	return c->server ? c->server : c->name;
}

const struct check_type check_dns = {
	.name = "dns",
	.prepare = dns_prepare,
	.config_free = dns_config_free,
	.host = dns_host,
	.start = dns_start,
	.cancel = dns_cancel,
};
