/* Help: exactly the key table as it is bound now, for the screen it was opened from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "tui/app/app.h"
#include "tui/term/theme.h"
#include "tui/widgets/scroll.h"
#include "tui/widgets/section.h"

enum { KEYS_WIDTH = 24, ACTION_WIDTH = 16 };

struct help {
	struct scroll scroll;
	char contexts[CONTEXTS_MAX][64];
	size_t n;
	const struct view *about; /* it lies below this one and outlives it */
};

static void help_open(struct view *v, const char *arg)
{
	struct help *h = mem_zalloc(sizeof *h);
	const char *contexts[CONTEXTS_MAX];

	/* What is in front now is the screen that help is about. */
	h->about = app_view(v->app);
	app_contexts(h->about, contexts);
	for (; contexts[h->n]; h->n++)
		snprintf(h->contexts[h->n], sizeof h->contexts[h->n], "%s", contexts[h->n]);
	v->state = h;
	v->scroll = &h->scroll;
}

static void help_close(struct view *v)
{
	struct help *h = v->state;

	scroll_fini(&h->scroll);
	free(h);
}

static int draw_row(struct view *v, struct surface s, int y, const struct binding *b)
{
	bool wide = s.width >= 70;
	int x = 2 + (s.width >= 50 ? KEYS_WIDTH : 14);
	char keys[128];

	keymap_keys(app_keymap(v->app), b, keys, sizeof keys);
	surface_outside(s, y, 2, *keys ? ROLE_KEY : ROLE_DIM, *keys ? keys : "-", x - 3);
	if (wide) {
		surface_outside(s, y, x, ROLE_DIM, b->action, ACTION_WIDTH - 1);
		x += ACTION_WIDTH;
	}
	surface_outside(s, y, x, ROLE_TEXT, b->help, s.width - x - 1);
	return 1;
}

static int draw_context(struct view *v, struct surface s, int y, const char *context)
{
	const struct help *h = v->state;
	const struct keymap *m = app_keymap(v->app);
	bool titled = false;

	for (size_t i = 0; i < keymap_count(m); i++) {
		const struct binding *b = keymap_at(m, i);

		if (strcmp(b->context, context) != 0 || !app_binding_active(h->about, b))
			continue;
		if (!titled)
			section_draw(s, y++, context, "");
		titled = true;
		y += draw_row(v, s, y, b);
	}
	return y;
}

static int draw_words(struct surface s, int y)
{
	static const char *const lines[] = {
		":add ADDRESS        watch a site",
		":report 2026-10     what each monitor did in a month",
		":doctor             what is wrong with the installation",
		":tree :history NAME :diff NAME :versions NAME",
		":KIND VERB NAME     :monitor check shop, :monitor edit shop, :secret rm token",
		":theme NAME         auto 16 256 truecolor light blue-orange mono",
		":graph NAME         block braille ascii",
		":mouse on|off       rows and tabs by the mouse",
		":bell on|off        ring when something critical opens",
		":q                  leave",
	};

	section_draw(s, y++, "commands", "Tab completes");
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		surface_outside(s, y++, 2, ROLE_TEXT, lines[i], s.width - 3);
	y++;
	return y + wrapped_draw(s, y, 2, s.width - 4, ROLE_DIM,
				"Keys of your own: lines of \"context action keys\" in "
				"~/.config/sellersmart/keys, as named here.",
				3);
}

static void help_draw(struct view *v, struct surface s)
{
	struct help *h = v->state;
	struct surface page = scroll_begin(&h->scroll, s);
	int y = 0;

	for (size_t i = 0; i < h->n; i++)
		y = draw_context(v, page, y, h->contexts[i]);
	y = draw_words(page, y);
	scroll_end(&h->scroll, s, y);
}

static void help_plain(struct view *v, struct buf *out)
{
	buf_add_str(out,
		    "Commands: overview, alerts, monitors, incidents, events, secrets, notifiers, "
		    "rules, silences, deliveries, add ADDRESS, alert show NUMBER, "
		    "monitor show NAME, monitor check NAME, monitor pause NAME, monitor rm NAME, "
		    "back, refresh, q\n");
}

static bool run_close(struct view *v, const struct binding *b)
{
	app_back(v->app);
	return true;
}

static const struct binding bindings[] = {
	{.context = "help",
	 .keys = "? q",
	 .action = "close",
	 .brief = "close",
	 .run = run_close,
	 .help = "close this help"},
};

extern const struct screen screen_help;
const struct screen screen_help = {
	.name = "help",
	.title = "Help",
	.shape = SHAPE_OWN,
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = help_open,
	.close = help_close,
	.draw = help_draw,
	.plain = help_plain,
};
