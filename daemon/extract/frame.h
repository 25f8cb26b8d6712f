#pragma once
/* What goes through the socket between the daemon and a worker: a length of four bytes, then a
 * request or an answer; numbers in the machine's order, texts with their length and a NUL. A worker
 * has read foreign bytes and may be in foreign hands, so an answer is believed only within its
 * bounds. */
#include <stdbool.h>
#include <stdint.h>

#include "daemon/extract/extract.h"
#include "shared/buf.h"

enum {
	FRAME_HEAD = 4,
	FRAME_ATTRIBUTE_MAX = 256,
	FRAME_TYPE_MAX = 256, /* of a content type; what follows is left out */
	FRAME_REQUEST_MAX = EXTRACT_GZIP_MAX + EXTRACT_QUERIES_MAX * 8192 + EXTRACT_RECIPE_MAX,
	FRAME_ANSWER_MAX =
		EXTRACT_ANSWER_BYTES + EXTRACT_QUERIES_MAX * (EXTRACT_VALUES_MAX * 5 + 1024),
};

/** Length of the payload that begins at data[FRAME_HEAD]; len >= FRAME_HEAD. */
uint32_t frame_length(const char *data);

/** A whole frame. ERR_TOO_LARGE or ERR_INVALID for what passes the limits of extract.h. */
enum err frame_write_request(struct buf *out, const struct extract_request *req, struct error *e);

/** A request as a worker sees it. Everything points into the payload. */
struct frame_request {
	struct extract_request request;
	struct extract_query queries[EXTRACT_QUERIES_MAX];
};
/** @param data  the payload, without the head.  @return false: not a request */
bool frame_read_request(const char *data, size_t len, struct frame_request *out);

/** What one query found, while it is being found. */
struct found_writer {
	struct buf values;
	uint32_t n, total;
	bool full;
	struct error error;
};
void found_init(struct found_writer *f, size_t budget);
void found_fini(struct found_writer *f);
/** Add one value: NUL and what is not UTF-8 become U+FFFD; cut, or only counted, when there is no
 *  more room. @return false: enough, further ones are only counted */
bool found_add(struct found_writer *f, const char *text, size_t len);
/** Add one value of any length, ours and UTF-8; f->error speaks when there is no room. */
void found_add_whole(struct found_writer *f, const struct buf *text);

/** An answer: begin, a found_writer for each query (its values are dropped when its error is set),
 *  end. */
void frame_answer_begin(struct buf *out);
void frame_answer_found(struct buf *out, const struct found_writer *f);
void frame_answer_end(struct buf *out);

struct frame_answer {
	struct extract_answer answer;
	struct extract_found found[EXTRACT_QUERIES_MAX];
};
/** @param data  the payload; the values point into it.  @return false: not an answer */
bool frame_read_answer(const char *data, size_t len, struct frame_answer *out);
void frame_answer_fini(struct frame_answer *a);
