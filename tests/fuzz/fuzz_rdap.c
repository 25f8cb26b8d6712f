/* What registries answer, and the list of them: bounds hold, texts are safe, a verdict comes of
 * whatever was understood. */
#include "tests/fuzz/fuzz.h"

#include "daemon/checks/common/domain_judge.h"
#include "daemon/checks/common/rdap_bootstrap.h"
#include "daemon/checks/common/rdap_fetch.h"
#include "daemon/net/http_date.h"
#include "shared/json.h"

enum { NOW_MS = 1000000000 };

static void is_safe(const char *text, size_t cap)
{
	size_t len = strnlen(text, cap);

	MUST(len < cap);
	for (size_t i = 0; i < len; i++)
		MUST((unsigned char)text[i] >= 0x20 && text[i] != 0x7F);
}

static void answer(const char *text, size_t size)
{
	static const char *const expected[] = {"ns1.host.example"};
	struct domain_wants wants = {.shown = "shop.example", .days = 30, .registrar = "Green"};
	struct rdap_domain d;
	struct verdict v = {0};
	struct buf out = BUF_INIT(CHECK_EVIDENCE_MAX);
	struct json_writer w;

	if (rdap_answer_parse(text, size, "shop.example", &d, NULL))
		return;
	MUST(d.n_statuses <= RDAP_STATUSES_MAX && d.n_nameservers <= RDAP_NAMESERVERS_MAX);
	for (size_t i = 0; i < d.n_statuses; i++)
		is_safe(d.statuses[i], RDAP_STATUS_TEXT);
	for (size_t i = 0; i < d.n_nameservers; i++)
		is_safe(d.nameservers[i], RDAP_NAME_TEXT);
	is_safe(d.registrar, sizeof d.registrar);
	is_safe(d.registrar_id, sizeof d.registrar_id);
	for (int i = 0; i < 3; i++) {
		domain_judge(&v, &d, &wants, NOW_MS);
		MUST(v.outcome != OUTCOME_NONE && (v.outcome == OUTCOME_UP) == !v.cause[0]);
		is_safe(v.message, sizeof v.message);
		if (i)
			wants.registrar = NULL;
		wants.nameservers = expected;
		wants.n_nameservers = i == 0;
	}
	jw_init(&w, &out);
	jw_object(&w);
	domain_evidence(&w, &d);
	jw_object_end(&w);
	MUST(!out.overflow);
	buf_fini(&out);
}

static void list(const char *text, size_t size)
{
	struct rdap_bootstrap *b = rdap_bootstrap_parse(text, size, NULL);
	const char *base;

	if (!b)
		return;
	MUST(rdap_bootstrap_count(b) > 0);
	base = rdap_bootstrap_find(b, "a.b.example");
	MUST(!base || base[strlen(base) - 1] == '/');
	MUST(!rdap_bootstrap_find(b, ""));
	rdap_bootstrap_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	int64_t ms = http_retry_after_ms(text, NOW_MS);

	MUST(ms >= 0 && ms <= 7LL * 86400 * 1000);
	answer(text, size);
	list(text, size);
	free(text);
	return 0;
}
