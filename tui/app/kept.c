#include "tui/app/kept.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/paths.h"
#include "tui/app/internal.h"

enum { KEPT_MAX = 1 << 20, PATH = PATH_TEXT + 64 };

static bool kept_path(const struct app *app, const char *name, bool make, char out[static PATH])
{
	char dir[PATH_TEXT];

	if (app->options->no_session || path_data_dir(dir, NULL) ||
	    (make && path_make_dir(dir, NULL)))
		return false;
	snprintf(out, PATH, "%s/dashboard-%s.json", dir, name);
	return true;
}

static const char *address_of(const struct app *app)
{
	return app->options->address ? app->options->address : "";
}

void kept_save(const struct app *app, const char *name, const json_t *data, int64_t at_ms)
{
	char path[PATH], fresh[PATH + 24];
	json_t *out;
	int fd;

	if (!kept_path(app, name, true, path))
		return;
	out = json_pack("{s:s, s:I, s:O}", "address", address_of(app), "at_ms", (json_int_t)at_ms,
			"data", data);
	snprintf(fresh, sizeof fresh, "%s.%ld", path, (long)getpid());
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0) {
		bool good = json_dumpfd(out, fd, JSON_COMPACT) == 0;

		if (close(fd) != 0 || !good || rename(fresh, path) != 0)
			unlink(fresh);
	}
	json_decref(out);
}

json_t *kept_load(const struct app *app, const char *name, int64_t *at_ms)
{
	char path[PATH];
	char *text;
	json_t *v, *data = NULL;
	size_t n;
	FILE *f;

	if (!kept_path(app, name, false, path) || !(f = fopen(path, "re")))
		return NULL;
	text = mem_alloc(KEPT_MAX);
	n = fread(text, 1, KEPT_MAX, f);
	fclose(f);
	v = json_read(text, n, KEPT_MAX, NULL);
	free(text);
	*at_ms = json_int(v, "at_ms", 0);
	if (*at_ms > 0 && !strcmp(json_str(v, "address", "?"), address_of(app)) &&
	    json_is_object(json_object_get(v, "data")))
		data = json_incref(json_object_get(v, "data"));
	json_decref(v);
	return data;
}
