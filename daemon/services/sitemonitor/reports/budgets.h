#pragma once
/* The error budgets of the monitors that have an slo: measured by a worker, a slice at a time,
 * about once a minute while any has one; an event at each change of state. See budget.h. */
#include "daemon/services/sitemonitor/sitemonitor.h"

/** Main thread, at start: what was last told. */
enum err budgets_load(struct sitemonitor *sm, struct error *e);
/** Under the table's lock: m's slo as in its spec; a changed one is measured anew. */
void budget_configure(struct monitor *m, const json_t *spec);
/** Net loop: somebody may have an slo; look soon. */
void budgets_want(struct sitemonitor *sm);
/** What the heap calls. */
void budgets_fire(struct sitemonitor *sm, struct due *due);
/** Any thread but a loop's: measure every budget now. */
void budgets_measure_all(struct sitemonitor *sm);
/** Any thread but a loop's: the budget of one monitor as of now, without telling anybody. */
enum err budget_measure(struct sitemonitor *sm, uint64_t monitor, int64_t slo, enum slo_window w,
			enum budget_state was, unsigned bad_min, struct budget *out,
			struct error *e);

/** Under the table's lock: "budget": {...} or null. */
void budget_write(struct json_writer *w, const struct shown *s);
/** Worst first: used up, then burning, then by what is left; without an slo last. */
int64_t budget_rank(const struct shown *s);
/** A line of "Needs you"; false: none. */
bool budget_line(const struct shown *s, struct attention *a);
