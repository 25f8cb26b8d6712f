#pragma once
/* Who was told of an alert, in a few words. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOLD_TEXT = 96 };

/** "ops 07:11 ok", "ops FAILED", "ops again 07:20", "waiting 08:00", "snoozed 08:00",
 *  "silenced", "held back", "nobody"; style receives the role.
 *  @param alert  with deliveries, snoozed_until, silenced, inhibited, state */
void told_text(const json_t *alert, int64_t now_ms, char *out, size_t cap, unsigned *style);
/** A delivery's outcome: "sent, 200 in 41ms", "FAILED after 3 tries: refused the connection",
 *  "tries again 07:20 (3 tries): ...", "waiting until 08:00". */
void told_outcome(const json_t *delivery, int64_t now_ms, char *out, size_t cap, unsigned *style);
/** "07:11" within a day of now, else "22 Nov". */
const char *told_time(char *out, size_t cap, int64_t at_ms, int64_t now_ms);
/** It is snoozed still. @return until when, 0: no */
int64_t told_snoozed(const json_t *alert, int64_t now_ms);
