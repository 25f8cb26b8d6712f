#pragma once
/* News in feeds: RSS 0.91 to 2.0, RSS 1.0 (RDF), Atom. Pure; in a worker. */
#include "daemon/extract/frame.h"

enum {
	NEWS_TITLE_MAX = 300, /* bytes, as all of them */
	NEWS_TEXT_MAX = 2000,
	NEWS_URL_MAX = 2000,
};

/** A value for each item, in the feed's order: {"title","url","id","at","text","feed"}: texts
 *  without tags and safe for a terminal, null where there is none; at: RFC 3339; url: absolute,
 * http or https; feed: the feed's own title.
 *  @param document  UTF-8
 *  f->error is ERR_MALFORMED for what is no feed. */
void news_feed_read(const char *document, size_t len, const char *url, struct found_writer *f);
