/* A key press on its way: an open question, an open line of text, the screen, the key table. */
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "tui/app/internal.h"

static void answer(struct app *app, bool yes)
{
	struct confirm c = app->confirm;

	app->confirm = (struct confirm){0};
	c.done(c.arg, yes);
}

static void remember(struct app *app, const char *line)
{
	if (!*line || (app->n_history && !strcmp(app->history[app->n_history - 1], line)))
		return;
	if (app->n_history == HISTORY_MAX) {
		free(app->history[0]);
		memmove(app->history, app->history + 1, (HISTORY_MAX - 1) * sizeof *app->history);
		app->n_history--;
	}
	app->history[app->n_history++] = mem_strdup(line);
}

static void prompt_end(struct app *app, const char *text)
{
	struct prompt *p = &app->prompt;
	void (*done)(void *, const char *) = p->done;
	void *arg = p->arg;
	char line[EDIT_MAX];

	p->open = false;
	p->done = NULL;
	if (text) {
		memcpy(line, p->edit.text, p->edit.len + 1);
		if (p->command)
			remember(app, line);
	}
	explicit_bzero(p->edit.text, sizeof p->edit.text);
	if (done)
		done(arg, text ? line : NULL);
	explicit_bzero(line, sizeof line);
}

/* Lines typed before; n back from the newest. */
static void recall(struct app *app, int by)
{
	int n = app->prompt.recall + by;

	if (n < 0 || n > (int)app->n_history)
		return;
	app->prompt.recall = n;
	edit_set(&app->prompt.edit, n ? app->history[app->n_history - (size_t)n] : "");
}

/* Tab: replace the last word by the only one that fits, or by what all have in common. */
static void complete(struct app *app)
{
	const char *words[64];
	struct edit *e = &app->prompt.edit;
	size_t n = command_complete(app, e->text, words, ARRAY_LEN(words)), common;
	char *space = strrchr(e->text, ' '), line[EDIT_MAX];
	size_t kept = space ? (size_t)(space + 1 - e->text) : 0;

	if (n == 0)
		return;
	common = strlen(words[0]);
	for (size_t i = 1; i < n; i++)
		while (strncmp(words[0], words[i], common) != 0)
			common--;
	if (kept + common + 2 > sizeof line)
		return;
	memcpy(line, e->text, kept);
	memcpy(line + kept, words[0], common);
	memcpy(line + kept + common, n == 1 ? " " : "", n == 1 ? 2 : 1);
	edit_set(e, line);
}

static void prompt_key(struct app *app, const struct key *k)
{
	struct prompt *p = &app->prompt;

	if (!k->pasted && k->code == KEY_CODE_ENTER) {
		prompt_end(app, p->edit.text);
	} else if (k->code == KEY_CODE_ESC || k->code == key_ctrl('C') ||
		   (k->code == KEY_CODE_BACKSPACE && p->edit.len == 0)) {
		prompt_end(app, NULL);
	} else if (p->command && k->code == KEY_CODE_TAB) {
		complete(app);
	} else if (p->command && (k->code == KEY_CODE_UP || k->code == KEY_CODE_DOWN)) {
		recall(app, k->code == KEY_CODE_UP ? 1 : -1);
	} else if (edit_key(&p->edit, k) && p->changed) {
		p->changed(p->arg, p->edit.text);
	}
}

static bool by_table(struct app *app, uint32_t code)
{
	const char *contexts[CONTEXTS_MAX];
	const struct binding *b = NULL;
	struct view *v = app_view(app);

	app_contexts(v, contexts);
	while ((b = keymap_find(app->keymap, contexts, code, b)))
		if (b->run(v, b))
			return true;
	return false;
}

static void mouse(struct app *app, const struct key *k)
{
	size_t tab;

	switch (k->button) {
	case MOUSE_WHEEL_UP:
	case MOUSE_WHEEL_DOWN:
		for (int i = 0; i < 3; i++)
			by_table(app, k->button == MOUSE_WHEEL_UP ? KEY_CODE_UP : KEY_CODE_DOWN);
		break;
	case MOUSE_PRESS:
		if (frame_tab_at(app, k->y, k->x, &tab))
			navigation_tab(app, tab);
		else if (app_view(app)->screen->key)
			app_view(app)->screen->key(app_view(app), k);
		break;
	}
}

bool app_act(struct app *app, const char *action)
{
	const char *contexts[CONTEXTS_MAX];
	struct view *v = app_view(app);
	const struct binding *b;

	app_contexts(v, contexts);
	b = keymap_action(app->keymap, contexts, action);
	return b && b->run(v, b);
}

void input_key(struct app *app, const struct key *k)
{
	struct view *v = app_view(app);
	char name[KEY_NAME];

	if (app->confirm.open) {
		if (!k->pasted)
			answer(app, k->code == 'y');
		return;
	}
	if (app->choice.open) {
		choice_key(app, k);
		return;
	}
	if (app->prompt.open) {
		prompt_key(app, k);
		return;
	}
	if (!app->undo.done)
		app->message[0] = '\0';
	if (k->code == KEY_CODE_MOUSE) {
		mouse(app, k);
		return;
	}
	if (v->screen->key && v->screen->key(v, k))
		return;
	/* Pasted text is text: it never acts as commands. */
	if (k->pasted)
		return;
	if (!by_table(app, k->code))
		app_say(app, ROLE_DIM, "%s does nothing here: press ? for help",
			key_format(name, k->code));
}
