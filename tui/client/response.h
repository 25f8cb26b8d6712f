#pragma once
/* Reading one HTTP/1.1 response after another from a connection's bytes, within limits. */
#include <stdbool.h>
#include <stddef.h>

#include "shared/buf.h"
#include "shared/err.h"

enum { RESPONSE_BODY_MAX = 64 << 20, RESPONSE_VALUE_MAX = 128 };

struct response;

/** Body bytes of a stream as they come; false ends the reading with ERR_CANCELLED. */
typedef bool response_body_fn(void *arg, const char *data, size_t n);

/** @param on_body  NULL: the body is collected */
struct response *response_new(response_body_fn *on_body, void *arg);
void response_free(struct response *r);
/** Ready for the next response of the same connection. */
void response_reset(struct response *r);

/** Read n bytes. Bytes after the end of a response are a fault: one request at a time is sent.
 *  Fails with ERR_MALFORMED or ERR_TOO_LARGE. */
enum err response_feed(struct response *r, const char *data, size_t n, struct error *e)
	__attribute__((warn_unused_result));
/** The peer closed: fine when the response is complete or ends with the connection. */
enum err response_end(struct response *r, struct error *e) __attribute__((warn_unused_result));

bool response_started(const struct response *r);
bool response_complete(const struct response *r);
bool response_head_done(const struct response *r);
/** Valid once complete: the connection may carry another request. */
bool response_keeps_alive(const struct response *r);
int response_status(const struct response *r);
const char *response_content_type(const struct response *r);
const char *response_etag(const struct response *r);
struct buf *response_body(struct response *r);
