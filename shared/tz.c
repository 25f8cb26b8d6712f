#include "shared/tz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/civil.h"
#include "shared/mem.h"
#include "shared/tz_rule.h"

enum {
	FILE_MAX = 256 * 1024,
	HEADER = 44,
	TYPES_MAX = 256,
	NAME_MAX_BYTES = 100,
	/* what RFC 8536 allows an offset to be */
	OFFSET_MIN = -89999,
	OFFSET_MAX = 93599,
};

struct local_type {
	int32_t offset_s;
	uint8_t abbr;
};

struct tz {
	int64_t *at; /* transitions, UTC seconds, ascending */
	uint8_t *to; /* type from that transition on */
	size_t count;
	struct local_type types[TYPES_MAX];
	char abbrs[TYPES_MAX + 1]; /* NUL-terminated names; types point into it */
	bool has_rule;
	struct tz_rule rule; /* after the last transition */
};

/* ---- the file ---- */

struct counts {
	size_t isut, isstd, leap, time, type, abbr;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const uint8_t *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static bool read_header(const uint8_t *p, size_t n, struct counts *c)
{
	if (n < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	c->isut = be32(p + 20);
	c->isstd = be32(p + 24);
	c->leap = be32(p + 28);
	c->time = be32(p + 32);
	c->type = be32(p + 36);
	c->abbr = be32(p + 40);
	return c->isut <= FILE_MAX && c->isstd <= FILE_MAX && c->leap <= FILE_MAX &&
	       c->time <= FILE_MAX && c->type <= TYPES_MAX && c->abbr <= TYPES_MAX;
}

static size_t block_bytes(const struct counts *c, size_t time_bytes)
{
	return c->time * (time_bytes + 1) + c->type * 6 + c->abbr + c->leap * (time_bytes + 4) +
	       c->isstd + c->isut;
}

static bool read_types(struct tz *z, const uint8_t *p, const struct counts *c)
{
	const uint8_t *abbrs = p + c->type * 6;

	memcpy(z->abbrs, abbrs, c->abbr); /* one byte more in abbrs stays NUL */
	for (size_t i = 0; i < c->type; i++, p += 6) {
		int32_t offset = (int32_t)be32(p);

		if (offset < OFFSET_MIN || offset > OFFSET_MAX || p[5] >= c->abbr)
			return false;
		z->types[i] = (struct local_type){offset, p[5]};
	}
	return true;
}

static bool read_transitions(struct tz *z, const uint8_t *p, const struct counts *c)
{
	const uint8_t *types = p + c->time * 8;

	z->at = mem_array(NULL, c->time, sizeof *z->at);
	z->to = mem_array(NULL, c->time, sizeof *z->to);
	z->count = c->time;
	for (size_t i = 0; i < c->time; i++) {
		z->at[i] = be64(p + i * 8);
		z->to[i] = types[i];
		if (types[i] >= c->type || (i > 0 && z->at[i] <= z->at[i - 1]))
			return false;
	}
	return true;
}

/* "\nCET-1CEST,M3.5.0,M10.5.0/3\n"; nothing between the line ends: the last type holds for ever. */
static bool read_footer(struct tz *z, const uint8_t *p, size_t n)
{
	const uint8_t *end;
	char text[128];
	size_t len;

	if (n < 2 || p[0] != '\n')
		return false;
	end = memchr(p + 1, '\n', n - 1);
	len = end ? (size_t)(end - p) - 1 : sizeof text;
	if (len >= sizeof text)
		return false;
	memcpy(text, p + 1, len);
	text[len] = '\0';
	z->has_rule = len > 0;
	return strlen(text) == len && (!z->has_rule || tz_rule_parse(text, &z->rule));
}

static bool read_file(struct tz *z, const uint8_t *p, size_t n)
{
	struct counts c;
	size_t skip, body;

	/* first the block with 32-bit times, which nobody needs any more */
	if (!read_header(p, n, &c))
		return false;
	skip = HEADER + block_bytes(&c, 4);
	if (n < skip || !read_header(p + skip, n - skip, &c))
		return false;
	p += skip + HEADER;
	n -= skip + HEADER;
	body = block_bytes(&c, 8);
	/* leap seconds count differently from UTC milliseconds: the "right/" zones are refused */
	if (n < body || c.type == 0 || c.abbr == 0 || c.leap != 0)
		return false;
	return read_types(z, p + c.time * 9, &c) && read_transitions(z, p, &c) &&
	       read_footer(z, p + body, n - body);
}

struct tz *tz_parse(const void *data, size_t n, struct error *e)
{
	struct tz *z = mem_zalloc(sizeof *z);

	if (n <= FILE_MAX && read_file(z, data, n))
		return z;
	tz_free(z);
	error_set(e, ERR_INVALID, "no usable time zone data (TZif version 2 or later)");
	return NULL;
}

void tz_free(struct tz *z)
{
	if (!z)
		return;
	free(z->at);
	free(z->to);
	free(z);
}

/* ---- finding it ---- */

/* "Area/City", nothing that leaves the directory. */
static bool valid_name(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > NAME_MAX_BYTES || name[0] == '/' || name[n - 1] == '/' ||
	    strstr(name, "//") || strstr(name, ".."))
		return false;
	return strspn(name,
		      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-_./") == n;
}

static struct tz *utc(void)
{
	struct tz *z = mem_zalloc(sizeof *z);

	memcpy(z->abbrs, "UTC", 4);
	return z;
}

static const char *zone_dir(void)
{
	const char *dir = getenv("TZDIR");

	return dir && dir[0] == '/' ? dir : "/usr/share/zoneinfo";
}

static void unknown_zone(const char *name, struct error *e)
{
	if (access(zone_dir(), X_OK) != 0) {
		error_set(e, ERR_UNAVAILABLE, "no time zone data in %.200s", zone_dir());
		error_hint(e, "install the package tzdata, or use UTC");
		return;
	}
	error_set(e, ERR_INVALID, "unknown time zone \"%.*s\"", NAME_MAX_BYTES, name);
	error_hint(e, "use a name such as Europe/Berlin, America/New_York or UTC");
}

struct tz *tz_load(const char *name, struct error *e)
{
	uint8_t *data = NULL;
	struct tz *z = NULL;
	char *path = NULL;
	struct stat st;
	size_t n = 0;
	int fd = -1;

	if (!strcmp(name, "UTC") || !strcmp(name, "Etc/UTC"))
		return utc();
	if (!valid_name(name)) {
		unknown_zone(name, e);
		return NULL;
	}
	path = mem_printf("%s/%s", zone_dir(), name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		unknown_zone(name, e);
		goto out;
	}
	data = mem_alloc(FILE_MAX + 1);
	while (n <= FILE_MAX) {
		ssize_t got = read(fd, data + n, FILE_MAX + 1 - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	z = tz_parse(data, n, e);
	if (!z)
		error_prefix(e, "time zone \"%s\": ", name);
out:
	if (fd >= 0)
		close(fd);
	free(data);
	free(path);
	return z;
}

/* ---- using it ---- */

static int64_t floor_s(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0);
}

/* Transitions at or before utc_s. */
static size_t passed(const struct tz *z, int64_t utc_s)
{
	size_t low = 0, high = z->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (z->at[middle] <= utc_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct tz_rule_state state_at(const struct tz *z, int64_t utc_s)
{
	size_t n = passed(z, utc_s);
	const struct local_type *t;

	if (n == z->count && z->has_rule)
		return tz_rule_at(&z->rule, utc_s);
	/* before the first transition type 0 holds (RFC 8536, 3.2) */
	t = &z->types[n ? z->to[n - 1] : 0];
	return (struct tz_rule_state){t->offset_s, z->abbrs + t->abbr};
}

int tz_offset_s(const struct tz *z, int64_t utc_ms, const char **abbr)
{
	struct tz_rule_state s = state_at(z, floor_s(utc_ms));

	if (abbr)
		*abbr = s.abbr;
	return s.offset_s;
}

void tz_civil_from_ms(const struct tz *z, int64_t utc_ms, struct tz_civil *c)
{
	int64_t utc_s = floor_s(utc_ms), local = utc_s + state_at(z, utc_s).offset_s;
	int64_t days = local / 86400 - (local % 86400 < 0);
	int rest = (int)(local - days * 86400);
	unsigned month, day;

	civil_from_days(days, &c->year, &month, &day);
	c->month = (int)month;
	c->day = (int)day;
	c->hour = rest / 3600;
	c->minute = rest / 60 % 60;
	c->second = rest % 60;
	c->weekday = civil_weekday(days);
}

static int64_t next_change_s(const struct tz *z, int64_t utc_s)
{
	size_t n = passed(z, utc_s);

	if (n < z->count)
		return z->at[n];
	return z->has_rule ? tz_rule_next_change(&z->rule, utc_s) : INT64_MAX;
}

int64_t tz_next_change_ms(const struct tz *z, int64_t utc_ms)
{
	int64_t s = next_change_s(z, floor_s(utc_ms));

	return s > INT64_MAX / 1000 ? INT64_MAX : s * 1000;
}

/* Walks the spans of constant offset around the wall time, in order: the first that contains it
 * gives the instant; a wall time that lies between the end of one and the start of the next is in
 * a gap. Offsets are less than 26 hours, so two days on either side are enough. */
int64_t tz_ms_from_civil(const struct tz *z, const struct tz_civil *c)
{
	const int64_t two_days = 2 * 86400;
	int64_t wall = civil_to_days(c->year, c->month, c->day) * 86400 + c->hour * 3600LL +
		       c->minute * 60LL + c->second;
	int64_t from = wall - two_days;
	int offset = state_at(z, from).offset_s;

	for (;;) {
		int64_t until = next_change_s(z, from);
		int next_offset;

		if (until > wall + two_days || wall - offset < until)
			return (wall - offset) * 1000;
		next_offset = state_at(z, until).offset_s;
		if (wall - next_offset < until)
			return until * 1000;
		from = until;
		offset = next_offset;
	}
}
