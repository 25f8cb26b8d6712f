#pragma once
/* What a run carries from step to step. */
#include "daemon/checks/common/http_cookies.h"
#include "daemon/checks/common/steps_config.h"

enum { STEP_VALUES_MAX = STEP_PAIRS_MAX + STEPS_MAX * STEP_SAVE_MAX };

struct step_values {
	struct step_pair *all;
	size_t n;
};

void step_values_fini(struct step_values *v);
/** Set or replace; text is copied. secret: it stays out of messages and evidence. */
void step_values_set(struct step_values *v, const char *name, const char *text, bool secret);
/** For template_expand; arg: struct step_values. */
const char *step_values_find(const char *name, void *arg);
/** Overwrite by asterisks what in the text is a secret value, as it is or percent-encoded. */
void step_values_hide(const struct step_values *v, const struct step *s,
		      const struct http_cookies *cookies, char *text, size_t len);
