#pragma once
/* What `doctor` finds on this side: the daemon's answer, the terminal, the user's session. */
#include <jansson.h>

#include "shared/doctor/doctor.h"
#include "shared/err.h"

/** Add {"check", "level", "text", "remedy"}. */
void examine_add(json_t *list, const char *name, const struct doctor_finding *f);
/** @param about  what GET /v1/daemon said, NULL: it did not answer, for that reason e */
void examine_daemon(json_t *list, const json_t *about, const struct error *e);
/** The terminal, and whether the user's daemon stays when he logs out. */
void examine_session(json_t *list);
