#include "tui/cli/output.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "shared/mem.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"
#include "tui/widgets/format.h"

enum { CELL_MAX = 512, LINE_WIDTH_DEFAULT = 100, CELL_WIDTH_MAX = 48 };

bool output_format_parse(const char *word, enum output_format *f)
{
	static const char *const words[] = {"auto",  "table", "plain", "json",
					    "jsonl", "csv",   "line"};
	for (size_t i = 1; i < ARRAY_LEN(words); i++)
		if (!strcmp(word, words[i])) {
			*f = (enum output_format)i;
			return true;
		}
	return false;
}

enum output_format output_format(const struct output *o)
{
	if (o->format != OUTPUT_AUTO)
		return o->format;
	return isatty(fileno(o->to)) ? OUTPUT_TABLE : OUTPUT_PLAIN;
}

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void output_text(struct output *o, const char *fmt, ...)
{
	struct buf b = BUF_INIT(1 << 20);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	/* Line by line: text_safe turns line ends into spaces. */
	for (char *line = b.data; line && *line;) {
		char *end = strchr(line, '\n');
		size_t n = end ? (size_t)(end - line) : strlen(line);
		char *safe = text_safe_dup(line, n, n * 3 + 4);
		fputs(safe, o->to);
		free(safe);
		if (!end)
			break;
		fputc('\n', o->to);
		line = end + 1;
	}
	buf_fini(&b);
}

void output_note(const struct output *o, const char *fmt, ...)
{
	va_list ap;
	if (o->quiet)
		return;
	va_start(ap, fmt);
	char text[1024], safe[2048];
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_safe(safe, sizeof(safe), text, strlen(text), 0, 0, NULL);
	fprintf(stderr, "%s\n", safe);
}

const char *output_span(char out[static 32], double ms)
{
	long long s = (long long)(ms / 1000);
	if (ms < 10)
		snprintf(out, 32, "%.1f ms", ms);
	else if (ms < 999.5)
		snprintf(out, 32, "%.0f ms", ms);
	else if (ms < 59950)
		snprintf(out, 32, "%.1f s", ms / 1000);
	else if (s < 3600)
		snprintf(out, 32, "%lldm %llds", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, 32, "%lldh %lldm", s / 3600, s / 60 % 60);
	else
		snprintf(out, 32, "%lldd %lldh", s / 86400, s / 3600 % 24);
	return out;
}

const char *output_time(char out[static 32], const char *rfc3339)
{
	int64_t ms;
	struct tm tm;
	snprintf(out, 32, "-");
	if (rfc3339 && time_parse(rfc3339, &ms)) {
		time_t s = (time_t)(ms / 1000);
		localtime_r(&s, &tm);
		strftime(out, 32, "%Y-%m-%d %H:%M:%S", &tm);
	}
	return out;
}

/* ---- cells --------------------------------------------------------------------------------- */

static void cell_value(const json_t *v, char *out, size_t cap)
{
	char *dump;
	out[0] = 0;
	switch (v ? json_typeof(v) : JSON_NULL) {
	case JSON_NULL: snprintf(out, cap, "-"); return;
	case JSON_TRUE: snprintf(out, cap, "yes"); return;
	case JSON_FALSE: snprintf(out, cap, "no"); return;
	case JSON_INTEGER: snprintf(out, cap, "%lld", (long long)json_integer_value(v)); return;
	case JSON_REAL: snprintf(out, cap, "%.10g", json_real_value(v)); return;
	case JSON_STRING:
		text_safe(out, cap, json_string_value(v), json_string_length(v), 0, 0, NULL);
		return;
	case JSON_OBJECT:
	case JSON_ARRAY:
		dump = json_dumps(v, JSON_COMPACT);
		if (dump)
			text_safe(out, cap, dump, strlen(dump), 0, 0, NULL);
		free(dump);
		return;
	}
}

void output_cell(const struct column *c, const json_t *object, int64_t now, char *out, size_t cap)
{
	char text[CELL_MAX];
	unsigned style;
	format_cell(c, object, now, text, sizeof(text), &style);
	text_safe(out, cap, text[0] ? text : "-", text[0] ? strlen(text) : 1, 0, 0, NULL);
}

/* Of a word as state_word() writes it. */
static const char *state_color(const char *word)
{
	char state[32];
	size_t n = 0;
	for (; word[n] && n < sizeof(state) - 1; n++)
		state[n] = (char)tolower((unsigned char)word[n]);
	state[n] = 0;
	switch ((int)state_role(state)) {
	case ROLE_DOWN: return "\033[1;31m";
	case ROLE_DEGRADED: return "\033[33m";
	case ROLE_UNKNOWN: return "\033[35m";
	case ROLE_UP: return "\033[32m";
	default: return "";
	}
}

/* ---- machine formats ----------------------------------------------------------------------- */

static json_t *project(const json_t *object, const char *fields)
{
	if (!fields || !json_is_object(object))
		return json_incref((json_t *)object);
	json_t *out = json_object();
	char *copy = mem_strdup(fields), *save = NULL;
	for (char *f = strtok_r(copy, ", ", &save); f; f = strtok_r(NULL, ", ", &save)) {
		json_t *v = json_path(object, f);
		json_object_set_new(out, f, v ? json_incref(v) : json_null());
	}
	free(copy);
	return out;
}

static void dump_json(struct output *o, const json_t *value, bool pretty)
{
	size_t flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(12) |
		       (pretty ? JSON_INDENT(2) : JSON_COMPACT);
	char *text = json_dumps(value, flags);
	if (text)
		fputs(text, o->to);
	free(text);
}

bool output_machine(struct output *o, const json_t *value)
{
	enum output_format f = output_format(o);
	if (f != OUTPUT_JSON && f != OUTPUT_JSONL)
		return false;
	if (f == OUTPUT_JSONL && json_is_array(value)) {
		size_t i;
		const json_t *item;
		json_array_foreach(value, i, item)
		{
			dump_json(o, item, false);
			fputc('\n', o->to);
		}
	} else {
		json_t *shown = project(value, o->fields);
		dump_json(o, shown, f == OUTPUT_JSON);
		fputc('\n', o->to);
		json_decref(shown);
	}
	fflush(o->to);
	return true;
}

/* A leading = + - @ makes a spreadsheet compute the cell; numbers stay numbers. */
static void csv_cell(struct output *o, const char *text)
{
	char *end;
	bool number = text[0] && (strtod(text, &end), *end == 0);
	bool guard = !number && text[0] && strchr("=+-@", text[0]) && text[1];
	bool quote = guard || strpbrk(text, ",\"\r\n") != NULL;
	if (quote)
		fputc('"', o->to);
	if (guard)
		fputc('\'', o->to);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', o->to);
		fputc(*text, o->to);
	}
	if (quote)
		fputc('"', o->to);
}

/* ---- lists --------------------------------------------------------------------------------- */

static void raw_cell(const struct column *c, const json_t *row, char *out, size_t cap)
{
	const json_t *v = json_path(row, c->path);
	if (!v || json_is_null(v))
		out[0] = 0;
	else
		cell_value(v, out, cap);
}

void output_list_begin(struct output *o, const struct resource_kind *k)
{
	o->rows = 0;
	if (output_format(o) == OUTPUT_JSON)
		fputc('[', o->to);
	if (output_format(o) == OUTPUT_CSV) {
		for (size_t c = 0; c < k->n_columns; c++)
			fprintf(o->to, "%s%s", c ? "," : "", k->columns[c].path);
		fputc('\n', o->to);
	}
}

static int screen_width(const struct output *o)
{
	struct winsize size;
	if (!ioctl(fileno(o->to), TIOCGWINSZ, &size) && size.ws_col > 20)
		return size.ws_col;
	return LINE_WIDTH_DEFAULT;
}

static size_t last_shown(const struct output *o, const struct resource_kind *k)
{
	size_t last = 0;
	for (size_t c = 0; c < k->n_columns; c++)
		last = o->widths[c] ? c : last;
	return last;
}

/* Widths come from the first rows and stay, so that later pages and what --watch adds stand below
 * them. On a narrow terminal the last column gets what is left; before it would get less than is
 * readable, the columns that say least go: the chart, then the lowest priorities. */
static void table_layout(struct output *o, const struct resource_kind *k, char ***cells, size_t n)
{
	int *width = o->widths, total = -2;
	bool narrow = isatty(fileno(o->to));
	for (size_t c = 0; c < k->n_columns; c++) {
		width[c] = text_width(k->columns[c].title);
		for (size_t r = 0; r < n; r++) {
			int w = text_width(cells[r][c]);
			width[c] = w > width[c] ? w : width[c];
		}
		if (c + 1 < k->n_columns && width[c] > CELL_WIDTH_MAX)
			width[c] = CELL_WIDTH_MAX;
		total += width[c] + 2;
	}
	while (narrow && total > screen_width(o)) {
		size_t victim = k->n_columns, last = last_shown(o, k);
		int room = screen_width(o) - (total - width[last]);
		if (room >= screen_width(o) * 2 / 5) {
			width[last] = room;
			return;
		}
		for (size_t c = 0; c < k->n_columns; c++) {
			int rank =
				k->columns[c].format == COLUMN_SPARK ? 100 : k->columns[c].priority;
			int worst = victim == k->n_columns ? 0
				    : k->columns[victim].format == COLUMN_SPARK
					    ? 100
					    : k->columns[victim].priority;
			if (width[c] && rank > 0 && rank >= worst && c != last)
				victim = c;
		}
		if (victim == k->n_columns && room >= 8) {
			width[last] = room;
			return;
		}
		if (victim == k->n_columns)
			victim = last;
		total -= width[victim] + 2;
		width[victim] = 0;
		if (!last_shown(o, k))
			return;
	}
}

static void table_cell(struct output *o, const struct column *c, const char *text, int width,
		       bool last, bool heading)
{
	char cut[CELL_MAX];
	int w;
	text_safe(cut, sizeof(cut), text, strlen(text), width, 0, &w);
	const char *color =
		o->color && !heading && c->format == COLUMN_STATE ? state_color(text) : "";
	int pad = width - w;
	if (format_is_right(c->format))
		fprintf(o->to, "%*s", pad, "");
	fprintf(o->to, "%s%s%s", color, cut, color[0] ? "\033[0m" : "");
	if (!last)
		fprintf(o->to, "%*s", format_is_right(c->format) ? 2 : pad + 2, "");
}

static void table_line(struct output *o, const struct resource_kind *k, char **cells)
{
	size_t last = last_shown(o, k);
	for (size_t c = 0; c <= last; c++)
		if (o->widths[c])
			table_cell(o, &k->columns[c], cells ? cells[c] : k->columns[c].title,
				   o->widths[c], c == last, !cells);
	fputc('\n', o->to);
}

static void table_rows(struct output *o, const struct resource_kind *k, const json_t *rows)
{
	size_t n = json_array_size(rows), r;
	const json_t *row;
	int64_t now = now_ms();
	char ***cells = mem_array(NULL, n + 1, sizeof(*cells));
	json_array_foreach(rows, r, row)
	{
		cells[r] = mem_array(NULL, k->n_columns, sizeof(**cells));
		for (size_t c = 0; c < k->n_columns; c++) {
			char text[CELL_MAX];
			output_cell(&k->columns[c], row, now, text, sizeof(text));
			cells[r][c] = mem_strdup(text);
		}
	}
	if (!o->rows) {
		table_layout(o, k, cells, n);
		table_line(o, k, NULL);
	}
	for (r = 0; r < n; r++)
		table_line(o, k, cells[r]);
	for (r = 0; r < n; r++) {
		for (size_t c = 0; c < k->n_columns; c++)
			free(cells[r][c]);
		free(cells[r]);
	}
	free(cells);
}

void output_list_rows(struct output *o, const struct resource_kind *k, const json_t *rows)
{
	enum output_format f = output_format(o);
	size_t i;
	const json_t *row;
	if (f == OUTPUT_TABLE) {
		if (json_array_size(rows))
			table_rows(o, k, rows);
		o->rows += json_array_size(rows);
		return;
	}
	json_array_foreach(rows, i, row)
	{
		char text[CELL_MAX];
		if (f == OUTPUT_JSON || f == OUTPUT_JSONL) {
			json_t *shown = project(row, o->fields);
			if (f == OUTPUT_JSON)
				fputs(o->rows ? ",\n" : "\n", o->to);
			dump_json(o, shown, false);
			if (f == OUTPUT_JSONL)
				fputc('\n', o->to);
			json_decref(shown);
		} else {
			for (size_t c = 0; c < k->n_columns; c++) {
				raw_cell(&k->columns[c], row, text, sizeof(text));
				if (c)
					fputc(f == OUTPUT_CSV ? ',' : '\t', o->to);
				if (f == OUTPUT_CSV)
					csv_cell(o, text);
				else
					fputs(text, o->to);
			}
			fputc('\n', o->to);
		}
		o->rows++;
	}
	fflush(o->to);
}

void output_list_end(struct output *o, const struct resource_kind *k)
{
	if (output_format(o) == OUTPUT_JSON)
		fputs(o->rows ? "\n]\n" : "]\n", o->to);
	else if (output_format(o) == OUTPUT_TABLE && !o->rows)
		output_note(o, "no %s", k->plural);
	fflush(o->to);
}

/* ---- one object ---------------------------------------------------------------------------- */

static void object_lines(struct output *o, const json_t *object, const char *prefix, int depth)
{
	const char *key;
	json_t *v;
	json_object_foreach((json_t *)object, key, v)
	{
		char label[96], text[CELL_MAX];
		snprintf(label, sizeof(label), "%s%s%s", prefix, prefix[0] ? "." : "", key);
		if (json_is_null(v) || (json_is_string(v) && !json_string_length(v)) ||
		    ((json_is_object(v) || json_is_array(v)) && !json_array_size(v) &&
		     !json_object_size(v)))
			continue;
		if (json_is_object(v) && depth < 2) {
			object_lines(o, v, label, depth + 1);
			continue;
		}
		cell_value(v, text, sizeof(text));
		if (output_format(o) == OUTPUT_PLAIN)
			fprintf(o->to, "%s\t%s\n", label, text);
		else
			fprintf(o->to, "%-24s %s\n", label, text);
	}
}

void output_object(struct output *o, const struct resource_kind *k, const json_t *object)
{
	if (output_machine(o, object))
		return;
	if (output_format(o) == OUTPUT_CSV) {
		json_t *rows = json_array();
		json_array_append(rows, (json_t *)object);
		output_list_begin(o, k);
		output_list_rows(o, k, rows);
		output_list_end(o, k);
		json_decref(rows);
		return;
	}
	object_lines(o, object, "", 0);
}

const char *output_fit(char out[static OUTPUT_FIT], const char *text, int columns)
{
	int cells = 0;
	size_t n = text_safe(out, OUTPUT_FIT, text, strlen(text), columns, 0, &cells);

	while (cells++ < columns && n + 1 < OUTPUT_FIT)
		out[n++] = ' ';
	out[n] = '\0';
	return out;
}
