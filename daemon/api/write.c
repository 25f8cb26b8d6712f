/* Creating, replacing, patching and deleting resources. The loop validates; the writer decides
 * (name taken, version moved, key seen before); the answer goes out after the commit. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/internal.h"
#include "shared/mem.h"

enum { ATTEMPTS_MAX = 8, KEY_MAX = 200, PRINT_BYTES = 16, PRINT_TEXT = PRINT_BYTES * 2 + 1 };
enum { REPLY_KEPT_MAX = 256 * 1024 };

enum write_what { WRITE_CREATE, WRITE_REPLACE, WRITE_PATCH, WRITE_DELETE };

struct write {
	struct store_op op;
	struct request *request;
	struct api_kind *k;
	enum write_what what;
	json_t *patch;  /* WRITE_PATCH */
	unsigned flags; /* of its members: SCHEMA_LOOSE when they are text, as typed */
	char *ref;
	uint64_t id, if_version; /* if_version: as asked by If-Match, 0: any */
	unsigned attempts;
	struct missing_secrets missing;
	char *labels, *spec, *name, *renamed_from;
	struct resource_put put;
	const struct resource *result; /* counted: what is now, or what was deleted */
	char key[KEY_MAX];             /* Idempotency-Key with method and path, "" without */
	char print[PRINT_TEXT];        /* of the body */
	int stored_status;
	char *stored; /* an earlier answer to the same key */
	enum err code;
	struct error error;
};

static void write_free(struct write *w)
{
	json_decref(w->patch);
	free(w->ref);
	free(w->labels);
	free(w->spec);
	free(w->name);
	free(w->renamed_from);
	free(w->stored);
	resource_unref(w->result);
	free(w);
}

/* ---- what the request asks ----------------------------------------------------------------------
 */

/* If-Match: "7" or *. @return false: e says what is wrong */
static bool if_match(struct request *r, uint64_t *version, struct error *e)
{
	const char *text = request_header(r, "if-match");
	unsigned long long v;
	int used = 0;

	*version = 0;
	if (!text || !strcmp(text, "*"))
		return true;
	if (sscanf(text, "\"%20llu\"%n", &v, &used) == 1 && used && !text[used] && v) {
		*version = v;
		return true;
	}
	error_set(e, ERR_CONFLICT, "If-Match %.64s is no version of this", text);
	error_hint(e, "send the ETag as it was read: \"3\"");
	return false;
}

static bool idempotency(struct request *r, struct write *w, struct error *e)
{
	const char *key = request_header(r, "idempotency-key"), *body;
	unsigned char print[PRINT_BYTES];
	size_t len;

	if (!key)
		return true;
	if (!*key || strlen(key) > 80 ||
	    snprintf(w->key, sizeof w->key, "%s %s %s", request_method(r), request_path(r), key) >=
		    (int)sizeof w->key) {
		error_field(e, ERR_INVALID, "Idempotency-Key", "1..80 characters are possible");
		return false;
	}
	body = request_body(r, &len);
	crypto_generichash(print, sizeof print, (const unsigned char *)body, len, NULL, 0);
	sodium_bin2hex(w->print, sizeof w->print, print, sizeof print);
	return true;
}

static struct error_list *faults_new(void)
{
	return mem_zalloc(sizeof(struct error_list));
}

/* Take what was validated over into the operation. */
static void adopt(struct write *w, struct resource_input *in)
{
	free(w->labels);
	free(w->spec);
	free(w->name);
	free(w->renamed_from);
	w->labels = in->labels ? json_dumps(in->labels, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	w->spec = spec_dump(in->spec);
	w->name = in->name[0] ? mem_strdup(in->name) : NULL;
	w->renamed_from = in->renamed_from[0] ? mem_strdup(in->renamed_from) : NULL;
}

/* ---- on the writer thread -----------------------------------------------------------------------
 */

static void render_answer(struct write *w, struct buf *out, bool live)
{
	struct json_writer j;

	jw_init(&j, out);
	jw_object(&j);
	jw_key(&j, "data");
	render_resource(w->k, &j, w->result, live);
	if (w->missing.n) {
		jw_key(&j, "meta");
		jw_object(&j);
		missing_write(&j, &w->missing);
		jw_object_end(&j);
	}
	jw_object_end(&j);
}

static int answer_status(const struct write *w)
{
	return w->what != WRITE_DELETE && w->put.outcome == PUT_CREATED ? 201 : 200;
}

/* A kept answer is "PRINT BODY". */
static enum err answer_before(struct txn *t, struct write *w, struct error *e)
{
	char *kept = NULL;

	if (!w->key[0] || !idempotency_find(t, w->key, &w->stored_status, &kept))
		return ERR_NONE;
	if (strncmp(kept, w->print, PRINT_TEXT - 1)) {
		free(kept);
		error_field(e, ERR_INVALID, "Idempotency-Key",
			    "this key was used for another request body");
		error_hint(e, "use a fresh key for each request");
		return ERR_INVALID;
	}
	w->stored = mem_strdup(kept + PRINT_TEXT);
	free(kept);
	return ERR_NONE;
}

static enum err keep_answer(struct txn *t, struct write *w, struct error *e)
{
	struct buf text = BUF_INIT(REPLY_KEPT_MAX);
	enum err rc = ERR_NONE;

	if (!w->key[0])
		return ERR_NONE;
	buf_add_str(&text, w->print);
	buf_add_char(&text, ' ');
	render_answer(w, &text, false);
	if (!text.overflow)
		rc = idempotency_keep(t, w->key, answer_status(w), buf_str(&text), e);
	buf_fini(&text);
	return rc;
}

static enum err run(struct txn *t, void *arg, struct error *e)
{
	struct write *w = arg;
	enum err rc = answer_before(t, w, e);

	if (rc || w->stored)
		return rc;
	if (w->what == WRITE_DELETE) {
		rc = resource_delete(t, w->k->kind, w->id, w->if_version, &w->result, e);
	} else {
		rc = resource_put(t, &w->put, e);
		w->result = w->put.result;
		if (!rc)
			rc = missing_note(t, &w->missing, w->result, e);
	}
	return rc ? rc : keep_answer(t, w, e);
}

/* ---- back on the loop ---------------------------------------------------------------------------
 */

static void again(struct write *w);

static void answer_written(struct write *w)
{
	struct request *r = w->request;
	char text[128];

	if (w->stored) {
		buf_add_str(reply_body(r), w->stored);
		reply_header(r, "Idempotent-Replayed", "true");
		request_finish(r, w->stored_status);
		return;
	}
	if (w->what != WRITE_DELETE) {
		snprintf(text, sizeof text, "\"%llu\"", (unsigned long long)w->result->version);
		reply_header(r, "ETag", text);
	}
	if (answer_status(w) == 201) {
		snprintf(text, sizeof text, "/v1/%s/%s", w->k->kind->plural, w->result->name);
		reply_header(r, "Location", text);
	}
	render_answer(w, reply_body(r), w->what != WRITE_DELETE);
	request_finish(r, answer_status(w));
}

static void finished(void *arg)
{
	struct write *w = arg;

	if (w->code == ERR_CONFLICT && w->what == WRITE_PATCH && !w->if_version &&
	    w->attempts < ATTEMPTS_MAX) {
		again(w); /* somebody else wrote between reading and writing: read again */
		return;
	}
	if (w->code)
		request_finish_error(w->request, &w->error);
	else
		answer_written(w);
	write_free(w);
}

static void done(void *arg, enum err code, const struct error *e)
{
	struct write *w = arg;

	w->code = code;
	if (code)
		w->error = *e;
	loop_post(w->k->api->d->api, finished, w);
}

static enum err submit(struct write *w, struct error *e)
{
	if (w->what != WRITE_DELETE) {
		w->put.labels = w->labels;
		w->put.spec = w->spec;
		w->put.name = w->name;
		w->put.renamed_from = w->renamed_from;
		w->put.kind = w->k->kind;
		w->put.id = w->id;
	}
	w->op = (struct store_op){.run = run, .done = done, .arg = w};
	w->attempts++;
	return store_submit(w->k->api->d->store, OP_PEOPLE, &w->op, e);
}

/* ---- patching -----------------------------------------------------------------------------------
 */

/* Read what is there, apply the patch, leave the result in w. @return 0, or the code of a fault
 * that is in faults */
static enum err patch_now(struct write *w, struct error_list *faults)
{
	struct api_kind *k = w->k;
	const struct resource *res = resource_get(k->api->d->store, k->kind, w->ref);
	struct resource_input in = {0};
	json_t *spec, *labels;
	bool ok;

	if (!res) {
		error_set(&faults->items[0], ERR_NOT_FOUND, "no %s \"%.80s\"", k->kind->kind,
			  w->ref);
		error_hint(&faults->items[0], "sellersmart %s list", k->kind->kind);
		faults->n = faults->total = 1;
		return ERR_NOT_FOUND;
	}
	spec = resource_spec(res);
	labels = resource_labels(res);
	ok = resource_patch(k->kind, res->name, spec, labels, w->patch, w->flags, &in, faults);
	ok = ok && api_check(k, in.spec, NULL, faults);
	json_decref(spec);
	json_decref(labels);
	if (ok) {
		missing_find(k->api->d->store, in.spec, &w->missing);
		adopt(w, &in);
		w->id = res->id;
		w->put.mode = PUT_REPLACE;
		w->put.if_version = w->if_version ? w->if_version : res->version;
	}
	resource_input_fini(&in);
	resource_unref(res);
	return ok ? ERR_NONE : ERR_INVALID;
}

static void again(struct write *w)
{
	struct error_list *faults = faults_new();

	if (patch_now(w, faults)) {
		request_finish_error(w->request, &faults->items[0]);
		write_free(w);
	} else if (submit(w, &w->error)) {
		request_finish_error(w->request, &w->error);
		write_free(w);
	}
	free(faults);
}

/* ---- handlers -----------------------------------------------------------------------------------
 */

static struct write *write_new(struct request *r, void *ctx, enum write_what what)
{
	struct write *w = mem_zalloc(sizeof *w);
	const char *ref = request_param(r, "ref");

	w->request = r;
	w->k = ctx;
	w->what = what;
	w->ref = ref ? mem_strdup(ref) : NULL;
	return w;
}

static struct answered begin(struct request *r, struct write *w)
{
	struct error e;

	if (!if_match(r, &w->if_version, &e) || !idempotency(r, w, &e))
		goto refused;
	if (w->what == WRITE_REPLACE || w->what == WRITE_CREATE)
		w->put.if_version = w->if_version;
	else if (w->what == WRITE_PATCH && w->if_version)
		w->put.if_version = w->if_version;
	if (!submit(w, &e))
		return reply_later(r);
refused:
	write_free(w);
	return reply_error(r, &e);
}

static struct answered refused(struct request *r, struct write *w, struct error_list *faults)
{
	struct answered a = answer_faults(r, faults);

	free(faults);
	write_free(w);
	return a;
}

/* Validate a body that says all, against what is there (NULL: nothing). */
static bool read_whole(struct write *w, const json_t *body, const struct resource *old,
		       struct error_list *faults)
{
	struct api_kind *k = w->k;
	struct resource_input in = {0};
	json_t *before;
	bool ok = resource_validate(k->kind, body, 0, NULL, &in, faults);

	if (!ok)
		return false;
	if (old) {
		before = resource_spec(old);
		ok = !resource_fixed_check(k->kind, before, in.spec, &faults->items[0]);
		faults->n = faults->total = !ok;
		json_decref(before);
	}
	ok = ok && api_check(k, in.spec, NULL, faults);
	missing_find(k->api->d->store, in.spec, &w->missing);
	ok = ok && missing_pause(k, &in, &w->missing, faults);
	if (ok) {
		if (!in.labels) /* none given are none */
			in.labels = json_object();
		adopt(w, &in);
		w->id = old ? old->id : 0;
	}
	resource_input_fini(&in);
	return ok;
}

/* @param name  of the path, for a body that has none */
static struct answered whole(struct request *r, struct write *w, const struct resource *old,
			     const char *name)
{
	struct error_list *faults;
	struct error e = {0};
	enum err bad = ERR_NONE;
	json_t *body = request_json(r, &e), *named = NULL;

	if (!body) {
		write_free(w);
		return reply_error(r, &e);
	}
	if (name && !json_object_get(body, "name")) {
		named = json_copy(body);
		json_object_set_new(named, "name", json_string(name));
	} else if (w->what == WRITE_CREATE && w->k->kind->complete) {
		named = json_is_object(body) ? json_copy(body) : NULL;
		if (named)
			bad = w->k->kind->complete(named, clock_wall_ms(w->k->api->d->clock), &e);
	}
	faults = faults_new();
	if (bad) {
		errors_add(faults, &e);
		json_decref(named);
		return refused(r, w, faults);
	}
	if (!read_whole(w, named ? named : body, old, faults)) {
		json_decref(named);
		return refused(r, w, faults);
	}
	json_decref(named);
	free(faults);
	return begin(r, w);
}

struct answered create_handle(struct request *r, void *ctx)
{
	struct write *w = write_new(r, ctx, WRITE_CREATE);

	w->put.mode = PUT_CREATE;
	return whole(r, w, NULL, NULL);
}

/* PUT makes what is not there, under the name of the path. */
struct answered replace_handle(struct request *r, void *ctx)
{
	struct write *w = write_new(r, ctx, WRITE_REPLACE);
	struct api_kind *k = ctx;
	const struct resource *old = resource_get(k->api->d->store, k->kind, w->ref);
	struct answered a;

	w->put.mode = old ? PUT_REPLACE : PUT_UPSERT;
	if (!old && id_shaped(w->ref)) {
		write_free(w);
		return answer_not_found(r, k->kind, request_param(r, "ref"));
	}
	a = whole(r, w, old, old ? old->name : w->ref);
	resource_unref(old);
	return a;
}

static struct answered patch(struct request *r, void *ctx, json_t *body)
{
	struct write *w = write_new(r, ctx, WRITE_PATCH);
	struct error_list *faults = faults_new();
	struct error e;

	w->patch = body;
	w->flags = !strcmp(request_query(r, "loose", ""), "true") ? SCHEMA_LOOSE : 0;
	if (!if_match(r, &w->if_version, &e)) {
		free(faults);
		write_free(w);
		return reply_error(r, &e);
	}
	if (patch_now(w, faults))
		return refused(r, w, faults);
	free(faults);
	return begin(r, w);
}

struct answered patch_handle(struct request *r, void *ctx)
{
	struct error e;
	json_t *body = request_json(r, &e);

	return body ? patch(r, ctx, json_incref(body)) : reply_error(r, &e);
}

struct answered pause_handle(struct request *r, void *ctx)
{
	return patch(r, ctx, json_pack("{s:b}", "paused", 1));
}

struct answered resume_handle(struct request *r, void *ctx)
{
	return patch(r, ctx, json_pack("{s:b}", "paused", 0));
}

struct answered delete_handle(struct request *r, void *ctx)
{
	struct write *w = write_new(r, ctx, WRITE_DELETE);
	struct api_kind *k = ctx;
	const struct resource *res = resource_get(k->api->d->store, k->kind, w->ref);

	/* A repeated request with its key must find its answer although the thing is gone. */
	if (!res && !request_header(r, "idempotency-key")) {
		write_free(w);
		return answer_not_found(r, k->kind, request_param(r, "ref"));
	}
	w->id = res ? res->id : 0;
	resource_unref(res);
	return begin(r, w);
}
