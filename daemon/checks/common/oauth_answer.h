#pragma once
/* What a token endpoint answered (RFC 6749, 5.1 and 5.2). Foreign bytes; pure; thread: any. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OAUTH_FAULT = 200, OAUTH_ANSWER_MAX = 65536, OAUTH_LIFETIME_DEFAULT_MS = 300000 };

struct oauth_answer {
	char *token;             /* visible ASCII, NULL: none */
	int64_t lifetime_ms;     /* as announced, at most a day; five minutes when it is not */
	char fault[OAUTH_FAULT]; /* one safe sentence: why there is no token */
};

/** @param secret  a text of the server that repeats it is not taken into fault
 *  @return whether there is a token */
bool oauth_answer_read(const char *body, size_t len, int status, const char *secret,
		       struct oauth_answer *out);
/** Overwrites the token. */
void oauth_answer_fini(struct oauth_answer *a);
