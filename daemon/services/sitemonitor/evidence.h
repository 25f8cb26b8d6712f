#pragma once
/* What an answer looked like, and what is different about another one. Evidence is a JSON object
 * written by a check, safe text only. */
#include <stdbool.h>
#include <stdint.h>

#include "shared/json.h"

/** A body as evidence has it (body_bytes, body_hash): it may differ at each answer. */
struct evidence_body {
	uint8_t hash[8]; /* as daemon/checks/common/body.h makes it */
	int64_t bytes;   /* -1: none */
};
/** The same number for evidence that says the same but for the body and what was measured (a
 *  program's figures, the time of steps), in whatever order; 0 for NULL. *body gets the body. */
uint64_t evidence_print(const char *evidence, struct evidence_body *body);
enum { EVIDENCE_HASH_TEXT = 17 };
/** The hash as evidence has it. */
const char *evidence_hash_text(const struct evidence_body *body,
			       char out[static EVIDENCE_HASH_TEXT]);

/** How an answer was come by; each NULL when there was none. */
struct evidence_way {
	char *redirects, *final_url; /* hops as a JSON array, and where they led */
	char *steps;                 /* JSON array: name, status, ms, url of each */
};
/** NULL when there was neither, which is usual; evidence may be NULL. */
struct evidence_way *evidence_way(const char *evidence);
void evidence_way_free(struct evidence_way *way);

/** Append [{"what", "from", "to"}] as a value: each member of bad that differs from good, each
 * header that came, went or differs, each step whose status differs. A member that bad does not
 * have was not reached and is not a difference. Either may be NULL: []. */
void evidence_write_changes(struct json_writer *w, const char *good, const char *bad);
/** The same, but at most max of them, and no value longer than that. */
void evidence_write_changes_of(struct json_writer *w, const char *good, const char *bad, size_t max,
			       size_t value_bytes);
/** Append what says most to a person (status, server, the first words of a body or of output, the
 * step that failed) as members of the open object, as long as no more than max_bytes are added. */
void evidence_write_compact(struct json_writer *w, const char *evidence, size_t max_bytes);
