/* What token endpoints answer: a token that can stand in a header, or a safe sentence that does not
 * repeat the secret. And jq programs of users, of which a left side is taken. */
#include "tests/fuzz/fuzz.h"

#include "daemon/checks/common/jq_left.h"
#include "daemon/checks/common/oauth_answer.h"

static void answer(const char *text, size_t size, int status)
{
	static const char secret[] = "s3cret";
	struct oauth_answer a;
	bool got = oauth_answer_read(text, size, status, secret, &a);

	MUST(got == (a.token != NULL) && got == !a.fault[0]);
	MUST(strnlen(a.fault, sizeof a.fault) < sizeof a.fault && !strstr(a.fault, secret));
	for (const char *s = a.fault; *s; s++)
		MUST((unsigned char)*s >= 0x20 && *s != 0x7F);
	for (const char *s = got ? a.token : ""; *s; s++)
		MUST(*s > ' ' && *s <= '~');
	MUST(!got || (a.lifetime_ms >= 0 && a.lifetime_ms <= 86400000));
	oauth_answer_fini(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	char *left = jq_left_side(text);

	MUST(!left || (*left && !strncmp(left, text, strlen(left))));
	free(left);
	answer(text, size, 200);
	answer(text, size, 401);
	free(text);
	return 0;
}
