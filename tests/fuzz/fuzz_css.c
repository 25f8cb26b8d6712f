/* Selectors: what is accepted is an expression that libxml2 compiles, of bounded size. */
#include "tests/fuzz/fuzz.h"

#include "daemon/extract/tree.h"
#include "shared/css.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	for (int dialect = CSS_HTML; dialect <= CSS_XML; dialect++) {
		struct buf out = BUF_INIT(CSS_XPATH_MAX);
		struct error e = {0};

		if (css_to_xpath(text, (enum css_dialect)dialect, &out, &e)) {
			MUST(e.text[0] && out.len == 0);
		} else {
			struct path *p = path_compile(buf_str(&out), &e);

			MUST(p || strlen(text) > 256); /* libxml2 has limits of its own */
			path_free(p);
		}
		buf_fini(&out);
	}
	free(text);
	return 0;
}
