/* tests/fixtures/smuggling/cases.txt against the server: nothing ambiguous is ever handled. */
#include <ctype.h>

#include "tests/unit/daemon/http/fixture.h"

enum { BYTES_MAX = 16 << 20, PACE = 7 };

struct smuggling_case {
	char *name, *bytes;
	size_t len;
	int handled;
	bool refused;
};

static void expand(struct buf *out, const char **p, char end);

/* One character or escape. */
static void unescape(struct buf *out, const char **p)
{
	const char *s = *p;

	if (*s != '\\') {
		buf_add(out, s, 1);
		*p = s + 1;
		return;
	}
	switch (s[1]) {
	case 'r': buf_add_char(out, '\r'); break;
	case 'n': buf_add_char(out, '\n'); break;
	case 't': buf_add_char(out, '\t'); break;
	case '\\': buf_add_char(out, '\\'); break;
	case 'x':
		buf_add_char(out, (char)strtol((char[]){s[2], s[3], 0}, NULL, 16));
		s += 2;
		break;
	default: fail_msg("bad escape: %s", s);
	}
	*p = s + 2;
}

static void expand(struct buf *out, const char **p, char end)
{
	while (**p && **p != '\n' && **p != end) {
		char *star;
		long times = **p == '{' && isdigit((unsigned char)(*p)[1])
				     ? strtol(*p + 1, &star, 10)
				     : 0;
		struct buf part = BUF_INIT(1024);

		if (!times || *star != '*') {
			unescape(out, p);
			continue;
		}
		*p = star + 1;
		expand(&part, p, '}');
		(*p)++;
		while (times--)
			buf_add(out, part.data, part.len);
		buf_fini(&part);
	}
}

static size_t load(struct smuggling_case **out)
{
	FILE *f = fopen("tests/fixtures/smuggling/cases.txt", "r");
	struct smuggling_case *cases = NULL;
	size_t n = 0, cap = 0;
	char *line = NULL;

	assert_non_null(f);
	while (getline(&line, &cap, f) > 0) {
		struct buf bytes = BUF_INIT(BYTES_MAX);
		char *name = line, *expect, *data;
		const char *p;

		if (*line == '#' || *line == '\n')
			continue;
		expect = strstr(line, " | ");
		data = expect ? strstr(expect + 3, " | ") : NULL;
		assert_non_null(data);
		*expect = *data = '\0';
		expect += 3;
		p = data + 3;
		expand(&bytes, &p, '\n');
		cases = mem_array(cases, n + 1, sizeof *cases);
		cases[n] = (struct smuggling_case){
			.name = mem_strdup(name),
			.len = bytes.len,
			.refused = strncmp(expect, "ok", 2) != 0,
			.handled = strchr(expect, ' ') ? atoi(strchr(expect, ' ')) : 0,
		};
		cases[n++].bytes = buf_take(&bytes);
	}
	free(line);
	fclose(f);
	*out = cases;
	return n;
}

static int last_status(const char *answers)
{
	int status = 0;

	for (const char *p = answers; (p = strstr(p, "HTTP/1.1 ")); p++)
		status = atoi(p + 9);
	return status;
}

/* step: bytes a write, 0 for all at once. */
static bool try(struct fixture *f, const struct smuggling_case *c, size_t step)
{
	struct buf in = BUF_INIT(1 << 20);
	int fd = dial(f), status;
	bool closed, good;

	atomic_store(&f->handled, 0);
	for (size_t i = 0; step && i < c->len; i += step) {
		put_bytes(fd, c->bytes + i, c->len - i < step ? c->len - i : step);
		if (i % (step * 16) == 0)
			get_until(fd, &in, NULL, 0);
	}
	if (!step)
		put_bytes(fd, c->bytes, c->len);
	/* What waits for more gets the end, as from an attacker who goes on to something else. */
	shutdown(fd, SHUT_WR);
	closed = !get_until(fd, &in, NULL, FIXTURE_DEADLINE_MS);
	close(fd);
	status = last_status(buf_str(&in));
	good = closed && atomic_load(&f->handled) == c->handled &&
	       (c->refused ? status >= 400 || (!status && !c->handled) : status != 0);
	/* Cut off in the middle of a body, it is dropped without a word. */
	if (!good || (c->refused && status < 400 && step == 0))
		print_error("%s (%zu bytes a write): handled %d of %d, status %d, %s\n", c->name,
			    step, atomic_load(&f->handled), c->handled, status,
			    closed ? "closed" : "open");
	buf_fini(&in);
	return good;
}

static void corpus__nothing_ambiguous_is_handled(void **state)
{
	struct smuggling_case *cases;
	struct fixture f;
	size_t n = load(&cases), refused = 0, bad = 0;

	fixture_start(&f, fixture_options());
	for (size_t i = 0; i < n; i++) {
		refused += cases[i].refused;
		bad += !try(&f, &cases[i], 0);
		if (cases[i].len < 2000) {
			bad += !try(&f, &cases[i], 1);
			bad += !try(&f, &cases[i], PACE);
		}
		free(cases[i].name);
		free(cases[i].bytes);
	}
	free(cases);
	fixture_stop(&f);
	print_message("%zu cases, %zu to be refused, %zu wrong\n", n, refused, bad);
	assert_true(refused >= 200);
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus__nothing_ambiguous_is_handled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
