/* Listening sockets. accept() is ours, not libuv's: when descriptors are used up, listening pauses
 * and clients wait in the kernel's queue, where libuv would accept and drop them. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "daemon/core/listen_address.h"
#include "daemon/http/internal.h"
#include "shared/log.h"

enum { ACCEPTS_A_TURN = 64, BACKLOG = 4096, TURN_STEP_MS = 5, TURN_WAIT_MS = 2000 };

static void on_connection(uv_poll_t *poll, int status, int events);

void listeners_pause(struct http_server *s)
{
	s->accept_paused = true;
	for (size_t i = 0; i < s->n_listeners; i++) {
		if (s->listeners[i].open)
			uv_poll_stop(&s->listeners[i].poll);
	}
}

void listeners_resume(struct http_server *s)
{
	if (s->stopping)
		return;
	s->accept_paused = false;
	uv_timer_stop(&s->accept_timer);
	for (size_t i = 0; i < s->n_listeners; i++) {
		if (s->listeners[i].open)
			uv_poll_start(&s->listeners[i].poll, UV_READABLE, on_connection);
	}
}

static void on_retry(uv_timer_t *t)
{
	listeners_resume(t->data);
}

/* Say why and let go, without taking it up as a connection. */
static void turn_away(struct http_server *s, int fd)
{
	static const char body[] =
		"{\"type\":\"about:blank\",\"title\":\"Busy\",\"status\":503,\"code\":\"busy\","
		"\"detail\":\"too many connections\",\"hint\":\"try again in a second\"}";
	char answer[512], drop[4096];
	int n = snprintf(answer, sizeof answer,
			 "HTTP/1.1 503 Service Unavailable\r\n"
			 "Content-Type: application/problem+json\r\nRetry-After: 1\r\n"
			 "Connection: close\r\nContent-Length: %zu\r\n\r\n%s",
			 sizeof body - 1, body);

	count(&s->refused, 1);
	if (recv(fd, drop, sizeof drop, MSG_DONTWAIT) != 0)
		(void)!send(fd, answer, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	close(fd);
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct listener *l = poll->data;
	struct http_server *s = l->server;

	for (int i = 0; i < ACCEPTS_A_TURN && !s->stopping; i++) {
		int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			if (s->connections >= s->o.connections_max)
				turn_away(s, fd);
			else
				conn_accept(s, fd, l->tcp);
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			if (!s->accept_paused)
				log_warn("http", "no more connections for now: %s",
					 strerror(errno));
			listeners_pause(s);
			uv_timer_start(&s->accept_timer, on_retry, HTTP_ACCEPT_RETRY_MS, 0);
		}
		return;
	}
}

static void on_closed(uv_handle_t *h)
{
	struct listener *l = h->data;

	close(l->fd);
	server_handle_closed(l->server);
}

/* Only the file that we made: another daemon may have taken the name since. */
static void unlink_own(const struct listener *l)
{
	struct stat st;

	if (l->path[0] && !lstat(l->path, &st) && st.st_dev == l->device && st.st_ino == l->inode)
		unlink(l->path);
}

void listeners_close(struct http_server *s)
{
	for (size_t i = 0; i < s->n_listeners; i++) {
		struct listener *l = &s->listeners[i];

		if (!l->open)
			continue;
		l->open = false;
		unlink_own(l);
		uv_close((uv_handle_t *)&l->poll, on_closed);
	}
}

struct opening {
	struct http_server *server;
	struct listener listener;
	int rc;
};

static void open_listener(void *arg)
{
	struct opening *o = arg;
	struct http_server *s = o->server;
	struct listener *l = &s->listeners[s->n_listeners];

	*l = o->listener;
	o->rc = uv_poll_init(s->uv, &l->poll, l->fd);
	if (o->rc)
		return;
	l->poll.data = l;
	l->server = s;
	l->open = true;
	s->handles++;
	s->n_listeners++;
	if (!s->accept_paused)
		uv_poll_start(&l->poll, UV_READABLE, on_connection);
}

/* Takes fd over. */
static enum err serve(struct http_server *s, struct listener l, struct error *e)
{
	struct opening o = {.server = s, .listener = l};

	if (s->n_listeners == HTTP_LISTENERS_MAX) {
		close(l.fd);
		return error_set(e, ERR_CONFIG, "more than %d listening sockets",
				 HTTP_LISTENERS_MAX);
	}
	loop_call(s->o.loop, open_listener, &o);
	if (o.rc) {
		close(l.fd);
		return error_set(e, ERR_IO, "cannot wait for connections: %s", uv_strerror(o.rc));
	}
	return ERR_NONE;
}

/* ---- Unix socket ------------------------------------------------------------------------------
 */

static enum err path_address(const char *path, struct sockaddr_un *a, struct error *e)
{
	*a = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof a->sun_path) {
		error_set(e, ERR_CONFIG, "socket path is %zu bytes long, at most %zu are possible",
			  strlen(path), sizeof a->sun_path - 1);
		error_hint(e, "choose a shorter one: --socket /run/user/%u/sellersmart.sock",
			   (unsigned)getuid());
		return e ? e->code : ERR_CONFIG;
	}
	memcpy(a->sun_path, path, strlen(path) + 1);
	return ERR_NONE;
}

/* A socket that nobody answers is left over from a daemon that was killed. */
static enum err make_way(const char *path, const struct sockaddr_un *a, struct error *e)
{
	struct stat st;
	int fd, rc;

	if (lstat(path, &st)) {
		if (errno == ENOENT)
			return ERR_NONE;
		return error_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	}
	if (!S_ISSOCK(st.st_mode)) {
		error_set(e, ERR_CONFIG, "%s exists and is not a socket", path);
		error_hint(e, "choose another path with --socket, or remove the file");
		return ERR_CONFIG;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_set(e, ERR_IO, "socket: %s", strerror(errno));
	rc = connect(fd, (const struct sockaddr *)a, sizeof *a);
	rc = rc && errno != EAGAIN ? errno : 0; /* EAGAIN: it listens, its queue is full */
	close(fd);
	if (rc == ECONNREFUSED)
		return ERR_NONE;
	if (rc)
		return error_set(e, ERR_IO, "%s: %s", path, strerror(rc));
	error_set(e, ERR_LOCKED, "%s: another daemon answers there", path);
	error_hint(e, "sellersmart daemon status; or choose another --socket");
	return ERR_LOCKED;
}

/* Looking whether somebody answers and taking the name are one step, or two daemons that start at
 * once take it from each other. The directory is what all of them can lock without leaving a file.
 * @param turn  a descriptor to close, -1 where the directory cannot be read: then without */
static enum err take_turn(const char *path, int *turn, struct error *e)
{
	static const struct timespec step = {.tv_nsec = TURN_STEP_MS * 1000000};
	char dir[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *slash = strrchr(path, '/');

	snprintf(dir, sizeof dir, "%.*s", slash > path ? (int)(slash - path) : 1,
		 slash ? path : ".");
	*turn = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*turn < 0)
		return ERR_NONE;
	for (int waited = 0; flock(*turn, LOCK_EX | LOCK_NB); waited += TURN_STEP_MS) {
		if (waited >= TURN_WAIT_MS || errno != EWOULDBLOCK) {
			close(*turn);
			error_set(e, ERR_LOCKED, "%s: another program holds a lock on %s", path,
				  dir);
			error_hint(e, "try again, or choose another directory with --socket");
			return ERR_LOCKED;
		}
		nanosleep(&step, NULL);
	}
	return ERR_NONE;
}

/* Made beside it and moved there, so that who sees it can connect, and with the right mode; a path
 * with no room for that is bound directly. */
static enum err bind_path(struct listener *l, const char *path, const struct sockaddr_un *a,
			  struct error *e)
{
	struct sockaddr_un temporary = *a;
	char name[sizeof a->sun_path + 24];
	struct stat st;

	snprintf(name, sizeof name, "%s.%ld", path, (long)getpid());
	if (strlen(name) < sizeof temporary.sun_path)
		(void)path_address(name, &temporary, NULL);
	else
		snprintf(name, sizeof name, "%s", path);
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return error_set(e, ERR_IO, "socket: %s", strerror(errno));
	unlink(name);
	if (bind(l->fd, (struct sockaddr *)&temporary, sizeof temporary) || chmod(name, 0660) ||
	    listen(l->fd, BACKLOG) || (strcmp(name, path) && rename(name, path)) ||
	    lstat(path, &st)) {
		error_set(e, ERR_IO, "%s: %s", path, strerror(errno));
		error_hint(e, "choose another path with --socket");
		unlink(name);
		close(l->fd);
		return ERR_IO;
	}
	snprintf(l->path, sizeof l->path, "%s", path);
	l->device = st.st_dev;
	l->inode = st.st_ino;
	return ERR_NONE;
}

enum err http_listen_unix(struct http_server *s, const char *path, struct error *e)
{
	struct listener l = {0};
	struct sockaddr_un a;
	int turn;
	enum err rc = path_address(path, &a, e);

	if (rc || (rc = take_turn(path, &turn, e)))
		return rc;
	rc = make_way(path, &a, e);
	if (!rc)
		rc = bind_path(&l, path, &a, e);
	if (turn >= 0)
		close(turn);
	return rc ? rc : serve(s, l, e);
}

/* ---- TCP and handed-over sockets ----------------------------------------------------------------
 */

static int bound_port(int fd)
{
	struct sockaddr_storage a = {0};
	socklen_t len = sizeof a;

	if (getsockname(fd, (struct sockaddr *)&a, &len))
		return 0;
	return ntohs(a.ss_family == AF_INET ? ((struct sockaddr_in *)&a)->sin_port
					    : ((struct sockaddr_in6 *)&a)->sin6_port);
}

enum err http_listen_tcp(struct http_server *s, const char *host_port, int *port, struct error *e)
{
	struct sockaddr_storage a;
	socklen_t len = 0;
	struct listener l = {.tcp = true};
	int on = 1;
	enum err rc = listen_address_parse(host_port, &a, &len, e);

	if (rc)
		return rc;
	l.fd = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l.fd < 0)
		return error_set(e, ERR_IO, "socket: %s", strerror(errno));
	setsockopt(l.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (a.ss_family == AF_INET6)
		setsockopt(l.fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(l.fd, (struct sockaddr *)&a, len) || listen(l.fd, BACKLOG)) {
		rc = error_set(e, ERR_IO, "%s: %s", host_port, strerror(errno));
		error_hint(e, "choose another port with --listen");
		close(l.fd);
		return rc;
	}
	if (port)
		*port = bound_port(l.fd);
	return serve(s, l, e);
}

enum err http_listen_fd(struct http_server *s, int fd, struct error *e)
{
	struct sockaddr_storage a = {0};
	socklen_t len = sizeof a, size = sizeof(int);
	struct listener l = {.fd = fd};
	int listening = 0;

	if (getsockname(fd, (struct sockaddr *)&a, &len) ||
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) || !listening)
		return error_set(e, ERR_CONFIG, "descriptor %d is not a listening socket", fd);
	if (a.ss_family != AF_UNIX && !listen_address_is_loopback(&a))
		return listen_address_refuse(e);
	l.tcp = a.ss_family != AF_UNIX;
	return serve(s, l, e);
}
