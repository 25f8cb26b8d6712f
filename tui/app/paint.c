/* When to paint: at most 30 frames a second from data, at once for a key. */
#include "tui/app/internal.h"

static void on_frame(uv_timer_t *t)
{
	struct app *app = t->data;

	if (app->damaged)
		paint_now(app);
}

void app_damage(struct app *app)
{
	uint64_t now, passed;

	app->damaged = true;
	if (!app->started || uv_is_active((uv_handle_t *)&app->frame_timer))
		return;
	now = uv_now(&app->loop);
	passed = now - app->painted_at;
	uv_timer_start(&app->frame_timer, on_frame, passed >= FRAME_MS ? 0 : FRAME_MS - passed, 0);
}

static void on_later(uv_timer_t *t)
{
	app_damage(t->data);
}

void app_damage_in(struct app *app, uint64_t ms)
{
	if (!uv_is_active((uv_handle_t *)&app->later_timer))
		uv_timer_start(&app->later_timer, on_later, ms, 0);
}

uint64_t app_ticks(const struct app *app)
{
	return uv_now(&app->loop);
}

void paint_now(struct app *app)
{
	int height, width;

	uv_timer_stop(&app->frame_timer);
	app->damaged = false;
	uv_update_time(&app->loop);
	app->painted_at = uv_now(&app->loop);
	bar_freshen(app);
	if (!app->term) {
		plain_show(app);
		return;
	}
	term_size(app->term, &height, &width);
	app->canvas.ascii = term_ascii(app->term);
	canvas_reset(&app->canvas, height, width);
	frame_draw(app);
	term_show(app->term, &app->canvas);
	watch_update(app);
}

void paint_forget(struct app *app)
{
	if (app->term)
		term_repaint(app->term);
}
