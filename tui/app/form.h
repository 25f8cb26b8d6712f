#pragma once
/* A form made from a descriptor: rows of fields, which change with the variant; each is checked on
 * the spot by the one validator, and the daemon's own words stand beside the field they are about.
 */
#include "tui/client/channel.h"
#include "tui/term/key.h"
#include "tui/widgets/edit.h"
#include "tui/widgets/scroll.h"

enum { FORM_ROWS_MAX = 96 };

struct form_row {
	const struct field *field; /* NULL: the line that unfolds, or the last one, "save" */
	enum { ROW_FIELD, ROW_FOLD, ROW_SAVE } what;
	struct form_text *text;
};

struct form {
	const struct resource_kind *kind;
	json_t *original; /* the object that is changed; NULL: a new one */
	bool ready, failed, unfolded, type_chosen;
	struct error fault; /* why there is no original */
	struct call *call;
	json_t *body;   /* what is being saved */
	char made[128]; /* a secret that was made for it and that its receiver must know, "" none */
	struct form_row rows[FORM_ROWS_MAX];
	size_t n, at;
	struct form_text *texts; /* what was typed, by field; outlives a change of variant */
	struct scroll scroll;
};

enum form_key { FORM_IGNORED, FORM_TAKEN, FORM_SAVE };

struct form *form_new(const struct resource_kind *kind);
void form_free(struct form *f);
/** @param original  NULL: a new one
 *  @param target    what its first field begins with, or a JSON object of several; NULL or "" */
void form_start(struct form *f, json_t *original, const char *target);
enum form_key form_take_key(struct form *f, const struct key *k);
void form_move(struct form *f, int by);
void form_fold(struct form *f);
bool form_changed(const struct form *f);
/** Check everything. @return new reference: what to POST or to PATCH (empty: nothing changed), or
 * NULL with the faults beside their fields */
json_t *form_body(struct form *f);
/** Put the daemon's faults beside their fields; e: what is about none of them. */
void form_take_faults(struct form *f, const struct error_list *faults, const struct error *e);
void form_draw(struct form *f, struct surface s);
