#include "tui/cli/secret_value.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <sodium.h>

#include "shared/mem.h"
#include "tui/cli/request.h"

enum { VALUE_MAX = 65536, ROOM = VALUE_MAX + 2 };

/* @return bytes, -1: it cannot be read (errno), or is longer than cap - 1 (errno EFBIG) */
static ssize_t read_all(int fd, char *value, size_t cap)
{
	size_t n = 0;
	for (;;) {
		ssize_t got = read(fd, value + n, cap - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got > 0 && (size_t)got == cap - n)
			errno = EFBIG;
		if (got < 0 || (size_t)got == cap - n)
			return -1;
		if (!got)
			return (ssize_t)n;
		n += (size_t)got;
	}
}

/* From a terminal without echo, else all of standard input. */
static ssize_t read_value(const struct invocation *in, const char *name, char *value, size_t cap)
{
	if (cli_may_ask(in)) {
		struct termios old, quiet;
		tcgetattr(STDIN_FILENO, &old);
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		fprintf(stderr, "value of %s: ", name);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
		ssize_t got = read(STDIN_FILENO, value, cap - 1);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
		fputc('\n', stderr);
		return got;
	}
	return read_all(STDIN_FILENO, value, cap);
}

enum err secret_value_read(struct invocation *in, const char *name, struct secret_value *v,
			   struct error *e)
{
	v->bytes = mem_zalloc(ROOM);
	ssize_t n = read_value(in, name, v->bytes, ROOM);
	if (n > 0 && !(n == 1 && v->bytes[0] == '\n')) {
		v->n = (size_t)n;
		return ERR_NONE;
	}
	error_set(e, ERR_INVALID,
		  n < 0 ? "value: longer than %d bytes, or not readable"
			: "value: nothing was given",
		  VALUE_MAX);
	error_hint(e, "sellersmart secret set %.64s < file", name);
	return ERR_INVALID;
}

enum err secret_value_from(const char *path, struct secret_value *v, struct error *e)
{
	bool standard = !strcmp(path, "-");
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	v->bytes = mem_zalloc(ROOM);
	ssize_t n = fd < 0 ? -1 : read_all(fd, v->bytes, ROOM);
	int fault = errno;
	if (fd >= 0 && !standard)
		close(fd);
	if (n > 0 && !(n == 1 && v->bytes[0] == '\n')) {
		v->n = (size_t)n;
		return ERR_NONE;
	}
	if (!n || n == 1)
		error_set(e, ERR_INVALID, "%.200s: it is empty", path);
	else if (fault == EFBIG)
		error_set(e, ERR_TOO_LARGE, "%.200s: longer than %d bytes", path, VALUE_MAX);
	else
		error_set(e, fault == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%.200s: %s", path,
			  strerror(fault));
	error_hint(e, "the file holds the value and nothing else");
	return e->code;
}

enum err secret_value_store(struct invocation *in, const char *name, const struct secret_value *v,
			    json_t **reply, struct error *e)
{
	struct buf path = BUF_INIT(1024);
	buf_add_str(&path, "/v1/secrets/");
	path_escape(&path, name);
	buf_add_str(&path, "/value");
	enum err err = request_raw(in, "PUT", buf_str(&path), v->bytes, v->n, reply, e);
	buf_fini(&path);
	return err;
}

void secret_value_fini(struct secret_value *v)
{
	if (v->bytes)
		sodium_memzero(v->bytes, ROOM);
	free(v->bytes);
	*v = (struct secret_value){0};
}
