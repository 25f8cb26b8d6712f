#include "tui/app/asked.h"

#include "shared/json.h"
#include "tui/widgets/section.h"

static void on_answer(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct asked *a = arg;

	a->call = NULL;
	a->failed = code != ERR_NONE;
	if (code) {
		a->fault = *e;
	} else {
		json_decref(a->data);
		json_decref(a->meta);
		a->data = json_incref(r->data);
		a->meta = json_incref(r->meta);
		if (a->came)
			a->came(a->view);
	}
	app_damage(a->view->app);
}

void asked_get(struct view *v, struct asked *a, const char *path, void (*came)(struct view *v))
{
	call_cancel(a->call);
	a->view = v;
	a->came = came;
	a->call = channel_get(app_channel(v->app), path, on_answer, a);
}

bool asked_ready(const struct asked *a, struct surface s)
{
	int y = 1;

	if (a->data)
		return true;
	if (!a->failed) {
		surface_outside(s, y, 2, ROLE_DIM, "asking the daemon", -1);
		return false;
	}
	y += wrapped_draw(s, y, 2, s.width - 4, ROLE_ERROR, a->fault.text, 3);
	if (*a->fault.hint)
		surface_printf(s, y + 1, 2, ROLE_DIM, "try: %s", a->fault.hint);
	return false;
}

bool asked_ready_plain(const struct asked *a, struct buf *out)
{
	if (!a->data && a->failed)
		buf_printf(out, "%s\ntry: %s\n", a->fault.text, a->fault.hint);
	return a->data != NULL;
}

void asked_fini(struct asked *a)
{
	call_cancel(a->call);
	json_decref(a->data);
	json_decref(a->meta);
}
