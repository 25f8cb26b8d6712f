#pragma once
/* Certificates and registrations that end: told in stages, each once, and when they were renewed.
 *
 * The first stage begins when the monitor says (cert_days, domain_days); of a certificate that
 * lives shortly and whose monitor says nothing it is the last fifth of its life. Then come 3 days
 * and 1 day before the end (a domain: 14 and 3), as far as they are later than the first; the last
 * one is critical. Where a monitor stands is in its events, which a restart reads. */
#include "daemon/services/sitemonitor/sitemonitor.h"

enum { END_STAGES = 3 };

/** Days left at which a stage begins, most first; a stage that does not exist has none. */
struct end_plan {
	int64_t begin_ms[END_STAGES]; /* before the end */
	unsigned n;
};
/** @param life_ms  0: not known, or long
 *  @param asked    the monitor itself says how many days */
void end_plan(struct end_plan *p, unsigned days, bool asked, bool is_domain, int64_t life_ms);
/** 0: none has begun, 1..n. */
unsigned end_plan_stage(const struct end_plan *p, int64_t left_ms);

/** Of what is shown, under the table's lock or on the net loop. */
unsigned end_stage(const struct shown *s, int64_t now_ms, bool *critical);
/** When its first stage began, or will. */
int64_t end_since_ms(const struct shown *s);
/** A check of m ended, or its configuration changed: tell what is new. Net loop. */
void ends_look(struct sitemonitor *sm, struct monitor *m);
/** After a start: what was told of m. Main thread. */
enum err ends_load(struct sitemonitor *sm, struct error *e);
