/* What is wrong with the installation, as `sellersmart doctor` says it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/asked.h"
#include "tui/client/examine.h"
#include "tui/widgets/scroll.h"
#include "tui/widgets/section.h"

enum { CHECK_X = 7, TEXT_X = 21 };

struct doctor {
	struct scroll scroll;
	struct asked about, findings;
	json_t *here; /* of this side: they do not change while the dashboard runs */
};

static void refresh(struct view *v)
{
	struct doctor *d = v->state;

	asked_get(v, &d->about, "/v1/daemon", NULL);
	asked_get(v, &d->findings, "/v1/doctor", NULL);
}

static void doctor_open(struct view *v, const char *arg)
{
	struct doctor *d = mem_zalloc(sizeof *d);

	v->state = d;
	v->scroll = &d->scroll;
	d->here = json_array();
	examine_session(d->here);
	refresh(v);
}

static void doctor_close(struct view *v)
{
	struct doctor *d = v->state;

	asked_fini(&d->about);
	asked_fini(&d->findings);
	scroll_fini(&d->scroll);
	json_decref(d->here);
	free(d);
}

/* All that is known now: a new array. */
static json_t *findings_of(const struct doctor *d)
{
	json_t *list = json_array();

	if (d->about.failed)
		examine_daemon(list, NULL, &d->about.fault);
	else if (d->about.data)
		examine_daemon(list, d->about.data, NULL);
	if (d->findings.data && !d->about.failed)
		json_array_extend(list, d->findings.data);
	json_array_extend(list, d->here);
	return list;
}

static bool is_level(const json_t *f, const char *level)
{
	return !strcmp(json_str(f, "level", ""), level);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static int draw_finding(struct surface s, int y, const json_t *f)
{
	bool fail = is_level(f, "fail"), warn = is_level(f, "warn");
	enum role role = fail ? ROLE_DOWN : warn ? ROLE_DEGRADED : ROLE_UP;
	const char *remedy = json_str(f, "remedy", "");
	int width = s.width - TEXT_X - 1;

	surface_outside(s, y, 1, role, fail ? "FAIL" : json_str(f, "level", "?"), CHECK_X - 2);
	surface_outside(s, y, CHECK_X, ROLE_STRONG, json_str(f, "check", ""), TEXT_X - CHECK_X - 1);
	y += wrapped_draw(s, y, TEXT_X, width, fail || warn ? ROLE_TEXT : ROLE_DIM,
			  json_str(f, "text", ""), 3);
	if (*remedy) {
		surface_outside(s, y, TEXT_X, ROLE_DIM, "try:", -1);
		y += wrapped_draw(s, y, TEXT_X + 5, width - 5, ROLE_INFO, remedy, 3);
	}
	return y;
}

/* What must be mended comes first. */
static int draw_level(struct surface s, int y, const json_t *list, const char *level)
{
	const json_t *f;
	size_t i;

	json_array_foreach(list, i, f) if (is_level(f, level)) y = draw_finding(s, y, f);
	return y;
}

static void doctor_draw(struct view *v, struct surface s)
{
	struct doctor *d = v->state;
	struct surface page = scroll_begin(&d->scroll, s);
	json_t *list = findings_of(d), *f;
	size_t i, fails = 0, warns = 0;
	int y = 1;

	json_array_foreach(list, i, f)
	{
		fails += is_level(f, "fail");
		warns += is_level(f, "warn");
	}
	if (d->findings.data || d->findings.failed)
		surface_printf(page, 0, 1,
			       fails   ? ROLE_DOWN
			       : warns ? ROLE_DEGRADED
				       : ROLE_UP,
			       "%zu looked at, %zu to mend, %zu to know of", json_array_size(list),
			       fails, warns);
	else
		surface_outside(page, 0, 1, ROLE_DIM, "asking the daemon", -1);
	y = draw_level(page, y, list, "fail");
	y = draw_level(page, y, list, "warn");
	y = draw_level(page, y, list, "ok");
	json_decref(list);
	scroll_end(&d->scroll, s, y);
}

static void doctor_plain(struct view *v, struct buf *out)
{
	json_t *list = findings_of(v->state), *f;
	size_t i;

	json_array_foreach(list, i, f)
	{
		buf_printf(out, "%s %s: %s\n", json_str(f, "level", ""), json_str(f, "check", ""),
			   json_str(f, "text", ""));
		if (*json_str(f, "remedy", ""))
			buf_printf(out, "try: %s\n", json_str(f, "remedy", ""));
	}
	json_decref(list);
}

extern const struct screen screen_doctor;
const struct screen screen_doctor = {
	.name = "doctor",
	.title = "doctor",
	.shape = SHAPE_OWN,
	.open = doctor_open,
	.close = doctor_close,
	.refresh = refresh,
	.draw = doctor_draw,
	.plain = doctor_plain,
};
