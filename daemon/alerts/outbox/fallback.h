#pragma once
/* When nothing gets out: a critical message that nobody was told of for a minute becomes an event
 * (which rings in dashboards), and, where the configuration file allows it, a line on this
 * machine's terminals or desktop. Part of the outbox. */
#include <stdbool.h>
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
/** A message left, and that is stored: what nobody was told of may be over. */
void fallback_sent(struct outbox *o, bool critical);
/** What was stored of it ("outbox.alarm"), before anything runs. */
void fallback_recall(struct outbox *o, const char *text);
/** Where the configuration allows it, tell it on this machine. */
void fallback_here(struct outbox *o, const char *text);
/** With the outbox locked: that critical message was given up. */
void fallback_look(struct outbox *o, uint64_t id);
