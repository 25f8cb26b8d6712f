#include "daemon/checks/common/steps_values.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/spec.h"
#include "shared/mem.h"
#include "shared/template.h"

/* Shorter ones would be found in any text. */
enum { HIDDEN_MIN = 4, ENCODED_MAX = 3 * 4096 };

void step_values_fini(struct step_values *v)
{
	for (size_t i = 0; i < v->n; i++) {
		free(v->all[i].name);
		spec_wipe(v->all[i].text);
	}
	free(v->all);
	*v = (struct step_values){0};
}

void step_values_set(struct step_values *v, const char *name, const char *text, bool secret)
{
	size_t i = 0;

	while (i < v->n && strcmp(v->all[i].name, name))
		i++;
	if (i == STEP_VALUES_MAX)
		return;
	if (!v->all)
		v->all = mem_array(NULL, STEP_VALUES_MAX, sizeof v->all[0]);
	if (i == v->n)
		v->all[v->n++] = (struct step_pair){.name = mem_strdup(name)};
	spec_wipe(v->all[i].text);
	v->all[i].text = mem_strdup(text);
	v->all[i].secret = secret;
}

const char *step_values_find(const char *name, void *arg)
{
	const struct step_values *v = arg;

	for (size_t i = 0; i < v->n; i++) {
		if (!strcmp(v->all[i].name, name))
			return v->all[i].text;
	}
	return NULL;
}

/* ---- hiding --------------------------------------------------------------------------------- */

struct hidden {
	char *text;
	size_t len;
};

static void hide_one(const struct hidden *h, const char *secret)
{
	size_t n = strlen(secret);
	char *at = h->text;

	while (n >= HIDDEN_MIN && (at = memmem(at, h->len - (size_t)(at - h->text), secret, n))) {
		memset(at, '*', n);
		at += n;
	}
}

static void hide(const char *secret, void *arg)
{
	struct buf encoded = BUF_INIT(ENCODED_MAX);

	hide_one(arg, secret);
	template_escape(&encoded, TEMPLATE_PERCENT, secret);
	if (!encoded.overflow)
		hide_one(arg, buf_str(&encoded));
	buf_fini(&encoded);
}

static void hide_pairs(const struct step_pair *all, size_t n, struct hidden *h)
{
	for (size_t i = 0; i < n; i++) {
		if (all[i].secret)
			hide(all[i].text, h);
	}
}

void step_values_hide(const struct step_values *v, const struct step *s,
		      const struct http_cookies *cookies, char *text, size_t len)
{
	struct hidden h = {text, len};

	hide_pairs(v->all, v->n, &h);
	hide_pairs(s->query.all, s->query.n, &h);
	hide_pairs(s->form.all, s->form.n, &h);
	hide_pairs(s->headers.all, s->headers.n, &h);
	http_cookies_each(cookies, hide, &h);
}
