#pragma once
/* Silences: alerts of which nothing is told until they end. The alerts thread's alone. */
#include "daemon/alerts/book.h"
#include "daemon/store/store.h"
#include "shared/matcher.h"

struct silence {
	uint64_t id;
	char name[64];
	int64_t until_ms;
	struct matchers *match;
};
struct silences {
	struct silence *all;
	size_t n;
	bool need_data; /* one of them looks into the data of alerts */
};
/** As they are configured now; those that have ended are left out. */
void silences_read(struct silences *s, struct store *store, int64_t now_ms);
void silences_fini(struct silences *s);
/** The first that covers it, or NULL. data: may be NULL */
const struct silence *silences_cover(const struct silences *s, const struct alert *a,
				     const json_t *data, int64_t now_ms);
/** When the next one ends (wall ms); INT64_MAX: none does. */
int64_t silences_next_end(const struct silences *s, int64_t now_ms);
