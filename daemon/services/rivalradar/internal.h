#pragma once
/* What the files of the radar share. */
#include <pthread.h>

#include "daemon/services/rivalradar/radar.h"

struct radar {
	struct daemon *d;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	bool started, stopping;
	/* under the lock; the picture is replaced as a whole */
	struct picture *picture;
	bool dirty, urgent, running;
	int64_t dirty_us, touched_us; /* first and last change since the pass began */
	int64_t kept_us, took_us;     /* days were written; the last pass took */
	bool failing;
	uint64_t passes;
};

/* routes; ctx: struct radar */
struct answered route_prices(struct request *r, void *ctx);
struct answered route_analysis(struct request *r, void *ctx);
struct answered route_what_if(struct request *r, void *ctx);
struct answered route_floor(struct request *r, void *ctx);
struct answered route_map(struct request *r, void *ctx);

/** A rival by name or id, of the path's :ref or else of ?rival=. @return NULL with e filled */
const struct resource *radar_rival(struct radar *r, struct request *rq, struct error *e);
/** ?since= as a moment, else fallback. */
bool radar_since(struct radar *r, struct request *rq, const char *fallback, int64_t *ms,
		 struct error *e);
