#include "daemon/extract/gzip.h"

#include <stdlib.h>
#include <zlib.h>

#include "shared/mem.h"

enum {
	CHUNK = 64 << 10,
	WINDOW_GZIP = 15 + 16, /* the format's largest window; + 16: gzip and nothing else */
};

bool gzip_is(const char *data, size_t len)
{
	return len > 2 && (unsigned char)data[0] == 0x1F && (unsigned char)data[1] == 0x8B &&
	       data[2] == 8;
}

struct unpacking {
	z_stream z;
	char *chunk;
	size_t got; /* in chunk */
	uint64_t total;
	bool over, broken;
};

/* Another member of the same file, or the end; what else stands behind it is not of the document.
 */
static void next_member(struct unpacking *u)
{
	u->over = !gzip_is((const char *)u->z.next_in, u->z.avail_in) || inflateReset(&u->z);
}

static enum err unpack_chunk(struct unpacking *u, size_t len, struct error *e)
{
	int rc = Z_OK;

	u->z.next_out = (Bytef *)u->chunk;
	u->z.avail_out = CHUNK;
	while (rc == Z_OK && u->z.avail_out > 0 && !u->over) {
		rc = inflate(&u->z, Z_NO_FLUSH);
		if (rc == Z_STREAM_END) {
			next_member(u);
			rc = Z_OK;
		}
	}
	if (rc == Z_MEM_ERROR)
		return error_set(e, ERR_TOO_LARGE, "no memory to unpack the document");
	u->broken = rc != Z_OK; /* cut short, or not what its check sum says */
	u->over |= u->broken;
	u->got = CHUNK - u->z.avail_out;
	u->total += u->got;
	if (u->total > GZIP_OUT_MAX ||
	    (u->total > GZIP_RATIO_FROM && u->total / GZIP_RATIO_MAX > len)) {
		error_set(e, ERR_TOO_LARGE,
			  "the packed document of %zu bytes becomes more than %llu", len,
			  (unsigned long long)u->total);
		error_hint(e, "no list of products packs that well: it is left alone");
		return ERR_TOO_LARGE;
	}
	return ERR_NONE;
}

/* What of the chunk belongs into out, which begins at `at` of the document. */
static size_t keep(const struct unpacking *u, uint64_t at, struct buf *out)
{
	uint64_t begin = u->total - u->got, want = at + out->len;
	size_t skip = want > begin ? (size_t)(want - begin) : 0, room = out->max - out->len, n;

	if (skip >= u->got || (at > begin && at >= u->total))
		return 0;
	n = u->got - skip < room ? u->got - skip : room;
	buf_add(out, u->chunk + skip, n);
	return u->got - skip - n;
}

enum err gzip_read(const char *data, size_t len, struct buf *head, uint64_t at, struct buf *piece,
		   bool *more, bool *broken, struct error *e)
{
	struct unpacking u = {.chunk = mem_alloc(CHUNK)};
	enum err err = ERR_NONE;

	u.z.next_in = (Bytef *)data;
	u.z.avail_in = (uInt)len;
	if (inflateInit2(&u.z, WINDOW_GZIP) != Z_OK)
		err = error_set(e, ERR_TOO_LARGE, "no memory to unpack the document");
	*more = false;
	while (!err && !u.over && !*more) {
		err = unpack_chunk(&u, len, e);
		if (head && head->len < head->max && !err)
			keep(&u, 0, head);
		*more = !err && keep(&u, at, piece) > 0;
	}
	inflateEnd(&u.z);
	free(u.chunk);
	*broken = u.broken;
	if (!err && u.total == 0 && u.broken)
		err = error_set(e, ERR_MALFORMED, "the packed document cannot be unpacked");
	return err;
}
