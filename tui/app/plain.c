/* The dashboard without a screen: lines of text out, lines of commands in. For screen readers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/mem.h"
#include "shared/text_safe.h"
#include "tui/app/internal.h"

enum { LINE_BYTES = 4096 };

static void print(const char *text)
{
	char safe[LINE_BYTES];

	text_safe(safe, sizeof safe, text, strlen(text), 0, 0, NULL);
	puts(safe);
	fflush(stdout);
}

void plain_line(struct app *app, const char *text)
{
	if (*text)
		print(text);
}

/* Print the lines that were not there the last time, so that an update is short to listen to. */
static void print_new(const char *fresh, const char *shown)
{
	while (*fresh) {
		size_t n = strcspn(fresh, "\n");
		char *line = mem_strndup(fresh, n), *mark = mem_printf("\n%s\n", line);
		const char *found = strstr(shown, mark);

		if (!found && strncmp(shown, mark + 1, n + 1) != 0)
			print(line);
		free(mark);
		free(line);
		fresh += n + (fresh[n] == '\n');
	}
}

static void take_line(struct app *app, const char *line)
{
	buf_reset(&app->plain_shown);
	if (app->confirm.open) {
		struct confirm c = app->confirm;

		app->confirm = (struct confirm){0};
		c.done(c.arg, !strcmp(line, "y") || !strcmp(line, "yes"));
	} else if (app->choice.open) {
		choice_line(app, line);
	} else if (!strcmp(line, "?")) {
		app_go(app, "help");
	} else {
		command_run(app, *line == ':' ? line + 1 : line);
	}
	app_damage(app);
}

/* One command at a time, and only when the one before has its answer. */
static void next_line(struct app *app)
{
	struct buf *in = &app->plain_input;
	char *end = in->len ? memchr(in->data, '\n', in->len) : NULL;

	if (channel_busy(app->channel) || (app->connected && !app->ever_connected))
		return;
	if (end) {
		*end = '\0';
		take_line(app, in->data);
		buf_consume(in, (size_t)(end - in->data) + 1);
	} else if (app->ending) {
		app_quit(app);
	}
}

void plain_show(struct app *app)
{
	struct view *v = app_view(app);
	struct buf fresh = BUF_INIT(1 << 20);
	char banner[512];

	if (frame_banner(app, banner, sizeof banner))
		buf_printf(&fresh, "%s\n", banner);
	if (v && v->screen->plain)
		v->screen->plain(v, &fresh);
	print_new(buf_str(&fresh), buf_str(&app->plain_shown));
	buf_fini(&app->plain_shown);
	app->plain_shown = fresh;
	next_line(app);
}

void plain_input(struct app *app)
{
	char block[512];
	ssize_t n = read(STDIN_FILENO, block, sizeof block);

	if (n <= 0) {
		app->ending = true;
		app_damage(app);
		return;
	}
	if (!buf_add(&app->plain_input, block, (size_t)n)) {
		buf_reset(&app->plain_input);
		print("too many commands at once: they were dropped");
	}
	app_damage(app);
}
