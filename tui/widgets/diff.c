#include "tui/widgets/diff.h"

#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"

enum {
	MARK = 2, /* columns of "+ " */
	CHUNK = 64,
	ALIKE = 3 /* lines have a third in common, or they are two different ones */
};

/* ---- what two lines have in common ----------------------------------------------------------- */

static bool inside_character(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

void diff_common(const char *a, const char *b, size_t *prefix, size_t *suffix)
{
	size_t n = strlen(a), m = strlen(b), least = n < m ? n : m, p = 0, s = 0;

	while (p < least && a[p] == b[p])
		p++;
	while (p > 0 && (inside_character(a[p]) || inside_character(b[p])))
		p--;
	while (s < least - p && a[n - 1 - s] == b[m - 1 - s])
		s++;
	while (s > 0 && inside_character(a[n - s]))
		s--;
	*prefix = p;
	*suffix = s;
}

/* ---- the line that stands against another ---------------------------------------------------- */

static char op_of(const json_t *lines, size_t i)
{
	return json_str(json_array_get(lines, i), "op", " ")[0];
}

static size_t run_end(const json_t *lines, size_t i)
{
	char op = op_of(lines, i);

	while (i < json_array_size(lines) && op_of(lines, i) == op)
		i++;
	return i;
}

/* Of removed lines that added ones follow, the first stands against the first, and so on. */
static const char *counterpart(const json_t *lines, size_t i)
{
	char op = op_of(lines, i);
	size_t first = i, removed, added, other;

	if (op == ' ')
		return NULL;
	while (first > 0 && op_of(lines, first - 1) == op)
		first--;
	if (op == '-') {
		removed = first;
		added = run_end(lines, i);
		other = added + (i - removed);
		if (other >= json_array_size(lines) || op_of(lines, added) != '+' ||
		    other >= run_end(lines, added))
			return NULL;
	} else {
		removed = first;
		while (removed > 0 && op_of(lines, removed - 1) == '-')
			removed--;
		other = removed + (i - first);
		if (other >= first)
			return NULL;
	}
	return json_str(json_array_get(lines, other), "text", "");
}

/* ---- drawing --------------------------------------------------------------------------------- */

struct pen {
	struct surface s;
	int y, x;
	unsigned style;
};

/* One character with the marks that combine with it. */
static size_t chunk_at(const char *text, char out[static CHUNK])
{
	size_t n = 0;

	while (text[n] && n + 4 < CHUNK) {
		size_t k = 1;
		char next[8];

		while (k < 4 && inside_character(text[n + k]))
			k++;
		snprintf(next, sizeof next, "%.*s", (int)k, text + n);
		if (n > 0 && outside_width(next) > 0)
			break;
		n += k;
	}
	snprintf(out, CHUNK, "%.*s", (int)n, text);
	return n;
}

static void write_part(struct pen *p, const char *text, size_t len, unsigned flags)
{
	char chunk[CHUNK];

	for (size_t at = 0; at < len;) {
		size_t n = chunk_at(text + at, chunk);
		int width = outside_width(chunk);

		if (p->x + width > p->s.width - 1) {
			p->y++;
			p->x = MARK;
		}
		p->x += surface_outside(p->s, p->y, p->x, p->style | flags, chunk, -1);
		at += n;
	}
}

static int draw_line(struct surface s, int y, const json_t *lines, size_t i)
{
	const char *text = json_str(json_array_get(lines, i), "text", "");
	const char *other = counterpart(lines, i);
	char op = op_of(lines, i);
	size_t len = strlen(text), prefix = len, suffix = 0;
	struct pen p = {.s = s,
			.y = y,
			.x = MARK,
			.style = op == '+'   ? ROLE_UP
				 : op == '-' ? ROLE_DOWN
					     : ROLE_TEXT};

	surface_outside(s, y, 0, p.style | STYLE_BOLD, (char[2]){op, 0}, 1);
	if (other) {
		diff_common(text, other, &prefix, &suffix);
		if ((prefix + suffix) * ALIKE < len)
			prefix = len, suffix = 0;
	}
	write_part(&p, text, prefix, 0);
	write_part(&p, text + prefix, len - prefix - suffix, STYLE_UNDERLINE | STYLE_BOLD);
	write_part(&p, text + len - suffix, suffix, 0);
	return p.y + 1;
}

static int draw_head(struct surface s, int y, const json_t *hunk)
{
	const json_t *lines = json_object_get(hunk, "lines");
	int old = 0, fresh = 0;

	for (size_t i = 0; i < json_array_size(lines); i++) {
		old += op_of(lines, i) != '+';
		fresh += op_of(lines, i) != '-';
	}
	surface_printf(s, y, 0, ROLE_DIM, "@@ -%lld,%d +%lld,%d @@",
		       (long long)json_int(hunk, "from_line", 0), old,
		       (long long)json_int(hunk, "to_line", 0), fresh);
	return y + 1;
}

int diff_draw(struct surface s, int y, const json_t *diff, size_t *left)
{
	const json_t *hunk;
	size_t h, i;

	*left = 0;
	json_array_foreach(json_object_get(diff, "hunks"), h, hunk)
	{
		const json_t *lines = json_object_get(hunk, "lines");

		if (y < s.height - 1)
			y = draw_head(s, y, hunk);
		for (i = 0; i < json_array_size(lines); i++) {
			if (y < s.height - 1)
				y = draw_line(s, y, lines, i);
			else
				++*left;
		}
	}
	return y < s.height ? y : s.height;
}
