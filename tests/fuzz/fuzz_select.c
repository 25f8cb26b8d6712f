/* Documents: any bytes give a tree or an error, and values that are clean UTF-8. The first byte
 * chooses the content type. */
#include "tests/fuzz/fuzz.h"

#include "daemon/extract/extractor.h"
#include "shared/utf8.h"

static void check(const struct extract_found *f)
{
	uint32_t cp = 0;

	for (size_t i = 0; i < f->n; i++) {
		size_t len = strlen(f->values[i]);

		MUST(len <= EXTRACT_VALUE_BYTES);
		for (size_t at = 0; at < len && cp != UTF8_INVALID;)
			at += utf8_next(f->values[i] + at, len - at, &cp);
		MUST(cp != UTF8_INVALID);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {NULL, "text/html", "text/xml",
					    "text/html; charset=shift_jis",
					    "text/html; charset=utf-16"};
	static struct extractor *x;
	static struct frame_request request;
	struct frame_answer answer;
	struct buf out = BUF_INIT(FRAME_ANSWER_MAX);

	if (!x)
		x = extractor_new();
	if (size < 1)
		return 0;
	request.queries[0] =
		(struct extract_query){.kind = EXTRACT_CSS, .expression = "p, a > *:last-of-type"};
	request.queries[1] =
		(struct extract_query){.kind = EXTRACT_XPATH, .expression = "//@* | //text()"};
	request.queries[2] =
		(struct extract_query){.kind = EXTRACT_PATTERN, .expression = "\\w+(\\d|$)"};
	request.request =
		(struct extract_request){.document = fuzz_string(data + 1, size - 1),
					 .document_len = size - 1,
					 .content_type = types[data[0] % ARRAY_LEN(types)],
					 .queries = request.queries,
					 .n_queries = 3};
	extractor_run(x, &request, &out);
	MUST(out.len == FRAME_HEAD + frame_length(out.data));
	MUST(frame_read_answer(out.data + FRAME_HEAD, out.len - FRAME_HEAD, &answer));
	for (size_t i = 0; i < answer.answer.n; i++)
		check(&answer.found[i]);
	frame_answer_fini(&answer);
	buf_fini(&out);
	free((char *)request.request.document);
	return 0;
}
