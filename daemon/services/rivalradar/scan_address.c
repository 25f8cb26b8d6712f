/* What addresses of shops tell by themselves. */
#include <string.h>
#include <strings.h>

#include "daemon/services/rivalradar/scan.h"
#include "shared/mem.h"

static const char *plain_host(const struct url *u)
{
	return strncmp(u->host, "www.", 4) ? u->host : u->host + 4;
}

static bool is_usual_port(const struct url *u)
{
	return u->port == (u->scheme[4] == 's' ? 443 : 80);
}

bool address_same_site(const struct url *site, const struct url *u)
{
	const char *a = plain_host(site), *b = plain_host(u);
	size_t n = strlen(a), m = strlen(b);
	if (u->port != site->port && !(is_usual_port(u) && is_usual_port(site)))
		return false;
	/* A part of it: m.shop.example; never a sibling, nor what only ends alike. */
	return !strcasecmp(a, b) ||
	       (m > n + 1 && b[m - n - 1] == '.' && !strcasecmp(b + m - n, a) && strchr(a, '.') &&
		!strpbrk(a, ":"));
}

/* One of the words is a whole part of the path. */
static bool has_part(const char *path, const char *const *words, size_t n, bool with_more)
{
	for (const char *p = path; p && *p == '/'; p = strchr(p + 1, '/')) {
		size_t len = strcspn(p + 1, "/?");
		for (size_t i = 0; i < n; i++)
			if (strlen(words[i]) == len && !strncasecmp(p + 1, words[i], len) &&
			    (!with_more || (p[1 + len] == '/' && p[2 + len] && p[2 + len] != '?')))
				return true;
	}
	return false;
}

bool address_of_product(const char *path)
{
	static const char *const words[] = {"product", "products", "p",       "prod",
					    "item",    "items",    "dp",      "artikel",
					    "produkt", "produkte", "produit", "produits",
					    "produto", "producto", "pd",      "sku"};
	const char *p = path;
	if (has_part(path, words, ARRAY_LEN(words), true))
		return true;
	/* "/lamp-p-123.html", "/lamp_p123", "/lamp,123.html" */
	for (; (p = strpbrk(p, "-_,")); p++) {
		size_t skip = p[0] == ','                    ? 1
			      : !strncasecmp(p + 1, "p-", 2) ? 3
			      : p[1] == 'p'                  ? 2
							     : 0;
		if (skip && strspn(p + skip, "0123456789") >= 2)
			return true;
	}
	return false;
}

bool address_of_no_product(const char *path)
{
	static const char *const words[] = {
		"cart",        "basket",   "checkout", "account", "login",     "register",
		"signin",      "wishlist", "search",   "blog",    "blogs",     "news",
		"about",       "about-us", "contact",  "imprint", "impressum", "privacy",
		"datenschutz", "terms",    "agb",      "returns", "shipping",  "faq",
		"help",        "jobs",     "careers",  "press",   "policies",  "author",
		"feed",        "wp-admin", "wp-json",  "cdn-cgi", "compare",   "newsletter"};
	static const char *const endings[] = {".jpg", ".jpeg", ".png", ".gif", ".webp",
					      ".svg", ".ico",  ".css", ".js",  ".pdf",
					      ".zip", ".mp4",  ".xml", ".json"};
	size_t n = strcspn(path, "?");
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t m = strlen(endings[i]);
		if (n > m && !strncasecmp(path + n - m, endings[i], m))
			return true;
	}
	return has_part(path, words, ARRAY_LEN(words), false);
}

bool address_worth_following(const struct url *u)
{
	const char *query = strchr(u->path, '?');
	if (address_of_no_product(u->path))
		return false;
	return !query || !strncmp(query, "?page=", 6) || !strncmp(query, "?p=", 3) ||
	       !strncmp(query, "?id=", 4);
}
