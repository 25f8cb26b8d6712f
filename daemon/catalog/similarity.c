#include "daemon/catalog/similarity.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/title_words.h"
#include "shared/mem.h"
#include "shared/utf8.h"

enum {
	WHOLE = 1000,
	OPPOSED_MAX = 450,     /* the score of what is opposed */
	OTHER_BRAND_MAX = 400, /* ... of two brands */
	OTHER_BRAND_MODEL_MAX = 700,
	ROUGH_PERCENT = 80,    /* of the weight, for words that are nearly the same */
	NEAR_PERMILLE = 10,    /* measures: inches are rounded */
	BRAND_PIECES_MAX = 3,  /* parts that are a word of a brand */
	JOINED_MAX = 4,        /* parts that are one on the other side */
	MUTUAL_LESS = 250,     /* words on both sides that the other has not */
	ACCESSORY_LESS = 400,  /* a case, a refill, a smaller or larger one */
	BUNDLE_LESS = 150,     /* a pack of several against who says nothing */
	STRONG_EXTRAS_MAX = 6, /* words more, for the same model */
	PREFIX_MIN = 4,
	PLURAL_MIN = 3,
	TYPO_MIN = 6,
	SAID_MAX = 3,
};

enum match { NO_MATCH, MATCHED, ROUGHLY, IGNORED };

struct side {
	const struct title *t;
	enum match match[TITLE_PARTS_MAX];
};

/* What stands for and against it. */
struct evidence {
	int all, common;                 /* weights, of both sides */
	int side_all[2], side_common[2]; /* ... of each */
	int words[2];                    /* that the other has not */
	int shared, content;             /* words in common; parts in common */
	bool strong, unsure, accessory, rough;
	struct buf_text {
		char s[LIKENESS_WHY];
		size_t n;
	} good, bad;
};

static void say(struct buf_text *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct buf_text *b, const char *fmt, ...)
{
	char text[LIKENESS_WHY];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	size_t len = utf8_floor(text, strlen(text)), more = b->n ? 2 : 0;
	if (b->n + more + len + 1 > sizeof(b->s))
		return;
	b->n += (size_t)snprintf(b->s + b->n, sizeof(b->s) - b->n, "%s%.*s", more ? ", " : "",
				 (int)len, text);
}

static int weight(const struct title_part *p)
{
	size_t n = strlen(p->text);

	switch (p->kind) {
	case PART_FILLER:
	case PART_COUNT: return 0;
	case PART_PLAIN: return 4;
	case PART_COLOUR:
	case PART_SIZE: return 8;
	case PART_NUMBER:
	case PART_MODEL: return title_part_is_strong(p) ? 40 : 12;
	case PART_MEASURE: return 12;
	case PART_WORD: return n <= 2 ? 5 : n == 3 ? 7 : 10;
	}
	return 0;
}

static bool is_wordlike(const struct title_part *p)
{
	return p->kind == PART_WORD || p->kind == PART_PLAIN;
}

static bool is_number(const struct title_part *p)
{
	return p->kind == PART_NUMBER || p->kind == PART_MODEL;
}

/* ---- brands ---------------------------------------------------------------------------------- */

static bool has_brand_word(const struct title *t, const char *word)
{
	for (size_t i = 0; i < t->n_brand; i++)
		if (!strcmp(t->brand[i], word))
			return true;
	return false;
}

/* Is the word there, perhaps in pieces ("L'Oréal")? Where it begins and ends. */
static bool find_word(const struct title *t, const char *word, size_t *first, size_t *end)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t at = 0;

		for (size_t k = i; k < t->n && k < i + BRAND_PIECES_MAX; k++) {
			size_t n = strlen(t->parts[k].text);

			if (strncmp(word + at, t->parts[k].text, n) != 0)
				break;
			at += n;
			if (word[at])
				continue;
			*first = i;
			*end = k + 1;
			return true;
		}
	}
	return false;
}

static bool says(const struct title *t, const char *word)
{
	size_t first, end;

	return find_word(t, word, &first, &end);
}

/* All words of a's brand are b's brand, too, or in its title. */
static bool brand_within(const struct title *a, const struct title *b)
{
	for (size_t i = 0; i < a->n_brand; i++)
		if (!has_brand_word(b, a->brand[i]) && !says(b, a->brand[i]))
			return false;
	return a->n_brand > 0;
}

static void drop_brand(struct side *x, const struct title *of)
{
	size_t first, end;

	for (size_t i = 0; i < of->n_brand; i++) {
		if (find_word(x->t, of->brand[i], &first, &end))
			while (first < end)
				x->match[first++] = IGNORED;
		for (size_t k = 0; k < x->t->n; k++)
			if (!strcmp(x->t->parts[k].text, of->brand[i]))
				x->match[k] = IGNORED;
	}
}

/* ---- pairs ----------------------------------------------------------------------------------- */

static bool near(int64_t a, int64_t b)
{
	int64_t apart = a > b ? a - b : b - a, larger = a > b ? a : b;

	return apart <= larger / (WHOLE / NEAR_PERMILLE);
}

/* "mug" and "mugs" */
static bool is_plural(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n >= PLURAL_MIN && !strncmp(a, b, n) && b[n] == 's' && !b[n + 1];
}

static bool same(const struct title_part *a, const struct title_part *b)
{
	if (a->kind == PART_MEASURE && b->kind == PART_MEASURE)
		return a->dimension == b->dimension && near(a->value, b->value);
	if ((a->kind == PART_COLOUR || a->kind == PART_SIZE) && a->kind == b->kind)
		return a->dimension == b->dimension;
	return !strcmp(a->text, b->text) ||
	       (is_wordlike(a) && is_wordlike(b) &&
		(is_plural(a->text, b->text) || is_plural(b->text, a->text)));
}

/* "40" of who leaves the unit out. */
static bool same_number(const struct title_part *a, const struct title_part *b)
{
	size_t n = strlen(a->text);

	return a->kind == PART_NUMBER && (b->kind == PART_MEASURE || b->kind == PART_COUNT) &&
	       !strncmp(a->text, b->text, n) && b->text[n] != '.' &&
	       !(b->text[n] >= '0' && b->text[n] <= '9');
}

static size_t shared_prefix(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

/* "lamp" and "lamps", "vanilla" and "vanille": another ending. */
static bool same_stem(const char *a, const char *b)
{
	size_t n = shared_prefix(a, b), x = strlen(a), y = strlen(b);

	return n >= PREFIX_MIN && x - n <= 2 && y - n <= 2;
}

/* One letter more, less, other, or two in another order. */
static bool one_typo(const char *a, const char *b)
{
	size_t x = strlen(a), y = strlen(b), n = shared_prefix(a, b);

	if (x < TYPO_MIN || y < TYPO_MIN || !n)
		return false;
	if (x == y)
		return !strcmp(a + n + 1, b + n + 1) ||
		       (a[n] == b[n + 1] && a[n + 1] == b[n] && !strcmp(a + n + 2, b + n + 2));
	return x > y ? x - y == 1 && !strcmp(a + n + 1, b + n)
		     : y - x == 1 && !strcmp(a + n, b + n + 1);
}

/* "WH1000XM4" and "WH1000XM4B": perhaps with its colour. */
static bool same_series(const struct title_part *a, const struct title_part *b)
{
	size_t n = shared_prefix(a->text, b->text);

	return title_part_is_strong(a) && title_part_is_strong(b) && (!a->text[n] || !b->text[n]);
}

static bool roughly(const struct title_part *a, const struct title_part *b)
{
	if (is_wordlike(a) && is_wordlike(b))
		return same_stem(a->text, b->text) || one_typo(a->text, b->text);
	return same_series(a, b);
}

static void pair_up(struct side *a, struct side *b,
		    bool (*alike)(const struct title_part *, const struct title_part *),
		    enum match match)
{
	for (size_t i = 0; i < a->t->n; i++)
		for (size_t j = 0; a->match[i] == NO_MATCH && j < b->t->n; j++)
			if (b->match[j] == NO_MATCH && alike(&a->t->parts[i], &b->t->parts[j]))
				a->match[i] = b->match[j] = match;
}

/* "wh" and "1000xm4" are "wh1000xm4" of the other. */
static void join_up(struct side *a, struct side *b)
{
	for (size_t i = 0; i < a->t->n; i++) {
		const char *whole = a->t->parts[i].text;

		for (size_t j = 0; a->match[i] == NO_MATCH && j + 1 < b->t->n; j++) {
			size_t at = 0, k = j;

			for (; k < b->t->n && k < j + JOINED_MAX && b->match[k] == NO_MATCH; k++) {
				const char *part = b->t->parts[k].text;
				size_t n = strlen(part);

				if (strncmp(whole + at, part, n) != 0)
					break;
				at += n;
				if (!whole[at])
					break;
			}
			if (whole[at] || k == j || k >= b->t->n || k >= j + JOINED_MAX ||
			    b->match[k] != NO_MATCH)
				continue;
			a->match[i] = MATCHED;
			for (; j <= k; j++)
				b->match[j] = MATCHED;
			break;
		}
	}
}

/* The first of a kind that only this side has. */
static const struct title_part *odd_of(const struct side *x, enum title_part_kind kind,
				       int dimension)
{
	for (size_t i = 0; i < x->t->n; i++) {
		const struct title_part *p = &x->t->parts[i];

		if (x->match[i] != NO_MATCH)
			continue;
		if (kind == PART_NUMBER
			    ? is_number(p)
			    : p->kind == kind && (!dimension || p->dimension == dimension))
			return p;
	}
	return NULL;
}

/* What one says twice counts once, unless the other says something else there: "32/32" is not
 * "32/34". */
static bool said_before(const struct side *x, size_t i, const struct side *other)
{
	const struct title_part *p = &x->t->parts[i];
	bool number = is_number(p) || p->kind == PART_MEASURE;

	if (number && odd_of(other, is_number(p) ? PART_NUMBER : p->kind, p->dimension))
		return false;
	for (size_t k = 0; k < x->t->n; k++)
		if (x->match[k] == MATCHED && same(&x->t->parts[k], p))
			return true;
	return false;
}

static void drop_repeated(struct side *x, const struct side *other)
{
	for (size_t i = 0; i < x->t->n; i++)
		if (x->match[i] == NO_MATCH && said_before(x, i, other))
			x->match[i] = IGNORED;
}

/* ---- judging --------------------------------------------------------------------------------- */

static void weigh(const struct side *x, int which, struct evidence *v)
{
	for (size_t i = 0; i < x->t->n; i++) {
		const struct title_part *p = &x->t->parts[i];
		int w = weight(p);

		if (x->match[i] == IGNORED)
			continue;
		v->side_all[which] += w;
		if (x->match[i] == NO_MATCH) {
			v->accessory |= title_is_accessory(p->text);
			v->words[which] += p->kind == PART_WORD;
			continue;
		}
		v->side_common[which] += x->match[i] == ROUGHLY ? w * ROUGH_PERCENT / 100 : w;
		if (which)
			continue;
		v->rough |= x->match[i] == ROUGHLY;
		v->content += w > 0;
		v->shared += is_wordlike(p);
		if (x->match[i] == MATCHED && title_part_is_strong(p)) {
			if (!v->strong)
				say(&v->good, "both say %s", p->text);
			v->strong = true;
		}
	}
}

static bool has_kind(const struct side *x, enum title_part_kind kind, int dimension)
{
	for (size_t i = 0; i < x->t->n; i++)
		if (x->t->parts[i].kind == kind && x->match[i] != IGNORED &&
		    (!dimension || x->t->parts[i].dimension == dimension))
			return true;
	return false;
}

static bool oppose(struct evidence *v, const struct title_part *a, const struct title_part *b)
{
	if (a && b) {
		say(&v->bad, "%s against %s", a->text, b->text);
		return true;
	}
	if (a || b) {
		v->unsure = true;
		say(&v->bad, "only one says %s", a ? a->text : b->text);
	}
	return false;
}

static bool oppose_measures(const struct side *a, const struct side *b, struct evidence *v)
{
	bool opposed = false;

	for (size_t i = 0; i < a->t->n + b->t->n; i++) {
		const struct side *x = i < a->t->n ? a : b;
		size_t k = i < a->t->n ? i : i - a->t->n;
		const struct title_part *p = &x->t->parts[k];

		if (p->kind != PART_MEASURE || x->match[k] != NO_MATCH)
			continue;
		const struct title_part *other = odd_of(x == a ? b : a, PART_MEASURE, p->dimension);
		if (x == b && odd_of(a, PART_MEASURE, p->dimension))
			continue; /* said already */
		if (opposed && other)
			continue;
		opposed |= oppose(v, p, other);
	}
	return opposed;
}

/* "black and white" is not "black": one that the other has not, where both say some. */
static bool oppose_colours(const struct side *a, const struct side *b, enum title_part_kind kind,
			   struct evidence *v)
{
	const struct title_part *x = odd_of(a, kind, 0), *y = odd_of(b, kind, 0);

	if ((x || y) && !(x && y) && has_kind(a, kind, 0) && has_kind(b, kind, 0)) {
		v->unsure = true;
		say(&v->bad, "only one says %s", x ? x->text : y->text);
		return false;
	}
	return oppose(v, x, y);
}

static bool oppose_packs(const struct title *a, const struct title *b, struct evidence *v)
{
	char x[PACK_LABEL], y[PACK_LABEL];

	if (pack_differs(&a->pack, &b->pack)) {
		say(&v->bad, "%s against %s", pack_format(x, &a->pack), pack_format(y, &b->pack));
		return true;
	}
	if (!a->pack.unit != !b->pack.unit && (a->pack.count > 1 || b->pack.count > 1)) {
		v->unsure = true;
		say(&v->bad, "only one says %s",
		    a->pack.count > 1 ? pack_format(x, &a->pack) : pack_format(y, &b->pack));
	}
	return false;
}

static bool bundle_against_nothing(const struct title *a, const struct title *b)
{
	return !a->pack.unit != !b->pack.unit && (a->pack.count > 1 || b->pack.count > 1);
}

static bool oppose_all(const struct side *a, const struct side *b, struct evidence *v)
{
	bool opposed = oppose_packs(a->t, b->t, v);
	const struct title_part *x = odd_of(a, PART_NUMBER, 0), *y = odd_of(b, PART_NUMBER, 0);

	opposed |= oppose_measures(a, b, v);
	opposed |= oppose_colours(a, b, PART_COLOUR, v);
	opposed |= oppose_colours(a, b, PART_SIZE, v);
	if (oppose(v, x, y)) {
		v->unsure = true;
		/* Of the same model, one may say the number of an article as well. */
		opposed |= !v->strong;
	}
	return opposed;
}

static void say_words(const struct side *x, struct evidence *v)
{
	char text[LIKENESS_WHY] = "";
	size_t n = 0, said = 0;

	for (size_t i = 0; i < x->t->n && said < SAID_MAX; i++) {
		const struct title_part *p = &x->t->parts[i];

		if (x->match[i] != NO_MATCH || p->kind != PART_WORD ||
		    n + strlen(p->text) + 2 > sizeof(text))
			continue;
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "", p->text);
		said++;
	}
	if (said)
		say(&v->bad, "only one says %s", text);
}

/* Both say the same things, or one the model and less of the rest. */
static bool is_one(const struct evidence *v)
{
	int extras = v->words[0] + v->words[1];
	bool one_sided = !v->words[0] || !v->words[1];

	if (v->unsure || v->rough || v->accessory)
		return false;
	if (v->strong && v->shared && one_sided && extras <= STRONG_EXTRAS_MAX)
		return true;
	return !extras && v->content >= 2 && (v->shared || v->strong);
}

static int score_of(const struct evidence *v)
{
	int all = v->side_all[0] + v->side_all[1], common = v->side_common[0] + v->side_common[1];
	int which = v->side_all[0] < v->side_all[1] ? 0 : 1;
	int score = all ? WHOLE * common / all : 0;

	/* Who says little of the same model says no other thing. */
	if (v->strong && v->side_all[which])
		score = (score + WHOLE * v->side_common[which] / v->side_all[which]) / 2;
	return score;
}

static int at_most(int score, int limit)
{
	return score < limit ? score : limit;
}

static void conclude(const struct evidence *v, struct likeness *out)
{
	struct buf_text why = v->good;

	if (v->bad.n && why.n + v->bad.n + 2 < sizeof(why.s)) {
		memcpy(why.s + why.n, v->good.n ? "; " : "", v->good.n ? 2 : 0);
		why.n += v->good.n ? 2 : 0;
		memcpy(why.s + why.n, v->bad.s, v->bad.n + 1);
	}
	memcpy(out->why, why.s, sizeof(out->why));
}

void titles_compare(const struct title *a, const struct title *b, struct likeness *out)
{
	struct side x = {.t = a}, y = {.t = b};
	struct evidence v = {0};
	bool same_brand = brand_within(a, b) || brand_within(b, a);

	*out = (struct likeness){.other_brand = !same_brand && a->n_brand && b->n_brand};
	drop_brand(&x, a);
	drop_brand(&x, b);
	drop_brand(&y, a);
	drop_brand(&y, b);
	pair_up(&x, &y, same, MATCHED);
	pair_up(&x, &y, same_number, MATCHED);
	pair_up(&y, &x, same_number, MATCHED);
	join_up(&x, &y);
	join_up(&y, &x);
	drop_repeated(&x, &y);
	drop_repeated(&y, &x);
	pair_up(&x, &y, roughly, ROUGHLY);
	weigh(&x, 0, &v);
	weigh(&y, 1, &v);
	if (same_brand)
		say(&v.good, "the same brand");
	else
		say(&v.bad, out->other_brand ? "another brand" : "no brand to compare");
	out->opposed = oppose_all(&x, &y, &v);
	say_words(&x, &v);
	say_words(&y, &v);

	int score = score_of(&v);
	if (!v.strong && v.words[0] && v.words[1])
		score -= MUTUAL_LESS;
	if (v.accessory)
		score -= ACCESSORY_LESS;
	if (bundle_against_nothing(a, b))
		score -= BUNDLE_LESS;
	if (out->other_brand)
		score = at_most(score, v.strong ? OTHER_BRAND_MODEL_MAX : OTHER_BRAND_MAX);
	if (out->opposed)
		score = at_most(score, OPPOSED_MAX);
	if (same_brand && !out->opposed && is_one(&v)) {
		out->verdict = LIKENESS_ONE;
		score = score < LIKENESS_SAME ? LIKENESS_SAME : score;
	} else {
		score = at_most(score, LIKENESS_SAME - 1);
		out->verdict = score >= LIKENESS_DOUBT ? LIKENESS_DOUBTFUL : LIKENESS_OTHER;
	}
	out->score = score < 0 ? 0 : score;
	conclude(&v, out);
}
