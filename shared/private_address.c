#include "shared/private_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};

struct special {
	uint32_t net;
	int bits;
	const char *why;
};
#define V4(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (c) << 8 | (d))

/* The first that holds it speaks. */
static const struct special special_v4[] = {
	{V4(169, 254, 169, 254), 32, "a cloud's metadata service"},
	{V4(169, 254, 170, 2), 32, "a cloud's metadata service"},
	{V4(100, 100, 100, 200), 32, "a cloud's metadata service"},
	{V4(192, 0, 0, 192), 32, "a cloud's metadata service"},
	{V4(168, 63, 129, 16), 32, "a cloud's metadata service"},
	{V4(0, 0, 0, 0), 8, "this network"},
	{V4(10, 0, 0, 0), 8, "a private network"},
	{V4(100, 64, 0, 0), 10, "a carrier's inner network"},
	{V4(127, 0, 0, 0), 8, "loopback"},
	{V4(169, 254, 0, 0), 16, "link-local"},
	{V4(172, 16, 0, 0), 12, "a private network"},
	{V4(192, 0, 0, 0), 24, "kept for protocols"},
	{V4(192, 0, 2, 0), 24, "kept for documentation"},
	{V4(192, 31, 196, 0), 24, "a sink of name servers"},
	{V4(192, 52, 193, 0), 24, "kept for protocols"},
	{V4(192, 88, 99, 0), 24, "a tunnel's entry"},
	{V4(192, 168, 0, 0), 16, "a private network"},
	{V4(192, 175, 48, 0), 24, "a sink of name servers"},
	{V4(198, 18, 0, 0), 15, "kept for benchmarks"},
	{V4(198, 51, 100, 0), 24, "kept for documentation"},
	{V4(203, 0, 113, 0), 24, "kept for documentation"},
	{V4(224, 0, 0, 0), 4, "multicast"},
	{V4(255, 255, 255, 255), 32, "broadcast"},
	{V4(240, 0, 0, 0), 4, "reserved"},
};

struct special6 {
	uint8_t net[16];
	int bits;
	const char *why;
};

static const struct special6 special_v6[] = {
	{{0xFD, 0x00, 0x0E, 0xC2, [14] = 0x02, [15] = 0x54}, 128, "a cloud's metadata service"},
	{{0xFD, 0x00, 0x0E, 0xC2, [15] = 0x23}, 128, "a cloud's metadata service"},
	{{0xFD, 0x20, 0x00, 0xCE, [14] = 0x02, [15] = 0x54}, 128, "a cloud's metadata service"},
	{{[15] = 1}, 128, "loopback"},
	{{0}, 128, "this network"},
	{{0}, 96, "an IPv4 address inside IPv6"},
	{{0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01}, 48, "a translator's inner network"},
	{{0x01}, 64, "a sink"},
	{{0xFC}, 7, "a private network"},
	{{0xFE, 0x80}, 10, "link-local"},
	{{0xFE, 0xC0}, 10, "a private network"},
	{{0xFF}, 8, "multicast"},
	{{0x20, 0x01, 0x00, 0x00}, 32, "a tunnel (Teredo)"},
	{{0x20, 0x01, 0x0D, 0xB8}, 32, "kept for documentation"},
	{{0x20, 0x01}, 23, "kept for protocols"},
	{{0x20, 0x02}, 16, "a tunnel (6to4)"},
	{{0x26, 0x20, 0x00, 0x4F, 0x80, 0x00}, 48, "a sink of name servers"},
	{{0x3F, 0xFF}, 20, "kept for documentation"},
};

static bool within(const uint8_t *bytes, const uint8_t *net, int bits)
{
	int whole = bits / 8, rest = bits % 8;

	if (memcmp(bytes, net, (size_t)whole))
		return false;
	return !rest || !((bytes[whole] ^ net[whole]) >> (8 - rest));
}

static uint32_t v4_at(const uint8_t *b)
{
	return V4(b[0], b[1], b[2], b[3]);
}

static const char *special_of_v4(uint32_t a)
{
	for (size_t i = 0; i < ARRAY_LEN(special_v4); i++)
		if (!((a ^ special_v4[i].net) >> (32 - special_v4[i].bits)))
			return special_v4[i].why;
	return NULL;
}

static const char *special_of_v6(const uint8_t *b)
{
	static const uint8_t nat64[12] = {0x00, 0x64, 0xFF, 0x9B};

	if (!memcmp(b, nat64, sizeof nat64))
		return special_of_v4(v4_at(b + 12));
	for (size_t i = 0; i < ARRAY_LEN(special_v6); i++)
		if (within(b, special_v6[i].net, special_v6[i].bits))
			return special_v6[i].why;
	if (b[0] >> 5 != 1)
		return "reserved";
	/* ISATAP: an interface's name that is an IPv4 address (RFC 5214) */
	if ((b[8] & 0xFC) == 0 && b[9] == 0 && b[10] == 0x5E && b[11] == 0xFE)
		return special_of_v4(v4_at(b + 12));
	return NULL;
}

/* As 16 bytes, IPv4 mapped. */
static bool bytes_of(const struct sockaddr *a, uint8_t out[16])
{
	if (a->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)a;

		memcpy(out, mapped, sizeof mapped);
		memcpy(out + 12, &v4->sin_addr, 4);
		return true;
	}
	if (a->sa_family != AF_INET6)
		return false;
	memcpy(out, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, 16);
	return true;
}

const char *private_address(const struct sockaddr *a)
{
	uint8_t b[16];

	if (!bytes_of(a, b))
		return "no internet address";
	return memcmp(b, mapped, sizeof mapped) ? special_of_v6(b) : special_of_v4(v4_at(b + 12));
}

bool address_allowed(const struct sockaddr *a, const struct address_range *except, size_t n,
		     const char **why)
{
	const char *reason = private_address(a);
	uint8_t b[16];

	if (reason && bytes_of(a, b)) {
		bool alone = strstr(reason, "metadata");

		for (size_t i = 0; i < n && reason; i++)
			if (within(b, except[i].bytes, except[i].bits) &&
			    (!alone || except[i].bits == 128))
				reason = NULL;
	}
	if (why)
		*why = reason;
	return !reason;
}

/* ---- ranges -------------------------------------------------------------------------------- */

static enum err not_a_range(const char *text, const char *what, struct error *e)
{
	error_set(e, ERR_INVALID, "\"%.60s\" is no range of addresses: %s", text, what);
	error_hint(e, "for example 192.168.1.0/24, fd12:3456::/32 or 127.0.0.1");
	return ERR_INVALID;
}

static bool parse_bits(const char *s, int *bits)
{
	char *end;

	if (*s < '0' || *s > '9' || strlen(s) > 3)
		return false;
	*bits = (int)strtol(s, &end, 10);
	return !*end;
}

enum err address_range_parse(const char *text, struct address_range *out, struct error *e)
{
	char host[INET6_ADDRSTRLEN];
	size_t n = strcspn(text, "/");
	bool is_v4;
	int bits = 0, most, least;

	memset(out, 0, sizeof *out);
	if (!n || n >= sizeof host)
		return not_a_range(text, "there is no address", e);
	memcpy(host, text, n);
	host[n] = '\0';
	is_v4 = inet_pton(AF_INET, host, out->bytes + 12) == 1;
	if (is_v4)
		memcpy(out->bytes, mapped, sizeof mapped);
	else if (inet_pton(AF_INET6, host, out->bytes) != 1)
		return not_a_range(text, "there is no address", e);
	most = is_v4 ? 32 : 128;
	least = is_v4 ? 4 : 7;
	bits = most;
	if (text[n] == '/' && (!parse_bits(text + n + 1, &bits) || bits > most))
		return not_a_range(text,
				   is_v4 ? "after / comes a number from 4 to 32"
					 : "after / comes a number from 7 to 128",
				   e);
	if (bits < least || (!is_v4 && bits <= 96 && within(mapped, out->bytes, bits)))
		return not_a_range(text, "it holds nearly every address there is", e);
	out->bits = (uint8_t)(bits + 128 - most);
	for (int i = out->bits; i < 128; i++)
		if (out->bytes[i / 8] >> (7 - i % 8) & 1)
			return not_a_range(text, "there are bits behind its prefix", e);
	return ERR_NONE;
}
