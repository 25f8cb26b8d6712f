/* Conditions: what is refused says why; what compiles holds for any event without harm, and a
 * negation is never true together with what it negates. Lines are conditions; what follows an
 * empty line is the data of the event. */
#include "tests/fuzz/fuzz.h"

#include "shared/json.h"
#include "shared/matcher.h"

static bool holds(const char *condition, const struct matched *what, bool *known)
{
	struct error e = {0};
	json_t *text = json_stringn_nocheck(condition, strlen(condition));
	json_t *list = json_pack("[o]", text);
	struct matchers *m = matchers_compile(list, &e);
	bool result = m && matchers_hold(m, what);

	MUST(m || (e.code == ERR_INVALID && e.text[0]));
	*known = m != NULL;
	matchers_free(m);
	json_decref(list);
	return result;
}

static void negate(const char *condition, const struct matched *what)
{
	size_t n = strcspn(condition, "=!~<>");
	char *negated = mem_printf("%.*s!%s", (int)n, condition, condition + n);
	bool known, plain = holds(condition, what, &known);

	if (condition[n] == '=' || condition[n] == '~') {
		bool both, not = holds(negated, what, &both);

		MUST(both || !known);
		MUST(!(plain && not ));
	}
	free(negated);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *json = strstr(text, "\n\n"), *rest = NULL;
	struct matched what = {.severity = -1};
	json_t *read = NULL;

	if (json) {
		*json = '\0';
		read = json_read(json + 2, strlen(json + 2), 4096, NULL);
		what = (struct matched){.topic = json + 2,
					.text = json + 2,
					.rule = "a",
					.kind = "monitor",
					.subject = "garden",
					.severity = (int)(size % 3),
					.incident = size,
					.labels = read,
					.tags = json_object_get(read, "tags"),
					.data = read};
	}
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		negate(line, &what);
	(void)topic_pattern_valid(text, NULL);
	json_decref(read);
	free(text);
	return 0;
}
