#pragma once
/* Requests of commands: JSON in, "data" out, errors as struct error. Blocking. */
#include "tui/client/client.h"
#include "tui/commands/command.h"

/** One request. body may be NULL. data (borrowed from *reply) is reply["data"].
 *  @param reply  the whole answer; json_decref it */
enum err request_json(struct invocation *in, const char *method, const char *path,
		      const json_t *body, json_t **reply, struct error *e)
	__attribute__((warn_unused_result));
/** Raw body of any type; reply as above, NULL when the answer has no body. */
enum err request_raw(struct invocation *in, const char *method, const char *path, const void *body,
		     size_t len, json_t **reply, struct error *e)
	__attribute__((warn_unused_result));
/** Follow a server-sent event stream: fn(event, data) until it returns false or the stream ends. */
enum err request_stream(struct invocation *in, const char *path,
			bool (*fn)(const char *event, const json_t *data, void *arg), void *arg,
			struct error *e) __attribute__((warn_unused_result));
