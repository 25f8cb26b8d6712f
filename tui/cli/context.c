#include "tui/cli/context.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/json.h"

extern char **environ;

enum { CONTEXTS_MAX_BYTES = 65536 };

static enum err config_dir(char out[static PATH_TEXT], struct error *e)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n = config && config[0] == '/'
			? snprintf(out, PATH_TEXT, "%s/sellersmart", config)
			: snprintf(out, PATH_TEXT, "%s/.config/sellersmart", home ? home : "");
	return n < PATH_TEXT - 32 ? ERR_NONE
				  : error_set(e, ERR_CONFIG, "configuration path is too long");
}

json_t *contexts_load(struct error *e)
{
	char dir[PATH_TEXT], path[PATH_TEXT + 32];
	struct buf text = BUF_INIT(CONTEXTS_MAX_BYTES);
	if (config_dir(dir, e))
		return NULL;
	snprintf(path, sizeof(path), "%s/contexts.json", dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return json_pack("{s:{}}", "contexts");
	json_t *contexts = NULL;
	char *room = buf_reserve(&text, CONTEXTS_MAX_BYTES - 1);
	ssize_t n = fd >= 0 ? read(fd, room, CONTEXTS_MAX_BYTES - 1) : -1;
	if (n < 0) {
		error_set(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
	} else {
		contexts = json_read(room, (size_t)n, CONTEXTS_MAX_BYTES, e);
		if (!contexts)
			error_prefix(e, "%s: ", path);
	}
	if (fd >= 0)
		close(fd);
	buf_fini(&text);
	return contexts;
}

enum err contexts_save(const json_t *contexts, struct error *e)
{
	char dir[PATH_TEXT], path[PATH_TEXT + 32], fresh[PATH_TEXT + 40];
	enum err err = config_dir(dir, e);
	if (!err)
		err = path_make_dir(dir, e);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/contexts.json", dir);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	if (json_dump_file(contexts, fresh, JSON_INDENT(2)) || rename(fresh, path))
		return error_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	return ERR_NONE;
}

/* ---- behind ssh ---------------------------------------------------------------------------- */

static bool answers(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes = fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address));
	if (fd >= 0)
		close(fd);
	return yes;
}

/* ssh HOST sellersmart daemon socket: the daemon's socket over there. */
static enum err remote_socket(const char *host, char out[static PATH_TEXT], struct error *e)
{
	int pipes[2], status;
	pid_t pid;
	posix_spawn_file_actions_t files;
	char *argv[] = {"ssh", "-T", "--", (char *)host, "sellersmart daemon socket", NULL};
	if (pipe2(pipes, O_CLOEXEC))
		return error_set(e, ERR_UNAVAILABLE, "pipe: %s", strerror(errno));
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, pipes[1], STDOUT_FILENO);
	int failed = posix_spawnp(&pid, "ssh", &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	close(pipes[1]);
	/* The whole line: it may come in pieces, and ssh must not meet a closed pipe. */
	ssize_t n = 0, got = failed ? 0 : 1;
	while (got > 0 && n < PATH_TEXT - 1)
		if ((got = read(pipes[0], out + n, (size_t)(PATH_TEXT - 1 - n))) > 0)
			n += got;
	close(pipes[0]);
	if (failed)
		return error_set(e, ERR_UNAVAILABLE, "ssh: %s", strerror(failed));
	waitpid(pid, &status, 0);
	out[n > 0 ? n : 0] = 0;
	out[strcspn(out, "\n")] = 0;
	if (out[0] == '/')
		return ERR_NONE;
	error_set(e, ERR_UNAVAILABLE, "%s does not say where its daemon is", host);
	error_hint(e,
		   "install sellersmart there, or: context add NAME --ssh %s --remote-socket PATH",
		   host);
	return ERR_UNAVAILABLE;
}

static enum err forward(const char *host, const char *local, const char *remote, struct error *e)
{
	char both[2 * PATH_TEXT];
	int status;
	pid_t pid;
	snprintf(both, sizeof(both), "%s:%s", local, remote);
	char *argv[] = {"ssh",
			"-f",
			"-T",
			"-o",
			"ExitOnForwardFailure=yes",
			"-o",
			"StreamLocalBindUnlink=yes",
			"-o",
			"StreamLocalBindMask=0177",
			"-L",
			both,
			"--",
			(char *)host,
			"sleep 600",
			NULL};
	int failed = posix_spawnp(&pid, "ssh", NULL, NULL, argv, environ);
	if (failed)
		return error_set(e, ERR_UNAVAILABLE, "ssh: %s", strerror(failed));
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
		return error_set(e, ERR_UNAVAILABLE, "ssh could not forward %s from %s", remote,
				 host);
	return ERR_NONE;
}

/* Where the socket of a context behind ssh is forwarded to. */
static enum err forwarded_path(const char *name, char out[static PATH_TEXT], struct error *e)
{
	char dir[PATH_TEXT];
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	enum err err = ERR_NONE;
	if (runtime && runtime[0] == '/')
		snprintf(dir, sizeof(dir), "%.*s/sellersmart", PATH_TEXT - 16, runtime);
	else
		err = path_data_dir(dir, e);
	if (!err)
		err = path_make_dir(dir, e);
	if (err)
		return err;
	if (snprintf(out, PATH_TEXT, "%s/ssh-%s.sock", dir, name) >= PATH_TEXT)
		return error_set(e, ERR_CONFIG, "context \"%s\": its socket's path is too long",
				 name);
	return ERR_NONE;
}

static enum err ssh_socket(const char *name, const json_t *context, char out[static PATH_TEXT],
			   struct error *e)
{
	char remote[PATH_TEXT];
	const char *host = json_str(context, "ssh", "");
	enum err err = forwarded_path(name, out, e);
	if (err || (err = path_check_socket(out, e)) || answers(out))
		return err;
	if (json_str(context, "socket", NULL))
		snprintf(remote, sizeof(remote), "%s", json_str(context, "socket", ""));
	else if ((err = remote_socket(host, remote, e)))
		return err;
	return forward(host, out, remote, e);
}

/* behind_ssh: ssh_socket forwards what is not there yet, no_ssh only says where it would be. */
static enum err find_socket(const char *name,
			    enum err (*behind_ssh)(const char *name, const json_t *context,
						   char out[static PATH_TEXT], struct error *e),
			    char out[static PATH_TEXT], struct error *e)
{
	out[0] = 0;
	/* An explicit socket in the environment wins over the current context. */
	const char *from_environment = getenv("SELLERSMART_SOCKET");
	if (!name && from_environment && from_environment[0])
		return ERR_NONE;
	json_t *all = contexts_load(e);
	if (!all)
		return e->code;
	enum err err = ERR_NONE;
	if (!name)
		name = json_str(all, "current", NULL);
	const json_t *context =
		name ? json_object_get(json_object_get(all, "contexts"), name) : NULL;
	if (name && !context) {
		err = error_set(e, ERR_NOT_FOUND, "no context \"%.64s\"", name);
		error_hint(e, "sellersmart context list");
	} else if (context && json_str(context, "ssh", NULL)) {
		err = behind_ssh(name, context, out, e);
	} else if (context) {
		snprintf(out, PATH_TEXT, "%s", json_str(context, "socket", ""));
	}
	json_decref(all);
	return err;
}

enum err context_socket(const char *name, char out[static PATH_TEXT], struct error *e)
{
	return find_socket(name, ssh_socket, out, e);
}

static enum err no_ssh(const char *name, const json_t *context, char out[static PATH_TEXT],
		       struct error *e)
{
	return forwarded_path(name, out, e);
}

enum err context_socket_as_it_is(const char *name, char out[static PATH_TEXT], struct error *e)
{
	return find_socket(name, no_ssh, out, e);
}
