#include "daemon/checks/common/command_gate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/text_safe.h"

enum { SHOWN = 80 };

static void show(char out[static SHOWN], const char *path)
{
	text_safe(out, SHOWN, path, strlen(path), 0, 0, NULL);
}

static void directory_of(const char *path, char *out, size_t cap)
{
	const char *slash = strrchr(path, '/');
	int len = slash && slash > path ? (int)(slash - path) : 1;

	snprintf(out, cap, "%.*s", len, path);
}

/* Itself, or below it. */
static bool covers(const char *entry, const char *real)
{
	char whole[PATH_MAX];
	size_t len;

	if (!realpath(entry, whole))
		return false;
	len = strlen(whole);
	return !strncmp(real, whole, len) &&
	       (!real[len] || real[len] == '/' || !strcmp(whole, "/"));
}

static bool is_named(const char *setting, const char *real, char *const *allowed, size_t n,
		     struct verdict *v)
{
	char shown[SHOWN], dir[PATH_MAX], place[SHOWN];

	for (size_t i = 0; i < n; i++) {
		if (covers(allowed[i], real))
			return true;
	}
	show(shown, real);
	directory_of(real, dir, sizeof dir);
	show(place, dir);
	verdict_set(v, OUTCOME_UNKNOWN, "not_allowed",
		    "%s is not allowed; to allow it: \"%s: [%s]\" in sellersmart.yaml", shown,
		    setting, place);
	return false;
}

/* In a directory that everybody may write to, only a sticky bit keeps others from replacing it. */
static bool is_ours(const char *path, const struct stat *st, struct verdict *v)
{
	char shown[SHOWN];

	show(shown, path);
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		verdict_set(v, OUTCOME_UNKNOWN, "not_safe",
			    "%s belongs to another user; chown it to root", shown);
		return false;
	}
	if ((st->st_mode & S_IWOTH) && !(S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX))) {
		verdict_set(v, OUTCOME_UNKNOWN, "not_safe",
			    "everybody may write to %s; try chmod o-w", shown);
		return false;
	}
	return true;
}

static bool is_safe(const char *real, struct verdict *v)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof path, "%s", real);
	for (;;) {
		char *slash = strrchr(path, '/');

		if (stat(path, &st)) {
			verdict_set(v, OUTCOME_UNKNOWN, "not_found", "%.100s: %s", path,
				    strerror(errno));
			return false;
		}
		if (!is_ours(path, &st, v))
			return false;
		if (!strcmp(path, "/"))
			return true;
		slash[slash == path] = '\0';
	}
}

static bool can_run(const char *real, struct verdict *v)
{
	char shown[SHOWN];
	struct stat st;

	show(shown, real);
	if (stat(real, &st) || !S_ISREG(st.st_mode)) {
		verdict_set(v, OUTCOME_UNKNOWN, "not_executable", "%s is not a program", shown);
		return false;
	}
	if (access(real, X_OK)) {
		verdict_set(v, OUTCOME_UNKNOWN, "not_executable",
			    "%s may not be executed; try chmod +x", shown);
		return false;
	}
	return true;
}

bool command_gate(const char *setting, const char *program, char *const *allowed, size_t n_allowed,
		  char real[static PATH_MAX], struct verdict *v)
{
	char shown[SHOWN];

	if (!n_allowed) {
		char dir[PATH_MAX];

		directory_of(program, dir, sizeof dir);
		show(shown, dir);
		verdict_set(v, OUTCOME_UNKNOWN, "not_allowed",
			    "no program may be run; to allow this one: \"%s: [%s]\" in "
			    "sellersmart.yaml",
			    setting, shown);
		return false;
	}
	if (!realpath(program, real)) {
		int error = errno;

		show(shown, program);
		verdict_set(v, OUTCOME_UNKNOWN, "not_found",
			    "%s: %s; is the package with it installed?", shown, strerror(error));
		return false;
	}
	return is_named(setting, real, allowed, n_allowed, v) && can_run(real, v) &&
	       is_safe(real, v);
}
