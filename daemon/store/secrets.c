#include "daemon/store/secrets.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/master_key.h"
#include "daemon/store/store_internal.h"
#include "shared/mem.h"

enum {
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	ASSOCIATED = 16,
};

struct sealed {
	uint64_t id;
	size_t len;                 /* of the box */
	unsigned char *nonce, *box; /* one allocation, at nonce */
};

struct secrets {
	struct master_key key;
	pthread_rwlock_t lock;
	struct sealed *items;
	size_t n, cap;
};

struct secrets *secrets_new(struct store *s)
{
	struct secrets *x = mem_zalloc(sizeof *x);

	pthread_rwlock_init(&x->lock, NULL);
	return x;
}

void secrets_free(struct secrets *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->n; i++)
		free(x->items[i].nonce);
	free(x->items);
	master_key_fini(&x->key);
	pthread_rwlock_destroy(&x->lock);
	free(x);
}

static struct sealed sealed_make(uint64_t id, const void *nonce, const void *box, size_t len)
{
	struct sealed v = {.id = id, .len = len, .nonce = mem_alloc(NONCE + len)};

	memcpy(v.nonce, nonce, NONCE);
	v.box = v.nonce + NONCE;
	if (len && box)
		memcpy(v.box, box, len);
	return v;
}

static struct sealed *find(struct secrets *x, uint64_t id)
{
	for (size_t i = 0; i < x->n; i++) {
		if (x->items[i].id == id)
			return &x->items[i];
	}
	return NULL;
}

/* Takes v over. */
static void keep(struct secrets *x, struct sealed v)
{
	struct sealed *old;

	pthread_rwlock_wrlock(&x->lock);
	old = find(x, v.id);
	if (old) {
		free(old->nonce);
		*old = v;
	} else {
		if (x->n == x->cap) {
			x->cap = x->cap ? x->cap * 2 : 8;
			x->items = mem_array(x->items, x->cap, sizeof *x->items);
		}
		x->items[x->n++] = v;
	}
	pthread_rwlock_unlock(&x->lock);
}

static void drop(struct secrets *x, uint64_t id)
{
	struct sealed *old;

	pthread_rwlock_wrlock(&x->lock);
	old = find(x, id);
	if (old) {
		free(old->nonce);
		*old = x->items[--x->n];
	}
	pthread_rwlock_unlock(&x->lock);
}

enum err secrets_load(struct store *s, struct error *e)
{
	struct secrets *x = s->secrets;
	sqlite3_stmt *st;
	enum err rc;
	int code = sqlite3_prepare_v2(s->db, "SELECT id, nonce, sealed FROM secret", -1, &st, NULL);

	while (!code && (code = sqlite3_step(st)) == SQLITE_ROW) {
		const void *nonce = sqlite3_column_blob(st, 1);
		int n = sqlite3_column_bytes(st, 1);

		if (n == NONCE)
			keep(x, sealed_make((uint64_t)sqlite3_column_int64(st, 0), nonce,
					    sqlite3_column_blob(st, 2),
					    (size_t)sqlite3_column_bytes(st, 2)));
		code = SQLITE_OK;
	}
	rc = code == SQLITE_DONE ? ERR_NONE : store_error(code, s->db, "read the secrets", e);
	sqlite3_finalize(st);
	if (!rc)
		rc = master_key_load(&x->key, s->dir, s->db, x->n == 0, e);
	return rc;
}

static void associated_data(unsigned char out[ASSOCIATED], uint64_t id)
{
	memcpy(out, "secret:\0", 8);
	for (int i = 0; i < 8; i++)
		out[8 + i] = (unsigned char)(id >> (56 - 8 * i));
}

/* ---- writing -------------------------------------------------------------------------------- */

struct pending {
	struct secrets *secrets;
	struct sealed value; /* nonce NULL: forget */
};

static void pending_end(void *arg, bool committed)
{
	struct pending *p = arg;

	if (committed && p->value.nonce)
		keep(p->secrets, p->value);
	else if (committed)
		drop(p->secrets, p->value.id);
	else
		free(p->value.nonce);
	free(p);
}

static void at_end(struct txn *t, struct sealed value)
{
	struct pending *p = mem_alloc(sizeof *p);

	*p = (struct pending){txn_store(t)->secrets, value};
	txn_on_end(t, pending_end, p);
}

void secrets_forget(struct txn *t, uint64_t id)
{
	at_end(t, (struct sealed){.id = id});
}

/* The resource with a new version, so that everybody sees that the value changed. */
static enum err touch_resource(struct txn *t, const struct resource_kind *k, const char *name,
			       uint64_t *id, struct error *e)
{
	const struct resource *old = resource_find_row(t, k, name, e);
	enum err rc;

	if (old) {
		*id = old->id;
		rc = resource_touch(t, old, e);
	} else {
		struct resource_put put = {
			.kind = k, .mode = PUT_CREATE, .name = name, .spec = "{}"};

		rc = resource_put(t, &put, e);
		if (!rc)
			*id = put.result->id;
		resource_unref(put.result);
	}
	resource_unref(old);
	return rc;
}

enum err secret_put(struct txn *t, const char *name, const void *value, size_t len, struct error *e)
{
	struct secrets *x = txn_store(t)->secrets;
	const struct resource_kind *k = resource_kind_find("secret");
	unsigned char nonce[NONCE], associated[ASSOCIATED];
	struct sealed v;
	sqlite3_stmt *st;
	uint64_t id = 0;
	enum err rc;

	if (len > SECRET_MAX)
		return error_set(e, ERR_TOO_LARGE,
				 "secret \"%s\" has %zu bytes, at most %d are kept", name, len,
				 SECRET_MAX);
	rc = master_key_check(&x->key, e);
	if (!rc && !k)
		rc = error_set(e, ERR_UNSUPPORTED, "this build has no secrets");
	if (!rc)
		rc = touch_resource(t, k, name, &id, e);
	if (rc)
		return rc;

	randombytes_buf(nonce, sizeof nonce);
	associated_data(associated, id);
	v = sealed_make(id, nonce, NULL, len + TAG);
	crypto_aead_xchacha20poly1305_ietf_encrypt(v.box, NULL, value, len, associated,
						   sizeof associated, NULL, nonce, x->key.bytes);
	st = txn_prepare(t,
			 "INSERT INTO secret(id, nonce, sealed) VALUES(?1, ?2, ?3) "
			 "ON CONFLICT(id) DO UPDATE SET nonce = ?2, sealed = ?3",
			 e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)id);
		sqlite3_bind_blob(st, 2, v.nonce, NONCE, SQLITE_STATIC);
		sqlite3_bind_blob(st, 3, v.box, (int)v.len, SQLITE_STATIC);
	}
	rc = txn_exec(t, st, e);
	if (rc) {
		free(v.nonce);
		return rc;
	}
	at_end(t, v);
	return ERR_NONE;
}

/* ---- reading -------------------------------------------------------------------------------- */

static uint64_t id_of(struct store *s, const char *name)
{
	const struct resource_kind *k = resource_kind_find("secret");
	const struct resource *r = k ? resource_get(s, k, name) : NULL;
	uint64_t id = r ? r->id : 0;

	resource_unref(r);
	return id;
}

bool secret_exists(struct store *s, const char *name)
{
	struct secrets *x = s->secrets;
	uint64_t id = id_of(s, name);
	bool found;

	if (!id)
		return false;
	pthread_rwlock_rdlock(&x->lock);
	found = find(x, id) != NULL;
	pthread_rwlock_unlock(&x->lock);
	return found;
}

char *secret_get(struct store *s, const char *name, size_t *len, struct error *e)
{
	struct secrets *x = s->secrets;
	uint64_t id = id_of(s, name);
	unsigned char associated[ASSOCIATED];
	const struct sealed *v;
	char *out = NULL;

	if (master_key_check(&x->key, e))
		return NULL;
	pthread_rwlock_rdlock(&x->lock);
	v = id ? find(x, id) : NULL;
	if (!v) {
		error_set(e, ERR_NOT_FOUND, "there is no secret \"%s\"", name);
		error_hint(e, "store it: sellersmart secret set %s < FILE", name);
		goto out;
	}
	if (v->len < TAG)
		goto wrong;
	out = mem_alloc(v->len - TAG + 1);
	associated_data(associated, id);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)out, NULL, NULL, v->box,
						       v->len, associated, sizeof associated,
						       v->nonce, x->key.bytes) == 0) {
		out[v->len - TAG] = '\0';
		if (len)
			*len = v->len - TAG;
		goto out;
	}
	free(out);
	out = NULL;
wrong:
	error_set(e, ERR_STORE, "secret \"%s\" cannot be opened: its value was altered", name);
	error_hint(e, "store it again: sellersmart secret set %s < FILE", name);
out:
	pthread_rwlock_unlock(&x->lock);
	return out;
}

void secret_wipe(char *value, size_t len)
{
	if (value)
		sodium_memzero(value, len);
	free(value);
}
