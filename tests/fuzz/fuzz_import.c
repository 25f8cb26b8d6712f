/* Foreign files: whatever bytes come, an importer ends, and what it makes of them is valid. */
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/files.h"
#include "tests/fuzz/fuzz.h"
#include "tui/import/import.h"

static void apply_again(const struct import_plan *p)
{
	static struct error_list errors;
	struct resource_item item;
	struct buf yaml = BUF_INIT(64 << 20);
	size_t n = 0, wanted = 0;
	errors.n = errors.total = 0;
	import_write_yaml(p, &yaml);
	struct resource_file *f = resource_file_from_memory(buf_str(&yaml), yaml.len);
	while (resource_file_next(f, &item, &errors) == 1) {
		resource_input_fini(&item.input);
		n++;
	}
	for (size_t i = 0; i < p->n; i++)
		wanted += !p->items[i]->skipped;
	MUST(n == wanted && !errors.total);
	resource_file_free(f);
	buf_fini(&yaml);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t importers = 0;
	struct error e = {0};
	while (importer_table[importers])
		importers++;
	/* SQLite's own files are read by SQLite. */
	if (len < 1 || (len > 16 && !memcmp(data + 1, "SQLite format 3", 15)))
		return 0;
	struct import_file f = {.path = "fuzz", .len = len - 1};
	f.data = mem_zalloc(len);
	memcpy(f.data, data + 1, len - 1);
	struct import_plan p;
	const struct importer *from = importer_table[data[0] % importers];
	import_plan_init(&p, from->name, NULL);
	from->knows(&f);
	if (!from->read(&f, 1, &p, &e)) {
		import_finish(&p);
		apply_again(&p);
	} else {
		MUST(e.code);
	}
	import_plan_fini(&p);
	import_file_fini(&f);
	return 0;
}
