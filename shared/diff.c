#include "shared/diff.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

struct line {
	const char *text;
	size_t len;
};

struct lines {
	struct line *at;
	int n;
};

static struct lines split(const char *text)
{
	struct lines l = {0};
	int cap = 0;
	while (*text && l.n < DIFF_LINES_MAX) {
		size_t len = strcspn(text, "\n");
		if (l.n == cap) {
			cap = cap ? cap * 2 : 64;
			l.at = mem_array(l.at, (size_t)cap, sizeof(*l.at));
		}
		l.at[l.n++] = (struct line){text, len};
		text += len + (text[len] == '\n');
	}
	return l;
}

static bool same(const struct line *a, const struct line *b)
{
	return a->len == b->len && !memcmp(a->text, b->text, a->len);
}

static void put(struct diff *d, enum diff_op op, const struct line *l, int from, int to)
{
	d->lines[d->n++] = (struct diff_line){op, l->text, l->len, from, to};
	d->added += op == DIFF_ADDED;
	d->removed += op == DIFF_REMOVED;
}

/* The part between the equal ends; a is ka lines on, b is kb. */
struct middle {
	const struct line *a, *b;
	int n, m, ka, kb;
};

/* Furthest points by number of edits, for the way back: trace[d] has 2d+1 of them. */
static int walk(const struct middle *p, int **trace, int *v, int max)
{
	v[max + 1] = 0;
	for (int d = 0; d <= max; d++) {
		trace[d] = mem_array(NULL, (size_t)(2 * d + 1), sizeof(int));
		for (int k = -d; k <= d; k += 2) {
			bool down = k == -d || (k != d && v[max + k - 1] < v[max + k + 1]);
			int x = down ? v[max + k + 1] : v[max + k - 1] + 1, y = x - k;
			while (x < p->n && y < p->m && same(&p->a[x], &p->b[y]))
				x++, y++;
			v[max + k] = x;
			if (x >= p->n && y >= p->m) {
				memcpy(trace[d], &v[max - d], (size_t)(2 * d + 1) * sizeof(int));
				return d;
			}
		}
		memcpy(trace[d], &v[max - d], (size_t)(2 * d + 1) * sizeof(int));
	}
	return -1;
}

/* Backwards through the trace; ops are written from the end. */
static void unwind(const struct middle *p, int *const *trace, int edits, struct diff *d)
{
	size_t total = (size_t)(p->n + p->m), at = total;
	struct diff_line *ops = mem_array(NULL, total + 1, sizeof(*ops));
	int x = p->n, y = p->m;
	for (int e = edits; e > 0; e--) {
		const int *before = trace[e - 1] + (e - 1); /* by diagonal */
		int k = x - y;
		bool down =
			k == -e || (k != e && (k - 1 < -(e - 1) ||
					       (k + 1 <= e - 1 && before[k - 1] < before[k + 1])));
		int from_k = down ? k + 1 : k - 1, from_x = before[from_k],
		    from_y = from_x - from_k;
		while (x > from_x + !down && y > from_y + down) {
			x--, y--;
			ops[--at] = (struct diff_line){DIFF_SAME, p->a[x].text, p->a[x].len,
						       p->ka + x + 1, p->kb + y + 1};
		}
		if (down) {
			y--;
			ops[--at] = (struct diff_line){DIFF_ADDED, p->b[y].text, p->b[y].len, 0,
						       p->kb + y + 1};
		} else {
			x--;
			ops[--at] = (struct diff_line){DIFF_REMOVED, p->a[x].text, p->a[x].len,
						       p->ka + x + 1, 0};
		}
	}
	while (x > 0) {
		x--, y--;
		ops[--at] = (struct diff_line){DIFF_SAME, p->a[x].text, p->a[x].len, p->ka + x + 1,
					       p->kb + y + 1};
	}
	/* In each stretch of changes what went comes first: so it is read. */
	for (size_t i = at; i < total;) {
		size_t end = i;
		while (end < total && ops[end].op != DIFF_SAME)
			end++;
		for (int want = DIFF_REMOVED; want <= DIFF_ADDED; want++)
			for (size_t j = i; j < end; j++)
				if ((int)ops[j].op == want)
					put(d, ops[j].op, &(struct line){ops[j].text, ops[j].len},
					    ops[j].from, ops[j].to);
		if (end < total) {
			put(d, DIFF_SAME, &(struct line){ops[end].text, ops[end].len},
			    ops[end].from, ops[end].to);
			end++;
		}
		i = end;
	}
	free(ops);
}

static void differ(const struct middle *p, struct diff *d)
{
	int max = p->n + p->m < DIFF_EDITS_MAX ? p->n + p->m : DIFF_EDITS_MAX;
	int **trace = mem_zalloc((size_t)(max + 1) * sizeof(*trace));
	int *v = mem_zalloc((size_t)(2 * max + 3) * sizeof(*v));
	int edits = walk(p, trace, v, max);
	if (edits >= 0)
		unwind(p, trace, edits, d);
	d->rough = edits < 0;
	for (int i = 0; d->rough && i < p->n; i++)
		put(d, DIFF_REMOVED, &p->a[i], p->ka + i + 1, 0);
	for (int i = 0; d->rough && i < p->m; i++)
		put(d, DIFF_ADDED, &p->b[i], 0, p->kb + i + 1);
	for (int i = 0; i <= max; i++)
		free(trace[i]);
	free(trace);
	free(v);
}

void diff_make(struct diff *d, const char *from, const char *to)
{
	struct lines a = split(from), b = split(to);
	int head = 0, tail = 0;
	*d = (struct diff){.lines = mem_array(NULL, (size_t)(a.n + b.n) + 1, sizeof(*d->lines))};
	while (head < a.n && head < b.n && same(&a.at[head], &b.at[head]))
		head++;
	while (tail < a.n - head && tail < b.n - head &&
	       same(&a.at[a.n - 1 - tail], &b.at[b.n - 1 - tail]))
		tail++;
	for (int i = 0; i < head; i++)
		put(d, DIFF_SAME, &a.at[i], i + 1, i + 1);
	if (head + tail < a.n || head + tail < b.n)
		differ(&(struct middle){.a = a.at ? a.at + head : NULL,
					.b = b.at ? b.at + head : NULL,
					.n = a.n - head - tail,
					.m = b.n - head - tail,
					.ka = head,
					.kb = head},
		       d);
	for (int i = tail; i > 0; i--)
		put(d, DIFF_SAME, &a.at[a.n - i], a.n - i + 1, b.n - i + 1);
	free(a.at);
	free(b.at);
}

void diff_fini(struct diff *d)
{
	free(d->lines);
	*d = (struct diff){0};
}

bool diff_hunk(const struct diff *d, size_t context, size_t *at, size_t *first, size_t *end)
{
	size_t i = *at;
	while (i < d->n && d->lines[i].op == DIFF_SAME)
		i++;
	if (i == d->n)
		return false;
	*first = i > *at + context ? i - context : *at;
	/* Changes with fewer than two contexts between them are one stretch. */
	size_t last = i;
	for (; i < d->n && i - last <= 2 * context; i++)
		if (d->lines[i].op != DIFF_SAME)
			last = i;
	*end = last + 1 + context < d->n ? last + 1 + context : d->n;
	*at = *end;
	return true;
}
