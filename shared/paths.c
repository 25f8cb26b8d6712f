#include "shared/paths.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char app[] = "sellersmart";

/* False when it does not fit. */
static bool format(char out[static PATH_TEXT], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static bool format(char out[static PATH_TEXT], const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(out, PATH_TEXT, fmt, ap);
	va_end(ap);
	return n >= 0 && n < PATH_TEXT;
}

/* XDG: a relative value is to be ignored. */
static const char *absolute_env(const char *name)
{
	const char *v = getenv(name);

	return v && v[0] == '/' ? v : NULL;
}

/* systemd separates several directories by colons; the first is the main one. */
static bool service_dir(char out[static PATH_TEXT], const char *name)
{
	const char *v = absolute_env(name);

	return v && format(out, "%.*s", (int)strcspn(v, ":"), v);
}

static bool home_dir(char out[static PATH_TEXT])
{
	const char *home = absolute_env("HOME");
	struct passwd entry, *found = NULL;
	char names[4096];

	if (home)
		return format(out, "%s", home);
	if (getpwuid_r(getuid(), &entry, names, sizeof names, &found) != 0 || !found ||
	    found->pw_dir[0] != '/')
		return false;
	return format(out, "%s", found->pw_dir);
}

/* $XDG_…_HOME/sellersmart, or the same below the home directory. */
static bool user_dir(char out[static PATH_TEXT], const char *variable, const char *below_home)
{
	const char *xdg = absolute_env(variable);
	char home[PATH_TEXT];

	if (xdg)
		return format(out, "%s/%s", xdg, app);
	return home_dir(home) && format(out, "%s/%s/%s", home, below_home, app);
}

enum err path_data_dir(char out[static PATH_TEXT], struct error *e)
{
	if (service_dir(out, "STATE_DIRECTORY") || user_dir(out, "XDG_STATE_HOME", ".local/state"))
		return ERR_NONE;
	error_set(e, ERR_CONFIG,
		  "no place for the data: neither HOME nor XDG_STATE_HOME is usable");
	error_hint(e, "give --data-dir DIR");
	return ERR_CONFIG;
}

/* /run/user/UID, when it is there and belongs to this user. */
static bool own_run_dir(char out[static PATH_TEXT])
{
	struct stat st;

	if (!format(out, "/run/user/%u", (unsigned)getuid()))
		return false;
	return stat(out, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == getuid();
}

enum err path_default_socket(char out[static PATH_TEXT], struct error *e)
{
	const char *xdg = absolute_env("XDG_RUNTIME_DIR");
	char dir[PATH_TEXT];
	enum err err;

	if (service_dir(dir, "RUNTIME_DIRECTORY") && format(out, "%s/api.sock", dir))
		return ERR_NONE;
	if (xdg && format(out, "%s/%s/api.sock", xdg, app))
		return ERR_NONE;
	if (own_run_dir(dir) && format(out, "%s/%s/api.sock", dir, app))
		return ERR_NONE;
	err = path_data_dir(dir, e);
	if (!err && !format(out, "%s/api.sock", dir)) {
		err = error_set(e, ERR_CONFIG, "the path of the socket is too long");
		error_hint(e, "give --socket PATH");
	}
	return err;
}

static size_t add_candidate(char out[][PATH_TEXT], size_t n, size_t max, const char *path)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(out[i], path))
			return n;
	}
	if (n < max)
		snprintf(out[n++], PATH_TEXT, "%s", path);
	return n;
}

size_t path_client_sockets(char out[][PATH_TEXT], size_t max)
{
	const char *xdg = absolute_env("XDG_RUNTIME_DIR");
	char dir[PATH_TEXT], path[PATH_TEXT];
	size_t n = 0;

	if (xdg && format(path, "%s/%s/api.sock", xdg, app))
		n = add_candidate(out, n, max, path);
	if (own_run_dir(dir) && format(path, "%s/%s/api.sock", dir, app))
		n = add_candidate(out, n, max, path);
	if (path_data_dir(dir, NULL) == ERR_NONE && format(path, "%s/api.sock", dir))
		n = add_candidate(out, n, max, path);
	if (format(path, "/run/%s/api.sock", app))
		n = add_candidate(out, n, max, path);
	return n;
}

bool path_find_config(char out[static PATH_TEXT], const char *name)
{
	char dir[PATH_TEXT];

	if (user_dir(dir, "XDG_CONFIG_HOME", ".config") && format(out, "%s/%s", dir, name) &&
	    access(out, F_OK) == 0)
		return true;
	return format(out, "/etc/%s/%s", app, name) && access(out, F_OK) == 0;
}

static enum err make_failed(const char *dir, int error, struct error *e)
{
	enum err code = error == ENOSPC || error == EDQUOT  ? ERR_FULL
			: error == EACCES || error == EPERM ? ERR_DENIED
			: error == EROFS                    ? ERR_READONLY
							    : ERR_IO;

	return error_set(e, code, "cannot make the directory %s: %s", dir, strerror(error));
}

/* One level. It may exist already, as a directory or as a link to one. */
static enum err make_one(const char *dir, struct error *e)
{
	struct stat st;
	int error;

	if (mkdir(dir, 0700) == 0)
		return ERR_NONE;
	error = errno;
	if (stat(dir, &st) != 0)
		return make_failed(dir, error, e);
	return S_ISDIR(st.st_mode) ? ERR_NONE : make_failed(dir, ENOTDIR, e);
}

enum err path_make_dir(const char *dir, struct error *e)
{
	char path[PATH_TEXT];

	if (!dir[0])
		return error_set(e, ERR_INVALID, "the name of the directory is empty");
	if (!format(path, "%s", dir))
		return make_failed("with the given name", ENAMETOOLONG, e);
	for (char *at = path + 1; *at; at++) {
		enum err err;

		if (*at != '/')
			continue;
		*at = '\0';
		err = make_one(path, e);
		if (err)
			return err;
		*at = '/';
	}
	return make_one(path, e);
}

enum err path_check_socket(const char *path, struct error *e)
{
	size_t n = strlen(path), max = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;

	if (n > 0 && n <= max)
		return ERR_NONE;
	if (n == 0)
		error_field(e, ERR_INVALID, "socket", "the path of the socket is empty");
	else
		error_field(e, ERR_INVALID, "socket",
			    "the path of the socket has %zu bytes, the system allows %zu: %.200s",
			    n, max, path);
	error_hint(e, "choose a shorter path with --socket PATH");
	return ERR_INVALID;
}
