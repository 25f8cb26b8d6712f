#pragma once
/* RivalRadar: shops of rivals and one's own are read again and again, and what they offer is
 * compared. What the files of the service share.
 *
 *   sites.c   what is known of each site, in memory and in the table `site`
 *   plan.c    when a site is scanned again
 *   forget.c  a site that was deleted goes, with all that was read of it
 *   reach.c   may it be read at all?
 *   scan*.c   the job that reads a site (jobs/site_scan.c) */
#include <pthread.h>

#include "daemon/catalog/catalog.h"
#include "daemon/jobs/items.h"
#include "daemon/services/rivalradar/radar.h"
#include "daemon/services/service.h"
#include "shared/money.h"
#include "shared/private_address.h"
#include "shared/url.h"

extern const struct resource_kind resource_rival, resource_shop;

enum { SITE_PLATFORM = 16, SITE_TEXT = 200, SITE_ENTRY = URL_MAX + HOST_MAX + 32 };

/** A row of the table `site`. */
struct site_row {
	uint64_t id;
	bool mine;
	char platform[SITE_PLATFORM]; /* "": not found out */
	char entry[SITE_ENTRY];
	char currency[CURRENCY_TEXT]; /* of the whole site; "" */
	enum site_state state;
	int64_t state_ms;
	char text[SITE_TEXT]; /* safe; why it is not ok */
	int64_t scanned_ms;   /* wall; end of the last scan that read something; 0: none */
	int64_t full_ms;      /* of the last one that read all */
	int64_t next_ms;      /* wall; the next scan; 0: at once */
	int64_t found_ms;     /* when platform and entry were found out */
};

/** One site in memory; under the lock of struct rivalradar. */
struct site {
	struct site_row row;
	uint64_t last_job;         /* of its latest scan since the start; 0: none */
	int64_t pace_ms;           /* as configured; 0: the house's */
	bool starting;             /* an operation that starts its scan is on its way */
	bool replan;               /* it was edited: its next scan is reckoned anew */
	unsigned blocked, failing; /* pages of late, in a row */
	bool had;                  /* one was had in this scan */
};

struct rivalradar {
	struct daemon *d;
	struct radar *radar; /* what is compared */
	pthread_mutex_t lock;
	struct site **sites; /* by id */
	size_t n_sites, cap_sites;
	uint64_t *gone; /* deleted, but not forgotten yet */
	size_t n_gone;
	bool forgetting, ended;
	struct address_range allow[ALLOW_PRIVATE_MAX]; /* that scrapes may reach */
	size_t n_allow;
	struct uv_timer_s *timer; /* net loop; NULL: it does not run */
};

/** The service of this daemon; NULL: it does not run. Thread: any. */
struct rivalradar *rivalradar_of(struct daemon *d);

/* ---- sites.c: thread any ----------------------------------------------------------------------
 */

enum err sites_load(struct rivalradar *rr, struct error *e);
void sites_fini(struct rivalradar *rr);
/** Enter it when it is new, note what its configuration says. */
void sites_enter(struct rivalradar *rr, const struct resource *r);
void sites_leave(struct rivalradar *rr, uint64_t id);
/** A copy; false: it is not known. row may be NULL. */
bool sites_get(struct rivalradar *rr, uint64_t id, struct site_row *row);
/** Under the lock. */
struct site *sites_find(struct rivalradar *rr, uint64_t id);

enum site_set {
	SITE_SET_NEXT = 1,
	SITE_SET_PLATFORM = 2, /* entry and found_ms, too */
	SITE_SET_CURRENCY = 4,
	SITE_SET_STATE = 8, /* state_ms and text, too */
	SITE_SET_SCANNED = 16,
	SITE_SET_FULL = 32,
};
/** Inside an operation: those members of the row are so from now on; in memory after the commit. */
enum err site_put(struct txn *t, struct rivalradar *rr, const struct site_row *to, unsigned set,
		  struct error *e);
/** A page was had (both false), is blocked, or fails; @return how many so in a row. */
unsigned sites_note_page(struct rivalradar *rr, uint64_t id, bool blocked, bool failing);
/** A scan begins; was a page had in it? */
void sites_begin(struct rivalradar *rr, uint64_t id);
bool sites_had_page(struct rivalradar *rr, uint64_t id);
void sites_set_job(struct rivalradar *rr, uint64_t id, uint64_t job);
uint64_t sites_job(struct rivalradar *rr, uint64_t id);
/** Of platform: "Shopify". */

/* ---- site_live.c ------------------------------------------------------------------------------
 */

extern const struct resource_live site_live[];

/* ---- plan.c ------------------------------------------------------------------------------------
 */

/** Begin to look what is due; net loop. */
void plan_open(struct rivalradar *rr);
void plan_close(struct rivalradar *rr);
/** Something changed: look soon. Thread: any. */
void plan_wake(struct rivalradar *rr);
/** Inside an operation: start a scan of it (when run), and say when the next one is.
 *  ERR_NOT_NOW: it is being scanned; then only the time is written, when that is all right. */
enum err plan_put(struct txn *t, struct rivalradar *rr, const struct resource *r, const char *cause,
		  bool run, uint64_t *job, struct error *e);
/** Start the scan of this name: struct service. */
enum err plan_run_job(struct rivalradar *rr, const char *name, uint64_t *job, struct error *e);
/** POST /v1/rivals/:ref/scan and of shops. */
struct answered route_scan_rival(struct request *r, void *ctx);
struct answered route_scan_shop(struct request *r, void *ctx);
/** "scan-NAME", "scan-shop-NAME": what the job of its scan is called. */
void scan_name(const struct resource *r, char out[static 64]);

/* ---- reach.c ----------------------------------------------------------------------------------
 */

/** What is to be written of a site: its addresses may be reached as far as that can be told from
 *  them, its recipe is there. Thread: any. */
enum err site_reach_check(struct rivalradar *rr, const struct resource_kind *k, const json_t *spec,
			  const json_t *coming, struct error *e);
/** Take over what the configuration allows; on the net loop. */
void reach_configure(struct rivalradar *rr);

/* ---- forget.c: thread any ---------------------------------------------------------------------
 */

/** Its resource is gone: so is all else, as soon as that can be written. */
void forget_site(struct rivalradar *rr, uint64_t id);
/** Sites that were left over when the daemon ended. Blocks. */
void forget_left_over(struct rivalradar *rr);
/** Go on with what could not be written. */
void forget_go_on(struct rivalradar *rr);
