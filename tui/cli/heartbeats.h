#pragma once
/* Pings of heartbeats over the daemon's own socket. */
#include "tui/cli/cli.h"

/** Path of a heartbeat's ping URL ("/ping/KEY"); a monitor that is none is ERR_INVALID. */
enum err heartbeat_path(struct invocation *in, const char *name, char *out, size_t cap,
			struct error *e) __attribute__((warn_unused_result));
/** Ping PATH[/suffix] with an optional body of evidence. */
enum err heartbeat_send(struct invocation *in, const char *path, const char *suffix,
			const char *body, struct error *e) __attribute__((warn_unused_result));
