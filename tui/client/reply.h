#pragma once
/* Requests to the daemon and what comes back, decoded: JSON, or a problem as struct error. */
#include <jansson.h>
#include <stddef.h>

#include "shared/buf.h"
#include "shared/err.h"
#include "shared/schema/schema.h"
#include "tui/client/response.h"

struct client_request {
	const char *method; /* NULL: GET */
	const char *path;   /* with the query; see path_add() */
	const void *body;
	size_t body_len;
	const char *content_type;    /* NULL: application/json when there is a body */
	const char *if_match;        /* a version, without quotes; NULL: none */
	const char *idempotency_key; /* NULL: none */
	const char *accept;          /* NULL: application/json */
	const char *last_event_id;   /* NULL: none */
	int timeout_ms;              /* 0: 30 s */
};

enum { REQUEST_TIMEOUT_MS = 30000 };

/** Zero it before use; reply_fini() after. */
struct reply {
	int status;
	json_t *root;        /* the whole JSON body, or NULL when it is something else */
	json_t *data, *meta; /* members of root; borrowed, may be NULL */
	struct buf body;     /* the bytes, when root is NULL */
	char etag[RESPONSE_VALUE_MAX];
	struct error_list faults; /* all faults of a refused input; the first is the call's error */
};

void reply_fini(struct reply *r);
/** Write the head and body of a request. */
void request_write(struct buf *out, const struct client_request *q);
/** Decode a complete response. A status of 400 or more gives its code with e filled; r is filled as
 *  far as it goes in either case. */
enum err reply_decode(struct response *from, struct reply *r, struct error *e)
	__attribute__((warn_unused_result));

/** Append a percent-encoded path segment or query value. */
void path_escape(struct buf *out, const char *text);
/** Append "?name=value" or "&name=value". */
void path_add(struct buf *path, const char *name, const char *value);
void path_add_int(struct buf *path, const char *name, long long value);
