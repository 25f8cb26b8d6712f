#pragma once
/* What the descriptor of the configuration cannot say about its values, and where faults stand. */
#include "daemon/core/config.h"

/** Add e, as a fault of the configuration. */
void config_fault(struct error_list *faults, const struct error *e);
/** Look at what is given, whether or not the rest of it is valid. */
void config_check(const json_t *given, config_services_fn *services, struct error_list *faults);
/** Put "FILE:LINE: " before what stands in the file, and sort by line.
 *  @param origins  field -> "FILE:LINE" or "flag" */
void config_faults_place(struct error_list *faults, const char *file, const json_t *origins);
