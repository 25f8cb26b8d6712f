#pragma once
/* What a run of steps says of itself: the time of each, the sentence about the one that failed,
 * evidence. */
#include "daemon/checks/common/http_walk.h"
#include "daemon/checks/common/steps_request.h"

struct step_record {
	const char *name, *method; /* borrowed from the config */
	char url[STEP_URL_SHOWN];
	int status; /* 0: none */
	int64_t us;
};

/** About all steps so far; filled in by the run. */
struct steps_report {
	struct step_record steps[STEPS_MAX];
	size_t n;
	int64_t total_us, phase_us[PHASE_COUNT];
	/* of the first https step */
	char *certificate, fingerprint[65], tls_version[16];
	int64_t not_after_ms;
	char address[ADDRESS_TEXT];       /* of the first step */
	char body_start[BODY_START + 16]; /* of a failed step, safe, secrets hidden */
};

void steps_report_init(struct steps_report *r);
void steps_report_fini(struct steps_report *r);
/** Put "step 3 "pay": POST URL" before what happened. status: it is about that answer's status */
void steps_report_name(const struct steps_report *r, struct verdict *v);
/** The verdict of a run in which no step failed. degraded: of the first step that was, or
 *  OUTCOME_NONE. slow_ms 0: none */
void steps_report_judge(const struct steps_report *r, int64_t slow_ms,
			const struct verdict *degraded, struct verdict *v);
/** Evidence as JSON; free(). */
char *steps_report_evidence(const struct steps_report *r, bool failed);
