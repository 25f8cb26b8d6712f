#include "daemon/checks/common/body.h"

#include <stdint.h>
#include <string.h>

static crypto_generichash_state *hash_state(struct body_scan *b)
{
	return (crypto_generichash_state *)(((uintptr_t)b->hash_room + 63) & ~(uintptr_t)63);
}

void body_scan_init(struct body_scan *b, const char *keyword, const char *keyword_absent,
		    size_t keep_max)
{
	const char *texts[BODY_KEYWORDS] = {keyword, keyword_absent};

	b->tail_max = 0;
	for (int i = 0; i < BODY_KEYWORDS; i++) {
		b->keyword[i].text = texts[i];
		b->keyword[i].len = texts[i] ? strlen(texts[i]) : 0;
		if (b->keyword[i].len > b->tail_max + 1)
			b->tail_max = b->keyword[i].len - 1;
	}
	if (b->tail_max > sizeof b->tail)
		b->tail_max = sizeof b->tail;
	b->keep = keep_max > 0;
	b->kept = BUF_INIT(keep_max);
	body_scan_restart(b);
}

void body_scan_restart(struct body_scan *b)
{
	for (int i = 0; i < BODY_KEYWORDS; i++)
		b->keyword[i].found = false;
	b->tail_len = b->start_len = b->bytes = 0;
	buf_reset(&b->kept);
	crypto_generichash_init(hash_state(b), NULL, 0, crypto_generichash_BYTES_MIN);
}

void body_scan_fini(struct body_scan *b)
{
	buf_fini(&b->kept);
}

static bool contains(const char *data, size_t n, const char *text, size_t len)
{
	return memmem(data, n, text, len) != NULL;
}

static void search(struct body_scan *b, const char *data, size_t n)
{
	char joint[2 * BODY_KEYWORD_MAX];
	size_t head = n < b->tail_max ? n : b->tail_max;

	memcpy(joint, b->tail, b->tail_len);
	memcpy(joint + b->tail_len, data, head);
	for (int i = 0; i < BODY_KEYWORDS; i++) {
		if (!b->keyword[i].text || b->keyword[i].found)
			continue;
		b->keyword[i].found =
			contains(data, n, b->keyword[i].text, b->keyword[i].len) ||
			(b->tail_len && contains(joint, b->tail_len + head, b->keyword[i].text,
						 b->keyword[i].len));
	}
	if (n >= b->tail_max) {
		b->tail_len = b->tail_max;
		memcpy(b->tail, data + n - b->tail_len, b->tail_len);
	} else {
		size_t all = b->tail_len + n, drop = all > b->tail_max ? all - b->tail_max : 0;

		memcpy(b->tail, joint + drop, all - drop);
		b->tail_len = all - drop;
	}
}

void body_scan_add(struct body_scan *b, const char *data, size_t n)
{
	size_t room = sizeof b->start - b->start_len;

	if (room) {
		memcpy(b->start + b->start_len, data, n < room ? n : room);
		b->start_len += n < room ? n : room;
	}
	b->bytes += n;
	crypto_generichash_update(hash_state(b), (const unsigned char *)data, n);
	if (b->keyword[0].text || b->keyword[1].text)
		search(b, data, n);
	if (b->keep)
		buf_add(&b->kept, data, n);
}

const char *body_scan_hash(struct body_scan *b, char out[static BODY_HASH_TEXT])
{
	unsigned char digest[crypto_generichash_BYTES_MIN];

	crypto_generichash_final(hash_state(b), digest, sizeof digest);
	sodium_bin2hex(out, BODY_HASH_TEXT, digest, (BODY_HASH_TEXT - 1) / 2);
	return out;
}
