#pragma once
/* Titles of products taken apart: numbers, words, signs; and what a number with a unit means. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TITLE_TEXT_MAX = 500, /* bytes of a title that are read */
	TITLE_TOKENS_MAX = 200,
	TITLE_WORD = 40,         /* longer words are nothing that is known */
	TITLE_NUMBER_DIGITS = 10 /* of a number, with its decimals */
};

enum title_token_type { TITLE_END, TITLE_NUMBER, TITLE_LETTERS, TITLE_SIGN };

struct title_token {
	enum title_token_type type;
	bool glued;            /* no blank before it */
	char text[TITLE_WORD]; /* of letters, folded (fold.h); "" when too long */
	const char *at;        /* as it was written */
	size_t len;
	uint32_t sign;
};

struct title_tokens {
	char text[TITLE_TEXT_MAX * 2];
	struct title_token at[TITLE_TOKENS_MAX + 1]; /* the last one is TITLE_END */
	size_t n;
};

void title_tokens_read(struct title_tokens *w, const char *title);
/** One of these ASCII characters. */
bool title_is_sign(const struct title_token *t, const char *signs);
bool title_is_dash(const struct title_token *t);
/** "x" between numbers, "×", "*"; a capital X there only. */
bool title_is_times(const struct title_tokens *w, size_t i);

/** "1,5" is 15 and one decimal. */
struct title_number {
	int64_t digits;
	unsigned decimals;
};
/** @param small  of something small: "1.500" is 1500 then, else 1.5
 *  @return false: it is no number that can be told */
bool title_number(const struct title_token *t, bool small, struct title_number *out);
