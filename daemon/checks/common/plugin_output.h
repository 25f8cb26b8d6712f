#pragma once
/* What a Nagios-compatible program prints: a line for people, behind a bar what it measured,
 * further lines of both (the plug-in development guidelines of the monitoring-plugins project).
 * Foreign bytes in, bounded safe text out. Pure. */
#include <stdbool.h>
#include <stddef.h>

#include "shared/json.h"

enum {
	PLUGIN_OUTPUT_MAX = 8192,
	PLUGIN_MESSAGE = 200,
	PLUGIN_MORE = 1024,
	PERF_MAX = 32,
	PERF_LABEL = 64,
	PERF_TEXT = 32,
};

/** 'label'=value[unit];[warn];[crit];[min];[max] */
struct perf_item {
	char label[PERF_LABEL];
	char value[PERF_TEXT]; /* a number as JSON writes it; "" when the program had none ("U") */
	char unit[8];          /* "s" "ms" "us" "%" "B" "KB" "MB" "GB" "TB" "c" or "" */
	char warn[PERF_TEXT], crit[PERF_TEXT]; /* ranges: "10" "10:20" "~:5" "@1:2", "" none */
};

struct plugin_output {
	char message[PLUGIN_MESSAGE]; /* the first line, "" when there is none */
	char more[PLUGIN_MORE];       /* the lines after it, joined by "; " */
	struct perf_item perf[PERF_MAX];
	size_t n_perf;
};

void plugin_output_parse(const char *text, size_t len, struct plugin_output *out);
/** An array of objects. */
void plugin_perf_write(struct json_writer *w, const struct plugin_output *o);
