#pragma once
/* Help from the tables: examples first. */
#include "tui/cli/cli.h"

void help_overview(void);                      /* sellersmart --help */
void help_command(const struct command *c);    /* sellersmart apply --help */
void help_noun(const struct resource_kind *k); /* sellersmart monitor --help */
void help_group(const char *noun);             /* sellersmart daemon --help */
/** sellersmart monitor add --help; c is the command made for it. */
void help_verb(const struct resource_kind *k, const char *verb, const struct command *c);
/** Verbs of a noun, those of its kind and written ones, each once. @return count */
size_t help_verbs(const char *noun, const char **out, size_t max);
