#pragma once
/* HTTP exchanges by libcurl's multi-socket interface on the net loop. One exchange is one hop: the
 * caller follows redirects. Addresses are given, so curl never resolves. */
#include <curl/curl.h>
#include <stdint.h>

#include "daemon/core/clock.h"
#include "daemon/net/resolver.h"
#include "shared/url.h"

struct transfers;
struct transfer;

struct transfer_times {
	int64_t connect_us, tls_us, first_byte_us, transfer_us, total_us; /* -1: not reached */
};

/** Why an exchange ended. */
enum transfer_end {
	TRANSFER_DONE,
	TRANSFER_REFUSED,
	TRANSFER_UNREACHABLE,
	TRANSFER_RESET,
	TRANSFER_TIMEOUT,
	TRANSFER_TLS,
	TRANSFER_PROTOCOL,
	TRANSFER_TOO_LARGE,
	TRANSFER_STOPPED /* by on_body */,
	TRANSFER_CANCELLED,
	TRANSFER_LOCAL /* our own fault: descriptors, memory */,
	TRANSFER_INCOMPLETE /* the answer ended before its announced length */,
	TRANSFER_PROXY /* the proxy failed us: nothing is known of the target */,
};

/** Through whom an exchange goes. http:// targets are asked in absolute form, https:// through a
 *  tunnel (CONNECT), both through SOCKS 5; the target's name is looked up by the proxy. */
struct transfer_proxy {
	enum transfer_proxy_kind { PROXY_HTTP, PROXY_HTTPS, PROXY_SOCKS5 } kind;
	const char *host; /* ASCII, no brackets */
	uint16_t port;
	const char *user, *password; /* NULL: none */
};

/** Who we are to a server that asks for a certificate. */
struct transfer_identity {
	const char *certificate, *key; /* PEM, may be the same text */
	char id[17]; /* tells identities apart: sessions of one are never another's */
};

struct transfer_request {
	const struct url *url; /* borrowed until the end */
	/** Copied. Tried in order; of two families the other one joins after 250 ms (RFC 8305).
	 * Those of the proxy when there is one. */
	const struct sockaddr_storage *addrs;
	int n_addrs;
	const char *method;         /* "GET" */
	struct curl_slist *headers; /* borrowed until the end */
	const char *body;
	size_t body_len;                          /* borrowed */
	const char *user, *password;              /* Basic; copied */
	const struct transfer_proxy *proxy;       /* NULL: none; borrowed until the end */
	const struct transfer_identity *identity; /* NULL: none; borrowed until the end */
	bool verify;                              /* chain and host name */
	bool fresh_connection;
	bool keep_connection; /* a fresh one, too, may serve the next request */
	bool full_handshake;  /* no session resumption */
	int64_t connect_timeout_ms, tls_timeout_ms, first_byte_timeout_ms,
		transfer_timeout_ms; /* 0: only the total */
	int64_t total_timeout_ms;
	int64_t body_max; /* decompressed bytes */
	bool want_certificate;
	/** Header lines of the final answer as they come: name ends with NUL, value has len bytes
	 * and no NUL; at most 64 kB in all. Body bytes decompressed; false stops. Neither may start
	 * or cancel a transfer. */
	void (*on_header)(const char *name, const char *value, size_t len, void *arg);
	bool (*on_body)(const char *data, size_t len, void *arg);
	void (*on_end)(struct transfer *t, void *arg); /* once, never from within start */
	/** May this address be connected to? Asked before each connection, and before a request
	 *  goes over one that was kept. NULL: any may. */
	bool (*may_connect)(const struct sockaddr *a, void *arg);
	void *arg;
};

/** Read in on_end; borrowed until it returns. */
struct transfer_result {
	enum transfer_end end;
	enum phase_at {
		AT_CONNECT,
		AT_TLS,
		AT_FIRST_BYTE,
		AT_TRANSFER,
		AT_END
	} at;               /* where it ended */
	char message[200];  /* safe; curl's or OpenSSL's words, bounded */
	char tls_cause[32]; /* "tls_expired" "tls_not_yet_valid" "tls_hostname" "tls_self_signed"
			       "tls_untrusted" "tls_revoked" "tls_handshake"
			       "tls_client_certificate" */
	int status;
	char http_version[8];
	char address[64];  /* the peer (the proxy's), or the one that was tried last */
	bool ipv6_skipped; /* IPv6 was to be preferred, did not answer, IPv4 did */
	char tls_version[16], cipher[48];
	struct transfer_times times;
	bool reused_connection, resumed_session;
	bool forbidden; /* may_connect refused an address; end is TRANSFER_STOPPED */
	/* Of a full handshake, when it was wanted; also when verification failed. The date is the
	 * earliest of the chain, the name the subject of that certificate, safe. */
	char *certificate_json;
	int64_t certificate_not_after_ms;
	char certificate_fingerprint[65], certificate_earliest[128];
	int certificate_earliest_at;
	int64_t body_bytes;
};
const struct transfer_result *transfer_result(const struct transfer *t);

struct transfers_options {
	struct loop *loop;
	const struct clock *clock;
	long max_connections;
	const char *ca_file; /* NULL: the system's bundle */
};
struct transfers *transfers_new(const struct transfers_options *o, struct error *e);
void transfers_free(struct transfers *t);
/** ERR_BUSY when no handle can be had (descriptors): nothing was started. */
enum err transfer_start(struct transfers *ts, const struct transfer_request *req,
			struct transfer **out, struct error *e);
/** on_end is called with TRANSFER_CANCELLED before this returns. */
void transfer_cancel(struct transfer *t);
struct trust;
/** Whom handshakes are judged by; for those that are not curl's. */
struct trust *transfers_trust(const struct transfers *ts);
