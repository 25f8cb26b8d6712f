#pragma once
/* What a webhook carries: {"type", "timestamp", "data"}, less than 20 kB.
 *
 * data of alerts: severity, title, total, counts, lines, alerts as in message.h; when it is about
 * one alert also what a program wants at hand: alert (its number), incident_id, subject,
 * subject_kind, monitor (the name, when it is one), state, previous, reason, since, checks.
 * data of an event: severity, title and the event's own. */
#include <jansson.h>

#include "shared/buf.h"

enum { WEBHOOK_BODY_MAX = 20000 };

/** Of what is too long first the evidence goes, then the last alerts. */
void webhook_body(const json_t *message, struct buf *out);
