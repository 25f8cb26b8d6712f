/* Schedules: what is accepted comes after the instant asked for, at the start of a minute. */
#include "tests/fuzz/fuzz.h"

#include "shared/cron.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t instants[] = {0, 1774745940000, 1792888200000, 4102444800000};
	static const char *const names[] = {"UTC", "Europe/Berlin"};
	char *text = fuzz_string(data, size);
	struct error e = {0};
	struct cron c;

	if (cron_parse(text, &c, &e)) {
		MUST(e.code == ERR_INVALID && e.text[0]);
	} else {
		MUST(c.minutes && c.hours && c.days && c.months && c.weekdays);
		for (size_t i = 0; i < 2; i++) {
			struct tz *z = tz_load(names[i], NULL);

			for (size_t k = 0; z && k < sizeof instants / sizeof instants[0]; k++) {
				int64_t next = cron_next(&c, z, instants[k]);

				MUST(next == -1 || (next > instants[k] && next % 60000 == 0));
			}
			tz_free(z);
		}
	}
	free(text);
	return 0;
}
