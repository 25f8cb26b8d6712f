#pragma once
/* Resource files: YAML (or JSON, which is YAML) read item by item with line numbers.
 *
 *     monitors:
 *       - name: shop
 *         target: https://shop.example/
 *         interval: 30s
 *
 * Top level: a mapping of plural kind -> list of items; or one item with `kind: monitor`; or a list
 * of such items. Several documents may follow each other.
 * Aliases, anchors, tags and duplicate keys are refused; depth and item size are bounded, so a file
 * of any size is read with the memory of one item. */
#include "shared/schema/schema.h"

struct resource_file;

/** One validated item. */
struct resource_item {
	const struct resource_kind *kind;
	struct resource_input input;
	int line;
};

/** Open a path, or "-" for standard input. */
struct resource_file *resource_file_open(const char *path, struct error *e);
struct resource_file *resource_file_from_memory(const char *data, size_t len);
void resource_file_free(struct resource_file *f);
/** Items that do not say their kind are of kind k, and members (loose, may be NULL; borrowed) are
 * put over their own: for a file that goes with flags. */
void resource_file_expect(struct resource_file *f, const struct resource_kind *k,
			  const json_t *members);

/** Next item. Faults of an item go to errors (with lines) and reading goes on with the next one;
 *  a fault of YAML itself ends the reading.
 *  @return 1 an item (resource_input_fini it), 0 end, -1 this item or the file is at fault */
int resource_file_next(struct resource_file *f, struct resource_item *item,
		       struct error_list *errors);

/** Read one whole small YAML mapping (the daemon's configuration) as loose JSON with lines. */
json_t *yaml_read_mapping(const char *data, size_t len, struct source_lines **lines,
			  struct error *e);
void source_lines_free(struct source_lines *lines);

/** Append the line that opens a kind's list ("monitors:"), once before its items. */
void resource_write_yaml_heading(struct buf *out, const struct resource_kind *k);
/** Append one item ("  - name: shop" ...) below its heading, in the form resource_file_next reads;
 *  text is quoted only where needed. */
void resource_write_yaml(struct buf *out, const struct resource_kind *k, const char *name,
			 const json_t *labels, const json_t *spec);
