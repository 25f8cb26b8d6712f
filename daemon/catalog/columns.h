#pragma once
/* Columns of the catalog's tables as members of answers; rivals and shops by name. */

#include "daemon/store/store.h"

/** The rival or shop of that name or id; 0: there is none. */
uint64_t site_find(struct store *s, const char *ref);
/** Its members "site" and "site_kind" into the open object: null when it is gone. */
void site_write(struct json_writer *w, struct store *s, uint64_t site);

/** "" for NULL; borrowed until the next step. */
const char *row_text(sqlite3_stmt *st, int column);
/** A figure that may be unknown, as null. */
void write_figure(struct json_writer *w, const char *key, sqlite3_stmt *st, int column);
/** Price plus shipping, null when either is unknown. */
void write_landed(struct json_writer *w, sqlite3_stmt *st, int price, int shipping);
/** A text that may be "", as null. */
void write_word(struct json_writer *w, const char *key, sqlite3_stmt *st, int column);
