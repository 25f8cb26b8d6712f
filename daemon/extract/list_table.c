/* Feeds of merchants as lines: TSV, or CSV with commas, semicolons or bars. Quotes as in RFC 4180;
 * a quote that nothing closes is a quote. */
#include <string.h>

#include "daemon/extract/list.h"

enum { QUOTED_MAX = 64 << 10 };

struct cell {
	const char *s;
	size_t len;
	bool quoted;     /* "" inside stands for one */
	const char *end; /* where the delimiter or the line's end is */
	bool cut;        /* it goes on after the end of the piece */
};

static bool ends_line(const char *p, const char *end)
{
	return p == end || *p == '\n' || *p == '\r';
}

/* The quote that closes: a delimiter, blanks or the line's end are behind it. NULL: none. */
static const char *closing_quote(const char *s, const char *end, char delimiter)
{
	const char *limit = end - s > QUOTED_MAX ? s + QUOTED_MAX : end;

	while (s < limit && (s = memchr(s, '"', (size_t)(limit - s)))) {
		const char *behind = s + 1;

		if (behind < end && *behind == '"') {
			s += 2;
			continue;
		}
		while (behind < end && *behind == ' ')
			behind++;
		if (ends_line(behind, end) || *behind == delimiter)
			return s;
		s++;
	}
	return NULL;
}

static struct cell cell_read(const char *s, const char *end, char delimiter, bool last)
{
	struct cell c = {.s = s};
	const char *close = s < end && *s == '"' ? closing_quote(s + 1, end, delimiter) : NULL;
	const char *p = close ? close + 1 : s;

	if (s < end && *s == '"' && !close && !last && end - s < QUOTED_MAX)
		c.cut = true;
	while (!ends_line(p, end) && *p != delimiter)
		p++;
	if (p == end && !last)
		c.cut = true;
	c.end = p;
	c.quoted = close != NULL;
	c.s = close ? s + 1 : s;
	c.len = (size_t)((close ? close : p) - c.s);
	return c;
}

static void add_cell(struct list *l, const struct cell *c, struct buf *out)
{
	const char *s = c->s, *end = c->s + c->len;

	while (c->quoted && s < end) {
		const char *quote = memchr(s, '"', (size_t)(end - s));

		if (!quote)
			break;
		list_add_text(l, s, (size_t)(quote - s + 1), false, out);
		s = quote + 1;
		s += s < end && *s == '"';
	}
	list_add_text(l, s, (size_t)(end - s), false, out);
}

/* ---- the first line ------------------------------------------------------------------------ */

static char delimiter_of(const char *s, size_t n)
{
	static const char delimiters[] = {'\t', ';', '|', ','};

	for (size_t i = 0; i < sizeof delimiters; i++) {
		if (memchr(s, delimiters[i], n))
			return delimiters[i];
	}
	return '\t';
}

bool list_table_head(struct list *l, const char *s, size_t n)
{
	const char *end = s + n;
	bool seen[FEED_FIELDS] = {false};

	l->delimiter = delimiter_of(s, n);
	for (l->n_columns = 0; l->n_columns < LIST_COLUMNS_MAX; l->n_columns++) {
		struct cell c = cell_read(s, end, l->delimiter, true);
		enum feed_field field = feed_field_find(c.s, c.len);

		/* The first column of a name counts. */
		l->columns[l->n_columns] = seen[field] ? FEED_NONE : field;
		seen[field] = true;
		if (c.end == end)
			break;
		s = c.end + 1;
	}
	l->n_columns += l->n_columns < LIST_COLUMNS_MAX;
	return (seen[FEED_ID] || seen[FEED_GTIN] || seen[FEED_LINK]) &&
	       (seen[FEED_TITLE] || seen[FEED_LINK]) &&
	       (seen[FEED_PRICE] || seen[FEED_AVAILABILITY] || seen[FEED_IMAGE]);
}

/* ---- lines --------------------------------------------------------------------------------- */

/* @return where the next one begins; NULL: it is cut */
static const char *read_line(struct list *l, const char *s, bool wanted)
{
	struct cell c = {.end = s};

	for (size_t i = 0;; i++, s = c.end + 1) {
		c = cell_read(s, l->end, l->delimiter, l->last);
		if (c.cut)
			return NULL;
		if (wanted && i < l->n_columns && l->columns[i] && c.len)
			add_cell(l, &c, &l->fields[l->columns[i]]);
		if (ends_line(c.end, l->end))
			break;
	}
	s = c.end;
	while (s < l->end && (*s == '\n' || *s == '\r'))
		s++;
	return s;
}

void list_table_read(struct list *l)
{
	const char *s = l->begin, *next;
	bool head = !l->f->continues;

	while (s < l->end && (*s == '\n' || *s == '\r'))
		s++;
	for (; s < l->end; s = next, head = false) {
		if (!head && !list_item(l, s))
			return;
		feed_item_begin(l);
		l->merchant = true;
		next = read_line(l, s, !head);
		if (!next) {
			list_cut(l, s);
			return;
		}
		if (!head)
			feed_item_end(l);
	}
	list_next(l, NULL);
}
