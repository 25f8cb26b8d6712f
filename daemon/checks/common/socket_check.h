#pragma once
/* The frame of checks over a plain connection (tcp, tls): look the name up, connect, hold a
 * conversation, all within one deadline, over one address family or over both. What is said is the
 * check's own: a struct socket_talk. Net loop. */
#include "daemon/checks/common/verdict.h"
#include "daemon/net/dial.h"
#include "shared/json.h"

/** The first member of such a check's config. */
struct socket_target {
	char *host;
	uint16_t port;
	bool both_families;
	enum ip_family family;
	int64_t timeout_ms, slow_ms; /* slow 0: no threshold */
};
/** Read ip, timeout and slow; host and port are left to the caller. */
void socket_target_options(struct socket_target *t, const json_t *spec);
/** Read target, ip, timeout and slow. */
enum err socket_target_prepare(struct socket_target *t, const json_t *spec, uint16_t default_port,
			       struct error *e);
void socket_target_fini(struct socket_target *t);

/** One family's way to the target and back. */
struct socket_walk {
	const void *config; /* begins with struct socket_target */
	const struct check_env *env;
	int fd;              /* connected; -1: not yet */
	enum phase_at at;    /* the conversation keeps it up to date, for timeouts */
	const char *awaited; /* "answer to EHLO": what a timeout says did not come; NULL: general
			      */
	int64_t phase_us[PHASE_COUNT], total_us;
	int64_t connected_us;   /* boot time */
	struct verdict verdict; /* OUTCOME_NONE: all went well so far */
	char address[ADDRESS_TEXT];
	bool ipv6_skipped;
	bool parting;     /* see socket_walk_part */
	void *talk_state; /* talk->state_size zeroed bytes */
};

struct socket_talk {
	size_t state_size;
	/** The deadline has passed: set the verdict, or leave OUTCOME_NONE for the timeout's. May
	 * be NULL. after: "10s" */
	void (*late)(struct socket_walk *w, const char *after);
	/** Connected. Ends with socket_walk_end, or asks to be called again with socket_walk_watch.
	 */
	void (*begin)(struct socket_walk *w);
	void (*ready)(struct socket_walk *w);
	/** The conversation was had: set the verdict, or leave OUTCOME_NONE for up. May be NULL. */
	void (*judge)(struct socket_walk *w);
	/** Members into the open evidence object. */
	void (*evidence)(struct socket_walk *w, struct json_writer *jw);
	/** Further members of the result (certificate). May be NULL. */
	void (*fill)(struct socket_walk *w, struct check_result *r);
	/** The connection is about to be closed; also when begin was never called. */
	void (*fini)(struct socket_walk *w);
	/** The result was taken: free what is left. May be NULL. */
	void (*release)(struct socket_walk *w);
};

/** events: UV_READABLE, UV_WRITABLE */
void socket_walk_watch(struct socket_walk *w, int events);
/** What counts was had and its time is taken: what follows is courtesy, for at most ms, and cannot
 *  fail. */
void socket_walk_part(struct socket_walk *w, int64_t ms);
/** Slower than the target's threshold: the frame says so. For judge. */
bool socket_walk_slow(const struct socket_walk *w);
/** The conversation is over, well (verdict untouched) or not. */
void socket_walk_end(struct socket_walk *w);

void socket_check_start(struct check_run *run, const struct socket_talk *talk);
void socket_check_cancel(struct check_run *run);
