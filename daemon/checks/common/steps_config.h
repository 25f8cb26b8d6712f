#pragma once
/* A compiled steps monitor: what each step asks, what its answer must hold, what is carried on.
 * Immutable. */
#include "daemon/checks/common/http_config.h"
#include "daemon/extract/extract.h"
#include "shared/resources/checks/steps.h"

/** A name and its text: a template, or, when it is secret, the text itself. */
struct step_pair {
	char *name, *text;
	bool secret;
};

struct step_pairs {
	struct step_pair *all;
	size_t n;
};

/** Where in an answer a value is. */
struct step_source {
	char *name; /* of a value to save; NULL: an expectation */
	enum { IN_BODY, IN_HEADER, IN_COOKIE } in;
	enum extract_kind kind; /* IN_BODY */
	char *expression, *attribute;
	char *equals, *contains; /* templates */
	bool absent;
	size_t header; /* IN_HEADER: index in base.expected */
};

struct step {
	char *name, *url, *body;
	struct step_pairs query, form, headers;
	struct step_source *sources; /* expectations, then values to save */
	size_t n_sources, n_in_body;
	struct http_config
		base; /* what is the same in each run; target, headers and body are not */
};

struct steps_config {
	char *target, *host, *user_agent;
	struct step_pairs values;
	struct step steps[STEPS_MAX];
	size_t n;
	int64_t timeout_ms, slow_ms;
};

enum err steps_config_prepare(const json_t *spec, const struct check_env *env, void **config,
			      struct error *e);
void steps_config_free(void *config);
