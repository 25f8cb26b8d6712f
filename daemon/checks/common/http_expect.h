#pragma once
/* What the body of an answer must hold beyond texts and patterns: jq programs that are true
 * (`json_expect`), an element that a CSS selector or an XPath finds (`css`, `xpath`) and the
 * pattern of its text (`select_pattern`). The worker processes look; what they find is judged here.
 */
#include "daemon/checks/common/verdict.h"
#include "daemon/extract/extract.h"
#include "shared/pattern.h"

/** Compiled, immutable. */
struct http_expect;

/** *out NULL when the monitor expects nothing of the kind. Expressions are not compiled here: a
 *  wrong one is found by the worker. Thread: any. */
enum err http_expect_prepare(const json_t *spec, struct http_expect **out, struct error *e);
void http_expect_free(struct http_expect *x);
/** Of the selected text; NULL: none. */
const struct pattern *http_expect_pattern(const struct http_expect *x);

/** What was found in one body. */
struct http_found {
	struct verdict verdict; /* OUTCOME_NONE: all as expected, but for the pattern of value */
	char *value;            /* the selected text, when there is a pattern for it */
};
void http_found_fini(struct http_found *f);

/** As extract_submit: done comes later, whatever happens. */
struct extract_job *http_expect_start(const struct http_expect *x, struct extract *pool,
				      const char *body, size_t len, const char *content_type,
				      void (*done)(const struct extract_answer *a, void *arg),
				      void *arg);
/** Judge an answer.
 *  @param cut  only the first bytes of the body were looked at */
void http_expect_read(const struct http_expect *x, const struct extract_answer *a, bool cut,
		      struct http_found *out);
/** The selected text does not match, or the pattern takes too much work: sets v and returns true.
 */
bool http_expect_judge(const struct http_expect *x, const struct http_found *f,
		       enum pattern_result match, struct verdict *v);
