/* Messages from an ICMP socket: the first byte chooses the kind of socket. */
#include "tests/fuzz/fuzz.h"

#include "daemon/net/echo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct echo e = {.token = "0123456789abcdef"};
	unsigned char *copy;
	unsigned seq = 0;

	if (size < 1)
		return 0;
	e.raw = data[0] & 1;
	e.family = data[0] & 2 ? AF_INET6 : AF_INET;
	copy = mem_alloc(size);
	memcpy(copy, data + 1, size - 1);
	if (echo_reply_read(&e, copy, size - 1, &seq))
		MUST(seq <= 0xFFFF && size - 1 >= 8 + ECHO_TOKEN);
	(void)echo_checksum(copy, size - 1);
	free(copy);
	return 0;
}
