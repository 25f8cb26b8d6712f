#pragma once
/* One object as a person reads it, where a list of its members would not do. */
#include "tui/cli/cli.h"

/** @return false: this kind has no view of its own, print its members */
bool view_object(struct invocation *in, const struct resource_kind *k, const json_t *object);

void view_monitor(struct invocation *in, const json_t *m);
void view_incident(struct invocation *in, const json_t *i);
void view_alert(struct invocation *in, const json_t *a);

/** What was seen, a line each below the title; at: when, or NULL. */
void view_evidence(struct invocation *in, const char *title, const json_t *e, const char *at);

/** "state", in capitals and colour when it needs a person. */
const char *view_state(const struct output *o, const char *state, char out[static 48]);
/** The hops of last, a line each with its label, and where they led; nothing when there was none.
 */
void view_redirects(struct output *o, const json_t *last, const char *indent, int label_width);
/** The steps of a run, a line each; nothing for other checks. */
void view_steps(struct output *o, const json_t *last, const char *indent, int label_width);
/** "resolve 0.1 ms, connect 2.3 ms, ..." of a phases_ms object; "" when none was measured. */
void view_phases(const json_t *phases_ms, struct buf *out);
/** "  status: 200 -> 503", one line each, below a heading, when anything changed. */
void view_changed(struct invocation *in, const json_t *incident, const char *indent);
