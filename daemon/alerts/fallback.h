#pragma once
/* When nothing gets out: a critical message that nobody was told of for a minute becomes an event
 * (which rings in dashboards), and, where the configuration file allows it, a line on this
 * machine's terminals or desktop. Part of the outbox. */
#include <stdint.h>

struct daemon;
struct outbox;
struct fallback;

struct fallback *fallback_new(struct daemon *d);
/** Ends the programs that run. */
void fallback_stop(struct fallback *f);
void fallback_free(struct fallback *f);

/** With the outbox locked: begin to look when it is time. @return boot time of the next look,
 *  INT64_MAX: none */
int64_t fallback_due(struct outbox *o, int64_t now_ms);
/** With the outbox locked: that critical message was given up. */
void fallback_look(struct outbox *o, uint64_t id);
