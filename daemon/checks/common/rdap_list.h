#pragma once
/* The bootstrap list, kept: in memory, in the store across restarts, asked for again when it is a
 * day old and somebody needs it. One fetch at a time; an old list is better than none. Net loop. */
#include <stdbool.h>
#include <stdint.h>

#include "daemon/checks/check.h"
#include "daemon/checks/common/rdap_bootstrap.h"

struct rdap_list;

/** @param changed  what rdap_list_ready was false for has been settled, for better or worse */
struct rdap_list *rdap_list_new(const struct check_env *env, void (*changed)(void *arg), void *arg);
/** No fetch any more; changed is not called again. */
void rdap_list_stop(struct rdap_list *l);
/** After rdap_list_stop, when the loop's work has ended. */
void rdap_list_free(struct rdap_list *l);
/** False: it is being loaded or fetched, changed will tell. */
bool rdap_list_ready(struct rdap_list *l);
/** The newest there is, NULL when there is none. Borrowed until the next turn of the loop. */
const struct rdap_bootstrap *rdap_list_table(const struct rdap_list *l);
/** How old it is, when it is older than a day and cannot be refreshed; else 0. */
int64_t rdap_list_stale_ms(const struct rdap_list *l);
/** Why the last fetch failed, "" when it did not. Safe. */
const char *rdap_list_fault(const struct rdap_list *l);
