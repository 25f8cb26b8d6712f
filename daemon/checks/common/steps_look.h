#pragma once
/* What an answer holds: the step's expectations, then the values it saves. */
#include "daemon/checks/common/http_walk.h"
#include "daemon/checks/common/steps_values.h"

/** The queries for the workers of what is in the body, in the order of the sources.
 *  @return how many, s->n_in_body */
size_t step_queries(const struct step *s, struct extract_query out[static EXTRACT_QUERIES_MAX]);
/** Judge expectations and take values. answer: what the workers said, NULL when nothing is in the
 *  body. On a failure v has outcome, cause and the words behind the step's name.
 *  @return true when all is as it should be */
bool step_look(const struct step *s, const struct http_walk *w, const struct extract_answer *answer,
	       struct step_values *values, struct verdict *v);
