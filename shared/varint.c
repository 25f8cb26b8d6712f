#include "shared/varint.h"

void put_byte(struct bytes_writer *w, uint8_t v)
{
	if (w->len < w->cap)
		w->data[w->len++] = v;
	else
		w->overflow = true;
}

void put_uvarint(struct bytes_writer *w, uint64_t v)
{
	while (v >= 0x80) {
		put_byte(w, (uint8_t)(v | 0x80));
		v >>= 7;
	}
	put_byte(w, (uint8_t)v);
}

void put_svarint(struct bytes_writer *w, int64_t v)
{
	put_uvarint(w, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

uint8_t get_byte(struct bytes_reader *r)
{
	if (r->bad || r->at >= r->len) {
		r->bad = true;
		return 0;
	}
	return r->data[r->at++];
}

uint64_t get_uvarint(struct bytes_reader *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t byte = get_byte(r);

		if (r->bad)
			return 0;
		/* the tenth byte has room for one bit only */
		if (shift == 63 && byte > 1)
			break;
		v |= (uint64_t)(byte & 0x7F) << shift;
		if (!(byte & 0x80))
			return v;
	}
	r->bad = true;
	return 0;
}

int64_t get_svarint(struct bytes_reader *r)
{
	uint64_t v = get_uvarint(r);

	return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}
