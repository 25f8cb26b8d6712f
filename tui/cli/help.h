#pragma once
/* Help from the tables: examples first. */
#include "tui/cli/cli.h"

void help_overview(void);                      /* sellersmart --help */
void help_command(const struct command *c);    /* sellersmart apply --help */
void help_noun(const struct resource_kind *k); /* sellersmart monitor --help */
void help_verb(const struct resource_kind *k,
	       const char *verb); /* sellersmart monitor add --help */
