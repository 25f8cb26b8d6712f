#include "shared/price.h"

#include <string.h>

#include "shared/mem.h"
#include "shared/price_words.h"
#include "shared/utf8.h"

enum { TOKENS_MAX = 48, DIGITS_MAX = 20 };

enum token_type { T_NUMBER, T_CURRENCY, T_WORD, T_PERCENT, T_DASH, T_SLASH, T_OTHER };

struct token {
	enum token_type type;
	bool glued; /* no blank between it and the one before */
	/* a number: its digits, the last `decimals` of them after the mark */
	char digits[DIGITS_MAX + 1];
	unsigned n_digits, decimals;
	bool round;     /* "12,-": decimals were said to be none */
	char thousands; /* the mark of "1.234", which could be decimals */
	/* a word or a currency */
	char word[PRICE_WORD_MAX];
	struct price_sign sign; /* of T_CURRENCY */
};

struct scan {
	uint32_t cp[PRICE_TEXT_MAX + 2]; /* 0 at the end */
	size_t n, at;
	struct token tokens[TOKENS_MAX];
	size_t n_tokens;
	const struct price_hint *hint;
};

/* ---- characters ----------------------------------------------------------------------------- */

static int digit_of(uint32_t c)
{
	static const uint32_t zeros[] = {'0', 0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10};
	for (size_t i = 0; i < ARRAY_LEN(zeros); i++)
		if (c >= zeros[i] && c <= zeros[i] + 9)
			return (int)(c - zeros[i]);
	return -1;
}

static int raised_digit_of(uint32_t c)
{
	if (c == 0xB9)
		return 1;
	if (c == 0xB2 || c == 0xB3)
		return (int)(c - 0xB0);
	if (c == 0x2070 || (c >= 0x2074 && c <= 0x2079))
		return (int)(c - 0x2070);
	return -1;
}

static bool is_blank(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x202F || c == 0x3000 ||
	       (c >= 0x2000 && c <= 0x200B) || c == 0xFEFF;
}

static bool is_dash(uint32_t c)
{
	return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == '~' || c == 0x301C;
}

/* The sign that a character means as a mark between digits; 0: none. */
static char mark_of(uint32_t c)
{
	switch (c) {
	case '.':
	case 0xB7: /* as in 12·50 */
	case 0xFF0E: return '.';
	case ',':
	case 0x66B: /* Arabic decimal */
	case 0xFF0C: return ',';
	case 0x66C: /* Arabic thousands */
	case '\'':
	case 0x2019:
	case 0x2BC: return '\'';
	default: return is_blank(c) ? ' ' : 0;
	}
}

static bool is_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= 0xC0 && c < 0x2000 && digit_of(c) < 0 && mark_of(c) == 0) ||
	       (c >= 0x3041 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3);
}

/* ---- numbers -------------------------------------------------------------------------------- */

struct groups {
	unsigned len[DIGITS_MAX];
	char marks[DIGITS_MAX]; /* marks[i] stands before group i, i >= 1 */
	unsigned n;
};

/* "1,23,456": groups of two, the last of three, as in India. */
static bool indian(const struct groups *g, unsigned from, unsigned to)
{
	for (unsigned i = from + 1; i < to - 1; i++)
		if (g->len[i] != 2)
			return false;
	return to - from >= 3 && g->len[from] <= 2 && g->len[to - 1] == 3;
}

/* Groups from..to-1 are thousands of one number. */
static bool grouped(const struct groups *g, unsigned from, unsigned to)
{
	if (g->len[from] < 1 || g->len[from] > 3)
		return false;
	for (unsigned i = from + 2; i < to; i++)
		if (g->marks[i] != g->marks[from + 1])
			return false;
	if (indian(g, from, to))
		return true;
	for (unsigned i = from + 1; i < to; i++)
		if (g->len[i] != 3)
			return false;
	return true;
}

/* Which of the groups are the decimals? @return false: this is no number */
static bool place_decimals(const struct groups *g, struct token *t)
{
	unsigned last = g->n - 1;
	char mark = g->marks[last];
	t->decimals = 0;
	if (g->n == 1)
		return true;
	bool other_before = false;
	for (unsigned i = 1; i < last; i++)
		other_before = other_before || g->marks[i] != mark;
	if (mark == '.' || mark == ',') {
		bool only_one = g->n == 2;
		bool decimal = other_before || (only_one && g->len[last] != 3) ||
			       (only_one && g->len[0] > 3) ||
			       (only_one && g->len[0] == 1 && t->digits[0] == '0');
		t->thousands = only_one && !decimal ? mark : 0;
		if (decimal) {
			t->decimals = g->len[last];
			return last == 1 ? true : grouped(g, 0, last);
		}
	}
	return grouped(g, 0, g->n);
}

static bool digit_at(const struct scan *s, size_t at)
{
	return at < s->n && digit_of(s->cp[at]) >= 0;
}

/* A mark that parts digits: one character with a digit after it. A blank does only before exactly
 * three digits, so that "2 x" and "12 99" stay apart. */
static bool parts_digits(const struct scan *s, size_t at)
{
	char mark = at < s->n ? mark_of(s->cp[at]) : 0;
	if (!mark || !digit_at(s, at + 1))
		return false;
	if (mark != ' ')
		return true;
	return digit_at(s, at + 2) && digit_at(s, at + 3) && !digit_at(s, at + 4);
}

static void add_digit(struct token *t, int digit)
{
	if (t->n_digits < DIGITS_MAX)
		t->digits[t->n_digits++] = (char)('0' + digit);
	else
		t->digits[DIGITS_MAX] = '!'; /* too long */
}

/* "12,-" "12.—" "12,--" */
static size_t round_tail(const struct scan *s, size_t at)
{
	size_t end = at;
	if (at < s->n && (mark_of(s->cp[at]) == ',' || mark_of(s->cp[at]) == '.'))
		end++;
	else
		return 0;
	while (end < s->n && is_dash(s->cp[end]))
		end++;
	return end - at >= 2 ? end - at : 0;
}

static void scan_number(struct scan *s, struct token *t)
{
	struct groups g = {.n = 1};
	t->type = T_NUMBER;
	if (!digit_at(s, s->at)) { /* ".99" */
		add_digit(t, 0);
		g.len[0] = 1;
	}
	for (;;) {
		if (digit_at(s, s->at)) {
			add_digit(t, digit_of(s->cp[s->at++]));
			g.len[g.n - 1]++;
		} else if (parts_digits(s, s->at) && g.n < DIGITS_MAX) {
			char mark = mark_of(s->cp[s->at]);
			/* After decimals nothing is parted any more: "9.99 100 g". */
			if (mark == ' ' && g.n > 1 && g.marks[g.n - 1] != ' ')
				break;
			g.marks[g.n] = mark;
			g.len[g.n++] = 0;
			s->at++;
		} else {
			break;
		}
	}
	bool good = place_decimals(&g, t) && t->digits[DIGITS_MAX] != '!';
	unsigned raised = 0;
	while (good && !t->decimals && s->at < s->n && raised_digit_of(s->cp[s->at]) >= 0) {
		add_digit(t, raised_digit_of(s->cp[s->at++]));
		raised++;
	}
	t->decimals += raised;
	size_t tail = good && !t->decimals ? round_tail(s, s->at) : 0;
	t->round = tail > 0;
	s->at += tail;
	if (!good)
		t->type = T_OTHER;
}

/* ---- words ---------------------------------------------------------------------------------- */

static bool is_arabic(uint32_t c)
{
	return c >= 0x600 && c <= 0x6FF && digit_of(c) < 0;
}

/* The point in the abbreviation of a dirham. */
static bool joins_arabic(const struct scan *s)
{
	return s->cp[s->at] == '.' && s->at && is_arabic(s->cp[s->at - 1]) &&
	       is_arabic(s->cp[s->at + 1]);
}

static void scan_word(struct scan *s, struct token *t)
{
	size_t n = 0;
	bool capitals = true, sign = false;
	t->type = T_WORD;
	while (s->at < s->n && (is_letter(s->cp[s->at]) || joins_arabic(s))) {
		char utf8[UTF8_MAX_BYTES];
		uint32_t c = s->cp[s->at++];
		capitals = capitals && c >= 'A' && c <= 'Z';
		c = c >= 'A' && c <= 'Z' ? c + 32 : c;
		size_t len = utf8_put(utf8, c);
		if (n + len < sizeof(t->word)) {
			memcpy(t->word + n, utf8, len);
			n += len;
		}
	}
	t->word[n] = '\0';
	/* "US$", "R$": letters and a sign are one. */
	if (s->at < s->n && s->cp[s->at] == '$' && n + 1 < sizeof(t->word)) {
		memcpy(t->word + n, "$", 2);
		sign = price_sign_find(t->word, false, &t->sign);
		if (sign)
			s->at++;
		else
			t->word[n] = '\0';
	}
	if (sign || price_sign_find(t->word, capitals, &t->sign))
		t->type = T_CURRENCY;
}

static void scan_sign(struct scan *s, struct token *t)
{
	char utf8[UTF8_MAX_BYTES];
	uint32_t c = s->cp[s->at++];
	size_t n = utf8_put(utf8, c);
	memcpy(t->word, utf8, n);
	t->word[n] = '\0';
	t->type = price_sign_find(t->word, false, &t->sign) ? T_CURRENCY
		  : c == '%' || c == 0x66A || c == 0xFF05   ? T_PERCENT
		  : c == '/'                                ? T_SLASH
		  : is_dash(c)                              ? T_DASH
							    : T_OTHER;
}

static bool opens_decimals(const struct scan *s)
{
	char mark = mark_of(s->cp[s->at]);
	return (mark == '.' || mark == ',') && digit_at(s, s->at + 1) && digit_at(s, s->at + 2) &&
	       !digit_at(s, s->at + 3) && (s->at == 0 || !is_letter(s->cp[s->at - 1]));
}

static void scan_tokens(struct scan *s)
{
	bool glued = false;
	while (s->at < s->n && s->n_tokens < TOKENS_MAX) {
		if (is_blank(s->cp[s->at])) {
			s->at++;
			glued = false;
			continue;
		}
		struct token *t = &s->tokens[s->n_tokens++];
		*t = (struct token){.glued = glued};
		if (digit_at(s, s->at) || opens_decimals(s))
			scan_number(s, t);
		else if (is_letter(s->cp[s->at]))
			scan_word(s, t);
		else
			scan_sign(s, t);
		glued = true;
	}
}

/* ---- what the tokens say -------------------------------------------------------------------- */

struct candidate {
	size_t at; /* of its number */
	enum price_role role;
	const struct price_sign *sign;
	bool minor_unit; /* "99p" */
	bool unit_price; /* "3.32 / 100 g" */
	bool from;
	char thousands; /* of the token */
	unsigned decimals;
	char digits[DIGITS_MAX + 4];
};

static const struct token *token_at(const struct scan *s, size_t i)
{
	return i < s->n_tokens ? &s->tokens[i] : NULL;
}

static bool is_type(const struct token *t, enum token_type type)
{
	return t && t->type == type;
}

/* A sign before or after the number, with a point ("Rs. 50") between at most. */
static const struct price_sign *sign_near(const struct scan *s, struct candidate *c, size_t *end)
{
	const struct token *after = token_at(s, c->at + 1);
	size_t before = c->at;
	if (before && s->tokens[before - 1].type == T_OTHER &&
	    !strcmp(s->tokens[before - 1].word, "."))
		before--;
	*end = c->at + 1;
	if (is_type(after, T_CURRENCY)) {
		*end = c->at + 2;
		return &after->sign;
	}
	if (before && s->tokens[before - 1].type == T_CURRENCY)
		return &s->tokens[before - 1].sign;
	return NULL;
}

/* "12€99" */
static bool split_by_sign(const struct scan *s, const struct candidate *c)
{
	const struct token *n = token_at(s, c->at), *sign = token_at(s, c->at + 1),
			   *rest = token_at(s, c->at + 2);
	return is_type(sign, T_CURRENCY) && sign->glued && is_type(rest, T_NUMBER) && rest->glued &&
	       !n->decimals && !n->round && rest->n_digits == 2 && !rest->decimals;
}

/* The words before it, back to the number before that: what is it? */
static void read_role(const struct scan *s, struct candidate *c, size_t after)
{
	for (size_t i = c->at; i-- > after;) {
		const struct token *t = &s->tokens[i];
		bool of_a_share = i && s->tokens[i - 1].type == T_PERCENT; /* "20 % off" */
		if (t->type != T_WORD || of_a_share)
			continue;
		enum price_role role = price_role_find(t->word);
		c->from = c->from || role == ROLE_FROM;
		if (role != ROLE_NONE && role != ROLE_FROM && role != ROLE_TO &&
		    c->role == ROLE_NONE)
			c->role = role;
	}
}

static void read_tail(const struct scan *s, struct candidate *c, size_t end)
{
	const struct token *t = token_at(s, end);
	if (is_type(t, T_SLASH) || (is_type(t, T_WORD) && price_role_find(t->word) == ROLE_PER))
		c->unit_price = true;
	/* "9,99 € UVP", "10.00 off" */
	if (is_type(t, T_WORD) && c->role == ROLE_NONE) {
		enum price_role role = price_role_find(t->word);
		if (role == ROLE_OLD || role == ROLE_SAVED)
			c->role = role;
	}
}

static bool is_amount(const struct scan *s, size_t i)
{
	const struct token *next = token_at(s, i + 1);
	const struct token *before = i ? &s->tokens[i - 1] : NULL;
	if (is_type(next, T_PERCENT))
		return false;
	if (before && before->type == T_SLASH)
		return false;
	return !(is_type(next, T_WORD) && price_role_find(next->word) == ROLE_UNIT);
}

static size_t collect(const struct scan *s, struct candidate *out)
{
	size_t n = 0, after = 0;
	for (size_t i = 0; i < s->n_tokens; i++) {
		const struct token *t = &s->tokens[i];
		if (t->type != T_NUMBER || !is_amount(s, i))
			continue;
		struct candidate *c = &out[n++];
		size_t end;
		*c = (struct candidate){
			.at = i, .decimals = t->decimals, .thousands = t->thousands};
		c->sign = sign_near(s, c, &end);
		memcpy(c->digits, t->digits, t->n_digits);
		if (split_by_sign(s, c)) {
			memcpy(c->digits + t->n_digits, s->tokens[i + 2].digits, 2);
			c->decimals = 2;
			end = i + 3;
		}
		c->minor_unit = c->sign && c->sign->minor && !c->decimals;
		read_role(s, c, after);
		read_tail(s, c, end);
		after = end;
		i = end - 1;
	}
	return n;
}

static void keep(struct candidate *c, size_t *n, bool (*wanted)(const struct candidate *c))
{
	size_t kept = 0;
	for (size_t i = 0; i < *n; i++)
		kept += wanted(&c[i]);
	if (!kept || kept == *n)
		return;
	kept = 0;
	for (size_t i = 0; i < *n; i++)
		if (wanted(&c[i]))
			c[kept++] = c[i];
	*n = kept;
}

static bool has_sign(const struct candidate *c)
{
	return c->sign != NULL;
}
static bool is_whole(const struct candidate *c)
{
	return !c->unit_price;
}
static bool is_current(const struct candidate *c)
{
	return c->role != ROLE_OLD && c->role != ROLE_SAVED;
}
static bool is_new(const struct candidate *c)
{
	return c->role == ROLE_NOW;
}

static bool range_between(const struct scan *s, const struct candidate *a,
			  const struct candidate *b)
{
	bool dash = false;
	for (size_t i = a->at + 1; i < b->at; i++) {
		const struct token *t = &s->tokens[i];
		if (t->type == T_DASH || (t->type == T_WORD && price_role_find(t->word) == ROLE_TO))
			dash = true;
		else if (t->type != T_CURRENCY && strcmp(t->word, ".") != 0)
			return false;
	}
	return dash;
}

/* "9.99 - 19.99 EUR": the sign is for both. */
static void share_signs(const struct scan *s, struct candidate *c, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++) {
		if (!range_between(s, &c[i], &c[i + 1]))
			continue;
		if (!c[i].sign)
			c[i].sign = c[i + 1].sign;
		else if (!c[i + 1].sign)
			c[i + 1].sign = c[i].sign;
	}
}

/* ---- amounts -------------------------------------------------------------------------------- */

static void choose_currency(const struct price_sign *sign, const struct price_hint *hint,
			    struct price *p)
{
	const char *hinted = hint && hint->currency ? hint->currency : "";
	if (!sign) {
		memcpy(p->currency, hinted, strnlen(hinted, CURRENCY_TEXT - 1));
		p->assumed = true;
		return;
	}
	if (strlen(hinted) == CURRENCY_TEXT - 1 && strstr(sign->codes, hinted)) {
		memcpy(p->currency, hinted, CURRENCY_TEXT);
		p->assumed = strlen(sign->codes) > CURRENCY_TEXT;
		return;
	}
	p->assumed = strlen(sign->codes) > CURRENCY_TEXT;
	if (sign->codes[0] != ' ') /* without a commonest one */
		memcpy(p->currency, sign->codes, CURRENCY_TEXT - 1);
}

/* Dinars and rials have three decimals, behind a point; behind a comma in Tunisia. */
static unsigned decimals_of(const struct candidate *c, const char *currency)
{
	bool usual = currency_decimals(currency) == 3 &&
		     c->thousands == (strcmp(currency, "TND") ? '.' : ',');
	return usual ? 3 : c->decimals;
}

static bool amount(const struct candidate *c, const char *currency, int64_t *minor)
{
	char text[DIGITS_MAX + 8];
	size_t n = strlen(c->digits), decimals = decimals_of(c, currency), whole = n - decimals;
	bool exact = false;
	if (c->minor_unit) {
		int64_t v;
		bool good = money_from_decimal(c->digits, "JPY", &v, NULL);
		*minor = v;
		return good;
	}
	memcpy(text, c->digits, whole);
	text[whole] = '.';
	memcpy(text + whole + 1, c->digits + whole, n - whole + 1);
	return money_from_decimal(text, currency, minor, &exact) && exact;
}

static enum err refuse(struct error *e, enum err code, const char *why)
{
	error_set(e, code, "%s", why);
	return code;
}

static enum err settle(const struct scan *s, struct candidate *c, size_t n, struct price *out,
		       struct error *e)
{
	const struct price_sign *sign = c[0].sign;
	bool range = n == 2 && range_between(s, &c[0], &c[1]);
	choose_currency(sign, s->hint, out);
	if (!amount(&c[0], out->currency, &out->minor))
		return refuse(e, ERR_MALFORMED, "the number has more decimals than its currency");
	out->kind = c[0].from ? PRICE_FROM : PRICE_EXACT;
	for (size_t i = 1; i < n; i++) {
		int64_t other;
		if (!amount(&c[i], out->currency, &other))
			return refuse(e, ERR_MALFORMED,
				      "the number has more decimals than its currency");
		if (range && other > out->minor) {
			out->kind = PRICE_RANGE;
			out->minor_to = other;
		} else if (other != out->minor) {
			return refuse(e, ERR_CONFLICT,
				      "there are several prices, and nothing says which counts");
		}
	}
	return ERR_NONE;
}

enum err price_parse(const char *text, const struct price_hint *hint, struct price *out,
		     struct error *e)
{
	struct scan s = {.hint = hint};
	struct candidate found[TOKENS_MAX];
	size_t len = strlen(text);
	*out = (struct price){0};
	if (len > PRICE_TEXT_MAX)
		return refuse(e, ERR_TOO_LARGE, "the text is longer than a price is");
	for (size_t i = 0; i < len;) {
		uint32_t c;
		i += utf8_next(text + i, len - i, &c);
		s.cp[s.n++] = c == UTF8_INVALID ? '|' : c;
	}
	scan_tokens(&s);
	size_t n = collect(&s, found);
	if (!n)
		return refuse(e, ERR_MALFORMED, "there is no price in it");
	share_signs(&s, found, n);
	keep(found, &n, has_sign);
	keep(found, &n, is_whole);
	keep(found, &n, is_current);
	keep(found, &n, is_new);
	if (found[0].role == ROLE_SAVED)
		return refuse(e, ERR_MALFORMED, "it says what is saved, not what it costs");
	return settle(&s, found, n, out, e);
}
