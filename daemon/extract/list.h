#pragma once
/* Documents that list things and may be long: sitemaps, and feeds of merchants. They are read a
 * piece at a time, in bounded memory, each item once: an item's beginning in the document is where
 * another piece may begin. Structure is read from the bytes, texts are converted one by one. Pure;
 * in a worker. */
#include "daemon/extract/charset.h"
#include "daemon/extract/product.h"
#include "daemon/extract/xml_scan.h"

enum {
	LIST_HEAD_BYTES = 16 << 10, /* of the document's beginning, with each piece */
	LIST_COLUMNS_MAX = 300,
	LIST_FIELD_BYTES = 8 << 10, /* what a text may have before it is cut to what facts hold */
	LIST_PREFIX_MAX = 32,
};

enum list_kind {
	LIST_NONE,
	LIST_URLSET,
	LIST_INDEX,
	LIST_URLS, /* a sitemap of lines */
	LIST_RSS,
	LIST_ATOM,
	LIST_TABLE, /* TSV, CSV */
};

/** What a merchant says of a product, by whatever name. */
enum feed_field {
	FEED_NONE,
	FEED_ID,
	FEED_TITLE,
	FEED_LINK,
	FEED_IMAGE,
	FEED_AVAILABILITY,
	FEED_PRICE,
	FEED_SALE_PRICE,
	FEED_SALE_DATES,
	FEED_CURRENCY,
	FEED_GTIN,
	FEED_MPN,
	FEED_BRAND,
	FEED_CONDITION,
	FEED_GROUP,
	FEED_SHIPPING, /* "DE::Standard:4.95 EUR,..." or a price */
	FEED_CATEGORY,
	FEED_CATEGORY_GOOGLE,
	FEED_SELLER,
	FEED_FIELDS,
};
/** "g:image_link", "Image Link" are the same. */
enum feed_field feed_field_find(const char *name, size_t len);

struct list_request {
	const char *head; /* the beginning of the document, LIST_HEAD_BYTES or all of it */
	size_t head_len;
	const char *piece;
	size_t piece_len;
	uint64_t at; /* of piece in the document */
	bool more;   /* bytes follow after piece */
	const char *content_type;
	int64_t now_ms; /* for sales that begin and end; 0: not known */
	size_t room;    /* bytes that the answer has for items */
};

struct list {
	struct facts *f;
	const struct charsets *charsets;
	const char *charset; /* of the bytes from begin on */
	enum list_kind kind;
	const char *begin, *end;
	bool last;
	int64_t now_ms;
	size_t room;
	/* Where bytes stand in the document: of UTF-16, which is converted first, by counting. */
	uint64_t at;
	bool wide;
	const char *counted;
	/* Of the head. */
	char google[LIST_PREFIX_MAX]; /* prefix of the merchants' namespace */
	char delimiter;
	enum feed_field columns[LIST_COLUMNS_MAX];
	size_t n_columns;
	/* Of the item that is being read. */
	struct buf fields[FEED_FIELDS];
	bool merchant; /* it says something that only a merchant's does */
};

/** Read the piece into f, f->after is where the next one begins.
 *  @return false: it is no list, and nothing was read */
bool list_read(struct facts *f, const struct charsets *charsets, const struct list_request *r);

/* ---- for the readers of each kind ---------------------------------------------------------- */

/** Text of foreign bytes, converted; references decoded when wanted. Appended as far as it fits. */
void list_add_text(struct list *l, const char *s, size_t n, bool references, struct buf *out);
/** An item begins at p of the piece.  @return false: the answer is full, read no further */
bool list_item(struct list *l, const char *p);
/** The next piece begins at p; NULL: after this one, if there is more. */
void list_next(struct list *l, const char *p);
/** What begins at p goes on after the piece, and is read whole with the next one. An item that does
 *  not fit in a piece by itself is passed over. */
void list_cut(struct list *l, const char *p);

void list_sitemap_read(struct list *l);
void list_urls_read(struct list *l);
void list_feed_read(struct list *l);
void list_table_read(struct list *l);
/** The columns of the head's first line.  @return false: they are none of a merchant's */
bool list_table_head(struct list *l, const char *s, size_t n);

/** Fields of an item: empty them, and make a product of what they hold, if it is one. */
void feed_item_begin(struct list *l);
void feed_item_end(struct list *l);
