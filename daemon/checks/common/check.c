#include "daemon/checks/check.h"

#include <stdlib.h>
#include <string.h>

void check_result_init(struct check_result *r)
{
	memset(r, 0, sizeof *r);
	r->total_us = -1;
	for (int i = 0; i < PHASE_COUNT; i++)
		r->phase_us[i] = -1;
}

void check_result_fini(struct check_result *r)
{
	free(r->evidence);
	free(r->certificate);
	free(r->text);
	r->evidence = r->certificate = r->text = NULL;
}

const struct check_type *check_type_find(const char *name)
{
	for (size_t i = 0; check_table[i]; i++) {
		if (!strcmp(check_table[i]->name, name))
			return check_table[i];
	}
	return NULL;
}
