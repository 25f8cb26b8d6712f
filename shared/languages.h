#pragma once
/* Languages in whose manner numbers and dates of messages are written. Sentences are English. */

/** "en", "en-US", "de", ...; NULL ends them. */
extern const char *const language_names[];
/** The one of that name, which lives for ever; NULL or unknown: "en". */
const char *language_find(const char *name);
