#include "daemon/services/sitemonitor/contents/versions.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/diff.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum { RECENT_MS = 86400000, TEXT_BYTES = 66 << 10, EVENT_LINES = 6, LINE_SHOWN = 60 };

static uint64_t hash_of(const void *data, size_t len)
{
	uint64_t h = 0;
	crypto_generichash((unsigned char *)&h, sizeof(h), data, len, NULL, 0);
	h &= INT64_MAX; /* a column of SQLite is signed */
	return h ? h : 1;
}

/* ---- what is known -------------------------------------------------------------------------- */

static size_t place_of(const struct versions *v, uint64_t monitor)
{
	size_t low = 0, high = v->n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (v->all[middle].monitor < monitor)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct watched *find(struct versions *v, uint64_t monitor)
{
	size_t at = place_of(v, monitor);
	return at < v->n && v->all[at].monitor == monitor ? &v->all[at] : NULL;
}

static struct watched *enter(struct versions *v, uint64_t monitor)
{
	size_t at = place_of(v, monitor);
	if (at < v->n && v->all[at].monitor == monitor)
		return &v->all[at];
	if (v->n == v->cap) {
		v->cap = v->cap ? v->cap * 2 : 16;
		v->all = mem_array(v->all, v->cap, sizeof(*v->all));
	}
	memmove(&v->all[at + 1], &v->all[at], (v->n - at) * sizeof(*v->all));
	v->n++;
	v->all[at] = (struct watched){.monitor = monitor};
	return &v->all[at];
}

void versions_forget(struct sitemonitor *sm, uint64_t monitor)
{
	struct versions *v = &sm->versions;
	table_lock(&sm->table);
	size_t at = place_of(v, monitor);
	if (at < v->n && v->all[at].monitor == monitor) {
		memmove(&v->all[at], &v->all[at + 1], (v->n - at - 1) * sizeof(*v->all));
		v->n--;
	}
	table_unlock(&sm->table);
}

void versions_fini(struct versions *v)
{
	free(v->all);
	*v = (struct versions){0};
}

void versions_recent(struct sitemonitor *sm, int64_t now_ms,
		     void (*fn)(const struct watched *w, void *arg), void *arg)
{
	for (size_t i = 0; i < sm->versions.n; i++) {
		const struct watched *w = &sm->versions.all[i];
		if (w->changed_ms && now_ms - w->changed_ms < RECENT_MS)
			fn(w, arg);
	}
}

enum err versions_load(struct sitemonitor *sm, struct error *e)
{
	struct reader *r = store_reader(sm->d->store, e);
	sqlite3_stmt *st =
		r ? reader_prepare(r,
				   "SELECT monitor, hash, max(last_ms), first_ms, summary, event"
				   " FROM content_version GROUP BY monitor ORDER BY monitor",
				   e)
		  : NULL;
	int rc = SQLITE_DONE;
	while (st && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct watched *w = enter(&sm->versions, (uint64_t)sqlite3_column_int64(st, 0));
		const char *summary = column_text(st, 4);
		w->hash = (uint64_t)sqlite3_column_int64(st, 1);
		w->seen_ms = sqlite3_column_int64(st, 2);
		w->changed_ms = summary ? sqlite3_column_int64(st, 3) : 0;
		w->seq = (uint64_t)sqlite3_column_int64(st, 5);
		snprintf(w->summary, sizeof(w->summary), "%s", summary ? summary : "");
	}
	if (r)
		reader_done(r);
	return st && rc == SQLITE_DONE ? ERR_NONE : e->code ? e->code : ERR_STORE;
}

/* ---- writing a version ---------------------------------------------------------------------- */

struct version_op {
	struct store_op op;
	struct sitemonitor *sm;
	uint64_t monitor, hash, filter;
	char name[NAME_MAX_BYTES + 1];
	char *text; /* safe, lines */
	int64_t at_ms, left_ms, flips_ms;
	int keep;
	/* what became of it */
	bool changed;
	uint64_t seq;
	char summary[VERSION_SUMMARY];
};

static void op_free(void *arg)
{
	struct version_op *o = arg;
	free(o->text);
	free(o);
}

static int lines_of(const char *text)
{
	int n = 0;
	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* The version that is current, and the one that has this text. */
struct known {
	int64_t version, same, same_last_ms;
	uint64_t filter, hash;
	char *text;
};

static enum err look_up(struct txn *t, const struct version_op *o, struct known *k, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"SELECT version, last_ms, filter, hash, text FROM content_version WHERE monitor = ?"
		" ORDER BY last_ms DESC, version DESC",
		e);
	int rc;
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)o->monitor);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (!k->version) {
			k->version = sqlite3_column_int64(st, 0);
			k->filter = (uint64_t)sqlite3_column_int64(st, 2);
			k->hash = (uint64_t)sqlite3_column_int64(st, 3);
			k->text = mem_strdup(column_text(st, 4));
		}
		if (!k->same && (uint64_t)sqlite3_column_int64(st, 3) == o->hash &&
		    (uint64_t)sqlite3_column_int64(st, 2) == o->filter) {
			k->same = sqlite3_column_int64(st, 0);
			k->same_last_ms = sqlite3_column_int64(st, 1);
		}
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? ERR_NONE : store_error(rc, txn_db(t), "looking up versions", e);
}

static const char *line_shown(const struct diff_line *l, char out[static 4 * LINE_SHOWN])
{
	text_safe(out, 4 * LINE_SHOWN, l->text, l->len, LINE_SHOWN, 0, NULL);
	return out;
}

/* "36.99 -> 34.90", or how much of it and the first line. */
static void summarise(const struct diff *d, char out[static VERSION_SUMMARY])
{
	const struct diff_line *gone = NULL, *came = NULL;
	char a[4 * LINE_SHOWN] = "", b[4 * LINE_SHOWN] = "", whole[8 * LINE_SHOWN + 64];
	for (size_t i = 0; i < d->n; i++) {
		if (d->lines[i].op == DIFF_REMOVED && !gone)
			gone = &d->lines[i];
		if (d->lines[i].op == DIFF_ADDED && !came)
			came = &d->lines[i];
	}
	if (gone)
		line_shown(gone, a);
	if (came)
		line_shown(came, b);
	if (d->removed == 1 && d->added == 1)
		snprintf(whole, sizeof(whole), "%s -> %s", a, b);
	else
		snprintf(whole, sizeof(whole), "%zu line%s more, %zu fewer: %s%s", d->added,
			 d->added == 1 ? "" : "s", d->removed, came ? "+" : "-", came ? b : a);
	text_safe(out, VERSION_SUMMARY, whole, strlen(whole), 0, 0, NULL);
}

static enum err tell(struct txn *t, struct version_op *o, const struct diff *d, struct error *e)
{
	char text[VERSION_SUMMARY + NAME_MAX_BYTES + 32], line[4 * LINE_SHOWN];
	struct buf data = BUF_INIT(4096);
	struct json_writer w;
	int shown = 0;
	snprintf(text, sizeof(text), "%s changed: %s", o->name, o->summary);
	jw_init(&w, &data);
	jw_object(&w);
	jw_kv_str(&w, "summary", o->summary);
	jw_kv_int(&w, "added", (int64_t)d->added);
	jw_kv_int(&w, "removed", (int64_t)d->removed);
	jw_key(&w, "lines");
	jw_array(&w);
	for (size_t i = 0; i < d->n && shown < EVENT_LINES; i++) {
		if (d->lines[i].op == DIFF_SAME)
			continue;
		jw_object(&w);
		jw_kv_str(&w, "op", d->lines[i].op == DIFF_ADDED ? "+" : "-");
		jw_kv_str(&w, "text", line_shown(&d->lines[i], line));
		jw_object_end(&w);
		shown++;
	}
	jw_array_end(&w);
	jw_object_end(&w);
	struct event ev = {.at_ms = o->at_ms,
			   .topic = "content.changed",
			   .severity = SEVERITY_INFO,
			   .subject_kind = "monitor",
			   .subject = o->monitor,
			   .text = text,
			   .data_json = data.data};
	snprintf(ev.name, sizeof(ev.name), "%s", o->name);
	enum err err = feed_event(t, &ev, e);
	o->seq = (uint64_t)sqlite3_last_insert_rowid(txn_db(t));
	buf_fini(&data);
	return err;
}

static enum err update(struct txn *t, const char *sql, int64_t a, int64_t b, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, sql, e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, a);
	sqlite3_bind_int64(st, 2, b);
	return txn_exec(t, st, e);
}

static enum err insert(struct txn *t, const struct version_op *o, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO content_version (monitor, first_ms, last_ms, times, filter, hash,"
		" lines, text, summary, event) VALUES (?1, ?2, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8)",
		e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)o->monitor);
	sqlite3_bind_int64(st, 2, o->at_ms);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)o->filter);
	sqlite3_bind_int64(st, 4, (sqlite3_int64)o->hash);
	sqlite3_bind_int(st, 5, lines_of(o->text));
	bind_text(st, 6, o->text);
	bind_text(st, 7, o->changed ? o->summary : NULL);
	sqlite3_bind_int64(st, 8, (sqlite3_int64)o->seq);
	enum err err = txn_exec(t, st, e);
	return err ? err
		   : update(t,
			    "DELETE FROM content_version WHERE monitor = ?1 AND version NOT IN"
			    " (SELECT version FROM content_version WHERE monitor = ?1"
			    " ORDER BY last_ms DESC, version DESC LIMIT ?2)",
			    (int64_t)o->monitor, o->keep, e);
}

static enum err write_change(struct txn *t, struct version_op *o, const struct known *k,
			     struct error *e)
{
	struct diff d;
	diff_make(&d, k->text, o->text);
	/* Only what cannot be seen differs (blanks that text_safe levels): no change to tell. */
	o->changed = d.added || d.removed;
	enum err err = ERR_NONE;
	if (o->changed) {
		summarise(&d, o->summary);
		err = tell(t, o, &d, e);
	}
	diff_fini(&d);
	return err ? err : insert(t, o, e);
}

static enum err write_version(struct txn *t, void *arg, struct error *e)
{
	struct version_op *o = arg;
	struct known k = {0};
	bool exists = false;
	o->changed = false;
	enum err err = monitor_row_exists(t, o->monitor, &exists, e);
	if (err || !exists)
		return err;
	err = look_up(t, o, &k, e);
	/* The one that is left was there until then. */
	if (!err && k.version && o->left_ms)
		err = update(t,
			     "UPDATE content_version SET last_ms = max(last_ms, ?2)"
			     " WHERE version = ?1",
			     k.version, o->left_ms, e);
	bool flip = k.same && (k.same == k.version || o->at_ms - k.same_last_ms < o->flips_ms);
	if (!err && flip)
		err = update(t,
			     "UPDATE content_version SET last_ms = max(last_ms, ?2),"
			     " times = times + 1 WHERE version = ?1",
			     k.same, o->at_ms, e);
	else if (!err && k.version && k.filter == o->filter)
		err = write_change(t, o, &k, e);
	else if (!err)
		err = insert(t, o, e);
	free(k.text);
	return err;
}

/* Back on the net loop. */
static void version_settled(void *arg)
{
	struct version_op *o = arg;
	struct sitemonitor *sm = o->sm;
	table_lock(&sm->table);
	struct watched *w = find(&sm->versions, o->monitor);
	if (w) {
		w->writing = false;
		if (!o->op.code) {
			w->hash = o->hash;
			w->seen_ms = o->at_ms;
			w->candidate = 0;
			w->times = 0;
		}
		if (!o->op.code && o->changed) {
			w->changed_ms = o->at_ms;
			w->seq = o->seq;
			memcpy(w->summary, o->summary, sizeof(w->summary));
		}
	}
	table_unlock(&sm->table);
	op_free(o);
}

static void version_done(void *arg, enum err code, const struct error *e)
{
	struct version_op *o = arg;
	o->op.code = code;
	if (code)
		log_warn("sitemonitor", "%s: a version was not kept: %s", o->name,
			 e ? e->text : "");
	writing_ended(o->sm, version_settled, op_free, o);
}

/* ---- a look --------------------------------------------------------------------------------- */

/* Made safe line by line; an end of line stays one. */
static char *safe_lines(const char *text)
{
	struct buf out = BUF_INIT(TEXT_BYTES * 3);
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = text_safe_dup(text, len, len * 3 + 1);
		buf_add_str(&out, line);
		buf_add_char(&out, '\n');
		free(line);
		text += len + (text[len] == '\n');
	}
	return buf_take(&out);
}

static uint64_t filter_of(const json_t *spec)
{
	static const char *const fields[] = {"target", "css", "xpath", "jq", "attribute", "ignore"};
	struct buf all = BUF_INIT(1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const json_t *v = json_object_get(spec, fields[i]);
		char *text = v ? json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
		buf_printf(&all, "%s=%s\n", fields[i], text ? text : "");
		free(text);
	}
	uint64_t hash = hash_of(buf_str(&all), all.len);
	buf_fini(&all);
	return hash;
}

static void submit(struct sitemonitor *sm, struct monitor *m, const struct watched *w,
		   const json_t *spec, const char *text, uint64_t hash, struct moment at)
{
	struct error e = {0};
	struct version_op *o = mem_zalloc(sizeof(*o));
	o->op = (struct store_op){.run = write_version, .done = version_done, .arg = o};
	o->sm = sm;
	o->monitor = m->id;
	o->hash = hash;
	o->filter = filter_of(spec);
	snprintf(o->name, sizeof(o->name), "%s", monitor_name(m));
	o->text = safe_lines(text);
	o->at_ms = at.wall_ms;
	o->left_ms = w->seen_ms;
	o->flips_ms = spec_ms(&resource_monitor, spec, "flips");
	o->keep = (int)spec_int(&resource_monitor, spec, "versions");
	enum err err = writing_submit(sm, OP_BACKGROUND, &o->op, &e);
	table_lock(&sm->table);
	struct watched *now = find(&sm->versions, m->id);
	if (now)
		now->writing = !err;
	table_unlock(&sm->table);
	if (err)
		op_free(o); /* the next look finds the same */
}

bool versions_look(struct sitemonitor *sm, struct monitor *m, const char *text, struct moment at)
{
	uint64_t hash = hash_of(text, strlen(text));
	table_lock(&sm->table);
	struct watched *w = enter(&sm->versions, m->id);
	bool first = !w->hash, current = w->hash == hash, busy = w->writing;
	if (current && !busy) {
		w->seen_ms = at.wall_ms;
		w->candidate = 0;
		w->times = 0;
	} else if (!busy) {
		w->times = w->candidate == hash ? w->times + 1 : 1;
		w->candidate = hash;
	}
	struct watched copy = *w;
	table_unlock(&sm->table);
	if (current || busy)
		return false;
	json_t *spec = resource_spec(m->res);
	int64_t confirm = spec_int(&resource_monitor, spec, "confirm");
	bool counts = first || copy.times >= confirm;
	if (counts)
		submit(sm, m, &copy, spec, text, hash, at);
	json_decref(spec);
	return !counts;
}
