/* Sitemaps of any bytes, packed ones too, in pieces of any size: see fuzz_list.h. */
#include "tests/fuzz/fuzz_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_list(data, size, "sitemap.entries", "<urlset><url><loc>");
	return 0;
}
