#pragma once
/* Bytes to and from the peer of a socket check, plain or through TLS, each way in a bounded buffer.
 * Net loop. */
#include "daemon/checks/common/walk_tls.h"

/** Part of a talk's state. */
struct walk_stream {
	SSL *ssl; /* borrowed; NULL: plain */
	struct buf in, out;
	size_t received; /* all bytes so far, also consumed ones */
};
void walk_stream_init(struct walk_stream *s, size_t in_max, size_t out_max);
void walk_stream_fini(struct walk_stream *s);

/** Send all of out. */
enum walk_step walk_stream_flush(struct socket_walk *w, struct walk_stream *s);
/** Append what has come to in, at most some kilobytes a call. DONE: something came, or in is full
 *  (nothing is read then). */
enum walk_step walk_stream_fill(struct socket_walk *w, struct walk_stream *s);
