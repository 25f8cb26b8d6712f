#include "daemon/extract/tree_internal.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/mem.h"

enum { SNIFF_BYTES = 512, PREFIXES_MAX = 32 };

struct path {
	xmlXPathCompExpr *compiled;
};

/* ---- reading ------------------------------------------------------------------------------- */

static bool has_word(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++) {
		if (!strncasecmp(s + i, word, n))
			return true;
	}
	return false;
}

bool tree_is_xml(const char *document, size_t len, const char *content_type)
{
	size_t type_len = content_type ? strcspn(content_type, ";") : 0;

	if (has_word(content_type, type_len, "html"))
		return false;
	if (has_word(content_type, type_len, "/xml") || has_word(content_type, type_len, "+xml"))
		return true;
	if (len > SNIFF_BYTES)
		len = SNIFF_BYTES;
	return has_word(document, len < 16 ? len : 16, "<?xml") &&
	       !has_word(document, len, "<!doctype html") && !has_word(document, len, "<html");
}

static xmlDoc *read_html(const struct buf *text)
{
	htmlParserCtxt *parser = htmlNewParserCtxt();
	xmlDoc *doc;

	if (!parser)
		return NULL;
	doc = htmlCtxtReadMemory(parser, text->data, (int)text->len, NULL, "UTF-8",
				 HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
					 HTML_PARSE_NONET | HTML_PARSE_COMPACT);
	htmlFreeParserCtxt(parser);
	return doc;
}

/* A document's own entities are not even noted: a few of them can mean gigabytes. */
static xmlDoc *read_xml(const struct buf *text)
{
	xmlParserCtxt *parser = xmlNewParserCtxt();
	xmlDoc *doc;

	if (!parser)
		return NULL;
	parser->sax->entityDecl = NULL;
	parser->sax->externalSubset = NULL;
	doc = xmlCtxtReadMemory(parser, text->data, (int)text->len, NULL, "UTF-8",
				XML_PARSE_RECOVER | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
					XML_PARSE_NONET | XML_PARSE_COMPACT);
	xmlFreeParserCtxt(parser);
	return doc;
}

struct tree *tree_read(const struct charsets *charsets, const char *document, size_t len,
		       const char *content_type, struct error *e)
{
	struct buf text = BUF_INIT(3 * len + 1); /* a byte may become U+FFFD */
	struct tree *t = NULL;
	bool xml = tree_is_xml(document, len, content_type);
	xmlDoc *doc = NULL;

	charset_convert(charsets, charset_find(document, len, content_type), document, len, &text);
	if (text.len)
		doc = xml ? read_xml(&text) : read_html(&text);
	buf_fini(&text);
	if (!doc || !xmlDocGetRootElement(doc)) {
		xmlFreeDoc(doc);
		error_set(e, ERR_MALFORMED, "the document is empty or not %s",
			  xml ? "XML" : "HTML");
		return NULL;
	}
	t = mem_alloc(sizeof *t);
	*t = (struct tree){doc, xml};
	return t;
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	xmlFreeDoc(t->doc);
	free(t);
}

/* ---- XPath --------------------------------------------------------------------------------- */

/* libxml2 has the words, but gives only the number of a fault. */
static const char *words_of(int code)
{
	switch (code) {
	case XML_XPATH_NUMBER_ERROR: return "a number is wrong";
	case XML_XPATH_UNFINISHED_LITERAL_ERROR:
	case XML_XPATH_START_LITERAL_ERROR: return "a text in quotes does not end";
	case XML_XPATH_VARIABLE_REF_ERROR:
	case XML_XPATH_UNDEF_VARIABLE_ERROR: return "a variable is unknown";
	case XML_XPATH_INVALID_PREDICATE_ERROR: return "what stands in [ ] is wrong";
	case XML_XPATH_UNCLOSED_ERROR: return "a bracket is missing";
	case XML_XPATH_UNKNOWN_FUNC_ERROR: return "a function is unknown";
	case XML_XPATH_INVALID_OPERAND: return "an operand has the wrong type";
	case XML_XPATH_INVALID_TYPE: return "a value has the wrong type";
	case XML_XPATH_INVALID_ARITY: return "a function has too many or too few arguments";
	case XML_XPATH_UNDEF_PREFIX_ERROR: return "the root element does not declare that prefix";
	case XML_XPATH_ENCODING_ERROR:
	case XML_XPATH_INVALID_CHAR_ERROR: return "a character is not valid";
	default: return "not an expression"; /* foreign numbers: more of them are known elsewhere */
	}
}

static void on_error(void *arg, xmlErrorPtr fault)
{
	struct error *e = arg;

	if (e->code)
		return;
	if (fault->str1)
		error_set(e, ERR_INVALID, "XPath, character %d: %s", fault->int1 + 1,
			  words_of(fault->code));
	else
		error_set(e, ERR_INVALID, "XPath: %s", words_of(fault->code));
}

struct path *path_compile(const char *text, struct error *e)
{
	xmlXPathContext *context = xmlXPathNewContext(NULL);
	struct path *p;
	xmlXPathCompExpr *compiled = NULL;

	*e = (struct error){0};
	if (context) {
		context->error = on_error;
		context->userData = e;
		compiled = xmlXPathCtxtCompile(context, (const xmlChar *)text);
		xmlXPathFreeContext(context);
	}
	if (!compiled) {
		if (!e->code)
			error_set(e, ERR_INVALID, "XPath: not an expression");
		return NULL;
	}
	p = mem_alloc(sizeof *p);
	p->compiled = compiled;
	return p;
}

void path_free(struct path *p)
{
	if (!p)
		return;
	xmlXPathFreeCompExpr(p->compiled);
	free(p);
}

static void namespaces_register(xmlXPathContext *context, const xmlNode *root)
{
	int n = 0;

	for (const xmlNs *ns = root->nsDef; ns && n < PREFIXES_MAX; ns = ns->next, n++)
		xmlXPathRegisterNs(context, ns->prefix ? ns->prefix : BAD_CAST "default", ns->href);
}

/* Of shared/css.h: siblings of the same name on one side of the node. */
static void count_of_type(xmlXPathParserContext *ctxt, int nargs, bool after)
{
	const xmlNode *node = ctxt->context->node;
	int n = 0;

	CHECK_ARITY(0);
	for (const xmlNode *at = node; node->type == XML_ELEMENT_NODE && at;) {
		at = after ? at->next : at->prev;
		n += at && at->type == XML_ELEMENT_NODE && xmlStrEqual(at->name, node->name);
	}
	valuePush(ctxt, xmlXPathNewFloat(n));
}

static void of_type_before(xmlXPathParserContext *ctxt, int nargs)
{
	count_of_type(ctxt, nargs, false);
}

static void of_type_after(xmlXPathParserContext *ctxt, int nargs)
{
	count_of_type(ctxt, nargs, true);
}

static const xmlAttr *attribute_of(const struct tree *t, const xmlNode *node, const char *name)
{
	const xmlAttr *a = node->properties;

	while (a && (t->xml ? strcmp((const char *)a->name, name)
			    : strcasecmp((const char *)a->name, name)) != 0)
		a = a->next;
	return a;
}

static bool add_value_of(xmlNode *node, struct buf *out)
{
	xmlChar *value = xmlNodeGetContent(node);
	size_t len = value ? strlen((const char *)value) : 0;

	if (value)
		buf_add(out, value, len < out->max ? len : out->max);
	xmlFree(value);
	return value;
}

bool tree_value(const struct tree *t, xmlNode *node, const char *attribute, struct buf *out)
{
	const xmlAttr *a;

	if (node->type == XML_NAMESPACE_DECL)
		return false;
	if (attribute && node->type == XML_ELEMENT_NODE) {
		a = attribute_of(t, node, attribute);
		return a && add_value_of((xmlNode *)a, out);
	}
	if (node->type == XML_ATTRIBUTE_NODE)
		return add_value_of(node, out);
	if (node->type == XML_DOCUMENT_NODE || node->type == XML_HTML_DOCUMENT_NODE)
		node = xmlDocGetRootElement((xmlDoc *)node);
	tree_text(t, node, out);
	return true;
}

static void add_node(struct tree *t, xmlNode *node, const char *attribute, struct found_writer *f)
{
	struct buf text = BUF_INIT(2 * EXTRACT_VALUE_BYTES);

	/* One that only counts need not be read. */
	if (f->n >= EXTRACT_VALUES_MAX && node->type != XML_NAMESPACE_DECL &&
	    (!attribute || node->type != XML_ELEMENT_NODE || attribute_of(t, node, attribute)))
		found_add(f, "", 0);
	else if (f->n < EXTRACT_VALUES_MAX && tree_value(t, node, attribute, &text))
		found_add(f, buf_str(&text), text.len);
	buf_fini(&text);
}

static void add_nodes(struct tree *t, xmlNodeSet *nodes, const char *attribute,
		      struct found_writer *f)
{
	if (!nodes)
		return;
	xmlXPathNodeSetSort(nodes);
	for (int i = 0; i < nodes->nodeNr; i++)
		add_node(t, nodes->nodeTab[i], attribute, f);
}

static void add_result(struct tree *t, xmlXPathObject *result, const char *attribute,
		       struct found_writer *f)
{
	xmlChar *text;

	if (result->type == XPATH_NODESET) {
		add_nodes(t, result->nodesetval, attribute, f);
		return;
	}
	text = xmlXPathCastToString(result);
	if (text)
		found_add(f, (const char *)text, strlen((const char *)text));
	xmlFree(text);
}

xmlXPathContext *tree_context(struct tree *t, struct error *e)
{
	xmlXPathContext *context = xmlXPathNewContext(t->doc);

	if (!context)
		return NULL;
	context->error = on_error;
	context->userData = e;
	context->node = xmlDocGetRootElement(t->doc);
	namespaces_register(context, context->node);
	xmlXPathRegisterFunc(context, BAD_CAST "of-type-before", of_type_before);
	xmlXPathRegisterFunc(context, BAD_CAST "of-type-after", of_type_after);
	return context;
}

xmlXPathObject *tree_evaluate(xmlXPathContext *context, struct path *p, struct error *e)
{
	xmlXPathObject *result = context ? xmlXPathCompiledEval(p->compiled, context) : NULL;

	if (!result && !e->code)
		error_set(e, ERR_INVALID, "XPath: the expression could not be evaluated");
	return result;
}

void tree_find(struct tree *t, struct path *p, const char *attribute, struct found_writer *f)
{
	xmlXPathContext *context = tree_context(t, &f->error);
	xmlXPathObject *result = tree_evaluate(context, p, &f->error);

	if (result)
		add_result(t, result, attribute, f);
	xmlXPathFreeObject(result);
	xmlXPathFreeContext(context);
}
