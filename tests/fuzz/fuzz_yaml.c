/* Resource files: whatever bytes come, reading ends within bounds, and each item that is accepted
 * is written and read back to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "shared/schema/files.h"
#include "tests/fuzz/fuzz.h"

static void write_and_read(const struct resource_item *item)
{
	static struct error_list errors;
	struct resource_item again;
	struct buf text = BUF_INIT(4 << 20);
	errors.n = errors.total = 0;
	resource_write_yaml_heading(&text, item->kind);
	resource_write_yaml(&text, item->kind, item->input.name, item->input.labels,
			    item->input.spec);
	struct resource_file *f = resource_file_from_memory(text.data, text.len);
	MUST(resource_file_next(f, &again, &errors) == 1);
	char *was = spec_dump(item->input.spec), *is = spec_dump(again.input.spec);
	MUST(!strcmp(was, is));
	MUST(!strcmp(item->input.name, again.input.name));
	free(was);
	free(is);
	resource_input_fini(&again.input);
	resource_file_free(f);
	buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct error_list errors;
	struct resource_item item;
	struct error e = {0};
	int result;
	errors.n = errors.total = 0;
	struct resource_file *f = resource_file_from_memory((const char *)data, len);
	while ((result = resource_file_next(f, &item, &errors)) != 0) {
		MUST(result == 1 || errors.total > 0);
		if (result != 1)
			continue;
		write_and_read(&item);
		resource_input_fini(&item.input);
	}
	resource_file_free(f);

	struct source_lines *lines = NULL;
	json_t *mapping = yaml_read_mapping((const char *)data, len, &lines, &e);
	MUST(mapping || e.code);
	MUST(!mapping == !lines);
	json_decref(mapping);
	source_lines_free(lines);
	return 0;
}
