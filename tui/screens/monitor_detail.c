/* One monitor: its state, the phases of the last check, latency over a span, uptime, certificate,
 * incidents, the last answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/monitor_draw.h"

enum { ASK_EVERY_MS = 5000, SAMPLES = 12, POINTS = 120 };

static const char *const spans[] = {"1h", "24h", "7d", "30d", "90d", "1y"};
/* What the daemon calls them: durations. */
static const char *const since[] = {"1h", "24h", "7d", "30d", "90d", "365d"};

static void on_history(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct view *v = arg;
	struct monitor_page *p = v->state;

	p->history_call = NULL;
	if (!code) {
		json_decref(p->history);
		p->history = json_incref(r->data);
	}
	p->history_failed = code != ERR_NONE;
	app_damage(v->app);
}

static void on_samples(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct view *v = arg;
	struct monitor_page *p = v->state;

	p->samples_call = NULL;
	if (!code) {
		json_decref(p->samples);
		p->samples = json_incref(r->data);
	}
	app_damage(v->app);
}

static void ask_path(struct view *v, struct buf *path, const char *what)
{
	buf_add_str(path, "/v1/monitors/");
	path_escape(path, v->ref);
	buf_printf(path, "/%s", what);
}

static void ask_history(struct view *v)
{
	struct monitor_page *p = v->state;
	struct buf path = BUF_INIT(1024);

	ask_path(v, &path, "history");
	path_add(&path, "since", since[p->span]);
	path_add_int(&path, "points", POINTS);
	call_cancel(p->history_call);
	p->history_call = channel_get(app_channel(v->app), buf_str(&path), on_history, v);
	buf_fini(&path);
	p->asked_at = app_ticks(v->app);
}

static void ask_samples(struct view *v)
{
	struct monitor_page *p = v->state;
	struct buf path = BUF_INIT(1024);

	ask_path(v, &path, "samples");
	path_add_int(&path, "limit", SAMPLES);
	call_cancel(p->samples_call);
	p->samples_call = channel_get(app_channel(v->app), buf_str(&path), on_samples, v);
	buf_fini(&path);
}

/* A live row came: another check was made. */
static void on_changed(struct view *v)
{
	struct monitor_page *p = v->state;

	if (!p->samples_call)
		ask_samples(v);
	if (!p->history_call && app_ticks(v->app) - p->asked_at >= ASK_EVERY_MS)
		ask_history(v);
}

static void refresh(struct view *v)
{
	struct monitor_page *p = v->state;

	details_refresh(v, p->details);
	ask_history(v);
	ask_samples(v);
}

static void monitor_open(struct view *v, const char *arg)
{
	struct monitor_page *p = mem_zalloc(sizeof *p);

	v->state = p;
	v->scroll = &p->scroll;
	p->details = details_open(v, arg, on_changed);
	p->span_names = spans;
	p->n_spans = ARRAY_LEN(spans);
	refresh(v);
}

static void monitor_close(struct view *v)
{
	struct monitor_page *p = v->state;

	details_close(v, p->details);
	call_cancel(p->history_call);
	call_cancel(p->samples_call);
	json_decref(p->history);
	json_decref(p->samples);
	scroll_fini(&p->scroll);
	free(p);
}

static void monitor_message(struct view *v, const struct live_message *m)
{
	struct monitor_page *p = v->state;

	details_message(v, p->details, m);
}

static void monitor_draw(struct view *v, struct surface s)
{
	struct monitor_page *p = v->state;
	struct surface page;

	if (!details_ready(v, p->details, s))
		return;
	page = scroll_begin(&p->scroll, s);
	scroll_end(&p->scroll, s, monitor_draw_page(v, p, page, s.height));
}

static size_t monitor_watched(struct view *v, const char *ids[], size_t max)
{
	ids[0] = json_str(v->object, "id", "");
	return *ids[0] ? 1 : 0;
}

static bool run_span(struct view *v, const struct binding *b)
{
	struct monitor_page *p = v->state;
	size_t step = !strcmp(b->action, "longer") ? 1 : p->n_spans - 1;

	p->span = (p->span + step) % p->n_spans;
	ask_history(v);
	return true;
}

static bool run_settings(struct view *v, const struct binding *b)
{
	struct monitor_page *p = v->state;

	p->settings = !p->settings;
	return true;
}

static void monitor_plain(struct view *v, struct buf *out)
{
	details_write_plain(v, out);
}

static const struct binding bindings[] = {
	{.context = "monitor-detail",
	 .keys = "w +",
	 .action = "longer",
	 .brief = "span",
	 .run = run_span,
	 .help = "a longer span of time: 1h 24h 7d 30d 90d 1y"},
	{.context = "monitor-detail",
	 .keys = "W -",
	 .action = "shorter",
	 .run = run_span,
	 .help = "a shorter span of time"},
	{.context = "monitor-detail",
	 .keys = "s",
	 .action = "settings",
	 .brief = "settings",
	 .run = run_settings,
	 .help = "show or hide the settings"},
};

extern const struct screen screen_monitor_detail;
const struct screen screen_monitor_detail = {
	.name = "monitor-detail",
	.shape = SHAPE_DETAIL,
	.kind = "monitor",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = monitor_open,
	.close = monitor_close,
	.refresh = refresh,
	.message = monitor_message,
	.draw = monitor_draw,
	.plain = monitor_plain,
	.watched = monitor_watched,
};
