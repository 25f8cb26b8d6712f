/* Feeds of any bytes, in pieces of any size: the same items whether the document is read at once or
 * a piece at a time as the answers say, none lost, none twice, and it always ends. */
#include "tests/fuzz/fuzz_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_list(data, size, "products", "<rss><item><g:id>");
	return 0;
}
