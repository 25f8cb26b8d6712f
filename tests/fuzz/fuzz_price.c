/* Prices of foreign pages: what is read can be written and is within its bounds. */
#include "tests/fuzz/fuzz.h"

#include "shared/price.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const hints[] = {NULL, "EUR", "KWD", "SEK", "nonsense"};
	char *text = fuzz_string(data, size);
	for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
		struct price_hint hint = {.currency = hints[i]};
		struct price p;
		struct error e = {0};
		char out[MONEY_TEXT];
		enum err code = price_parse(text, &hint, &p, &e);
		if (code) {
			MUST(e.code == code && e.text[0]);
			continue;
		}
		MUST(p.minor >= 0 && p.minor <= MONEY_MINOR_MAX);
		MUST(p.kind != PRICE_RANGE || p.minor_to > p.minor);
		MUST(strlen(p.currency) == 3 || !p.currency[0]);
		MUST(*money_format(out, p.minor, p.currency));
	}
	free(text);
	return 0;
}
