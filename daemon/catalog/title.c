/* A title taken apart into what is compared: words, models, measures, colours. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/similarity.h"
#include "daemon/catalog/title_words.h"
#include "shared/mem.h"
#include "shared/pack_words.h"

enum {
	MODEL_PREFIX_MAX = 5, /* letters before a hyphen and digits: "WH-1000" */
	STRONG = 5,
	STRONG_DIGITS = 2,
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_capital(const struct title_token *t)
{
	return *t->at >= 'A' && *t->at <= 'Z';
}

static struct title_part *add(struct title *t, enum title_part_kind kind, const char *text)
{
	if (t->n == TITLE_PARTS_MAX || !*text)
		return NULL;
	struct title_part *p = &t->parts[t->n++];
	*p = (struct title_part){.kind = kind};
	snprintf(p->text, sizeof(p->text), "%s", text);
	return p;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* As it is compared: "1,50" is "1.5", "1.000" of small things "1000". */
static bool number_text(const struct title_token *t, bool small, char out[static TITLE_WORD],
			struct title_number *n)
{
	if (!title_number(t, small, n))
		return false;
	while (n->decimals && n->digits % 10 == 0) {
		n->digits /= 10;
		n->decimals--;
	}
	int64_t scale = 1;
	for (unsigned i = 0; i < n->decimals; i++)
		scale *= 10;
	if (n->decimals)
		snprintf(out, TITLE_WORD, "%lld.%0*lld", (long long)(n->digits / scale),
			 (int)n->decimals, (long long)(n->digits % scale));
	else
		snprintf(out, TITLE_WORD, "%lld", (long long)n->digits);
	return true;
}

static int64_t base_value(const struct title_number *n, int64_t factor)
{
	__int128 value = (__int128)n->digits * factor;

	for (unsigned i = 0; i < n->decimals; i++)
		value /= 10;
	return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

static void measure(struct title_part *p, const struct title_number *n, const struct title_unit *u)
{
	p->kind = PART_MEASURE;
	p->dimension = u->dimension;
	p->value = base_value(n, u->factor);
	snprintf(p->text + strlen(p->text), sizeof(p->text) - strlen(p->text), "%s", u->word);
}

static bool joins(const struct title_token *t)
{
	return title_is_dash(t) || title_is_sign(t, "._");
}

/* "30 x 40 cm": the unit is that of the numbers before it, too. */
static void measure_back(struct title *t, const struct title_unit *u)
{
	for (size_t i = t->n - 1; i && t->parts[i].linked; i--) {
		struct title_part *p = &t->parts[i - 1];
		struct title_token token = {.type = TITLE_NUMBER, .at = p->text};
		struct title_number n;

		token.len = strlen(p->text);
		if (p->kind != PART_NUMBER || !title_number(&token, false, &n))
			return;
		if (u->length)
			measure(p, &n, u);
		else
			p->kind = PART_COUNT;
	}
}

/* The unit behind a number, and where it ends. */
static const struct title_unit *unit_at(const struct title_tokens *w, size_t i, size_t *end)
{
	const struct title_token *t = &w->at[i];
	const struct title_unit *u;

	if (title_is_dash(t) && t->glued && t[1].glued)
		t = &w->at[++i];
	*end = i + 1;
	if (title_is_sign(t, "%"))
		return title_unit_find("%", '%');
	if (title_is_sign(t, "\"") || (t->type == TITLE_SIGN && t->sign == 0x2033))
		return title_unit_find("inch", 'i');
	if (t->type != TITLE_LETTERS)
		return NULL;
	u = title_unit_find(t->text, *t->at);
	/* "18V2": a name */
	return u && w->at[i + 1].type == TITLE_NUMBER && w->at[i + 1].glued ? NULL : u;
}

static bool is_small(const struct title_unit *u)
{
	return u && u->factor <= 1000000;
}

/* "pack of", "Set mit": a pack's words before a number say nothing else. */
static void drop_announcement(struct title *t, const struct title_tokens *w, size_t i)
{
	size_t back = 0;

	if (i && w->at[i - 1].type == TITLE_LETTERS &&
	    pack_word_find(w->at[i - 1].text) == PACK_WORD_OF)
		back = 2;
	if (back != 2 || i < 2 || w->at[i - 2].type != TITLE_LETTERS ||
	    pack_word_find(w->at[i - 2].text) != PACK_WORD_PACK || t->n < 2)
		return;
	for (size_t k = t->n - 2; k < t->n; k++)
		t->parts[k].kind = PART_FILLER;
}

/* "er-Pack", "pcs", "Stück" */
static size_t counted_end(const struct title_tokens *w, size_t i)
{
	size_t end = i;

	if (title_is_dash(&w->at[end]) && w->at[end].glued)
		end++;
	if (w->at[end].type == TITLE_LETTERS && !strcmp(w->at[end].text, "er") && w->at[end].glued)
		end += title_is_dash(&w->at[end + 1]) ? 2 : 1;
	if (w->at[end].type != TITLE_LETTERS)
		return i;
	switch (pack_word_find(w->at[end].text)) {
	case PACK_WORD_PACK:
	case PACK_WORD_PIECE:
	case PACK_WORD_CONTENT:
		/* "45 dB" */
		return title_unit_find(w->at[end].text, *w->at[end].at) ? i : end + 1;
	case PACK_WORD_NONE:
	case PACK_WORD_DIMENSION:
	case PACK_WORD_OF:
	case PACK_WORD_LIMIT: return i;
	}
	return i;
}

/* @return where it ends; i: it is none by itself, but the beginning of a name */
static size_t read_number(struct title *t, const struct title_tokens *w, size_t i)
{
	char text[TITLE_WORD];
	struct title_number n;
	size_t end = i + 1;
	const struct title_unit *u = unit_at(w, i + 1, &end);
	bool linked = i && t->n && (title_is_times(w, i - 1) || title_is_dash(&w->at[i - 1]));

	/* "22.110.B" */
	if (!u && joins(&w->at[i + 1]) && w->at[i + 1].glued && w->at[i + 2].glued &&
	    w->at[i + 2].type == TITLE_LETTERS && w->at[i + 2].len <= 2 &&
	    is_capital(&w->at[i + 2]) && counted_end(w, i + 1) == i + 1)
		return i;

	if (!u && w->at[i + 1].type == TITLE_LETTERS && w->at[i + 1].glued &&
	    !title_is_times(w, i + 1) && counted_end(w, i + 1) == i + 1)
		return i;
	if (!number_text(&w->at[i], is_small(u), text, &n))
		return i + 1;
	struct title_part *p = add(t, PART_NUMBER, text);
	if (!p)
		return i + 1;
	p->linked = linked;
	if (u) {
		measure(p, &n, u);
		measure_back(t, u);
		return end;
	}
	end = counted_end(w, i + 1);
	if (end > i + 1) {
		p->kind = PART_COUNT;
		return end;
	}
	if (i > 1 && w->at[i - 1].type == TITLE_LETTERS) {
		t->n--;
		drop_announcement(t, w, i);
		p = &t->parts[t->n++];
		if (t->n > 1 && t->parts[t->n - 2].kind == PART_FILLER &&
		    pack_word_find(w->at[i - 2].text) == PACK_WORD_PACK)
			p->kind = PART_COUNT;
	}
	return i + 1;
}

/* ---- names of models ------------------------------------------------------------------------- */

/* How many tokens from i on are one run of letters and digits; digits: are there any? */
static size_t run_at(const struct title_tokens *w, size_t i, bool *digits)
{
	size_t end = i;

	*digits = false;
	while (w->at[end].type == TITLE_LETTERS || w->at[end].type == TITLE_NUMBER) {
		if (end > i && !w->at[end].glued)
			break;
		/* "M8x40": M8 and 40 */
		if (end > i && title_is_times(w, end) && w->at[end - 1].type == TITLE_NUMBER &&
		    w->at[end + 1].type == TITLE_NUMBER && w->at[end + 1].glued)
			break;
		*digits |= w->at[end].type == TITLE_NUMBER;
		end++;
	}
	return end;
}

static void append(char out[static TITLE_WORD], const struct title_token *t)
{
	size_t n = strlen(out);

	if (t->type == TITLE_LETTERS) {
		snprintf(out + n, TITLE_WORD - n, "%s", t->text);
		return;
	}
	for (size_t i = 0; i < t->len && n + 1 < TITLE_WORD; i++)
		if (is_digit(t->at[i]))
			out[n++] = t->at[i];
	out[n] = '\0';
}

/* "WH-1000XM4", "GSR18V-28": letters and digits, hyphens within. @return where it ends, i: none */
static size_t read_model(struct title *t, const struct title_tokens *w, size_t i)
{
	char text[TITLE_WORD] = "";
	bool digits, more;
	size_t end = run_at(w, i, &digits), next;

	if (!digits) {
		/* letters, and digits behind a hyphen */
		if (!joins(&w->at[end]) || !w->at[end].glued || !w->at[end + 1].glued ||
		    w->at[i].len > MODEL_PREFIX_MAX || end != i + 1)
			return i;
		next = run_at(w, end + 1, &more);
		if (!more)
			return i;
	}
	if (digits && end == i + 1 && w->at[i].type == TITLE_NUMBER &&
	    !(joins(&w->at[end]) && w->at[end].glued && w->at[end + 1].glued))
		return i;
	for (size_t k = i; k < end; k++)
		append(text, &w->at[k]);
	while (joins(&w->at[end]) && w->at[end].glued && w->at[end + 1].glued) {
		next = run_at(w, end + 1, &more);
		if (next == end + 1 || (!more && w->at[end + 1].len > 2))
			break;
		for (size_t k = end + 1; k < next; k++)
			append(text, &w->at[k]);
		end = next;
	}
	add(t, PART_MODEL, text);
	return end;
}

/* ---- words ----------------------------------------------------------------------------------- */

static const char *roman(const char *word)
{
	static const char *const numerals[] = {"ii", "iii", "iv", "vi", "vii", "viii", "ix"};
	static const char *const digits[] = {"2", "3", "4", "6", "7", "8", "9"};

	for (size_t i = 0; i < ARRAY_LEN(numerals); i++)
		if (!strcmp(word, numerals[i]))
			return digits[i];
	return NULL;
}

static void read_word(struct title *t, const struct title_tokens *w, size_t i)
{
	const struct title_token *token = &w->at[i];
	const char *word = token->text;
	struct title_part *p;
	int value;

	if (!*word || title_is_times(w, i))
		return;
	if (roman(word)) {
		add(t, PART_NUMBER, roman(word));
	} else if ((value = title_colour(word))) {
		if ((p = add(t, PART_COLOUR, word)))
			p->dimension = value;
	} else if ((value = title_size(word, token->at, token->len))) {
		if ((p = add(t, PART_SIZE, word)))
			p->dimension = value;
	} else if (word[1] == '\0' && i && is_capital(token)) {
		add(t, PART_MODEL, word);
	} else if (title_is_filler(word)) {
		add(t, PART_FILLER, word);
	} else {
		add(t, title_is_plain(word) && !title_is_accessory(word) ? PART_PLAIN : PART_WORD,
		    word);
	}
}

static void read_brand(struct title *t, const char *brand)
{
	while (*brand && t->n_brand < TITLE_BRAND_WORDS) {
		size_t n = strcspn(brand, " ");

		if (n && n < TITLE_WORD) {
			memcpy(t->brand[t->n_brand], brand, n);
			t->brand[t->n_brand++][n] = '\0';
		}
		brand += n;
		brand += strspn(brand, " ");
	}
}

void title_read(struct title *t, const char *text, const char *brand)
{
	struct title_tokens *w = mem_alloc(sizeof(*w));

	*t = (struct title){0};
	pack_read(text, &t->pack);
	read_brand(t, brand);
	title_tokens_read(w, text);
	for (size_t i = 0; i < w->n;) {
		size_t end = i;

		if (w->at[i].type == TITLE_NUMBER)
			end = read_number(t, w, i);
		else if (i && w->at[i - 1].type == TITLE_NUMBER && title_is_times(w, i))
			end = i + 1;
		if (end == i && w->at[i].type != TITLE_SIGN)
			end = read_model(t, w, i);
		if (end == i && w->at[i].type == TITLE_LETTERS)
			read_word(t, w, i);
		i = end > i ? end : i + 1;
	}
	free(w);
}

bool title_part_is_strong(const struct title_part *p)
{
	size_t digits = 0, n = strlen(p->text);

	if ((p->kind != PART_MODEL && p->kind != PART_NUMBER) || n < STRONG || strchr(p->text, '.'))
		return false;
	for (const char *c = p->text; *c; c++)
		digits += is_digit(*c);
	return digits >= STRONG_DIGITS;
}
