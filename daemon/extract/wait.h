#pragma once
/* A document taken apart by a worker process while the calling thread waits: for straight-line code
 * that is not on a loop. */
#include "daemon/core/loop.h"
#include "daemon/extract/extract.h"

/** What its first query found, copied. */
struct extracted {
	char **values;
	size_t n, total;
};
void extracted_fini(struct extracted *x);

/** Thread: any but a loop's; the net loop runs. Errors are those of extract_answer and of the
 * query.
 */
enum err extract_wait(struct loop *net, struct extract *x, const struct extract_request *request,
		      struct extracted *out, struct error *e) __attribute__((warn_unused_result));

/** What each of the queries found. */
struct extract_result {
	size_t n;
	struct extract_part {
		enum err code;
		struct error error;
		struct extracted found;
	} parts[EXTRACT_QUERIES_MAX];
};
void extract_result_fini(struct extract_result *r);

/** The same for several queries; an error is the extraction's, those of queries are in their parts.
 *  out is to be freed all the same. */
enum err extract_wait_all(struct loop *net, struct extract *x,
			  const struct extract_request *request, struct extract_result *out,
			  struct error *e) __attribute__((warn_unused_result));
