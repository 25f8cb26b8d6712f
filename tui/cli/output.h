#pragma once
/* How a command prints: tables for people, JSON, JSON lines, CSV or tab-separated for programs.
 * Data on stdout and nothing else there; text from the daemon is made safe for the terminal here.
 */
#include <stdbool.h>
#include <stdio.h>

#include "shared/json.h"
#include "shared/schema/schema.h"

enum output_format {
	OUTPUT_AUTO,
	OUTPUT_TABLE,
	OUTPUT_PLAIN,
	OUTPUT_JSON,
	OUTPUT_JSONL,
	OUTPUT_CSV,
	OUTPUT_LINE
};

enum { OUTPUT_COLUMNS_MAX = 32 };

struct output {
	enum output_format format; /* AUTO: table on a terminal, else plain */
	const char *fields;        /* --json FIELDS, "a,b.c"; NULL: all */
	bool color;
	bool quiet;
	FILE *to; /* stdout */
	/* state of a list being printed */
	size_t rows;
	int widths[OUTPUT_COLUMNS_MAX]; /* of the table's columns, from its first rows; 0: hidden */
};

/** "table", "plain", "json", "jsonl", "csv", "line". */
bool output_format_parse(const char *word, enum output_format *f);
enum output_format output_format(const struct output *o);

/** Print a list piece by piece: begin, rows as they come, end. */
void output_list_begin(struct output *o, const struct resource_kind *k);
void output_list_rows(struct output *o, const struct resource_kind *k, const json_t *rows);
void output_list_end(struct output *o, const struct resource_kind *k);
/** One object: all members for a person, or as JSON. */
void output_object(struct output *o, const struct resource_kind *k, const json_t *object);
/** What an action answers: an object as above, or a list of objects as lines of their members. */
void output_value(struct output *o, const struct resource_kind *k, const json_t *value);
/** Any JSON value by the machine formats; false when a person should get text instead. */
bool output_machine(struct output *o, const json_t *value);
/** Printable, bounded, safe text on stdout. */
void output_text(struct output *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Hints and progress go to stderr, unless --quiet. */
void output_note(const struct output *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** A span for people: "0.4 ms", "8.0 s", "1m 22s", "3h 5m", "12d 4h". */
const char *output_span(char out[static 32], double ms);
/** A moment for people, in the local zone: "2026-11-22 20:25:29"; "-" when text is not one. */
const char *output_time(char out[static 32], const char *rfc3339);
enum { OUTPUT_FIT = 512 };
/** Cut and padded to so many columns of a terminal, whatever the text's bytes; made safe. */
const char *output_fit(char out[static OUTPUT_FIT], const char *text, int columns);
/** One cell as text for a column's format. */
void output_cell(const struct column *c, const json_t *object, int64_t now_ms, char *out,
		 size_t cap);
