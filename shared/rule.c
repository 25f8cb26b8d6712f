#include "shared/rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/timefmt.h"

enum { DIGITS_MAX = 12, DECIMALS = 3 };
#define ABSENT_MIN_MS INT64_C(60000)
#define ABSENT_MAX_MS (INT64_C(90) * 86400000)

bool rule_limit_parse(const char *text, int64_t *thousandths)
{
	static const char digits[] = "0123456789";
	bool negative = *text == '-';
	const char *at = text + negative;
	size_t whole = strspn(at, digits), part = 0;
	int64_t v;

	if (!negative && duration_parse(text, &v)) {
		*thousandths = v * 1000;
		return true;
	}
	if (!whole || whole > DIGITS_MAX)
		return false;
	v = strtoll(at, NULL, 10) * 1000;
	at += whole;
	if (*at == '.') {
		part = strspn(++at, digits);
		if (!part || part > DECIMALS)
			return false;
		for (size_t i = 0, scale = 100; i < part; i++, scale /= 10)
			v += (at[i] - '0') * (int64_t)scale;
		at += part;
	}
	if (*at == ' ')
		at++;
	if (*at == '%')
		at++;
	*thousandths = negative ? -v : v;
	return !*at;
}

bool rule_absent_parse(const char *text, int64_t *ms)
{
	if (!strcmp(text, "usual")) {
		*ms = RULE_ABSENT_USUAL;
		return true;
	}
	return duration_parse(text, ms) && *ms >= ABSENT_MIN_MS && *ms <= ABSENT_MAX_MS;
}

bool rule_text_name_valid(const char *name, struct error *e)
{
	static const char *const names[] = {
		"topic", "text",  "severity", "rule",  "kind", "subject", "state",  "service",
		"count", "share", "measure",  "value", "unit", "for",     "labels", "data"};
	const char *near;
	bool inner = !strncmp(name, "labels.", 7) || !strncmp(name, "data.", 5);

	if (inner && strchr(name, '.')[1])
		return true;
	for (size_t i = 0; i + 2 < ARRAY_LEN(names) && !inner; i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	near = !strcmp(name, "name") ? "subject" : nearest(name, names, ARRAY_LEN(names));
	error_set(e, ERR_INVALID, "there is no {{%s}}", name);
	if (near)
		error_hint(e, "did you mean {{%s%s}}?", near,
			   !strcmp(near, "data")     ? ".PATH"
			   : !strcmp(near, "labels") ? ".KEY"
						     : "");
	error_hint(e, "topic text severity rule kind subject state service count share measure "
		      "value unit for, data.PATH, labels.KEY");
	return false;
}
