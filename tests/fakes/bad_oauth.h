#pragma once
/* A token endpoint (client "shop", secret "s3cret/+") and something behind its tokens. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fakes/bad_peer.h"

/* Tokens are numbered; those below the first good one were withdrawn. */
static atomic_int oauth_tokens, oauth_first_good;

static inline bool oauth_says(struct peer *p, int status, const char *body)
{
	char head[256];

	snprintf(
		head, sizeof head,
		"HTTP/1.1 %d Status\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
		status, strlen(body));
	return put_text(p, head) && put_text(p, body);
}

/* form-urlencoded before Basic: "shop:s3cret%2F%2B" */
static inline bool oauth_knows(const char *request)
{
	const char *form = strstr(request, "\r\n\r\n");

	if (!form || !strstr(form, "grant_type=client_credentials"))
		return false;
	return strstr(request, "Authorization: Basic c2hvcDpzM2NyZXQlMkYlMkI=\r\n") ||
	       (strstr(form, "client_id=shop") && strstr(form, "client_secret=s3cret%2F%2B"));
}

static inline bool oauth_token(struct peer *p, const char *request, const char *expires)
{
	char body[256];

	if (!oauth_knows(request))
		return oauth_says(p, 401,
				  "{\"error\":\"invalid_client\",\"error_description\":\"no such "
				  "client\"}");
	if (strstr(request, "scope=forbidden"))
		return oauth_says(p, 400, "{\"error\":\"invalid_scope\"}");
	snprintf(body, sizeof body,
		 "{\"access_token\":\"tok-%d\",\"token_type\":\"Bearer\",\"expires_in\":%s}",
		 atomic_fetch_add(&oauth_tokens, 1) + 1, expires);
	return oauth_says(p, 200, body);
}

static inline bool oauth_guarded(struct peer *p, const char *request)
{
	const char *given = strstr(request, "\r\nAuthorization: Bearer tok-");
	int number = given ? atoi(given + 28) : 0;
	char body[64];

	if (!number || number < atomic_load(&oauth_first_good))
		return oauth_says(p, 401, "{\"error\":\"invalid_token\"}");
	snprintf(body, sizeof body, "{\"token\":%d}", number);
	return oauth_says(p, 200, body);
}

static bool oauth_respond(struct peer *p, const char *path, const char *request)
{
	static const struct {
		const char *path;
		int status;
		const char *body;
	} faults[] = {
		{"/oauth/html", 200, "<h1>login</h1>"},
		{"/oauth/none", 200, "{\"token_type\":\"bearer\"}"},
		{"/oauth/mac", 200, "{\"access_token\":\"x\",\"token_type\":\"mac\"}"},
		{"/oauth/evil", 200, "{\"access_token\":\"x\\r\\nX-Evil: 1\"}"},
		{"/oauth/parrot", 400,
		 "{\"error\":\"invalid_client\",\"error_description\":\"not s3cret/+\"}"},
		{"/oauth/escape", 400,
		 "{\"error\":\"x\\u001b[2J\",\"error_description\":\"\\u009b31m\"}"},
		{"/oauth/broken", 500, "oops"},
	};

	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		if (!strcmp(path, faults[i].path))
			return oauth_says(p, faults[i].status, faults[i].body);
	}
	if (!strcmp(path, "/oauth/token"))
		return oauth_token(p, request, "3600");
	if (!strcmp(path, "/oauth/brief"))
		return oauth_token(p, request, "0.0001");
	if (!strcmp(path, "/oauth/guarded"))
		return oauth_guarded(p, request);
	if (!strcmp(path, "/oauth/withdraw"))
		atomic_store(&oauth_first_good, atomic_load(&oauth_tokens) + 1);
	return oauth_says(p, 200, "{}");
}
