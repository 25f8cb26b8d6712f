/* Time zone files from anywhere: what is accepted answers for any instant, and time moves on. */
#include "tests/fuzz/fuzz.h"

#include "shared/tz.h"
#include "shared/tz_rule.h"

static void use(const struct tz *z)
{
	static const int64_t instants[] = {INT64_MIN / 1000000, -86400000,     0,
					   1795369683120,       4102444800000, 253402300799999};

	for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
		struct tz_civil c;
		const char *abbr;
		int offset = tz_offset_s(z, instants[i], &abbr);

		MUST(offset > -100000 && offset < 700000 && strlen(abbr) <= 256);
		MUST(tz_next_change_ms(z, instants[i]) > instants[i]);
		tz_civil_from_ms(z, instants[i], &c);
		MUST(c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= 31);
		(void)tz_ms_from_civil(z, &c);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct tz *z = tz_parse(data, size, NULL);
	struct tz_rule r;

	if (z)
		use(z);
	tz_free(z);
	if (tz_rule_parse(text, &r)) {
		for (int64_t t = 0; t < INT64_C(4102444800); t += 86400 * 97)
			MUST(tz_rule_next_change(&r, t) > t);
	}
	free(text);
	return 0;
}
