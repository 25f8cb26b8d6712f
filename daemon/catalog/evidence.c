#include "daemon/catalog/evidence.h"

#include <stdlib.h>
#include <zlib.h>

#include "shared/mem.h"

bool evidence_is_wanted(const struct known_source *from, uint64_t product, int64_t price,
			struct error *e)
{
	sqlite3_stmt *st =
		price == UNKNOWN
			? NULL
			: known_prepare(from,
					"SELECT 1 FROM product WHERE id = ? AND map_minor > ?", e);
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)product);
	sqlite3_bind_int64(st, 2, price);
	bool wanted = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_reset(st);
	return wanted;
}

void evidence_pack(const char *body, size_t len, struct buf *out)
{
	uLongf n = compressBound(len);
	if (out->len || len > EVIDENCE_BODY_MAX)
		return;
	char *packed = mem_alloc(n);
	if (compress2((Bytef *)packed, &n, (const Bytef *)body, len, Z_DEFAULT_COMPRESSION) == Z_OK)
		buf_add(out, packed, n);
	free(packed);
}

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

enum err evidence_keep(struct txn *t, const struct observation *o, const struct buf *packed,
		       struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "INSERT OR IGNORE INTO evidence"
				       " (hash, site, at_ms, url, type, bytes, body)"
				       " VALUES (?, ?, ?, ?, ?, ?, ?)",
				       e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_blob(st, 1, o->hash, EVIDENCE_BYTES, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)o->site);
	sqlite3_bind_int64(st, 3, o->at_ms);
	bind_string(st, 4, o->page_url);
	bind_string(st, 5, o->type ? o->type : "");
	sqlite3_bind_int64(st, 6, (sqlite3_int64)o->body_len);
	sqlite3_bind_blob(st, 7, packed->data, (int)packed->len, SQLITE_STATIC);
	return txn_exec(t, st, e);
}
