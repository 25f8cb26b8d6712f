#include "daemon/checks/common/http_proxy.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/spec.h"
#include "daemon/net/idn.h"
#include "shared/mem.h"
#include "shared/proxy_url.h"
#include "shared/schema/schema.h"
#include "shared/text_safe.h"

static enum transfer_proxy_kind kind_of(const char *scheme)
{
	return !strcmp(scheme, "https")     ? PROXY_HTTPS
	       : !strcmp(scheme, "socks5h") ? PROXY_SOCKS5
					    : PROXY_HTTP;
}

enum err http_proxy_prepare(const json_t *spec, const struct check_env *env,
			    struct http_proxy **out, struct error *e)
{
	const char *text = spec_text(monitor_kind(), spec, "proxy");
	const json_t *password = spec_value(monitor_kind(), spec, "proxy_password");
	struct proxy_url u;
	struct http_proxy *p;
	enum err err;

	*out = NULL;
	if (!text)
		return ERR_NONE;
	err = proxy_url_parse(text, &u, e);
	if (!err)
		err = idn_to_ascii(u.host, e);
	if (err) {
		error_prefix(e, "proxy: ");
		return err;
	}
	p = mem_zalloc(sizeof *p);
	p->host = mem_strdup(u.host);
	p->user = spec_copy(spec, "proxy_user");
	p->password = password ? spec_secret(password, env, e) : NULL;
	p->to = (struct transfer_proxy){.kind = kind_of(u.scheme),
					.host = p->host,
					.port = u.port,
					.user = p->user,
					.password = p->password};
	if (password && !p->password) {
		http_proxy_free(p);
		return e && e->code ? e->code : ERR_NOT_FOUND;
	}
	*out = p;
	return ERR_NONE;
}

void http_proxy_free(struct http_proxy *p)
{
	if (!p)
		return;
	spec_wipe(p->password);
	free(p->host);
	free(p->user);
	free(p);
}

void http_proxy_nowhere(struct verdict *v, const struct http_proxy *p, const struct resolved *r)
{
	char name[80];

	if (r->status == RESOLVE_CANCELLED) {
		verdict_of_name(v, p->host, r);
		return;
	}
	text_safe(name, sizeof name, p->host, strlen(p->host), 0, 0, NULL);
	verdict_set(v, OUTCOME_UNKNOWN, "proxy", "the proxy %s cannot be looked up: %.100s", name,
		    r->message);
}
