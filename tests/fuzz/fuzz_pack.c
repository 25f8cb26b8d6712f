/* Packs of foreign titles: what is read is within its bounds, has a price and can be written. */
#include "tests/fuzz/fuzz.h"

#include "shared/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), label[PACK_LABEL];
	const char *per = "";
	struct pack p;
	int64_t minor = -1;
	bool known = pack_read(text, &p);

	MUST(p.count >= 1 && p.count <= PACK_COUNT_MAX);
	MUST(p.amount >= 0 && p.amount <= PACK_AMOUNT_MAX);
	MUST(known == (p.unit != PACK_UNKNOWN) && known == (p.amount > 0));
	MUST(known == (*pack_format(label, &p) != '\0'));
	MUST(pack_unit_price(&p, 12345, &minor, &per) <= known);
	MUST(minor == -1 || (minor >= 0 && *per));
	MUST(!pack_differs(&p, &p));
	free(text);
	return 0;
}
