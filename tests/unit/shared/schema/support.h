#pragma once
/* cmocka, and small helpers of the schema's tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"

/** JSON with ' for ", so that tests stay readable. */
static inline json_t *json(const char *text)
{
	char *copy = mem_strdup(text);
	struct error e = {0};
	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	json_t *v = json_read(copy, strlen(copy), JSON_BODY_MAX, &e);
	free(copy);
	if (!v)
		fail_msg("%s: %s", text, e.text);
	return v;
}

static inline const struct resource_kind *kind(const char *name)
{
	const struct resource_kind *k = resource_kind_find(name);
	assert_non_null(k);
	return k;
}

/** Validate text; the caller has the list. */
static inline bool validate(const char *kind_name, const char *text, unsigned flags,
			    struct resource_input *out, struct error_list *errors)
{
	json_t *input = json(text);
	bool fine = resource_validate(kind(kind_name), input, flags, NULL, out, errors);
	json_decref(input);
	return fine;
}

/** Canonical spec of an input that must be accepted; free(). */
static inline char *canonical(const char *kind_name, const char *text, unsigned flags)
{
	static struct error_list errors;
	struct resource_input in;
	memset(&errors, 0, sizeof(errors));
	if (!validate(kind_name, text, flags, &in, &errors))
		fail_msg("%s was refused: %s", text, errors.items[0].text);
	char *spec = spec_dump(in.spec);
	resource_input_fini(&in);
	return spec;
}

/** The first fault of an input that must be refused. */
static inline struct error refused(const char *kind_name, const char *text, unsigned flags)
{
	static struct error_list errors;
	struct resource_input in;
	memset(&errors, 0, sizeof(errors));
	if (validate(kind_name, text, flags, &in, &errors))
		fail_msg("%s was accepted", text);
	assert_null(in.spec);
	assert_true(errors.n > 0);
	return errors.items[0];
}

static inline void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" lacks \"%s\"", text, part);
}
