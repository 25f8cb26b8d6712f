/* Stored histograms: what decodes encodes to the same again. */
#include "tests/fuzz/fuzz.h"

#include "shared/hist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t encoded[HIST_ENCODED_MAX];
	struct hist *h = mem_zalloc(2 * sizeof *h);

	if (hist_decode_add(&h[0], data, size)) {
		size_t n = hist_encode(&h[0], encoded, sizeof encoded);

		MUST(n > 0 && hist_decode_add(&h[1], encoded, n));
		MUST(!memcmp(&h[0], &h[1], sizeof *h));
		MUST(hist_quantile(&h[0], 0.1) <= hist_quantile(&h[0], 0.9));
	}
	free(h);
	return 0;
}
