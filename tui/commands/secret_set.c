/* sellersmart secret set NAME < file: the value never stands on a command line. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <sodium.h>
#include <stdlib.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum { VALUE_MAX = 65536 };

/* From a terminal without echo, else all of standard input. */
static ssize_t read_value(struct invocation *in, char *value, size_t cap)
{
	size_t n = 0;
	if (cli_may_ask(in)) {
		struct termios old, quiet;
		tcgetattr(STDIN_FILENO, &old);
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		fprintf(stderr, "value of %s: ", in->args[0]);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
		ssize_t got = read(STDIN_FILENO, value, cap - 1);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
		fputc('\n', stderr);
		return got;
	}
	for (;;) {
		ssize_t got = read(STDIN_FILENO, value + n, cap - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || (size_t)got == cap - n)
			return -1;
		if (!got)
			return (ssize_t)n;
		n += (size_t)got;
	}
}

static int run(struct invocation *in)
{
	struct error e = {0};
	char *value = mem_zalloc(VALUE_MAX + 2);
	struct buf path = BUF_INIT(1024);
	json_t *reply = NULL;
	int status = 0;
	ssize_t n = read_value(in, value, VALUE_MAX + 2);
	if (n <= 0 || (n == 1 && value[0] == '\n')) {
		error_set(&e, ERR_INVALID,
			  n < 0 ? "value: longer than %d bytes, or not readable"
				: "value: nothing was given",
			  VALUE_MAX);
		error_hint(&e, "sellersmart secret set %.64s < file", in->args[0]);
		status = invocation_fail(&e);
		goto out;
	}
	buf_add_str(&path, "/v1/secrets/");
	path_escape(&path, in->args[0]);
	buf_add_str(&path, "/value");
	if (request_raw(in, "PUT", buf_str(&path), value, (size_t)n, &reply, &e))
		status = invocation_fail(&e);
	else if (!output_machine(in->output, json_object_get(reply, "data")))
		output_text(in->output, "secret %s stored\n", in->args[0]);
out:
	sodium_memzero(value, VALUE_MAX + 2);
	free(value);
	buf_fini(&path);
	json_decref(reply);
	return status;
}

static const char *const examples[] = {"sellersmart secret set shop-password < password.txt",
				       "pass show shop | sellersmart secret set shop-password",
				       NULL};

const struct command command_secret_set = {
	.words = "secret set",
	.usage = "secret set NAME < file",
	.summary = "store or replace a secret; resources refer to it as {secret: NAME}",
	.examples = examples,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
