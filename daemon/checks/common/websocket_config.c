#include "daemon/checks/common/websocket_config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/checks/common/spec.h"
#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/url.h"

struct given_headers {
	struct buf *request;
	bool agent;
};

static enum err add_header(const char *name, const char *value, void *arg, struct error *e)
{
	struct given_headers *given = arg;

	given->agent = given->agent || !strcasecmp(name, "User-Agent");
	if (buf_printf(given->request, "%s: %s\r\n", name, value))
		return ERR_NONE;
	return error_field(e, ERR_TOO_LARGE, "headers", "headers: more than 64 kB in all");
}

/* Everything but the key, which is new for each handshake. */
static enum err write_request(struct websocket_config *c, const struct url *u, const json_t *spec,
			      const struct check_env *env, struct buf *out, struct error *e)
{
	struct given_headers given = {.request = out};
	char host[HOST_MAX + 16];
	enum err err;

	/* Room for all of it: no copy with a secret is left behind by growing. */
	buf_reserve(out, WEBSOCKET_REQUEST_MAX - 1);
	buf_printf(out,
		   "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		   "Sec-WebSocket-Version: 13\r\n",
		   u->path, url_authority(u, host, sizeof host));
	if (c->subprotocol)
		buf_printf(out, "Sec-WebSocket-Protocol: %s\r\n", c->subprotocol);
	err = spec_each_header(spec, env, add_header, &given, e);
	if (!err && !given.agent)
		err = add_header("User-Agent", "SellerSmart/" SELLERSMART_VERSION, &given, e);
	return err;
}

static enum err prepare_request(struct websocket_config *c, const struct url *u, const json_t *spec,
				const struct check_env *env, struct error *e)
{
	struct buf request = BUF_INIT(WEBSOCKET_REQUEST_MAX);
	enum err err = write_request(c, u, spec, env, &request, e);

	if (!err)
		c->request = mem_strdup(buf_str(&request));
	if (request.data)
		sodium_memzero(request.data, request.len);
	buf_fini(&request);
	return err;
}

static enum err prepare_target(struct websocket_config *c, const json_t *spec, struct url *u,
			       struct error *e)
{
	static const char *const schemes[] = {"ws", "wss"};
	const char *target = spec_text(monitor_kind(), spec, "target");
	enum err err = target ? url_parse_schemes(target, schemes, u, e)
			      : error_field(e, ERR_INVALID, "target", "target: missing");

	if (!err)
		err = idn_to_ascii(u->host, e);
	if (err)
		return err;
	socket_target_options(&c->target, spec);
	c->target.host = mem_strdup(u->host);
	c->target.port = u->port;
	c->tls = !strcmp(u->scheme, "wss");
	return tls_want_prepare(&c->want, spec, u->host, e);
}

enum err websocket_config_prepare(const json_t *spec, const struct check_env *env, void **config,
				  struct error *e)
{
	struct websocket_config *c = mem_zalloc(sizeof *c);
	const char *pattern = spec_text(monitor_kind(), spec, "pattern");
	struct url u;
	enum err err = prepare_target(c, spec, &u, e);

	c->subprotocol = spec_copy(spec, "subprotocol");
	c->message = spec_copy(spec, "message");
	c->expect = spec_copy(spec, "expect");
	if (!err)
		err = prepare_request(c, &u, spec, env, e);
	if (!err && pattern && !(c->pattern = pattern_compile(pattern, e)))
		err = e && e->code ? e->code : ERR_INVALID;
	if (err) {
		websocket_config_free(c);
		return err;
	}
	*config = c;
	return ERR_NONE;
}

void websocket_config_free(void *config)
{
	struct websocket_config *c = config;

	if (!c)
		return;
	socket_target_fini(&c->target);
	tls_want_fini(&c->want);
	pattern_free(c->pattern);
	spec_wipe(c->request);
	free(c->subprotocol);
	free(c->message);
	free(c->expect);
	free(c);
}
