#pragma once
/* Foreign documents are taken apart in worker processes of this binary, which can be killed: an
 * XPath on a 1 kB page can burn half a second that nothing can interrupt, and a 9 MB page takes
 * 500 MB in libxml2. A worker has no files, no network, little memory (seccomp, rlimits) and a
 * limit of time for each request; one that overruns is killed and replaced, and only its own
 * request fails.
 *
 * Workers are started when needed and end after a minute without work. Net loop, unless it says
 * otherwise. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/core/clock.h"
#include "daemon/core/loop.h"
#include "shared/err.h"

struct extract;
struct extract_job;

enum extract_kind {
	/* Selector (shared/css.h), of HTML. When no query needs a tree (shared/css_simple.h) one
	 * pass answers them all, ten times as fast. */
	EXTRACT_CSS,
	EXTRACT_XPATH,   /* XPath 1.0, of HTML, or of XML when the content type says so */
	EXTRACT_JQ,      /* jq program, of JSON */
	EXTRACT_PATTERN, /* PCRE2, of the bytes as they are: the first group, or the whole match */
	EXTRACT_PRODUCT, /* facts about products (product_read.h): one value, a JSON object; the
			  * expression is the page's URL or "" */
	EXTRACT_RECIPE,  /* the same by the recipe alone, and in "recipe" also what each field
			  * found and what its steps made of it: "fields". ERR_INVALID when the
			  * recipe is wrong */
	EXTRACT_NEWS,    /* items of an RSS or Atom feed (news_feed.h): a value each, a JSON object;
			  * the expression is the feed's URL or "" */
	EXTRACT_PROPOSE, /* a first recipe for the page (propose.h): a JSON object; the expression
			  * is its URL or "" */
};

enum {
	EXTRACT_QUERIES_MAX = 32,
	EXTRACT_EXPRESSION_MAX = 4096,
	EXTRACT_RECIPE_MAX = 64 << 10,
	EXTRACT_DOCUMENT_MAX = 4 << 20,
	EXTRACT_GZIP_MAX = 16 << 20, /* PRODUCT: of a document that is gzip */
	EXTRACT_PIECE_BYTES = 1 << 20,
	EXTRACT_VALUES_MAX = 200,       /* of one query; `total` counts the rest */
	EXTRACT_VALUE_BYTES = 16 << 10, /* longer ones are cut at a character */
	EXTRACT_ANSWER_BYTES = 512 << 10,
	EXTRACT_TIMEOUT_MS = 1000,
};

struct extract_query {
	enum extract_kind kind;
	const char *expression;
	/** CSS and XPath elements: this attribute instead of the text; NULL: the text, blanks
	 * collapsed, a line for each block element. */
	const char *attribute;
	/** PRODUCT: 0, then the "next" of the answer before, until that is null: a document may
	 * say more than an answer holds. */
	uint64_t from;
	/** PRODUCT: the spec of a recipe (shared/resources/recipe.c) as JSON text, which fills what
	 * the page's own data lacks, or wins over it; the answer then also has "next_page" (address
	 * or null), "links" (addresses) and "recipe" (what each of its fields found). NULL: none.
	 */
	const char *recipe;
};
/* From here on a `from` is a place in a feed or sitemap, else a number of products. */
#define EXTRACT_FROM_PLACE (UINT64_C(1) << 40)
#define EXTRACT_FROM_MAX   (UINT64_C(1) << 50)

/** A feed or a sitemap may be of any size when PRODUCT is the only query: each request copies the
 *  head and the piece that `from` asks for. Who does not have all of it in memory hands those two.
 */
struct extract_request {
	const char *document; /* copied, as far as it is read */
	size_t document_len;
	/** 0, or: the document is its own first head_len bytes (16 kB do), then those from piece_at
	 * on, where `from` points; more follow or not. */
	uint32_t head_len;
	uint64_t piece_at;
	bool more;
	const char *content_type; /* of the answer, for kind and charset; NULL: unknown */
	const struct extract_query *queries; /* copied */
	size_t n_queries;
	int timeout_ms; /* of the work itself, waiting for a worker apart; 0: EXTRACT_TIMEOUT_MS */
};

/** What one query found. Texts are UTF-8 but not made safe for a terminal: text_safe before they
 *  are shown. */
struct extract_found {
	/** ERR_NONE also when nothing matched. ERR_INVALID: the expression is wrong, ERR_MALFORMED:
	 * the document is not what it asks of (not JSON); error has the words. */
	enum err code;
	struct error error;
	size_t n, total; /* values here, values there were */
	/** Text of nodes, attributes, groups; for jq compact JSON, one value for each output. */
	const char *const *values;
};

struct extract_answer {
	/** ERR_NONE: found[] speaks for each query. ERR_TIMEOUT: killed for its time;
	 * ERR_TOO_LARGE: for its memory or size; ERR_BUSY: too many wait; ERR_CANCELLED; ERR_IO: no
	 * worker could be had. */
	enum err code;
	struct error error;
	size_t n;
	const struct extract_found *found;
	int64_t work_us;
};

struct extract_options {
	struct loop *loop;
	const struct clock *clock;
	const char *program;  /* started with --extract; NULL: this binary (/proc/self/exe) */
	unsigned workers;     /* 0: one below 2 GB of memory, else the cores less one, at most 4 */
	int64_t memory_bytes; /* of a worker, 0: 256 MiB */
	int idle_ms;          /* 0: 60 s */
};

struct extract *extract_new(const struct extract_options *o);
/** Cancels what waits and runs (done is called), kills the workers, frees when all is closed. */
void extract_free(struct extract *x);
/** Never fails here: done tells. done runs once, on the loop, never from within this call; what it
 *  is handed is valid until it returns. NULL job: done is already on its way. */
struct extract_job *extract_submit(struct extract *x, const struct extract_request *req,
				   void (*done)(const struct extract_answer *a, void *arg),
				   void *arg);
/** done is called with ERR_CANCELLED before this returns. */
void extract_cancel(struct extract *x, struct extract_job *job);

struct extract_stats {
	unsigned workers, busy;
	size_t waiting;
	uint64_t requests, killed, replaced;
};
/** Thread: any. */
void extract_stats(struct extract *x, struct extract_stats *out);

/** The worker's whole life: requests on descriptor 0, answers on 1. From main() on --extract. */
int extract_worker_main(void);
