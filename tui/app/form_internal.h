#pragma once
/* Shared by form.c (rows and keys), form_body.c (checking, what is sent) and form_draw.c (how it
 * looks). */
#include "tui/app/form.h"

/** What stands in one field. */
struct form_text {
	struct form_text *next;
	const struct field *field;
	char *initial; /* as it was, to know what changed */
	struct edit edit;
	char fault[384], hint[256];
};

/** What would hold if the field were left empty: its default, a guess or a proposal; "" none. */
void form_placeholder(const struct form *f, const struct form_row *row, char *out, size_t cap);
/** True for fields that cannot be changed any more. */
bool form_row_fixed(const struct form *f, const struct form_row *row);
/** Choices of an enumeration or a yes/no, NULL for others. NULL-terminated. */
const char *const *form_choices(const struct field *field);

/** What every kind has besides its own fields. */
extern const struct field form_name_field, form_labels_field;
/** The variant that what is typed chooses; NULL: the kind has none. */
const struct variant *form_variant(const struct form *f);
/** Leaving a field checks it. */
void form_check_row(struct form *f, struct form_row *row);
