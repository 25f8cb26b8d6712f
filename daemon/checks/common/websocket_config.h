#pragma once
/* A compiled websocket monitor. */
#include "daemon/checks/common/walk_tls.h"
#include "shared/pattern.h"

struct websocket_config {
	struct socket_target target;
	struct tls_want want;
	bool tls;
	char *request; /* the handshake up to the key; may hold secrets */
	char *subprotocol, *message, *expect;
	struct pattern *pattern;
};

enum { WEBSOCKET_REQUEST_MAX = 65536 };

enum err websocket_config_prepare(const json_t *spec, const struct check_env *env, void **config,
				  struct error *e);
void websocket_config_free(void *config);
