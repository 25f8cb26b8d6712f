#pragma once
/* What happened while a notifier could not be told, as one message instead of a flood: in order
 * what came and went meanwhile, a line each; then what is still open, and what ended that was told
 * before. */
#include "daemon/alerts/text/message.h"

struct summary;

struct summary *summary_new(void);
void summary_free(struct summary *s);
/** The next older message's document. @return false: it is about no alerts, and stays as it is */
bool summary_add(struct summary *s, const char *json);
/** from_ms: since when nothing got out. The caller ends the message. */
void summary_make(const struct summary *s, const struct wording *w, int64_t from_ms,
		  struct message *out);
