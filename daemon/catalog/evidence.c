#include "daemon/catalog/evidence.h"

#include <zlib.h>

enum err evidence_unpack(const void *packed, size_t len, struct buf *out, struct error *e)
{
	enum { PIECE = 64 << 10 };
	z_stream z = {.next_in = (Bytef *)packed, .avail_in = (uInt)len};
	enum err err = ERR_NONE;
	int rc = inflateInit(&z);
	while (rc == Z_OK && !err) {
		char *room = buf_reserve(out, PIECE);
		if (!room) {
			err = error_set(e, ERR_TOO_LARGE, "the kept page is larger than %zu bytes",
					out->max);
			break;
		}
		z.next_out = (Bytef *)room;
		z.avail_out = PIECE;
		rc = inflate(&z, Z_NO_FLUSH);
		out->len += PIECE - z.avail_out;
	}
	inflateEnd(&z);
	if (!err && rc != Z_STREAM_END)
		err = error_set(e, ERR_MALFORMED, "the kept page cannot be unpacked");
	return err;
}
