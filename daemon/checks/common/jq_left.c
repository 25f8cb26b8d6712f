#include "daemon/checks/common/jq_left.h"

#include <stdbool.h>
#include <string.h>

#include "shared/mem.h"

static bool is_word(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Words and signs that make more of a program than one comparison. */
static bool joins(const char *program, const char *at)
{
	static const char *const words[] = {"and",    "or",      "as",  "def",  "if",
					    "reduce", "foreach", "try", "label"};

	if (*at == ',' || *at == ';' || !strncmp(at, "//", 2))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t n = strlen(words[i]);

		if (!strncmp(at, words[i], n) && !is_word(at[n]) &&
		    (at == program || (!is_word(at[-1]) && at[-1] != '.' && at[-1] != '$')))
			return true;
	}
	return false;
}

/* Length of the comparison at this place, 0: none. */
static size_t comparison(const char *at)
{
	if (at[0] == '<' || at[0] == '>')
		return at[1] == '=' ? 2 : 1;
	return (at[0] == '=' || at[0] == '!') && at[1] == '=' ? 2 : 0;
}

static const char *string_end(const char *at)
{
	for (at++; *at && *at != '"'; at++) {
		if (*at == '\\' && at[1])
			at++;
	}
	return at;
}

char *jq_left_side(const char *program)
{
	const char *end = NULL;
	int depth = 0;
	size_t n;

	for (const char *at = program; *at; at++) {
		if (*at == '"') {
			at = string_end(at);
			if (!*at)
				return NULL;
		} else if (strchr("([{", *at)) {
			depth++;
		} else if (strchr(")]}", *at)) {
			depth--;
		} else if (depth == 0 && (joins(program, at) || (end && *at == '|'))) {
			return NULL;
		} else if (depth == 0 && comparison(at)) {
			if (end)
				return NULL;
			end = at;
			at += comparison(at) - 1;
		}
	}
	for (n = end ? (size_t)(end - program) : 0; n && program[n - 1] == ' '; n--)
		;
	return n && depth == 0 ? mem_strndup(program, n) : NULL;
}
