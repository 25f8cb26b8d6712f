/* What needs a secret that is not stored yet is written paused, and resumed when the secret comes.
 * Which resources wait is kept by id and version: once a person has changed one, it is his again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/internal.h"
#include "daemon/store/secrets.h"
#include "shared/mem.h"

struct finding {
	struct store *store;
	struct missing_secrets *out;
};

static void on_secret(const char *name, void *arg)
{
	struct finding *f = arg;
	struct missing_secrets *m = f->out;

	if (secret_exists(f->store, name))
		return;
	for (size_t i = 0; i < m->n; i++) {
		if (!strcmp(m->names[i], name))
			return;
	}
	if (m->n < MISSING_MAX)
		snprintf(m->names[m->n++], sizeof m->names[0], "%s", name);
}

void missing_find(struct store *s, const json_t *spec, struct missing_secrets *out)
{
	struct finding f = {s, out};

	out->n = 0;
	spec_each_secret(spec, on_secret, &f);
}

void missing_write(struct json_writer *w, const struct missing_secrets *m)
{
	jw_key(w, "missing_secrets");
	jw_array(w);
	for (size_t i = 0; i < m->n; i++)
		jw_str(w, m->names[i]);
	jw_array_end(w);
}

/* in with another value of "paused". */
static bool set_paused(const struct resource_kind *k, struct resource_input *in, bool paused,
		       struct error_list *faults)
{
	struct resource_input changed = {0};
	json_t *patch = json_pack("{s:b}", "paused", paused);
	bool ok = resource_patch(k, in->name, in->spec, in->labels, patch, 0, &changed, faults);

	json_decref(patch);
	if (ok) {
		json_decref(in->spec);
		in->spec = changed.spec;
		changed.spec = NULL;
		resource_input_fini(&changed);
	}
	return ok;
}

bool missing_pause(const struct api_kind *k, struct resource_input *in,
		   struct missing_secrets *missing, struct error_list *faults)
{
	missing->pauses = missing->n && k->pausable && !spec_bool(k->kind, in->spec, "paused");
	return !missing->pauses || set_paused(k->kind, in, true, faults);
}

static void waiting_key(char out[static 64], const struct resource *r)
{
	char id[ID_TEXT];

	snprintf(out, 64, "waits.%s", id_format(id, r->kind->prefix, r->id));
}

enum err missing_note(struct txn *t, const struct missing_secrets *m, const struct resource *r,
		      struct error *e)
{
	char key[64], version[32];

	if (!m->pauses)
		return ERR_NONE;
	waiting_key(key, r);
	snprintf(version, sizeof version, "%" PRIu64, r->version);
	return txn_meta_set(t, key, version, e);
}

/* ---- the secret came --------------------------------------------------------------------------
 */

static bool waits(struct store *s, const struct resource *r)
{
	char key[64], *version;
	bool same;

	waiting_key(key, r);
	version = store_meta_get(s, key);
	same = version && strtoull(version, NULL, 10) == r->version;
	free(version);
	return same;
}

static enum err run_put(struct txn *t, void *arg, struct error *e)
{
	struct resource_put *p = arg;
	enum err rc = resource_put(t, p, e);

	resource_unref(p->result);
	p->result = NULL;
	return rc;
}

static void resume(struct api_kind *k, const struct resource *r)
{
	struct store *s = k->api->d->store;
	struct resource_input in = {.spec = resource_spec(r)};
	struct error_list *faults = mem_zalloc(sizeof *faults);
	struct missing_secrets missing;
	struct resource_put p = {.kind = k->kind,
				 .mode = PUT_REPLACE,
				 .id = r->id,
				 .name = r->name,
				 .if_version = r->version};
	struct error e;
	char *spec;

	missing_find(s, in.spec, &missing);
	snprintf(in.name, sizeof in.name, "%s", r->name);
	if (!missing.n && set_paused(k->kind, &in, false, faults)) {
		spec = spec_dump(in.spec);
		p.spec = spec;
		/* Changed at this very moment by somebody else: then it is theirs. */
		(void)!store_run(s, OP_PEOPLE, run_put, &p, &e);
		free(spec);
	}
	resource_input_fini(&in);
	free(faults);
}

void waiting_resume(struct api_state *a, const char *secret)
{
	char reference[NAME_MAX_BYTES + 16];

	snprintf(reference, sizeof reference, "\"secret\":\"%s\"", secret);
	for (size_t i = 0; i < a->n_kinds; i++) {
		struct api_kind *k = &a->kinds[i];
		size_t n = 0;
		const struct resource **all =
			k->pausable ? resource_list(a->d->store, k->kind, &n) : NULL;

		for (size_t r = 0; r < n; r++) {
			if (strstr(all[r]->spec, reference) && waits(a->d->store, all[r]))
				resume(k, all[r]);
			resource_unref(all[r]);
		}
		free(all);
	}
}
