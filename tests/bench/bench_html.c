/* HTML without a tree: megabytes a second of the tokenizer and of five selectors in one pass,
 * against libxml2's SAX and its tree with the same selectors as XPath, in turn in one run. */
#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/extract/extractor.h"
#include "daemon/extract/html_select.h"
#include "daemon/extract/html_token.h"
#include "daemon/extract/tree.h"
#include "shared/css.h"
#include "shared/mem.h"

enum { PAGE_BYTES = 60 << 10, ROUNDS = 5, SPEND_MS = 150 };

static const char *const selectors[] = {"h1.title", "div.buy > span.price", "p.stock",
					"#main [itemprop=sku]", "ul.specs li"};
enum { FIELDS = 5 };

struct bench {
	struct buf page;
	struct charsets *charsets;
	struct html_tokens *tokens;
	struct html_select *select;
	struct html_query queries[FIELDS];
	struct path *paths[FIELDS];
	struct extractor *extractor;
	struct frame_request request, deep_request;
	struct buf answer;
	size_t seen; /* so that nothing is left out */
};

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void on_tag(void *arg, const struct html_tag *tag)
{
	struct bench *b = arg;

	b->seen += tag->n;
	if (!tag->end)
		html_tokens_content(b->tokens, html_content_of(tag->name, tag->name_len), tag->name,
				    tag->name_len);
}

static void on_text(void *arg, const char *s, size_t n)
{
	((struct bench *)arg)->seen += n;
}

static void tokens(struct bench *b)
{
	html_tokens_reset(b->tokens);
	html_tokens_feed(b->tokens, b->page.data, b->page.len);
	html_tokens_finish(b->tokens);
}

static void selected(struct bench *b)
{
	html_select_begin(b->select, b->queries, FIELDS);
	html_select_feed(b->select, b->page.data, b->page.len);
	html_select_finish(b->select);
	for (size_t i = 0; i < FIELDS; i++) {
		struct found_writer f;

		found_init(&f, EXTRACT_ANSWER_BYTES);
		html_select_found(b->select, i, &f);
		b->seen += f.total;
		found_fini(&f);
	}
}

static void sax_start(void *arg, const xmlChar *name, const xmlChar **attributes)
{
	((struct bench *)arg)->seen++;
}

static void sax_text(void *arg, const xmlChar *s, int n)
{
	((struct bench *)arg)->seen += (size_t)n;
}

static void sax(struct bench *b)
{
	htmlSAXHandler handler = {.startElement = sax_start,
				  .characters = sax_text,
				  .cdataBlock = sax_text,
				  .ignorableWhitespace = sax_text};
	htmlParserCtxt *p = htmlCreatePushParserCtxt(&handler, b, b->page.data, (int)b->page.len,
						     NULL, XML_CHAR_ENCODING_UTF8);

	htmlParseChunk(p, "", 0, 1);
	htmlFreeParserCtxt(p);
}

static void tree(struct bench *b)
{
	struct error e;
	struct tree *t =
		tree_read(b->charsets, b->page.data, b->page.len, "text/html; charset=utf-8", &e);

	for (size_t i = 0; i < FIELDS; i++) {
		struct found_writer f;

		found_init(&f, EXTRACT_ANSWER_BYTES);
		tree_find(t, b->paths[i], NULL, &f);
		b->seen += f.total;
		found_fini(&f);
	}
	tree_free(t);
}

static void worker(struct bench *b)
{
	extractor_run(b->extractor, &b->request, &b->answer);
}

static void worker_tree(struct bench *b)
{
	extractor_run(b->extractor, &b->deep_request, &b->answer);
}

/* A product page as shops send it: a third of it scripts and styles, long class lists, addresses
 * with entities. */
static void write_page(struct buf *out)
{
	buf_add_str(out, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
			 "<title>Lamp &amp; shade</title><style>");
	while (out->len < PAGE_BYTES / 8)
		buf_add_str(out, ".card{margin:0 auto;padding:4px}.card>h2{font:inherit}\n");
	buf_add_str(out, "</style><script>");
	while (out->len < PAGE_BYTES / 3)
		buf_add_str(out, "window.dataLayer.push({'event':'view',id:1,a:b<c&&d});\n");
	buf_add_str(out, "</script></head><body class=\"page page--product\"><main id=\"main\">"
			 "<h1 class=\"title\">Brass desk lamp</h1><div class=\"buy box\">"
			 "<span class=\"price price--now\">129,90&nbsp;&euro;</span></div>"
			 "<p class=\"stock\">In stock</p><meta itemprop=\"sku\" content=\"L-40\">"
			 "<ul class=\"specs\"><li>40 cm<li>E27<li>60 W</ul>");
	for (int i = 0; out->len < PAGE_BYTES - 500; i++)
		buf_printf(out,
			   "<div class=\"card grid__item grid__item--%d\" data-id=\"%d\">\n"
			   "  <a href=\"/p/%d?a=1&amp;b=2\" class=\"card__link\">\n"
			   "    <img src=\"/img/%d.jpg\" alt=\"\" width=\"200\" loading=\"lazy\">\n"
			   "    <h2 class=\"card__title\">Lamp %d, of <em>brass</em></h2></a>\n"
			   "  <span class=\"card__price\">%d,90&nbsp;&euro;</span>\n</div>\n",
			   i % 4, i, i, i, i, i % 200);
	buf_add_str(out, "</main><footer><p>End</p></footer></body></html>\n");
}

static struct frame_request request(const struct bench *b, const char *first)
{
	struct frame_request r = {0};

	r.request = (struct extract_request){.document = b->page.data,
					     .document_len = b->page.len,
					     .content_type = "text/html; charset=utf-8",
					     .n_queries = FIELDS};
	for (size_t i = 0; i < FIELDS; i++)
		r.queries[i] = (struct extract_query){.kind = EXTRACT_CSS,
						      .expression = i ? selectors[i] : first};
	return r;
}

static void prepare(struct bench *b)
{
	static const struct html_sink sink = {.tag = on_tag, .text = on_text};

	b->page = BUF_INIT(1 << 20);
	write_page(&b->page);
	b->charsets = charsets_new();
	b->tokens = html_tokens_new(&sink, b);
	b->select = html_select_new();
	b->extractor = extractor_new();
	b->answer = BUF_INIT(FRAME_ANSWER_MAX);
	for (size_t i = 0; i < FIELDS; i++) {
		struct buf xpath = BUF_INIT(CSS_XPATH_MAX);
		struct error e;

		b->queries[i].css = css_simple_new(selectors[i]);
		css_to_xpath(selectors[i], CSS_HTML, &xpath, &e);
		b->paths[i] = path_compile(buf_str(&xpath), &e);
		buf_fini(&xpath);
	}
	b->request = request(b, selectors[0]);
	b->request.request.queries = b->request.queries;
	b->deep_request = request(b, "h1.title:first-of-type");
	b->deep_request.request.queries = b->deep_request.queries;
}

static double pages_a_second(struct bench *b, void (*run)(struct bench *b))
{
	double begun = cpu_ms(), spent = 0;
	int pages = 0;

	for (; spent < SPEND_MS; spent = cpu_ms() - begun, pages++)
		run(b);
	return pages / spent * 1e3;
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(struct bench *b);
	} kinds[] = {
		{"libxml2, tree and five XPaths", tree},
		{"libxml2, SAX", sax},
		{"tokens", tokens},
		{"tokens and five selectors", selected},
		{"a worker's request, one pass", worker},
		{"a worker's request, tree", worker_tree},
	};
	static struct bench b;
	double best[ARRAY_LEN(kinds)] = {0};

	prepare(&b);
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
			double rate = pages_a_second(&b, kinds[i].run);

			best[i] = rate > best[i] ? rate : best[i];
		}
	}
	printf("   a page of %zu kB, five fields\n", b.page.len >> 10);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		printf("   %-32s %8.0f pages a CPU second %7.0f MB/s %6.1f x the tree\n",
		       kinds[i].name, best[i], best[i] * (double)b.page.len / 1e6,
		       best[i] / best[0]);
	return b.seen == 0;
}
