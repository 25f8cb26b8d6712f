#include "daemon/checks/common/oauth_answer.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/http_reason.h"
#include "shared/json.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum {
	TOKEN_MAX = 16384,
	LIFETIME_MAX_S = 86400,
	WORDS = 120,
};

/* What may stand in a header after "Bearer ". */
static bool is_visible(const char *token)
{
	for (const char *s = token; *s; s++) {
		if (*s <= ' ' || *s > '~')
			return false;
	}
	return *token && strlen(token) <= TOKEN_MAX;
}

/* Seconds, also as text, which some servers send. */
static int64_t lifetime_ms(const json_t *answer)
{
	const json_t *given = json_object_get(answer, "expires_in");
	double s = json_is_string(given) ? strtod(json_string_value(given), NULL)
					 : json_number_value(given);

	if (!(s > 0))
		return OAUTH_LIFETIME_DEFAULT_MS;
	return (int64_t)((s < LIFETIME_MAX_S ? s : LIFETIME_MAX_S) * 1000);
}

/* "invalid_client (no such client)" */
static void error_words(const json_t *answer, const char *secret, char out[static WORDS])
{
	const char *code = json_str(answer, "error", "");
	const char *more = json_str(answer, "error_description", "");
	char text[2 * WORDS];

	if (*secret && (strstr(code, secret) || strstr(more, secret)))
		code = more = "";
	snprintf(text, sizeof text, *more ? "%.60s (%.100s)" : "%.60s%s", code, more);
	text_safe(out, WORDS, text, strlen(text), 0, 0, NULL);
}

static void no_token(const json_t *answer, int status, const char *secret,
		     char fault[static OAUTH_FAULT])
{
	const char *reason = http_reason(status);
	char words[WORDS] = "";

	error_words(answer, secret, words);
	snprintf(fault, OAUTH_FAULT, "no token: HTTP %d%s%s%s%s", status, reason[0] ? " " : "",
		 reason, words[0] ? ", " : "", words);
}

bool oauth_answer_read(const char *body, size_t len, int status, const char *secret,
		       struct oauth_answer *out)
{
	json_t *answer = body ? json_read(body, len, OAUTH_ANSWER_MAX, NULL) : NULL;
	const char *token = json_str(answer, "access_token", NULL);
	const char *type = json_str(answer, "token_type", "bearer");

	*out = (struct oauth_answer){0};
	if (status / 100 != 2)
		no_token(answer, status, secret, out->fault);
	else if (!json_is_object(answer))
		snprintf(out->fault, OAUTH_FAULT, "no token: the answer is not a JSON object");
	else if (!token)
		snprintf(out->fault, OAUTH_FAULT, "no token: the answer has no access_token");
	else if (strcasecmp(type, "bearer"))
		snprintf(out->fault, OAUTH_FAULT, "no token: its type is not bearer");
	else if (!is_visible(token))
		snprintf(out->fault, OAUTH_FAULT,
			 "no token: the access_token cannot stand in a header");
	if (!out->fault[0]) {
		out->token = mem_strdup(token);
		out->lifetime_ms = lifetime_ms(answer);
	}
	if (token)
		sodium_memzero((char *)(uintptr_t)token, strlen(token));
	json_decref(answer);
	return out->token != NULL;
}

void oauth_answer_fini(struct oauth_answer *a)
{
	if (a->token) {
		sodium_memzero(a->token, strlen(a->token));
		free(a->token);
	}
	a->token = NULL;
}
