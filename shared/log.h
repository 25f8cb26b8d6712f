#pragma once
/* Structured log on stderr: one line an entry, text or JSON. Control bytes are escaped. Secrets are
 * kept out by their callers: nothing that a `secret` field or header holds is ever passed here. */
#include <stdbool.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/** Thread: any, after log_setup. The process-wide log is one of the two permitted globals. */
void log_setup(enum log_level level, bool json, int fd);
bool log_enabled(enum log_level level);
/** @param part  the module: "store", "http", "sitemonitor" */
void log_write(enum log_level level, const char *part, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
#define log_debug(part, ...) \
	(log_enabled(LOG_DEBUG) ? log_write(LOG_DEBUG, part, __VA_ARGS__) : (void)0)
#define log_info(part, ...)  log_write(LOG_INFO, part, __VA_ARGS__)
#define log_warn(part, ...)  log_write(LOG_WARN, part, __VA_ARGS__)
#define log_error(part, ...) log_write(LOG_ERROR, part, __VA_ARGS__)
