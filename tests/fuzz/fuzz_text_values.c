/* The small notations: times, durations, ids. What is read is written and read as the same. */
#include "tests/fuzz/fuzz.h"

#include "shared/ids.h"
#include "shared/timefmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), out[64];
	int64_t ms, again;
	uint64_t id, id_again;

	if (time_parse(text, &ms))
		MUST(time_parse(time_rfc3339(out, ms), &again) && again == ms);
	if (duration_parse(text, &ms)) {
		MUST(ms >= 0);
		MUST(duration_parse(duration_format(out, ms), &again) && again == ms);
		MUST(strlen(age_format(out, ms)) <= 4);
	}
	if (time_parse_since(text, 1795369683120, &ms))
		MUST(ms >= 0 && ms <= 1795369683120);
	if (id_parse(text, "mon", &id)) {
		MUST(id_shaped(text));
		MUST(id_parse(id_format(out, "mon", id), "mon", &id_again) && id_again == id);
	}
	free(text);
	return 0;
}
