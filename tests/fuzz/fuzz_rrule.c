/* Rules: what is accepted comes in order, never before its start, and ends. */
#include "tests/fuzz/fuzz.h"

#include "shared/rrule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t starts[] = {0, 1795370400 / 60 * 60, 1835395200};
	char *text = fuzz_string(data, size);

	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
		struct error e = {0};
		struct rrule r;
		int64_t at = starts[i] - 1;

		if (rrule_parse(text, starts[i], &r, &e)) {
			MUST(e.code == ERR_INVALID && e.text[0]);
			break;
		}
		for (int n = 0; n < 5; n++) {
			int64_t next = rrule_next(&r, starts[i], at);

			MUST(next == -1 || (next > at && next >= starts[i]));
			if (next < 0)
				break;
			at = next;
		}
	}
	free(text);
	return 0;
}
