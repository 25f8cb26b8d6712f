#pragma once
/* How telling of an alert went. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The role of an alert's `told`: as the worst of what each notifier got last.
 *  @param alert  with deliveries, silenced, state */
unsigned told_style(const json_t *alert);
/** A delivery's outcome: "sent, 200 in 41ms", "FAILED after 3 tries: refused the connection",
 *  "tries again 07:20 (3 tries): ...", "waiting until 08:00". */
void told_outcome(const json_t *delivery, int64_t now_ms, char *out, size_t cap, unsigned *style);
/** "07:11" within a day of now, else "22 Nov". */
const char *told_time(char *out, size_t cap, int64_t at_ms, int64_t now_ms);
/** It is snoozed still. @return until when, 0: no */
int64_t told_snoozed(const json_t *alert, int64_t now_ms);
