/* Where the user was, for the next start: a small file in the state directory. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shared/json.h"
#include "shared/paths.h"
#include "tui/app/internal.h"

enum { SESSION_MAX = 4096 };

static bool session_path(char out[static PATH_TEXT + 32], bool make)
{
	char dir[PATH_TEXT];

	if (path_data_dir(dir, NULL) || (make && path_make_dir(dir, NULL)))
		return false;
	snprintf(out, PATH_TEXT + 32, "%s/dashboard.json", dir);
	return true;
}

void session_load(struct session *s)
{
	char path[PATH_TEXT + 32], text[SESSION_MAX];
	json_t *v;
	size_t n;
	FILE *f;

	memset(s, 0, sizeof *s);
	if (!session_path(path, false))
		return;
	f = fopen(path, "re");
	if (!f)
		return;
	n = fread(text, 1, sizeof text, f);
	fclose(f);
	v = json_read(text, n, sizeof text, NULL);
	snprintf(s->screen, sizeof s->screen, "%s", json_str(v, "screen", ""));
	snprintf(s->cursor, sizeof s->cursor, "%s", json_str(v, "cursor", ""));
	snprintf(s->theme, sizeof s->theme, "%s", json_str(v, "theme", ""));
	snprintf(s->graph, sizeof s->graph, "%s", json_str(v, "graph", ""));
	s->bell_off = !json_bool(v, "bell", true);
	/* What a newer program wrote is not a reason to refuse to start. */
	if (!theme_find(s->theme))
		s->theme[0] = '\0';
	if (!graph_style_parse(s->graph, &(enum graph_style){0}))
		s->graph[0] = '\0';
	json_decref(v);
}

void session_save(const struct app *app)
{
	const struct tab *t = &app->tabs[app->tab_here];
	struct view *v = t->view;
	char path[PATH_TEXT + 32], fresh[PATH_TEXT + 48];
	const char *cursor = v && v->screen->cursor ? v->screen->cursor(v) : "";
	json_t *out;
	FILE *f;

	if (!session_path(path, true))
		return;
	out = json_pack("{s:s, s:s, s:s, s:s, s:b}", "screen",
			t->kind ? t->kind->plural : t->screen->name, "cursor", cursor, "theme",
			app->theme->name, "graph", graph_style_name(app->graph), "bell",
			!app->bell_off);
	snprintf(fresh, sizeof fresh, "%s.%ld", path, (long)getpid());
	f = fopen(fresh, "we");
	if (f) {
		bool good = json_dumpf(out, f, JSON_INDENT(1)) == 0;

		/* Losing it costs nothing: no message. */
		if (fclose(f) != 0 || !good || rename(fresh, path) != 0)
			unlink(fresh);
	}
	json_decref(out);
}
