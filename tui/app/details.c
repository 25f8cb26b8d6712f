#include "tui/app/details.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "tui/app/changed.h"
#include "tui/widgets/format.h"
#include "tui/widgets/section.h"

enum { LABEL_WIDTH = 20, LABEL_NARROW = 14, DEPTH_MAX = 4, PATH_BYTES = 1024, VALUE_BYTES = 2048 };

struct details {
	struct call *call;
	bool failed;
	struct error fault;
	void (*changed)(struct view *v);
};

static void take(struct view *v, struct details *d, json_t *object)
{
	json_decref(v->object);
	v->object = json_incref(object);
	if (*json_str(object, "name", ""))
		snprintf(v->title, sizeof v->title, "%s", json_str(object, "name", ""));
	if (d->changed)
		d->changed(v);
	app_damage(v->app);
}

static void on_object(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct view *v = arg;
	struct details *d = *(struct details **)v->state; /* see details.h */

	d->call = NULL;
	d->failed = code != ERR_NONE;
	if (code)
		d->fault = *e;
	else
		take(v, d, r->data);
	app_damage(v->app);
}

struct details *details_open(struct view *v, const char *title, void (*changed)(struct view *v))
{
	struct details *d = mem_zalloc(sizeof *d);

	d->changed = changed;
	if (title && *title)
		snprintf(v->title, sizeof v->title, "%s", title);
	return d;
}

void details_refresh(struct view *v, struct details *d)
{
	struct buf path = BUF_INIT(PATH_BYTES);

	buf_printf(&path, "/v1/%s/", v->kind->plural);
	path_escape(&path, v->ref);
	call_cancel(d->call);
	d->call = channel_get(app_channel(v->app), buf_str(&path), on_object, v);
	buf_fini(&path);
}

void details_close(struct view *v, struct details *d)
{
	call_cancel(d->call);
	json_decref(v->object);
	v->object = NULL;
	free(d);
}

void details_message(struct view *v, struct details *d, const struct live_message *m)
{
	if (m->what == LIVE_ROW && !strcmp(m->kind, v->kind->kind) && v->object &&
	    !strcmp(json_str(m->body, "id", "-"), json_str(v->object, "id", "")))
		take(v, d, m->body);
}

bool details_ready(struct view *v, struct details *d, struct surface s)
{
	if (v->object)
		return true;
	if (d->failed) {
		int rows = wrapped_draw(s, 1, 2, s.width - 4, ROLE_ERROR, d->fault.text, 3);

		if (*d->fault.hint)
			surface_printf(s, rows + 2, 2, ROLE_DIM, "try: %s", d->fault.hint);
	} else {
		surface_outside(s, 1, 2, ROLE_DIM, "asking the daemon", -1);
	}
	return false;
}

/* ---- members as rows
 * ----------------------------------------------------------------------------------- */

struct rows {
	struct view *view;
	struct surface s;
	int y, label;
	struct buf *plain; /* instead of drawing */
};

static void put_row(struct rows *r, const char *label, const char *value, unsigned style)
{
	if (r->plain) {
		buf_printf(r->plain, "%s: %s\n", label, value);
		return;
	}
	surface_outside(r->s, r->y, 2, ROLE_DIM, label, r->label - 1);
	r->y += wrapped_draw(r->s, r->y, 2 + r->label, r->s.width - r->label - 4, style,
			     *value ? value : "-", 4);
}

static bool ends(const char *text, const char *with)
{
	size_t n = strlen(text), k = strlen(with);

	return n >= k && !strcmp(text + n - k, with);
}

/* The name of a member says what its number or text is. */
static enum column_format format_of(const char *path, const json_t *v)
{
	const char *space = strrchr(path, ' '), *name = space ? space + 1 : path;

	if (!strcmp(name, "state") || !strcmp(name, "outcome") || !strcmp(name, "severity"))
		return COLUMN_STATE;
	if (json_is_number(v) && ends(name, "_ms"))
		return COLUMN_MS;
	if (json_is_number(v) && ends(name, "_pct"))
		return COLUMN_PERCENT;
	if (json_is_string(v) &&
	    (ends(name, "_at") || !strcmp(name, "at") || !strcmp(name, "since") ||
	     ends(name, "_since") || !strncmp(name, "not_", 4)))
		return COLUMN_TIME;
	return COLUMN_TEXT;
}

static void words_of(const char *name, char *out, size_t cap)
{
	snprintf(out, cap, "%s", name);
	/* The value is shown with its unit. */
	if (ends(out, "_ms") || ends(out, "_pct"))
		*strrchr(out, '_') = '\0';
	for (char *p = out; *p; p++)
		if (*p == '_')
			*p = ' ';
}

static void put_member(struct rows *r, const char *name, const json_t *v, unsigned depth);

/* {"what", "from", "to"}: "address 203.0.113.7 -> 203.0.113.20". */
static void put_change(struct rows *r, const char *label, const json_t *change)
{
	json_t *one = json_pack("{s:[O]}", "changed", change);
	char text[VALUE_BYTES];

	changed_text(one, r->plain || r->s.canvas->ascii, text, sizeof text);
	put_row(r, label, text, ROLE_DEGRADED);
	json_decref(one);
}

static void put_list(struct rows *r, const char *label, const json_t *list, unsigned depth)
{
	char value[VALUE_BYTES];
	const json_t *item;
	size_t i, n = 0;

	value[0] = '\0';
	for (i = 0; i < json_array_size(list); i++) {
		item = json_array_get(list, i);
		if (json_is_object(item) && json_object_get(item, "what")) {
			put_change(r, label, item);
		} else if (json_is_object(item)) {
			char numbered[160];

			snprintf(numbered, sizeof numbered, "%s %zu", label, i + 1);
			put_member(r, numbered, item, depth + 1);
		} else if (json_is_string(item) && n < sizeof value) {
			n += (size_t)snprintf(value + n, sizeof value - n, "%s%s", n ? ", " : "",
					      json_string_value(item));
		}
	}
	if (n || json_array_size(list) == 0)
		put_row(r, label, n ? value : "none", ROLE_TEXT);
}

static void put_member(struct rows *r, const char *name, const json_t *v, unsigned depth)
{
	char label[128], value[VALUE_BYTES];
	const char *key;
	json_t *inner;
	unsigned style;

	if (!v || json_is_null(v) || depth > DEPTH_MAX)
		return;
	words_of(name, label, sizeof label);
	if (json_is_object(v) && !secret_ref(v)) {
		json_object_foreach((json_t *)v, key, inner)
		{
			char path[160];
			int bare = (int)strlen(name) - (ends(name, "_ms") ? 3 : 0);

			/* What a unit is said of is each of its numbers. */
			snprintf(path, sizeof path, "%.*s%s%s%s", bare, name, *name ? " " : "", key,
				 name[bare] ? "_ms" : "");
			put_member(r, path, inner, depth + 1);
		}
	} else if (json_is_array(v)) {
		put_list(r, label, v, depth);
	} else if (secret_ref(v)) {
		snprintf(value, sizeof value, "secret %s", secret_ref(v));
		put_row(r, label, value, ROLE_TEXT);
	} else {
		format_value(format_of(name, v), v, app_now_ms(r->view->app), value, sizeof value,
			     &style);
		put_row(r, label, value, style);
	}
}

static bool is_field(const struct view *v, const char *name)
{
	static const char *const plumbing[] = {"kind", "id", "version", "spec", NULL};

	for (size_t i = 0; plumbing[i]; i++)
		if (!strcmp(plumbing[i], name))
			return true;
	return resource_field(v->kind, resource_variant(v->kind, v->object), name) != NULL;
}

static void put_fields(struct rows *r)
{
	const struct view *v = r->view;
	const struct variant *variant = resource_variant(v->kind, v->object);
	const struct field *lists[2] = {variant ? variant->fields : NULL, v->kind->fields};
	size_t counts[2] = {variant ? variant->n_fields : 0, v->kind->n_fields};

	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < counts[k]; i++) {
			const struct field *f = &lists[k][i];
			const json_t *value = json_object_get(v->object, f->name);
			char text[VALUE_BYTES], label[64];

			if (!value || json_is_null(value))
				continue;
			field_text(f, value, text, sizeof text);
			words_of(f->name, label, sizeof label);
			if (*text)
				put_row(r, label, text, ROLE_TEXT);
		}
}

static struct rows rows_on(struct view *v, struct surface s, int y)
{
	return (struct rows){
		.view = v, .s = s, .y = y, .label = s.width >= 60 ? LABEL_WIDTH : LABEL_NARROW};
}

int details_draw_fields(struct view *v, struct surface s, int y)
{
	struct rows r = rows_on(v, s, y);

	put_fields(&r);
	return r.y;
}

int details_draw_object(struct view *v, struct surface s, int y, const json_t *object)
{
	struct rows r = rows_on(v, s, y);

	put_member(&r, "", object, 0);
	return r.y;
}

static void put_rest(struct rows *r)
{
	const char *key;
	json_t *value;

	json_object_foreach(r->view->object, key, value) if (!is_field(r->view, key))
		put_member(r, key, value, 0);
}

int details_draw_members(struct view *v, struct surface s, int y)
{
	struct rows r = rows_on(v, s, y);

	put_rest(&r);
	if (v->kind->n_fields) {
		section_draw(s, r.y++, "settings", "");
		put_fields(&r);
	}
	return r.y;
}

void details_write_plain(struct view *v, struct buf *out)
{
	struct rows r = {.view = v, .plain = out};

	if (!v->object)
		return;
	put_rest(&r);
	put_fields(&r);
}
