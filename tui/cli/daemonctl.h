#pragma once
/* Starting and stopping the daemon that belongs to this user. */
#include "tui/cli/cli.h"

/** Whether a daemon answers; its pid and version when it does. */
bool daemon_running(struct invocation *in, long *pid, char *version, size_t cap);
/** Path of sellersmartd: beside this program, in ../sbin, or on PATH. */
enum err daemon_program(char *out, size_t cap, struct error *e) __attribute__((warn_unused_result));
/** Start it in the background with its log in LOG and wait until it answers (10 s). */
enum err daemon_launch(struct invocation *in, char *log, size_t cap, struct error *e)
	__attribute__((warn_unused_result));
/** SIGTERM, then wait until the process has gone (10 s). */
enum err daemon_end(long pid, struct error *e) __attribute__((warn_unused_result));

/** contrib/sellersmartd-user.service; the Makefile writes it. */
extern const char user_unit[];
