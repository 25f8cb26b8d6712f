#pragma once
/* From a step and the values so far to the request of a walk. */
#include "daemon/checks/common/steps_values.h"

enum { STEP_URL_SHOWN = 200 };

struct step_request {
	struct http_config config; /* what the walk reads: the step's base and what follows */
	char *target, *body;
	char url[STEP_URL_SHOWN]; /* for people: without query, values as "*", safe */
	bool is_https;
};

/** @param here  where the step before ended, what the step's address is relative to
 *  @return ERR_DENIED: the address is a value and leads to another origin; ERR_TOO_LARGE,
 *  ERR_INVALID: the values make no request */
enum err step_request_make(struct step_request *r, const struct steps_config *c,
			   const struct step *s, struct step_values *values, const struct url *here,
			   struct error *e) __attribute__((warn_unused_result));
void step_request_fini(struct step_request *r);
