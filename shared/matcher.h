#pragma once
/* Conditions in a line: "severity>=warning", "tag=shop", "topic=monitor.down",
 * "data.duration_ms>60000", "subject~^garden-", "labels.region!=eu", "state=down,flapping". One
 * grammar for rules, silences, notifiers and subscriptions, and for the client that refuses a wrong
 * one before it is sent.
 *
 *   FIELD OP VALUE      OP is = != ~ !~ > >= < <=; blanks around it are welcome
 *   =  one of VALUE's words ("a,b"), * in a word stands for any text; of a list: any of its entries
 *   ~  a pattern (PCRE2) occurs; one that is too much work holds neither with ~ nor with !~
 *   <, > numbers, durations ("5m", in ms), times (RFC 3339); severity by its order
 *
 * Fields: topic severity text rule kind subject tag service incident state, labels.KEY, data.PATH,
 * and NAME of a kind ("monitor=garden" is kind=monitor and subject=garden). A field that is absent
 * is unequal to everything, matches no pattern and no comparison. All conditions of a list hold. */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/err.h"
#include "shared/topic.h"

enum { MATCHER_MAX_BYTES = 300, MATCHERS_MAX = 16 };

struct matchers; /* immutable; any thread */

/** @param list  array of texts, or NULL: matches all
 *  @return NULL with e filled (which condition, what is wrong, what to try) */
struct matchers *matchers_compile(const json_t *list, struct error *e);
void matchers_free(struct matchers *m);
bool matchers_empty(const struct matchers *m);

/** What is matched; texts borrowed, NULL: absent. */
struct matched {
	const char *topic, *text, *rule, *kind, *subject, *service, *state;
	int severity; /* 0 info, 1 warning, 2 critical; -1: absent */
	uint64_t incident;
	const json_t *labels; /* object of text */
	const json_t *tags;   /* array of text */
	const json_t *data;   /* object */
};
bool matchers_hold(const struct matchers *m, const struct matched *what);
/** For a descriptor's check: what spec has in that FIELD_TEXT_LIST compiles; absent is fine.
 *  @return ERR_INVALID with the field, the condition, why and what to try */
enum err matchers_check_field(const json_t *spec, const char *field, struct error *e);
