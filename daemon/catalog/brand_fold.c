/* A brand as it is compared: letters and digits, marks and legal forms left out. */
#include <stdbool.h>
#include <string.h>

#include "daemon/catalog/catalog.h"
#include "shared/mem.h"
#include "shared/utf8.h"

enum { FOLDED_MAX = 256, WORDS_MAX = 32 };

/* Legal forms at the end, and what a shop puts around a brand's name. */
static const char *const forms[] = {
	"ab",   "ag",  "aps",          "as",  "bv",   "co",      "company", "corp", "corporation",
	"gmbh", "inc", "incorporated", "kg",  "kgaa", "limited", "llc",     "lp",   "ltd",
	"mbh",  "nv",  "ohg",          "oy",  "plc",  "pty",     "sa",      "sarl", "sas",
	"se",   "sl",  "spa",          "srl", "srls", "ug",
};

/* Latin-1 Supplement and Latin Extended-A without their marks, U+00C0 on; * is no letter. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo*ouuuuyty"
			    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
			    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* Greek and Cyrillic capitals have their small letters at a fixed distance. */
static uint32_t lower(uint32_t cp)
{
	if (cp >= 0x391 && cp <= 0x3A9)
		return cp + 0x20;
	if (cp >= 0x410 && cp <= 0x42F)
		return cp + 0x20;
	if (cp >= 0x400 && cp <= 0x40F)
		return cp + 0x50;
	return cp;
}

/* Full-width forms are what they stand for. */
static uint32_t plain(uint32_t cp)
{
	if (cp >= 0xFF01 && cp <= 0xFF5E)
		cp -= 0xFEE0;
	if (cp >= 'A' && cp <= 'Z')
		return cp + ('a' - 'A');
	if (cp >= 0xC0 && cp < 0xC0 + sizeof(latin) - 1)
		return (unsigned char)latin[cp - 0xC0];
	return lower(cp);
}

static bool is_letter(uint32_t cp)
{
	if (cp < 0x80)
		return (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9');
	/* Signs, marks, punctuation and blanks of the blocks below; what is above is a letter. */
	return cp >= 0x370 && !(cp >= 0x2000 && cp <= 0x2BFF) && !(cp >= 0x3000 && cp <= 0x3003) &&
	       !(cp >= 0x3008 && cp <= 0x3020) && cp != UTF8_REPLACEMENT;
}

/* What stands between letters of one word: "L'Oréal", "S.p.A.", "B&O" is two words though. */
static bool is_glue(uint32_t cp)
{
	return cp == '\'' || cp == '.' || cp == 0x2019 || cp == 0xAE || (cp >= 0x300 && cp < 0x370);
}

struct words {
	char text[FOLDED_MAX];
	size_t len, at[WORDS_MAX], n;
	bool open;
};

static void put(struct words *w, const char *bytes, size_t n)
{
	if (!w->open) {
		if (w->n == WORDS_MAX || w->len + n + 1 >= sizeof(w->text))
			return;
		if (w->n)
			w->text[w->len++] = ' ';
		w->at[w->n++] = w->len;
		w->open = true;
	}
	if (w->len + n >= sizeof(w->text))
		return;
	memcpy(w->text + w->len, bytes, n);
	w->len += n;
}

static void add(struct words *w, uint32_t cp)
{
	char bytes[UTF8_MAX_BYTES];
	if (cp == 0xDF) /* sharp s */
		put(w, "ss", 2);
	else if (cp == 0xC6 || cp == 0xE6)
		put(w, "ae", 2);
	else if (cp == 0x152 || cp == 0x153)
		put(w, "oe", 2);
	else if (is_letter(plain(cp)))
		put(w, bytes, utf8_put(bytes, plain(cp)));
	else if (!is_glue(cp))
		w->open = false;
}

static bool is_form(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (!strcmp(word, forms[i]))
			return true;
	return false;
}

void brand_fold(const char *brand, char *out, size_t cap)
{
	struct words w = {0};
	uint32_t cp;
	for (size_t n = strlen(brand); n;) {
		size_t used = utf8_next(brand, n, &cp);
		add(&w, cp == UTF8_INVALID ? ' ' : cp);
		brand += used;
		n -= used;
	}
	w.text[w.len] = '\0';
	/* A brand that is nothing else ("SE", "Co.") keeps its word. */
	while (w.n > 1 && is_form(w.text + w.at[w.n - 1]))
		w.text[w.at[--w.n] - 1] = '\0';
	size_t len = utf8_floor(w.text, strnlen(w.text, cap ? cap - 1 : 0));
	if (!cap)
		return;
	memcpy(out, w.text, len);
	out[len] = '\0';
}
