#include "shared/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/pack_words.h"
#include "shared/title_tokens.h"

enum {
	FACTORS_MAX = 4,  /* 2 x 4 x 6 x 330 ml */
	MENTIONS_MAX = 8, /* of packs in a title */
};

static bool is_word(const struct title_token *t, enum pack_word kind)
{
	return t->type == TITLE_LETTERS && pack_word_find(t->text) == kind;
}

/* A number that belongs to a name: "XM4", "A-500" is none that counts either. */
static bool is_of_model(const struct title_tokens *w, size_t i)
{
	const struct title_token *t = &w->at[i], *before = i ? t - 1 : NULL;

	if (!before || !t->glued)
		return false;
	if (before->type == TITLE_LETTERS)
		return !title_is_times(w, i - 1) ||
		       (i > 1 && before->glued && w->at[i - 2].type != TITLE_NUMBER);
	return title_is_dash(before) && before->glued && i > 1 &&
	       w->at[i - 2].type == TITLE_LETTERS;
}

static bool read_count(const struct title_token *t, int64_t *count)
{
	struct title_number n;

	if (!title_number(t, true, &n) || n.decimals || n.digits < 1 || n.digits > PACK_COUNT_MAX)
		return false;
	*count = n.digits;
	return true;
}

/* Half to even is not worth it here: thousandths of a gram. */
static bool read_amount(const struct title_token *t, const struct pack_measure *m, int64_t *amount)
{
	struct title_number n;
	__int128 whole;

	if (!title_number(t, m->small, &n))
		return false;
	whole = (__int128)n.digits * m->factor;
	for (unsigned i = 0; i < n.decimals; i++)
		whole /= 10;
	whole = (whole + 500000) / 1000000;
	if (whole < 1 || whole > PACK_AMOUNT_MAX)
		return false;
	*amount = (int64_t)whole;
	return true;
}

/* ---- mentions of packs ----------------------------------------------------------------------- */

struct mention {
	int64_t count, amount; /* amount 0: it only counts */
	enum pack_unit unit;
	bool piece, content, dose, times;
};

struct reading {
	struct mention at[MENTIONS_MAX];
	size_t n;
	bool refused; /* something cannot be told */
};

static void add_mention(struct reading *r, const struct mention *m)
{
	if (r->n < MENTIONS_MAX)
		r->at[r->n++] = *m;
	else
		r->refused = true;
}

/* The measure a word is, as it was written: "5 L" yes, "5G" and "3M" are names. */
static const struct pack_measure *measure_at(const struct title_tokens *w, size_t i, size_t *end)
{
	const struct title_token *t = &w->at[i];
	const struct pack_measure *m;

	if (t->type != TITLE_LETTERS)
		return NULL;
	*end = i + 1;
	/* "fl oz", "fl. oz." */
	if (!strcmp(t->text, "fl")) {
		size_t oz = title_is_sign(t + 1, ".") ? i + 2 : i + 1;

		if (w->at[oz].type != TITLE_LETTERS || strcmp(w->at[oz].text, "oz"))
			return NULL;
		*end = oz + 1;
		return pack_measure_find("floz");
	}
	m = pack_measure_find(t->text);
	if (m && t->len == 1 && *t->at >= 'A' && *t->at <= 'Z' && !m->capital)
		return NULL;
	return m;
}

/* "12er-Pack", "6-pack", "6 pcs.": the word that says what is counted, and where it ends. */
static enum pack_word counted_at(const struct title_tokens *w, size_t i, size_t *end)
{
	const struct title_token *t = &w->at[i];
	enum pack_word kind;

	if (title_is_dash(t) && t->glued && t[1].glued)
		t = &w->at[++i];
	if (t->type != TITLE_LETTERS)
		return PACK_WORD_NONE;
	if (!strcmp(t->text, "er") && t->glued) {
		size_t next = title_is_dash(t + 1) ? i + 2 : i + 1;

		*end = next + 1;
		return is_word(&w->at[next], PACK_WORD_PACK) ? PACK_WORD_PACK : PACK_WORD_NONE;
	}
	kind = pack_word_find(t->text);
	if (kind != PACK_WORD_PACK && kind != PACK_WORD_PIECE && kind != PACK_WORD_CONTENT)
		return PACK_WORD_NONE;
	/* "45 dB", "1 PC" count nothing. */
	if (kind == PACK_WORD_PIECE && t->len == 2 && t->at[1] >= 'A' && t->at[1] <= 'Z')
		return PACK_WORD_NONE;
	*end = i + 1;
	/* "6-pack pieces", "12 Dosen Packung", "3 pcs. set" */
	while (title_is_sign(&w->at[*end], ".") ||
	       (title_is_dash(&w->at[*end]) && w->at[*end].glued &&
		is_word(&w->at[*end + 1], PACK_WORD_PACK)) ||
	       is_word(&w->at[*end], PACK_WORD_PACK))
		++*end;
	return kind;
}

/* Gold and diamonds are told in "ct", too; "21st" is an ordinal. */
static bool counts_so(const struct title_tokens *w, size_t number, int64_t count)
{
	const struct title_token *word = &w->at[number + 1];

	if (word->type != TITLE_LETTERS)
		return true;
	if (!strcmp(word->text, "ct"))
		return count > 24 || count == 12 || count == 16 || count == 20;
	return strcmp(word->text, "st") || !word->glued || count % 10 != 1 || count == 11;
}

static bool is_limited(const struct title_tokens *w, size_t i)
{
	if (!i)
		return false;
	const struct title_token *before = &w->at[i - 1];
	if (title_is_sign(before, "./:") && i > 1 && !title_is_sign(before, "/"))
		before--;
	return title_is_sign(before, "/<>~") || is_word(before, PACK_WORD_LIMIT);
}

/* "pack of 6": a pack's word before the number. */
static bool is_announced(const struct title_tokens *w, size_t i)
{
	if (i >= 2 && is_word(&w->at[i - 1], PACK_WORD_OF))
		return is_word(&w->at[i - 2], PACK_WORD_PACK);
	return false;
}

/* What links a count with what follows: always "x", a small word only behind what is counted. */
static bool link_at(const struct title_tokens *w, size_t i, bool counted, size_t *end)
{
	*end = i + 1;
	if (title_is_times(w, i))
		return w->at[i + 1].type == TITLE_NUMBER;
	/* "sheets A4" */
	return counted && (is_word(&w->at[i], PACK_WORD_OF) || title_is_sign(&w->at[i], "@")) &&
	       w->at[i + 1].type == TITLE_NUMBER && !w->at[i + 1].glued;
}

/* "330 ml x 6": the count behind the amount. */
static size_t read_times_behind(const struct title_tokens *w, size_t i, struct mention *m)
{
	size_t at = title_is_sign(&w->at[i], "([,") ? i + 1 : i, end = 0;
	int64_t count;

	if (m->count != 1 || !title_is_times(w, at) || w->at[at + 1].type != TITLE_NUMBER)
		return i;
	if (measure_at(w, at + 2, &end) || is_word(&w->at[at + 2], PACK_WORD_DIMENSION) ||
	    title_is_times(w, at + 2) || !read_count(&w->at[at + 1], &count))
		return i;
	m->count = count;
	m->times = true;
	end = at + 2;
	counted_at(w, at + 2, &end);
	return end;
}

/* Is "6x" or "x6" alone a count? Only where a title begins or ends, or in brackets: "10x zoom". */
static bool stands_alone(const struct title_tokens *w, size_t first, size_t end)
{
	bool opens = !first || title_is_sign(&w->at[first - 1], "([+,");
	bool closes = w->at[end].type == TITLE_END || title_is_sign(&w->at[end], ")],|");

	if (closes && first && title_is_sign(&w->at[first - 1], "-|"))
		opens = true;
	return w->at[first].type == TITLE_NUMBER ? opens || closes : closes;
}

/* A mention that begins with the number at i. @return where it ends */
static size_t read_mention(const struct title_tokens *w, size_t i, struct reading *r)
{
	struct mention m = {.count = 1};
	size_t first = i, end = i + 1, factors = 0;
	bool counted = is_announced(w, i), skip = is_limited(w, i) || is_of_model(w, i);

	for (;; i = end) {
		const struct pack_measure *measure = measure_at(w, i + 1, &end);
		int64_t factor;

		if (!measure && title_is_dash(&w->at[i + 1]) && w->at[i + 1].glued &&
		    w->at[i + 2].glued)
			measure = measure_at(w, i + 2, &end);
		if (measure) {
			/* "2 x 3 m" may be a rug; who counts rolls says so. */
			bool length =
				measure->unit == PACK_METRE || measure->unit == PACK_SQUARE_METRE;

			m.unit = measure->unit;
			m.dose = !strcmp(w->at[end - 1].text, "mg");
			if (skip || (length && factors && !counted) ||
			    !read_amount(&w->at[i], measure, &m.amount))
				return end;
			m.times = factors > 0;
			end = read_times_behind(w, end, &m);
			add_mention(r, &m);
			return end;
		}
		end = i + 1;
		if (title_is_dash(&w->at[end]) && w->at[end + 1].type == TITLE_NUMBER) {
			/* A range: what follows it is skipped with it. */
			size_t after = end + 2, past = after;

			if (measure_at(w, after, &past) || counted_at(w, after, &past))
				return past;
			return after;
		}
		if (is_word(&w->at[end], PACK_WORD_DIMENSION) ||
		    title_is_sign(&w->at[end], "\"%") || w->at[end].sign == 0x2032 ||
		    w->at[end].sign == 0x2033)
			return end + 1;
		if (!read_count(&w->at[i], &factor) || ++factors > FACTORS_MAX ||
		    m.count * factor > PACK_COUNT_MAX)
			return end;
		enum pack_word word = counted_at(w, end, &end);
		if (word && !counts_so(w, i, factor))
			return end;
		if (title_is_sign(&w->at[end], "+") && w->at[end + 1].type == TITLE_NUMBER) {
			r->refused |= word || counted_at(w, end + 2, &end);
			return end + 1;
		}
		m.count *= factor;
		counted |= word != PACK_WORD_NONE;
		m.piece |= word == PACK_WORD_PIECE;
		m.content |= word == PACK_WORD_CONTENT;
		if (link_at(w, end, counted, &end))
			continue;
		end--;
		/* "2x Lamp" */
		if (!counted && factors == 1 && title_is_times(w, i + 1) && w->at[i + 1].glued &&
		    stands_alone(w, first, i + 2)) {
			counted = true;
			end = i + 2;
		}
		if (counted && !skip)
			add_mention(r, &m);
		return end > i ? end : i + 1;
	}
}

/* "x6" at the end or in brackets. */
static bool read_lone_times(const struct title_tokens *w, size_t i, struct reading *r)
{
	struct mention m = {.times = true};

	if (!title_is_times(w, i) || w->at[i + 1].type != TITLE_NUMBER ||
	    !stands_alone(w, i, i + 2) ||
	    (i && (w->at[i - 1].type == TITLE_NUMBER || w->at[i].glued) &&
	     !title_is_sign(&w->at[i - 1], "([")) ||
	    !read_count(&w->at[i + 1], &m.count))
		return false;
	add_mention(r, &m);
	return true;
}

static void read_word(const struct title_tokens *w, size_t i, struct reading *r)
{
	const struct title_token *t = &w->at[i];
	char both[TITLE_WORD * 2];
	struct mention m = {.count = pack_word_count(t->text)};

	if (!m.count && t[1].type == TITLE_LETTERS) {
		snprintf(both, sizeof(both), "%s%s", t->text, t[1].text);
		m.count = pack_word_count(both);
	} else if (!m.count && title_is_dash(t + 1) && t[2].type == TITLE_LETTERS) {
		snprintf(both, sizeof(both), "%s%s", t->text, t[2].text);
		m.count = pack_word_count(both);
	}
	if (!m.count && (!strcmp(t->text, "dozen") || !strcmp(t->text, "dutzend")) &&
	    !(i && w->at[i - 1].type == TITLE_NUMBER))
		m.count = 12;
	if (m.count)
		add_mention(r, &m);
}

static void read_mentions(const struct title_tokens *w, struct reading *r)
{
	for (size_t i = 0; i < w->n;) {
		if (w->at[i].type == TITLE_NUMBER) {
			i = read_mention(w, i, r);
		} else if (read_lone_times(w, i, r)) {
			i += 2;
		} else {
			if (w->at[i].type == TITLE_LETTERS)
				read_word(w, i, r);
			i++;
		}
	}
}

/* ---- what they mean together ----------------------------------------------------------------- */

/* Counts and amounts: each said once, or several times the same. */
struct sum {
	int64_t count, pieces; /* 0: none */
	bool content, bare_piece;
	const struct mention *amount;
};

static bool take_count(struct sum *s, const struct mention *m)
{
	if (s->count && s->count != m->count)
		return false;
	s->count = m->count;
	s->content |= m->content;
	s->bare_piece |= m->piece;
	return true;
}

/* "16 oz (453 g)", "3 x 500 ml (1,5 l)", "6 x 330 ml, 330 ml each" */
static bool take_amount(struct sum *s, const struct mention *m)
{
	const struct mention *was = s->amount;

	if (!was) {
		s->amount = m;
		return true;
	}
	if (was->dose != m->dose) {
		s->amount = was->dose ? m : was;
		return true;
	}
	if (was->unit != m->unit)
		return false;
	int64_t a = was->amount * was->count, b = m->amount * m->count;
	if (pack_amounts_near(a, b) || pack_amounts_near(was->amount, m->amount)) {
		if (m->count > was->count)
			s->amount = m;
		return true;
	}
	return false;
}

static bool add_up(const struct reading *r, struct pack *out)
{
	struct sum s = {0};

	for (size_t i = 0; i < r->n; i++) {
		const struct mention *m = &r->at[i];

		if (m->amount ? !take_amount(&s, m) : !take_count(&s, m))
			return false;
	}
	/* What counts are tablets, whatever they weigh; of pieces nobody knows if each weighs that.
	 * A dose is no amount where pieces are counted. */
	if (s.count && s.amount &&
	    (s.amount->dose || (s.amount->count == 1 && (s.content || s.bare_piece))))
		s.amount = NULL;
	if (s.amount) {
		int64_t count = s.amount->count;

		if (s.count && count > 1 && s.count != count)
			return false;
		out->count = s.count ? s.count : count;
		out->amount = s.amount->amount;
		out->unit = s.amount->unit;
		if (out->amount > PACK_AMOUNT_MAX / out->count)
			return false;
	} else if (s.count) {
		*out = (struct pack){s.count, 1000, PACK_PIECE};
	}
	return out->unit != PACK_UNKNOWN;
}

bool pack_read(const char *title, struct pack *out)
{
	struct reading r = {0};

	*out = (struct pack){.count = 1};
	struct title_tokens *w = mem_alloc(sizeof(*w));
	title_tokens_read(w, title);
	read_mentions(w, &r);
	free(w);
	if (!r.refused && add_up(&r, out))
		return true;
	*out = (struct pack){.count = 1};
	return false;
}
