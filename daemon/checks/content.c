/* The content check: one page, of which a part is taken out in a worker process. What it says of
 * the text's changes is the service's (versions.c); here it is found, or said to be missing. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/checks/common/http_judge.h"
#include "daemon/checks/common/spec.h"
#include "daemon/extract/extract.h"
#include "shared/mem.h"
#include "shared/pattern.h"
#include "shared/schema/schema.h"
#include "shared/text_safe.h"

enum { IGNORED_MAX = 20, TEXT_MAX = 64 << 10, SHOWN_MAX = 120 };

struct content_config {
	struct http_config *http;
	struct extract_query query; /* expression NULL: by what the answer is */
	char *expression, *attribute;
	struct pattern *ignored[IGNORED_MAX];
	size_t n_ignored;
};

struct content_run {
	struct check_run *run;
	struct http_walk walk;
	struct http_matches matches;
	struct extract_job *job;
	uv_work_t work; /* what is ignored: patterns take their time */
	struct verdict verdict;
	struct buf text;
	size_t n_found;
	bool cancelled, cut, walked;
};

static const struct content_config *config_of(const struct content_run *c)
{
	return c->run->config;
}

/* ---- configuration ------------------------------------------------------------------------- */

static void content_config_free(void *config)
{
	struct content_config *c = config;

	if (!c)
		return;
	http_config_free(c->http);
	for (size_t i = 0; i < c->n_ignored; i++)
		pattern_free(c->ignored[i]);
	free(c->expression);
	free(c->attribute);
	free(c);
}

static void prepare_query(struct content_config *c, const json_t *spec)
{
	static const struct {
		const char *field;
		enum extract_kind kind;
	} kinds[] = {{"css", EXTRACT_CSS}, {"xpath", EXTRACT_XPATH}, {"jq", EXTRACT_JQ}};

	for (size_t i = 0; i < ARRAY_LEN(kinds) && !c->expression; i++) {
		c->expression = spec_copy(spec, kinds[i].field);
		c->query.kind = kinds[i].kind;
	}
	c->attribute = spec_copy(spec, "attribute");
	c->query.expression = c->expression;
	c->query.attribute = c->attribute;
}

static enum err prepare_ignored(struct content_config *c, const json_t *spec, struct error *e)
{
	size_t i;
	const json_t *one;

	json_array_foreach(spec_value(monitor_kind(), spec, "ignore"), i, one)
	{
		struct pattern *p = c->n_ignored < IGNORED_MAX
					    ? pattern_compile(json_string_value(one), e)
					    : NULL;

		if (!p)
			return e && e->code ? e->code : ERR_INVALID;
		c->ignored[c->n_ignored++] = p;
	}
	return ERR_NONE;
}

static enum err content_prepare(const json_t *spec, const struct check_env *env, void **config,
				struct error *e)
{
	struct content_config *c = mem_zalloc(sizeof *c);
	void *http = NULL;
	enum err err = http_config_prepare(spec, env, &http, e);

	c->http = http;
	if (!err) {
		if (!c->http->method)
			c->http->method = mem_strdup("GET");
		c->http->keep_body = true;
		prepare_query(c, spec);
		err = prepare_ignored(c, spec, e);
	}
	if (err) {
		content_config_free(c);
		return err;
	}
	*config = c;
	return ERR_NONE;
}

static const char *content_host(const void *config)
{
	return ((const struct content_config *)config)->http->host;
}

/* ---- the end -------------------------------------------------------------------------------- */

static const char *shown(const char *text, char out[static SHOWN_MAX])
{
	text_safe(out, SHOWN_MAX, text, strcspn(text, "\n"), 60, 0, NULL);
	return out;
}

/* The page was fine and holds it: what it is, is the message. */
static void say_found(struct content_run *c)
{
	char line[SHOWN_MAX];
	const char *text = buf_str(&c->text);
	size_t lines = 0;

	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	if (c->verdict.outcome != OUTCOME_UP)
		return;
	if (!c->text.len)
		verdict_set(&c->verdict, OUTCOME_UP, "", "empty");
	else if (lines > 1)
		verdict_set(&c->verdict, OUTCOME_UP, "", "%s (%zu lines)", shown(text, line),
			    lines);
	else
		verdict_set(&c->verdict, OUTCOME_UP, "", "%s", shown(text, line));
	if (c->cut)
		verdict_note(&c->verdict, "only its first %d kB count", TEXT_MAX >> 10);
}

static void fill_result(struct content_run *c, struct check_result *r)
{
	struct http_walk *w = &c->walk;

	r->outcome = c->verdict.outcome;
	memcpy(r->cause, c->verdict.cause, sizeof r->cause);
	memcpy(r->message, c->verdict.message, sizeof r->message);
	memcpy(r->address, w->address, sizeof r->address);
	r->total_us = w->total_us;
	memcpy(r->phase_us, w->phase_us, sizeof r->phase_us);
	r->evidence = http_evidence(w);
	r->certificate = w->certificate;
	w->certificate = NULL;
	r->certificate_not_after_ms = w->not_after_ms;
	if (r->outcome == OUTCOME_UP || r->outcome == OUTCOME_DEGRADED)
		r->text = mem_strdup(buf_str(&c->text));
}

static void deliver(void *arg)
{
	struct content_run *c = arg;
	struct check_run *run = c->run;

	if (c->cancelled) {
		run->result.outcome = OUTCOME_UNKNOWN;
		strcpy(run->result.cause, "cancelled");
		strcpy(run->result.message, "cancelled");
	} else {
		fill_result(c, &run->result);
	}
	http_walk_fini(&c->walk);
	buf_fini(&c->text);
	run->state = NULL;
	free(c);
	run->done(run, run->arg);
}

/* ---- what is ignored ------------------------------------------------------------------------ */

static bool is_ignored(const struct content_config *k, const char *line, size_t len)
{
	for (size_t i = 0; i < k->n_ignored; i++)
		if (pattern_match(k->ignored[i], line, len) == PATTERN_MATCHED)
			return true;
	return false;
}

static void leave_out(uv_work_t *work)
{
	struct content_run *c = work->data;
	struct buf kept = BUF_INIT(TEXT_MAX + 1);
	const char *line = buf_str(&c->text);

	while (*line) {
		size_t len = strcspn(line, "\n");

		if (!is_ignored(config_of(c), line, len)) {
			buf_add(&kept, line, len);
			buf_add_char(&kept, '\n');
		}
		line += len + (line[len] == '\n');
	}
	buf_fini(&c->text);
	c->text = kept;
}

static void on_left_out(uv_work_t *work, int status)
{
	struct content_run *c = work->data;

	c->walked = false;
	say_found(c);
	deliver(c);
}

/* ---- what is found -------------------------------------------------------------------------- */

static void add_value(struct content_run *c, const char *value)
{
	size_t len = strlen(value), room = TEXT_MAX - c->text.len;

	if (len + 1 > room) {
		c->cut = true;
		len = room ? room - 1 : 0;
		while (len && ((unsigned char)value[len] & 0xC0) == 0x80)
			len--;
	}
	if (!room)
		return;
	buf_add(&c->text, value, len);
	buf_add_char(&c->text, '\n');
}

static void take_text(struct content_run *c)
{
	loop_fn *end = deliver;

	c->work.data = c;
	c->walked = config_of(c)->n_ignored &&
		    !uv_queue_work(loop_uv(c->run->env->loop), &c->work, leave_out, on_left_out);
	if (c->walked)
		return;
	say_found(c);
	end(c);
}

/* A worker that was killed, or an expression that is wrong, says nothing about the page. */
static void judge_failure(struct content_run *c, enum err code, const struct error *why)
{
	char text[CHECK_MESSAGE];

	text_safe(text, sizeof text, why->text, strlen(why->text), 0, 0, NULL);
	if (code == ERR_INVALID)
		verdict_set(&c->verdict, OUTCOME_UNKNOWN, "configuration", "%.190s", text);
	else if (code == ERR_MALFORMED)
		verdict_set(&c->verdict, OUTCOME_DOWN, "content_type", "%.190s", text);
	else
		verdict_set(&c->verdict, OUTCOME_UNKNOWN, "extract",
			    "the page was not read: %.160s", text);
}

static void on_extracted(const struct extract_answer *a, void *arg)
{
	struct content_run *c = arg;
	const struct extract_found *f = a->n ? &a->found[0] : NULL;
	const struct content_config *k = config_of(c);
	char selector[SHOWN_MAX];

	c->job = NULL;
	if (c->cancelled || a->code || !f || f->code) {
		if (!c->cancelled)
			judge_failure(c,
				      a->code ? a->code
				      : f     ? f->code
					      : ERR_IO,
				      a->code || !f ? &a->error : &f->error);
		deliver(c);
		return;
	}
	for (size_t i = 0; i < f->n; i++)
		add_value(c, f->values[i]);
	c->cut = c->cut || f->total > f->n;
	if (!f->total && k->expression) {
		verdict_set(&c->verdict, OUTCOME_DOWN, "filter_missing",
			    "%s finds nothing on the page any more%s (HTTP %d, %zu bytes)",
			    shown(k->expression, selector),
			    c->walk.cut ? ", in the part that was read" : "", c->walk.status,
			    c->walk.body.bytes);
		deliver(c);
		return;
	}
	take_text(c);
}

/* Without an expression: the text of a page, JSON as it stands, else the bytes. */
static struct extract_query whole_page(const char *type)
{
	if (strcasestr(type, "json"))
		return (struct extract_query){.kind = EXTRACT_JQ, .expression = "."};
	if (strcasestr(type, "html") || strcasestr(type, "xml") || !*type)
		return (struct extract_query){.kind = EXTRACT_XPATH, .expression = "/*"};
	return (struct extract_query){.kind = EXTRACT_PATTERN, .expression = "(?s)^.*$"};
}

static void extract(struct content_run *c)
{
	const struct content_config *k = config_of(c);
	const char *given = http_walk_noted(&c->walk, "Content-Type");
	const char *type = given ? given : "";
	struct extract_query query = k->expression ? k->query : whole_page(type);
	struct extract_request request = {.document = buf_str(&c->walk.body.kept),
					  .document_len = c->walk.body.kept.len,
					  .content_type = type,
					  .queries = &query,
					  .n_queries = 1};

	c->job = extract_submit(c->run->env->extract, &request, on_extracted, c);
}

/* ---- life ----------------------------------------------------------------------------------- */

static void after_walk(void *arg)
{
	struct content_run *c = arg;

	http_remember(&c->walk);
	http_judge(&c->walk, &c->matches);
	c->verdict = c->walk.verdict;
	if (!c->cancelled &&
	    (c->verdict.outcome == OUTCOME_UP || c->verdict.outcome == OUTCOME_DEGRADED))
		extract(c);
	else
		deliver(c);
}

/* From the loop: the walk may end within its own start or cancel. */
static void on_walked(struct http_walk *w, void *arg)
{
	struct content_run *c = arg;

	loop_post(c->run->env->loop, after_walk, c);
	c->walked = true;
}

static void content_start(struct check_run *run)
{
	const struct content_config *k = run->config;
	struct content_run *c = mem_zalloc(sizeof *c);

	run->state = c;
	c->run = run;
	c->text = BUF_INIT(TEXT_MAX + 1);
	c->walk.config = k->http;
	c->walk.memory = (struct http_memory **)run->memory;
	c->walk.env = run->env;
	c->walk.family = k->http->family;
	c->walk.fresh_session = run->fresh_session;
	c->walk.done = on_walked;
	c->walk.arg = c;
	http_walk_start(&c->walk);
}

/* Where it stands decides how it is stopped; what was posted or is worked on ends by itself. */
static void content_cancel(struct check_run *run)
{
	struct content_run *c = run->state;

	c->cancelled = true;
	if (c->job)
		extract_cancel(run->env->extract, c->job);
	else if (!c->walked)
		http_walk_cancel(&c->walk);
}

const struct check_type check_content = {
	.name = "content",
	.prepare = content_prepare,
	.config_free = content_config_free,
	.memory_free = http_memory_free,
	.host = content_host,
	.start = content_start,
	.cancel = content_cancel,
};
