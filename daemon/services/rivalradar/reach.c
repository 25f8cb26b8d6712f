/* May a site be read at all? Addresses that no scrape may reach are refused when it is written, as
 * far as they can be told from the text; names are looked up for each connection. */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "daemon/services/rivalradar/rivalradar.h"

void reach_configure(struct rivalradar *rr)
{
	const struct config *c = rr->d->config;
	pthread_mutex_lock(&rr->lock);
	memcpy(rr->allow, c->allow_private, sizeof(rr->allow));
	rr->n_allow = c->n_allow_private;
	pthread_mutex_unlock(&rr->lock);
}

/* The address that a host's text is; false: a name that has to be looked up. */
static bool address_of(const struct url *u, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	size_t n = strlen(u->host);
	bool here = !strcasecmp(u->host, "localhost") ||
		    (n > 10 && !strcasecmp(u->host + n - 10, ".localhost"));
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, here ? "127.0.0.1" : u->host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		return true;
	}
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET6, u->host, &v6->sin6_addr) != 1)
		return false;
	v6->sin6_family = AF_INET6;
	return true;
}

static enum err check_url(struct rivalradar *rr, const char *field, const char *text,
			  struct error *e)
{
	struct url u;
	struct sockaddr_storage a;
	const char *why = NULL;
	if (!text || url_parse(text, &u, e) || !address_of(&u, &a))
		return ERR_NONE; /* the validation has looked at it */
	pthread_mutex_lock(&rr->lock);
	bool allowed = address_allowed((struct sockaddr *)&a, rr->allow, rr->n_allow, &why);
	pthread_mutex_unlock(&rr->lock);
	if (allowed)
		return ERR_NONE;
	error_field(e, ERR_INVALID, field, "%s: %.120s is %s, which no scrape may reach", field,
		    u.host, why);
	error_hint(
		e,
		"if it is meant: sellersmartd --allow-private %.80s, or net.allow_private in its "
		"configuration",
		!strcasecmp(u.host, "localhost") ? "127.0.0.1" : u.host);
	return ERR_INVALID;
}

enum err site_reach_check(struct rivalradar *rr, const struct resource_kind *k, const json_t *spec,
			  const json_t *coming, struct error *e)
{
	const json_t *urls = json_object_get(spec, "urls"), *one;
	const struct resource_kind *recipes = resource_kind_find("recipe");
	const char *recipe = json_str(spec, "recipe", NULL);
	size_t i;
	enum err err = check_url(rr, "url", json_str(spec, "url", NULL), e);
	err = err ? err : check_url(rr, "feed", json_str(spec, "feed", NULL), e);
	json_array_foreach(urls, i, one) err =
		err ? err : check_url(rr, "urls", json_string_value(one), e);
	if (err || !recipe || json_object_get(json_object_get(coming, "recipe"), recipe))
		return err;
	const struct resource *r = recipes ? resource_get(rr->d->store, recipes, recipe) : NULL;
	if (!r) {
		error_field(e, ERR_INVALID, "recipe", "recipe: there is no recipe \"%.64s\"",
			    recipe);
		error_hint(e, "sellersmart recipe list has the names");
		return ERR_INVALID;
	}
	resource_unref(r);
	return ERR_NONE;
}
