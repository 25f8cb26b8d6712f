#pragma once
/* What the files of the transfers share; nobody else includes this. */
#include <openssl/ssl.h>

#include "daemon/net/poller.h"
#include "daemon/net/sessions.h"
#include "daemon/net/transfers.h"
#include "daemon/net/trust.h"

enum { HEADER_BYTES_MAX = 65536, SESSION_KEY_MAX = HOST_MAX + 36 };

struct transfers {
	struct loop *loop;
	const struct clock *clock;
	CURLM *multi;
	struct poller *poller;
	uv_timer_t timer; /* curl's */
	int open_handles;
	bool closing;
	struct trust *trust;
	struct sessions *sessions;
	int handshake_index; /* of struct handshake in an SSL_CTX */
	struct transfer *active;
	struct transfer *idle;
	size_t n_idle;
};

struct handshake;

/* One easy handle with what it is doing; kept and used again. */
struct transfer {
	struct transfers *owner;
	struct transfer *next, *prev; /* active; idle uses next only */
	CURL *easy;
	uv_timer_t deadline;
	struct transfer_request req;
	struct transfer_result result;
	struct curl_slist *resolve;
	struct sockaddr_storage tried; /* last address a socket was opened for; ss_family 0: none */
	int socket_errno;
	int64_t started_us, tls_began_us,
		answered_us; /* boot time; 0: not yet. curl tells of these too late */
	bool is_https, prefers_ipv6, in_head, final_head, too_large, stopped, looked_at_tls;
	bool forbidden; /* by may_connect */
	size_t header_bytes;
	unsigned handshakes; /* begun on this connection: through an https proxy the first is its */
	struct handshake *handshake; /* while the connection it made lives */
	struct tls_seen seen;
	char session_key[SESSION_KEY_MAX];
	char curl_error[CURL_ERROR_SIZE];
	/* What the handle is set to, so that a next use sets only what differs. */
	struct {
		char method[16];
		bool has_body, has_user, has_proxy, has_identity, has_guard, verify, fresh, ends;
		long ip_version;
		char resolved[HOST_MAX + 16]; /* entry to take out of curl's cache */
	} set;
};

/* ---- transfer_setup.c ------------------------------------------------------------------- */

/** What never changes of a handle. */
void transfer_prepare(struct transfer *t, curl_closesocket_callback close_socket);
/** What t->req asks for; forgets the handle's last use. */
void transfer_set(struct transfer *t);

/* ---- transfer_answer.c ------------------------------------------------------------------ */

/** CURLOPT_HEADERFUNCTION and CURLOPT_WRITEFUNCTION; arg: the transfer. */
size_t transfer_take_head(char *line, size_t size, size_t n, void *arg);
size_t transfer_take_body(char *data, size_t size, size_t n, void *arg);

/* ---- transfer_tls.c --------------------------------------------------------------------- */

/** CURLOPT_SSL_CTX_FUNCTION; arg: the transfer. */
CURLcode transfer_tls_setup(CURL *easy, void *ssl_ctx, void *arg);
/** Note version, cipher and resumption; once the handshake is over. */
void transfer_tls_look(struct transfer *t);
/** The transfer leaves its connection. */
void transfer_tls_detach(struct transfer *t);
/** The server ended it over our certificate, or for the want of one: fills cause and message. */
bool transfer_tls_refused(struct transfer *t);
/** Index for SSL_CTX data, whose owner frees it with the context. */
int transfer_tls_index(void);

/* ---- transfer_end.c --------------------------------------------------------------------- */

/** Times so far and where the exchange stands. */
enum phase_at transfer_phase(struct transfer *t, struct transfer_times *times);
/** Fill the result of an exchange that curl ended with code. */
void transfer_judge(struct transfer *t, CURLcode code);
/** The result says what it says of a connection that could not be had; also of the proxy's. */
void transfer_judge_connect(struct transfer *t);
/** A safe sentence. */
void transfer_say(struct transfer *t, enum transfer_end end, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** Fill the result of an exchange that was stopped by its deadline. */
void transfer_judge_timeout(struct transfer *t);

/* ---- transfer_proxy.c ------------------------------------------------------------------- */

/** Set the handle to the request's proxy, or to none. */
void transfer_proxy_set(struct transfer *t);
/** Fill the result when the end is the proxy's doing, or what the proxy says of the target.
 *  @return whether it was */
bool transfer_proxy_judge(struct transfer *t, CURLcode code);
/** The same for a deadline that passed. after: "10s" */
bool transfer_proxy_judge_timeout(struct transfer *t, const char *after);
