/* site-scan: all pages of a rival or shop are read, its products found first. */
#include "daemon/services/rivalradar/scan.h"

const struct job_type job_site_scan = {
	.name = "site-scan",
	.help = "Read all pages of a rival or shop",
	.failed_max_pct = 100, /* the closing item says how it went */
	.request = scan_request,
	.takes_failures = true,
	.closing = SCAN_CLOSING_KEY,
	.handle = scan_handle,
	.keep = scan_keep,
	.facts_free = scan_facts_free,
};
