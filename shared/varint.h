#pragma once
/* LEB128 and zigzag, bounded. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes_writer {
	uint8_t *data;
	size_t len, cap;
	bool overflow;
};
struct bytes_reader {
	const uint8_t *data;
	size_t len, at;
	bool bad;
};

void put_uvarint(struct bytes_writer *w, uint64_t v);
void put_svarint(struct bytes_writer *w, int64_t v);
void put_byte(struct bytes_writer *w, uint8_t v);
/** After an overrun or a malformed number r->bad is set and 0 is returned. */
uint64_t get_uvarint(struct bytes_reader *r);
int64_t get_svarint(struct bytes_reader *r);
uint8_t get_byte(struct bytes_reader *r);
