#include "daemon/http/gate.h"

#include <string.h>

#include "daemon/http/http.h"

enum state {
	METHOD,
	TARGET,
	VERSION,
	MINOR,
	REQUEST_LF,
	FIELD_START,
	FIELD_NAME,
	FIELD_VALUE,
	FIELD_LF,
	HEAD_LF,
	SIZE_START,
	SIZE,
	EXTENSION,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER_START,
	TRAILER_NAME,
	TRAILER_VALUE,
	TRAILER_LF,
	BODY_LF,
	ENDED,
};

enum { TOKEN = 1, URL = 2, VALUE = 4, HEX = 8, VISIBLE = 16 };

/* Which bytes may stand where. token: RFC 9110 5.6.2. URL: what RFC 3986 allows in a path and a
 * query, and the square brackets of filter[name]. VALUE: visible, space, tab and beyond ASCII. */
static const uint8_t class[256] = {
	['\t'] = VALUE,
	[' '] = VALUE,
	['!'] = TOKEN | URL | VALUE | VISIBLE,
	['"'] = VALUE | VISIBLE,
	['#'] = TOKEN | VALUE | VISIBLE,
	['$'] = TOKEN | URL | VALUE | VISIBLE,
	['%'] = TOKEN | URL | VALUE | VISIBLE,
	['&'] = TOKEN | URL | VALUE | VISIBLE,
	['\''] = TOKEN | URL | VALUE | VISIBLE,
	['('] = URL | VALUE | VISIBLE,
	[')'] = URL | VALUE | VISIBLE,
	['*'] = TOKEN | URL | VALUE | VISIBLE,
	['+'] = TOKEN | URL | VALUE | VISIBLE,
	[','] = URL | VALUE | VISIBLE,
	['-'] = TOKEN | URL | VALUE | VISIBLE,
	['.'] = TOKEN | URL | VALUE | VISIBLE,
	['/'] = URL | VALUE | VISIBLE,
	['0' ... '9'] = TOKEN | URL | VALUE | HEX | VISIBLE,
	[':'] = URL | VALUE | VISIBLE,
	[';'] = URL | VALUE | VISIBLE,
	['<'] = VALUE | VISIBLE,
	['='] = URL | VALUE | VISIBLE,
	['>'] = VALUE | VISIBLE,
	['?'] = URL | VALUE | VISIBLE,
	['@'] = URL | VALUE | VISIBLE,
	['A' ... 'F'] = TOKEN | URL | VALUE | HEX | VISIBLE,
	['G' ... 'Z'] = TOKEN | URL | VALUE | VISIBLE,
	['['] = URL | VALUE | VISIBLE,
	['\\'] = VALUE | VISIBLE,
	[']'] = URL | VALUE | VISIBLE,
	['^'] = TOKEN | VALUE | VISIBLE,
	['_'] = TOKEN | URL | VALUE | VISIBLE,
	['`'] = TOKEN | VALUE | VISIBLE,
	['a' ... 'f'] = TOKEN | URL | VALUE | HEX | VISIBLE,
	['g' ... 'z'] = TOKEN | URL | VALUE | VISIBLE,
	['{'] = VALUE | VISIBLE,
	['|'] = TOKEN | VALUE | VISIBLE,
	['}'] = VALUE | VISIBLE,
	['~'] = TOKEN | URL | VALUE | VISIBLE,
	[0x80 ... 0xFF] = VALUE,
};

static inline bool is(char c, unsigned what)
{
	return class[(unsigned char)c] & what;
}

static inline size_t run(const char *p, size_t i, size_t n, unsigned what)
{
	while (i < n && is(p[i], what))
		i++;
	return i;
}

void gate_head_begin(struct gate *g)
{
	memset(g, 0, sizeof *g);
	g->state = METHOD;
}

void gate_chunked_begin(struct gate *g)
{
	memset(g, 0, sizeof *g);
	g->state = SIZE_START;
}

size_t gate_head(struct gate *g, const char *p, size_t n, enum gate_result *result)
{
	static const char version[] = "HTTP/1.";
	size_t room = HTTP_HEAD_MAX - g->bytes, end = n < room ? n : room, i = 0, start;

	*result = GATE_MORE;
	while (i < end) {
		switch ((enum state)g->state) {
		case METHOD:
			start = i;
			i = run(p, i, end, TOKEN);
			g->word += (uint32_t)(i - start);
			if (g->word > GATE_METHOD_MAX)
				goto bad;
			if (i == end)
				break;
			if (p[i] != ' ' || !g->word)
				goto bad;
			i++;
			g->word = 0;
			g->state = TARGET;
			break;
		case TARGET:
			if (!g->word && p[i] != '/') /* origin form only */
				goto bad;
			start = i;
			i = run(p, i, end, URL);
			g->word += (uint32_t)(i - start);
			if (g->word > HTTP_URL_MAX) {
				*result = GATE_URL_LONG;
				goto out;
			}
			if (i == end)
				break;
			if (p[i++] != ' ')
				goto bad;
			g->at = 0;
			g->state = VERSION;
			break;
		case VERSION:
			if (p[i++] != version[g->at++])
				goto bad;
			if (!version[g->at])
				g->state = MINOR;
			break;
		case MINOR:
			if (p[i] == '0' || p[i] == '1') {
				if (g->at == sizeof version)
					goto bad;
				g->at = sizeof version;
			} else if (p[i] == '\r' && g->at == sizeof version) {
				g->state = REQUEST_LF;
			} else {
				goto bad;
			}
			i++;
			break;
		case REQUEST_LF:
		case FIELD_LF:
			if (p[i++] != '\n')
				goto bad;
			g->state = FIELD_START;
			break;
		case FIELD_START:
			if (p[i] == '\r') {
				i++;
				g->state = HEAD_LF;
				break;
			}
			if (!is(p[i], TOKEN)) /* also the folded lines of old */
				goto bad;
			if (++g->fields > HTTP_FIELDS_MAX) {
				*result = GATE_HEAD_LONG;
				goto out;
			}
			g->state = FIELD_NAME;
			break;
		case FIELD_NAME:
			i = run(p, i, end, TOKEN);
			if (i == end)
				break;
			if (p[i++] != ':')
				goto bad;
			g->state = FIELD_VALUE;
			break;
		case FIELD_VALUE:
			i = run(p, i, end, VALUE);
			if (i == end)
				break;
			if (p[i++] != '\r')
				goto bad;
			g->state = FIELD_LF;
			break;
		case HEAD_LF:
			if (p[i++] != '\n')
				goto bad;
			g->state = ENDED;
			*result = GATE_END;
			goto out;
		default: goto bad;
		}
	}
	if (i == room) /* the head did not end within its limit */
		*result = GATE_HEAD_LONG;
	goto out;
bad:
	*result = GATE_BAD;
out:
	g->bytes += (uint32_t)i;
	return i;
}

static int hex(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Fields that would frame or route a message have no business after its body. */
static bool trailer_allowed(const struct gate *g)
{
	static const char *const refused[] = {
		"content-length",
		"transfer-encoding",
		"host",
		"connection",
		"te",
		"trailer",
		"expect",
		"upgrade",
		"content-encoding",
		"content-type",
		"authorization",
		"cookie",
	};

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		if (g->at == strlen(refused[i]) && !memcmp(g->name, refused[i], g->at))
			return false;
	}
	return true;
}

/* Trailers are counted against their own limit. */
static bool trailer_fits(struct gate *g, size_t more)
{
	g->bytes += (uint32_t)more;
	return g->bytes <= GATE_TRAILER_MAX;
}

static enum gate_result extension(struct gate *g, const char *p, size_t n, size_t *i)
{
	size_t start = *i;

	*i = run(p, start, n, VISIBLE);
	g->word += (uint32_t)(*i - start);
	g->extensions += (uint32_t)(*i - start);
	if (g->word > GATE_EXTENSION_MAX || g->extensions > GATE_EXTENSIONS_MAX)
		return GATE_BAD;
	if (*i < n) {
		if (p[(*i)++] != '\r')
			return GATE_BAD;
		g->state = SIZE_LF;
	}
	return GATE_MORE;
}

static enum gate_result trailer(struct gate *g, const char *p, size_t n, size_t *at)
{
	size_t i = *at, start = i;
	enum gate_result rc = GATE_MORE;

	switch ((enum state)g->state) {
	case TRAILER_START:
		if (p[i] == '\r') {
			i++;
			g->state = BODY_LF;
			break;
		}
		if (!is(p[i], TOKEN))
			rc = GATE_BAD;
		else if (++g->fields > GATE_TRAILER_FIELDS_MAX)
			rc = GATE_HEAD_LONG;
		g->at = 0;
		g->state = TRAILER_NAME;
		break;
	case TRAILER_NAME:
		for (; i < n && is(p[i], TOKEN); i++) {
			if (g->at < GATE_NAME_KEPT)
				g->name[g->at++] =
					p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] | 0x20) : p[i];
		}
		if (i == n)
			break;
		if (p[i++] != ':' || !trailer_allowed(g))
			rc = GATE_BAD;
		g->state = TRAILER_VALUE;
		break;
	case TRAILER_VALUE:
		i = run(p, i, n, VALUE);
		if (i == n)
			break;
		if (p[i++] != '\r')
			rc = GATE_BAD;
		g->state = TRAILER_LF;
		break;
	case TRAILER_LF:
		if (p[i++] != '\n')
			rc = GATE_BAD;
		g->state = TRAILER_START;
		break;
	case BODY_LF:
		if (p[i++] != '\n')
			rc = GATE_BAD;
		else
			rc = GATE_END;
		g->state = ENDED;
		break;
	default: rc = GATE_BAD;
	}
	*at = i;
	if (rc == GATE_MORE && !trailer_fits(g, i - start))
		rc = GATE_HEAD_LONG;
	return rc;
}

size_t gate_chunked(struct gate *g, const char *p, size_t n, enum gate_result *result)
{
	size_t i = 0, k;

	*result = GATE_MORE;
	while (i < n) {
		switch ((enum state)g->state) {
		case SIZE_START:
			g->left = 0;
			g->at = 0;
			g->word = 0;
			if (!is(p[i], HEX))
				goto bad;
			g->state = SIZE;
			break;
		case SIZE:
			if (is(p[i], HEX)) {
				if (++g->at > GATE_CHUNK_DIGITS_MAX)
					goto bad;
				g->left = g->left * 16 + (unsigned)hex(p[i]);
			} else if (p[i] == ';') {
				g->state = EXTENSION;
			} else if (p[i] == '\r') {
				g->state = SIZE_LF;
			} else {
				goto bad;
			}
			i++;
			break;
		case EXTENSION:
			if (extension(g, p, n, &i) == GATE_BAD)
				goto bad;
			break;
		case SIZE_LF:
			if (p[i++] != '\n')
				goto bad;
			g->state = g->left ? DATA : TRAILER_START;
			break;
		case DATA:
			k = n - i < g->left ? n - i : (size_t)g->left;
			i += k;
			g->left -= k;
			if (!g->left)
				g->state = DATA_CR;
			break;
		case DATA_CR:
			if (p[i++] != '\r')
				goto bad;
			g->state = DATA_LF;
			break;
		case DATA_LF:
			if (p[i++] != '\n')
				goto bad;
			g->state = SIZE_START;
			break;
		default:
			*result = trailer(g, p, n, &i);
			if (*result != GATE_MORE)
				return i;
		}
	}
	return i;
bad:
	*result = GATE_BAD;
	return i;
}
