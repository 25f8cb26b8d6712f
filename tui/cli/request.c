#include "tui/cli/request.h"

#include <stdlib.h>
#include <string.h>

#include "tui/cli/cli.h"

/* Further faults of one refused input, below the first that the caller prints. */
static void say_other_faults(const struct reply *r)
{
	for (size_t i = 1; i < r->faults.n; i++)
		invocation_fail(&r->faults.items[i]);
}

static enum err request_send(struct invocation *in, const struct client_request *q, json_t **reply,
			     struct error *e)
{
	struct reply r = {0};
	enum err err = client_send(in->client, q, &r, e);
	*reply = r.root ? json_incref(r.root) : NULL;
	if (err)
		say_other_faults(&r);
	else if (!r.root && r.body.len)
		err = error_set(e, ERR_MALFORMED, "the daemon's answer to %s is not JSON", q->path);
	reply_fini(&r);
	return err;
}

enum err request_json(struct invocation *in, const char *method, const char *path,
		      const json_t *body, json_t **reply, struct error *e)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	struct client_request q = {.method = method,
				   .path = path,
				   .body = text,
				   .body_len = text ? strlen(text) : 0,
				   .timeout_ms = 150000};
	enum err err = request_send(in, &q, reply, e);
	free(text);
	return err;
}

enum err request_raw(struct invocation *in, const char *method, const char *path, const void *body,
		     size_t len, json_t **reply, struct error *e)
{
	struct client_request q = {.method = method,
				   .path = path,
				   .body = body,
				   .body_len = len,
				   .content_type = "application/octet-stream"};
	return request_send(in, &q, reply, e);
}

struct following {
	bool (*fn)(const char *event, const json_t *data, void *arg);
	void *arg;
};

static bool follow(void *arg, const struct sse_message *m)
{
	struct following *f = arg;
	struct error e = {0};
	json_t *data = json_read(m->data, m->data_len, SSE_DATA_MAX, &e);
	bool more = !data || f->fn(m->event, data, f->arg);
	json_decref(data);
	return more;
}

enum err request_stream(struct invocation *in, const char *path,
			bool (*fn)(const char *event, const json_t *data, void *arg), void *arg,
			struct error *e)
{
	struct following f = {fn, arg};
	return client_follow(in->client, path, NULL, follow, &f, 0, e);
}
