#include "tui/cli/heartbeats.h"

#include <string.h>

#include "tui/cli/request.h"

enum err heartbeat_path(struct invocation *in, const char *name, char *out, size_t cap,
			struct error *e)
{
	struct buf path = BUF_INIT(1024);
	json_t *reply = NULL;
	buf_add_str(&path, "/v1/monitors/");
	path_escape(&path, name);
	enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, e);
	buf_fini(&path);
	if (err)
		return err;
	const char *url = json_str(json_object_get(reply, "data"), "ping_url", NULL);
	const char *at = url ? strstr(url, "/ping/") : NULL;
	if (at) {
		snprintf(out, cap, "%s", at);
	} else {
		err = error_set(e, ERR_INVALID, "%.64s is not a heartbeat", name);
		error_hint(e, "sellersmart monitor add --type heartbeat --name %.64s --period 1d",
			   name);
	}
	json_decref(reply);
	return err;
}

enum err heartbeat_send(struct invocation *in, const char *path, const char *suffix,
			const char *body, struct error *e)
{
	char full[256];
	struct reply r = {0};
	snprintf(full, sizeof(full), "%s%s%s", path, suffix[0] ? "/" : "", suffix);
	struct client_request q = {.method = "POST",
				   .path = full,
				   .body = body,
				   .body_len = body ? strlen(body) : 0,
				   .content_type = "text/plain",
				   .timeout_ms = 10000};
	enum err err = client_send(in->client, &q, &r, e);
	reply_fini(&r);
	return err;
}
