#pragma once
/* Who asks how much: the market's part of RivalRadar. What is scanned comes in by the catalog; here
 * it is compared, told and asked for. */
#include "daemon/services/rivalradar/picture.h"
#include "daemon/services/service.h"

struct radar;

/** Registers its routes; before listening and after api_init. */
struct radar *radar_new(struct daemon *d);
/** Work out where rivals stand, now and whenever offers change. */
enum err radar_start(struct radar *r, struct error *e);
/** Waits for a pass that runs. */
void radar_stop(struct radar *r);
/** After the server was stopped. */
void radar_free(struct radar *r);
/** Wait, a little, until what is asked from memory is as the store is. Thread: a worker. */
void radar_settle(struct radar *r);

/** A rival, a shop, or 0: all of mine against everybody. @return false: not worked out yet.
 *  Thread: any */
bool radar_figures(struct radar *r, uint64_t site, struct figures *out);
/** Members of a rival's live part: mine_too cheaper dearer equal new gone out_of_stock
 *  index_mean index_median trend changed_at. From memory, thread: any. */
void radar_live(struct radar *r, struct json_writer *w, uint64_t site);

/* The service's, with the radar in place of its state. */
size_t radar_attention(struct radar *r, struct attention *out, size_t max, size_t *total);
void radar_overview(struct json_writer *w, struct radar *r);
void radar_brief(struct radar *r, int64_t since_ms, int64_t until_ms,
		 void (*say)(void *arg, const struct brief_line *line), void *arg);
void radar_metrics(struct buf *out, struct radar *r);
/** Of rivals: "index", "cheaper", "undercuts" ...; ids of sites. */
bool radar_measure(struct radar *r, const char *name, uint64_t site, int64_t *thousandths);
