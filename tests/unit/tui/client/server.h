#pragma once
/* A daemon with a script, on a thread: it waits for requests and answers as told. */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { SERVER_LINES = 32 };

struct exchange {
	const char *wants; /* what the request must contain; NULL: accept and close at once */
	const char *says;  /* bytes to answer, NULL: nothing */
	bool closes;       /* the connection, after answering */
};

struct server {
	char dir[64], path[96];
	int listener, connection;
	const struct exchange *script;
	int done;  /* exchanges made */
	int wrong; /* requests that were not as wanted */
	char requests[SERVER_LINES][512];
	pthread_t thread;
};

static inline bool server_read(struct server *s, char *text, size_t cap)
{
	size_t n = 0;
	const char *length;

	for (;;) {
		ssize_t got = recv(s->connection, text + n, cap - 1 - n, 0);
		char *end;

		if (got <= 0)
			return false;
		n += (size_t)got;
		text[n] = '\0';
		end = strstr(text, "\r\n\r\n");
		if (!end)
			continue;
		length = strstr(text, "Content-Length: ");
		if (!length || strlen(end + 4) >= (size_t)atoi(length + 16))
			return true;
	}
}

static inline void *server_main(void *arg)
{
	static const char none[] = "";
	struct server *s = arg;
	char text[8192];

	for (const struct exchange *x = s->script; x->wants || x->closes; x++) {
		if (s->connection < 0)
			s->connection = accept(s->listener, NULL, NULL);
		if (s->connection < 0)
			break;
		if (x->wants) {
			if (!server_read(s, text, sizeof text)) {
				/* The client came back on a new connection. */
				close(s->connection);
				s->connection = -1;
				x--;
				continue;
			}
			if (s->done < SERVER_LINES)
				snprintf(s->requests[s->done], sizeof s->requests[0], "%.500s",
					 text);
			s->wrong += !strstr(text, x->wants);
		}
		s->done++;
		if (x->says && send(s->connection, x->says, strlen(x->says ? x->says : none),
				    MSG_NOSIGNAL) < 0)
			s->wrong++;
		if (x->closes) {
			close(s->connection);
			s->connection = -1;
		}
	}
	return NULL;
}

/** script ends with an exchange of all zeros. */
static inline void server_start(struct server *s, const struct exchange *script)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	memset(s, 0, sizeof *s);
	strcpy(s->dir, "/tmp/client-test-XXXXXX");
	if (!mkdtemp(s->dir))
		abort();
	snprintf(s->path, sizeof s->path, "%s/s", s->dir);
	memcpy(at.sun_path, s->path, strlen(s->path) + 1);
	s->script = script;
	s->connection = -1;
	s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s->listener, (struct sockaddr *)&at, sizeof at) < 0 ||
	    listen(s->listener, 8) < 0 || pthread_create(&s->thread, NULL, server_main, s) != 0)
		abort();
}

static inline void server_stop(struct server *s)
{
	shutdown(s->listener, SHUT_RDWR);
	if (s->connection >= 0)
		shutdown(s->connection, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	if (s->connection >= 0)
		close(s->connection);
	close(s->listener);
	unlink(s->path);
	rmdir(s->dir);
}

/** An answer of 200 with a JSON body; the text stays until the next call of the same slot. */
static inline const char *server_json(int slot, const char *json)
{
	static char text[8][8192];

	snprintf(
		text[slot], sizeof text[slot],
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		strlen(json), json);
	return text[slot];
}
