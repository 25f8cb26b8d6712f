#include "daemon/checks/common/rdap_list.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/rdap.h"
#include "daemon/core/config.h"
#include "daemon/store/store.h"
#include "shared/json.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum {
	REFRESH_MS = 86400000,
	RETRY_MS = 3600000,     /* after a refresh that failed; */
	FIRST_RETRY_MS = 60000, /* while there is no list at all */
	FETCH_TIMEOUT_MS = 20000,
	TAG_MAX = 256,
};

static const char body_key[] = "rdap.bootstrap";
static const char facts_key[] = "rdap.bootstrap.facts";

/* What is kept of a copy. */
struct copy {
	char url[URL_MAX], etag[TAG_MAX], modified[TAG_MAX];
	int64_t checked_ms; /* wall */
	char *body;
};

struct rdap_list {
	const struct check_env *env;
	void (*changed)(void *arg);
	void *arg;
	struct copy copy;
	struct rdap_bootstrap *table; /* NULL: none */
	bool loaded, loading, fetching, stopped;
	int64_t tried_boot_ms; /* the last fetch that failed, 0: none */
	char fault[CHECK_MESSAGE];
	struct rdap_fetch *fetch;
	char fetched_url[URL_MAX];
	unsigned working; /* jobs of the loop's workers */
};

/** A job beside the loop: the copy from or to the store. */
struct store_job {
	uv_work_t work;
	struct rdap_list *list;
	struct store *store;
	struct copy copy;
};

static int64_t now_boot_ms(const struct rdap_list *l)
{
	return clock_boot_us(l->env->clock) / 1000;
}

static const char *wanted_url(const struct rdap_list *l)
{
	const struct config *c = l->env->config ? atomic_load(l->env->config) : NULL;

	return c && c->rdap_bootstrap[0] ? c->rdap_bootstrap : RDAP_BOOTSTRAP_URL;
}

static bool has_table(const struct rdap_list *l)
{
	return l->table && !strcmp(l->copy.url, wanted_url(l));
}

/* The clock may have been set back: a copy from the future is not fresh for ever. */
static bool is_fresh(const struct rdap_list *l)
{
	int64_t age_ms = clock_wall_ms(l->env->clock) - l->copy.checked_ms;

	return has_table(l) && age_ms < REFRESH_MS && age_ms > -REFRESH_MS;
}

/* ---- the store ----------------------------------------------------------------------------- */

static char *copy_facts(const struct copy *c)
{
	struct buf out = BUF_INIT(4 * URL_MAX);
	struct json_writer w;

	jw_init(&w, &out);
	jw_object(&w);
	jw_kv_str(&w, "url", c->url);
	jw_kv_str(&w, "etag", c->etag);
	jw_kv_str(&w, "modified", c->modified);
	jw_kv_int(&w, "checked_ms", c->checked_ms);
	jw_object_end(&w);
	return buf_take(&out);
}

static void load(uv_work_t *work)
{
	struct store_job *job = work->data;
	struct copy *c = &job->copy;
	char *facts = store_meta_get(job->store, facts_key);
	json_t *root = facts ? json_read(facts, strlen(facts), 4 * URL_MAX, NULL) : NULL;

	if (root) {
		snprintf(c->url, sizeof c->url, "%s", json_str(root, "url", ""));
		snprintf(c->etag, sizeof c->etag, "%s", json_str(root, "etag", ""));
		snprintf(c->modified, sizeof c->modified, "%s", json_str(root, "modified", ""));
		c->checked_ms = json_int(root, "checked_ms", 0);
		c->body = store_meta_get(job->store, body_key);
	}
	json_decref(root);
	free(facts);
}

static enum err write_copy(struct txn *t, void *arg, struct error *e)
{
	const struct copy *c = arg;
	char *facts = copy_facts(c);
	enum err err = txn_meta_set(t, facts_key, facts, e);

	if (!err && c->body)
		err = txn_meta_set(t, body_key, c->body, e);
	free(facts);
	return err;
}

static void save(uv_work_t *work)
{
	struct store_job *job = work->data;
	struct error e = {0};

	if (store_run(job->store, OP_BACKGROUND, write_copy, &job->copy, &e))
		log_warn("rdap", "the list of RDAP servers is not kept: %s", e.text);
}

static void go_on(struct rdap_list *l);

static void job_free(struct store_job *job)
{
	job->list->working--;
	free(job->copy.body);
	free(job);
}

static void on_saved(uv_work_t *work, int status)
{
	job_free(work->data);
}

static void on_loaded(uv_work_t *work, int status)
{
	struct store_job *job = work->data;
	struct rdap_list *l = job->list;

	l->loading = false;
	l->loaded = true;
	if (job->copy.body && !strcmp(job->copy.url, wanted_url(l)))
		l->table = rdap_bootstrap_parse(job->copy.body, strlen(job->copy.body), NULL);
	if (l->table) {
		l->copy = job->copy;
		l->copy.body = NULL; /* the table is all that is needed */
	}
	job_free(job);
	if (!l->stopped)
		go_on(l);
}

/* @return false when there is no worker to be had */
static bool queue_job(struct rdap_list *l, struct store_job *job, uv_work_cb fn,
		      uv_after_work_cb after)
{
	job->list = l;
	job->store = l->env->store;
	job->work.data = job;
	l->working++;
	if (!uv_queue_work(loop_uv(l->env->loop), &job->work, fn, after))
		return true;
	job_free(job);
	return false;
}

static void keep(struct rdap_list *l, const char *body, size_t len)
{
	struct store_job *job;

	if (!l->env->store)
		return;
	job = mem_zalloc(sizeof *job);
	job->copy = l->copy;
	job->copy.body = body ? mem_strndup(body, len) : NULL;
	queue_job(l, job, save, on_saved);
}

/* ---- fetching ------------------------------------------------------------------------------ */

static void fail(struct rdap_list *l, const char *why)
{
	l->tried_boot_ms = now_boot_ms(l);
	text_safe(l->fault, sizeof l->fault, why, strlen(why), 0, 0, NULL);
	log_warn("rdap", "%s: %s", l->fetched_url, l->fault);
}

static void take_headers(struct rdap_list *l, const struct rdap_fetch *f)
{
	const char *etag = rdap_fetch_header(f, RDAP_ETAG);
	const char *modified = rdap_fetch_header(f, RDAP_MODIFIED);

	/* One that would be cut is worse than none. */
	snprintf(l->copy.etag, TAG_MAX, "%s", strlen(etag) < TAG_MAX ? etag : "");
	snprintf(l->copy.modified, TAG_MAX, "%s", strlen(modified) < TAG_MAX ? modified : "");
}

static void take_list(struct rdap_list *l, const struct rdap_fetch *f)
{
	const char *body = buf_str(&f->walk.body.kept);
	size_t len = f->walk.body.kept.len;
	struct error e = {0};
	struct rdap_bootstrap *fresh = f->walk.cut ? NULL : rdap_bootstrap_parse(body, len, &e);

	if (!fresh) {
		fail(l, f->walk.cut ? "it is larger than 1 MiB" : e.text);
		return;
	}
	rdap_bootstrap_free(l->table);
	l->table = fresh;
	snprintf(l->copy.url, sizeof l->copy.url, "%s", l->fetched_url);
	take_headers(l, f);
	l->copy.checked_ms = clock_wall_ms(l->env->clock);
	l->tried_boot_ms = 0;
	l->fault[0] = '\0';
	log_info("rdap", "%s: %zu top-level domains", l->fetched_url, rdap_bootstrap_count(fresh));
	keep(l, body, len);
}

static void on_fetched(struct rdap_fetch *f, void *arg)
{
	struct rdap_list *l = arg;
	char why[40];

	l->fetching = false;
	if (f->walk.verdict.outcome != OUTCOME_NONE) {
		fail(l, f->walk.verdict.message);
	} else if (f->walk.status == 304 && l->table && !strcmp(l->copy.url, l->fetched_url)) {
		l->copy.checked_ms = clock_wall_ms(l->env->clock);
		l->tried_boot_ms = 0;
		l->fault[0] = '\0';
		keep(l, NULL, 0);
	} else if (f->walk.status == 200) {
		take_list(l, f);
	} else {
		snprintf(why, sizeof why, "HTTP %d, expected 200", f->walk.status);
		fail(l, why);
	}
}

/* The fetch's memory goes when nothing of it is on the stack any more. */
static void on_fetch_over(void *arg)
{
	struct rdap_list *l = arg;

	l->working--;
	rdap_fetch_fini(l->fetch);
	free(l->fetch);
	l->fetch = NULL;
	if (!l->stopped)
		l->changed(l->arg);
}

static void on_fetch_done(struct rdap_fetch *f, void *arg)
{
	struct rdap_list *l = arg;

	if (!l->stopped)
		on_fetched(f, arg);
	l->working++;
	loop_post(l->env->loop, on_fetch_over, l);
}

static void start_fetch(struct rdap_list *l)
{
	bool same;

	snprintf(l->fetched_url, sizeof l->fetched_url, "%s", wanted_url(l));
	same = l->table && !strcmp(l->copy.url, l->fetched_url);
	l->fetching = true;
	l->fetch = mem_zalloc(sizeof *l->fetch);
	l->fetch->url = l->fetched_url;
	l->fetch->etag = same ? l->copy.etag : NULL;
	l->fetch->modified = same ? l->copy.modified : NULL;
	l->fetch->timeout_ms = FETCH_TIMEOUT_MS;
	l->fetch->max_bytes = RDAP_BOOTSTRAP_MAX;
	l->fetch->done = on_fetch_done;
	l->fetch->arg = l;
	rdap_fetch_start(l->fetch, l->env);
}

static bool may_try(const struct rdap_list *l)
{
	int64_t pause_ms = has_table(l) ? RETRY_MS : FIRST_RETRY_MS;

	return !l->tried_boot_ms || now_boot_ms(l) - l->tried_boot_ms >= pause_ms ||
	       strcmp(l->fetched_url, wanted_url(l)) != 0;
}

/* After the store was asked. */
static void go_on(struct rdap_list *l)
{
	if (is_fresh(l) || !may_try(l))
		l->changed(l->arg);
	else
		start_fetch(l);
}

/* ---- asked for ----------------------------------------------------------------------------- */

bool rdap_list_ready(struct rdap_list *l)
{
	struct store_job *job;

	if (l->loading || l->fetch)
		return false;
	if (l->stopped || is_fresh(l))
		return true;
	if (!l->loaded && l->env->store) {
		job = mem_zalloc(sizeof *job);
		l->loading = queue_job(l, job, load, on_loaded);
		if (l->loading)
			return false;
	}
	if (!may_try(l))
		return true;
	start_fetch(l);
	return false; /* it ends by a post, however soon */
}

const struct rdap_bootstrap *rdap_list_table(const struct rdap_list *l)
{
	return has_table(l) ? l->table : NULL;
}

int64_t rdap_list_stale_ms(const struct rdap_list *l)
{
	if (!has_table(l) || is_fresh(l) || !l->fault[0])
		return 0;
	return clock_wall_ms(l->env->clock) - l->copy.checked_ms;
}

const char *rdap_list_fault(const struct rdap_list *l)
{
	return l->fault;
}

struct rdap_list *rdap_list_new(const struct check_env *env, void (*changed)(void *arg), void *arg)
{
	struct rdap_list *l = mem_zalloc(sizeof *l);

	l->env = env;
	l->changed = changed;
	l->arg = arg;
	return l;
}

void rdap_list_stop(struct rdap_list *l)
{
	l->stopped = true;
	if (l->fetching)
		rdap_fetch_cancel(l->fetch);
}

void rdap_list_free(struct rdap_list *l)
{
	if (l->working) /* the loop was cut short: its workers still know this */
		return;
	rdap_bootstrap_free(l->table);
	free(l->copy.body);
	free(l);
}
