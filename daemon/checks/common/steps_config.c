#include "daemon/checks/common/steps_config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/checks/common/spec.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"

/* ---- freeing -------------------------------------------------------------------------------- */

static void pairs_fini(struct step_pairs *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->all[i].name);
		spec_wipe(p->all[i].text);
	}
	free(p->all);
}

static void source_fini(struct step_source *s)
{
	free(s->name);
	free(s->expression);
	free(s->attribute);
	free(s->equals);
	free(s->contains);
}

static void step_fini(struct step *s)
{
	for (size_t i = 0; i < s->n_sources; i++)
		source_fini(&s->sources[i]);
	free(s->sources);
	pairs_fini(&s->query);
	pairs_fini(&s->form);
	pairs_fini(&s->headers);
	for (size_t i = 0; i < s->base.n_expected; i++)
		free(s->base.expected[i].name);
	free(s->base.method);
	free(s->base.status);
	free(s->base.keyword);
	free(s->base.keyword_absent);
	free(s->name);
	free(s->url);
	free(s->body);
}

void steps_config_free(void *config)
{
	struct steps_config *c = config;

	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		step_fini(&c->steps[i]);
	pairs_fini(&c->values);
	free(c->target);
	free(c->host);
	free(c->user_agent);
	free(c);
}

/* ---- reading -------------------------------------------------------------------------------- */

static char *copy(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

static enum err read_pairs(struct step_pairs *out, const json_t *map, const struct check_env *env,
			   struct error *e)
{
	const char *name;
	json_t *given;

	out->all = mem_array(NULL, json_object_size(map) + 1, sizeof out->all[0]);
	json_object_foreach((json_t *)map, name, given)
	{
		bool secret = !json_is_string(given);
		char *text =
			secret ? spec_secret(given, env, e) : mem_strdup(json_string_value(given));

		if (!text)
			return e && e->code ? e->code : ERR_NOT_FOUND;
		out->all[out->n++] = (struct step_pair){mem_strdup(name), text, secret};
	}
	return ERR_NONE;
}

static size_t note_header(struct http_config *base, const char *name)
{
	size_t i = 0;

	while (i < base->n_expected && strcasecmp(base->expected[i].name, name))
		i++;
	if (i == base->n_expected && i < EXPECTED_MAX)
		base->expected[base->n_expected++].name = mem_strdup(name);
	return i;
}

static void read_source(struct step *s, const json_t *entry)
{
	static const struct {
		const char *member;
		enum extract_kind kind;
	} kinds[] = {{"css", EXTRACT_CSS},
		     {"xpath", EXTRACT_XPATH},
		     {"jq", EXTRACT_JQ},
		     {"pattern", EXTRACT_PATTERN}};
	struct step_source *out = &s->sources[s->n_sources++];
	const char *header = json_str(entry, "header", NULL);

	out->name = copy(json_str(entry, "name", NULL));
	out->attribute = copy(json_str(entry, "attribute", NULL));
	out->equals = copy(json_str(entry, "equals", NULL));
	out->contains = copy(json_str(entry, "contains", NULL));
	out->absent = json_bool(entry, "absent", false);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const char *expression = json_str(entry, kinds[i].member, NULL);

		if (!expression)
			continue;
		out->kind = kinds[i].kind;
		out->expression = mem_strdup(expression);
		s->n_in_body++;
		return;
	}
	out->in = header ? IN_HEADER : IN_COOKIE;
	out->expression = copy(header ? header : json_str(entry, "cookie", ""));
	if (header)
		out->header = note_header(&s->base, header);
}

static void read_sources(struct step *s, const json_t *step)
{
	const json_t *expect = json_object_get(step, "expect");
	const json_t *save = json_object_get(step, "save");
	size_t n = json_array_size(expect) + json_array_size(save), i;
	json_t *entry;

	s->sources = mem_array(NULL, n + 1, sizeof s->sources[0]);
	memset(s->sources, 0, (n + 1) * sizeof s->sources[0]);
	json_array_foreach((json_t *)expect, i, entry) read_source(s, entry);
	json_array_foreach((json_t *)save, i, entry) read_source(s, entry);
}

static enum err read_step(struct steps_config *c, const json_t *spec, const json_t *step,
			  const struct check_env *env, struct error *e)
{
	const struct field *list = resource_field(monitor_kind(), &variant_steps, "steps");
	struct step *s = &c->steps[c->n++];
	enum spec_families families = spec_families(spec);
	enum err err;

	s->name = copy(json_str(step, "name", ""));
	s->url = copy(json_str(step, "url", "/"));
	s->body = copy(json_str(step, "body", NULL));
	s->base = (struct http_config){
		.method = copy(member_text(list, step, "method")),
		.status = copy(member_text(list, step, "status")),
		.keyword = copy(json_str(step, "keyword", NULL)),
		.keyword_absent = copy(json_str(step, "keyword_absent", NULL)),
		.redirects = (int)member_int(list, step, "redirects"),
		.verify = spec_bool_of(spec, "verify"),
		.reuse = c->n > 1,
		.chain = true,
		.family = families == FAMILIES_4   ? IP_4
			  : families == FAMILIES_6 ? IP_6
						   : IP_AUTO,
		.max_body = spec_bytes(monitor_kind(), spec, "max_body"),
		.cert_days = (int)spec_int_of(spec, "cert_days"),
		.timeout_ms = member_ms(list, step, "timeout"),
		.slow_ms = member_ms(list, step, "slow"),
	};
	read_sources(s, step);
	s->base.keep_body = s->n_in_body > 0;
	err = read_pairs(&s->query, json_object_get(step, "query"), env, e);
	if (!err)
		err = read_pairs(&s->form, json_object_get(step, "form"), env, e);
	if (!err)
		err = read_pairs(&s->headers, json_object_get(step, "headers"), env, e);
	for (size_t i = 0; i < s->headers.n; i++)
		s->base.own_cookie =
			s->base.own_cookie || !strcasecmp(s->headers.all[i].name, "Cookie");
	return err;
}

enum err steps_config_prepare(const json_t *spec, const struct check_env *env, void **config,
			      struct error *e)
{
	struct steps_config *c = mem_zalloc(sizeof *c);
	const json_t *steps = spec_value(monitor_kind(), spec, "steps");
	char text[URL_MAX + HOST_MAX + 32];
	struct url u;
	enum err err = http_config_target(spec_text(monitor_kind(), spec, "target"), &u, text,
					  sizeof text, e);

	if (!err) {
		c->target = mem_strdup(text);
		c->host = mem_strdup(u.host);
		c->user_agent = spec_copy(spec, "user_agent");
		c->timeout_ms = spec_ms_of(spec, "timeout");
		c->slow_ms = spec_ms_of(spec, "slow");
		err = read_pairs(&c->values, spec_value(monitor_kind(), spec, "values"), env, e);
	}
	for (size_t i = 0; !err && i < json_array_size(steps) && i < STEPS_MAX; i++)
		err = read_step(c, spec, json_array_get(steps, i), env, e);
	if (err) {
		steps_config_free(c);
		return err;
	}
	*config = c;
	return ERR_NONE;
}
