/* A box above the screen: a short list to choose from by digit or cursor, or a text to read. */
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "tui/app/internal.h"
#include "tui/widgets/section.h"

enum { BOX_WIDTH = 60, TEXT_ROWS = 8 };

static void finish(struct app *app, int chosen)
{
	struct choice c = app->choice;

	app->choice = (struct choice){0};
	if (c.done)
		c.done(c.arg, chosen);
}

void app_choose(struct app *app, const char *title, const char *const *labels,
		void (*done)(void *arg, int chosen), void *arg)
{
	struct choice *c = &app->choice;

	if (c->open)
		finish(app, -1);
	*c = (struct choice){.open = true, .done = done, .arg = arg};
	snprintf(c->title, sizeof c->title, "%s", title);
	for (; labels[c->n] && c->n < CHOICES_MAX; c->n++)
		snprintf(c->labels[c->n], sizeof *c->labels, "%s", labels[c->n]);
	for (size_t i = 0; !app->term && i < c->n; i++) {
		char line[CHOICE_TEXT + 8];

		snprintf(line, sizeof line, "%zu %s", i + 1, c->labels[i]);
		plain_line(app, line);
	}
	app_damage(app);
}

void app_tell(struct app *app, const char *title, enum role role, const char *text,
	      const char *hint)
{
	struct choice *c = &app->choice;

	if (!app->term) {
		app_say(app, role, "%s%s%s", text, *hint ? " - try: " : "", hint);
		return;
	}
	if (c->open)
		finish(app, -1);
	*c = (struct choice){.open = true, .role = role};
	snprintf(c->title, sizeof c->title, "%s", title);
	snprintf(c->text, sizeof c->text, "%s", text);
	snprintf(c->hint, sizeof c->hint, "%s", hint);
	app_damage(app);
}

void choice_key(struct app *app, const struct key *k)
{
	struct choice *c = &app->choice;
	int n = (int)c->n;

	if (k->pasted)
		return;
	if (n == 0 || k->code == KEY_CODE_ESC || k->code == 'q' || k->code == key_ctrl('C'))
		finish(app, -1);
	else if (k->code >= '1' && k->code < (uint32_t)('1' + n))
		finish(app, (int)(k->code - '1'));
	else if (k->code == KEY_CODE_ENTER)
		finish(app, c->at);
	else if (k->code == KEY_CODE_DOWN || k->code == 'j' || k->code == KEY_CODE_TAB)
		c->at = (c->at + 1) % n;
	else if (k->code == KEY_CODE_UP || k->code == 'k')
		c->at = (c->at + n - 1) % n;
	app_damage(app);
}

void choice_line(struct app *app, const char *line)
{
	int chosen = line[0] - '1';

	finish(app,
	       line[0] && !line[1] && chosen >= 0 && chosen < (int)app->choice.n ? chosen : -1);
}

void choice_stop(struct app *app)
{
	if (app->choice.open)
		finish(app, -1);
}

static void draw_text(const struct choice *c, struct surface s, int width)
{
	int rows = 1 + outside_width(c->text) / (width - 8);
	int more = *c->hint ? 1 + outside_width(c->hint) / (width - 8) : 0;
	struct surface in;
	int y;

	rows = rows > TEXT_ROWS ? TEXT_ROWS : rows;
	in = box_draw(s, rows + more + 4, width, c->title);
	y = wrapped_draw(in, 0, 0, in.width, c->role, c->text, rows + 1);
	if (*c->hint)
		wrapped_draw(in, y, 0, in.width, ROLE_TEXT, c->hint, more + 1);
	surface_outside(in, in.height - 1, 0, ROLE_KEY, "any key", -1);
	surface_outside(in, in.height - 1, 8, ROLE_DIM, "closes this", -1);
}

void choice_draw(const struct app *app, struct surface s)
{
	const struct choice *c = &app->choice;
	int width = s.width < BOX_WIDTH + 2 ? s.width - 2 : BOX_WIDTH;
	struct surface in;

	if (c->n == 0) {
		draw_text(c, s, width);
		return;
	}
	in = box_draw(s, (int)c->n + 4, width < 44 ? width : 44, c->title);
	for (int i = 0; i < (int)c->n; i++) {
		char digit[2] = {(char)('1' + i), 0};

		surface_outside(in, i, 1, ROLE_KEY, digit, 1);
		surface_outside(in, i, 3, ROLE_TEXT, c->labels[i], in.width - 4);
		if (i == c->at)
			surface_add_style(in, i, 0, in.width, STYLE_SELECTED);
	}
	if (in.height > (int)c->n)
		surface_outside(in, in.height - 1, 1, ROLE_DIM, "Enter or a number, Esc leaves",
				in.width - 2);
}
