#include "tests/unit/shared/schema/support.h"

#include <stdio.h>
#include <unistd.h>

#include "shared/schema/files.h"

enum { SEEN_MAX = 16 };

/* What a whole file came to. */
struct seen {
	char names[SEEN_MAX][NAME_MAX_BYTES + 1];
	char *specs[SEEN_MAX];
	int lines[SEEN_MAX];
	size_t n;
	int calls;
	struct error_list errors;
};

static void read_all(struct resource_file *f, struct seen *s)
{
	int result;
	memset(s, 0, sizeof(*s));
	do {
		struct resource_item item;
		result = resource_file_next(f, &item, &s->errors);
		s->calls++;
		assert_true(s->calls < 1000);
		if (result != 1)
			continue;
		assert_true(s->n < SEEN_MAX);
		strcpy(s->names[s->n], item.input.name);
		s->specs[s->n] = spec_dump(item.input.spec);
		s->lines[s->n++] = item.line;
		resource_input_fini(&item.input);
	} while (result);
	resource_file_free(f);
}

static void read_text(const char *text, struct seen *s)
{
	read_all(resource_file_from_memory(text, strlen(text)), s);
}

static void forget(struct seen *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->specs[i]);
}

static void read__takes__kinds_documents_and_bare_lists(void **state)
{
	static struct seen s;
	read_text("# a comment\n"
		  "secrets:\n"
		  "  - name: token\n"
		  "monitors:\n"
		  "  - name: shop\n"
		  "    target: https://shop.example/\n"
		  "  - {name: db, target: 'tcp://db:5432'}\n"
		  "---\n"
		  "name: single\n"
		  "kind: monitor\n"
		  "target: tls://a\n"
		  "---\n"
		  "- kind: secret\n"
		  "  name: bare\n"
		  "---\n"
		  "monitors: []\n"
		  "secrets:\n"
		  "---\n"
		  "monitors:\n"
		  "- name: last\n",
		  &s);
	assert_int_equal(s.errors.total, 0);
	static const char *const names[] = {"token", "shop", "db", "single", "bare", "last"};
	static const int lines[] = {3, 5, 7, 9, 13, 20};
	assert_int_equal(s.n, ARRAY_LEN(names));
	for (size_t i = 0; i < s.n; i++) {
		assert_string_equal(s.names[i], names[i]);
		assert_int_equal(s.lines[i], lines[i]);
	}
	assert_string_equal(s.specs[3], "{\"type\":\"tls\",\"target\":\"a:443\"}");
	forget(&s);
}

static void read__keeps__the_fields_type_not_yamls_guess(void **state)
{
	static struct seen s;
	read_text("monitors:\n"
		  "  - name: no\n"
		  "    target: http://a/\n"
		  "    keyword: 22:30\n"
		  "    keyword_absent: 1e3\n"
		  "    description: 0x1F\n"
		  "    runbook: true\n"
		  "    headers: {A: no, B: 1_000}\n"
		  "    verify: no\n"
		  "    failures: 2\n"
		  "    slow: ~\n"
		  "    pattern: \"null\"\n",
		  &s);
	assert_int_equal(s.n, 1);
	assert_string_equal(s.names[0], "no");
	assert_string_equal(s.specs[0],
			    "{\"type\":\"http\",\"target\":\"http://a/\",\"failures\":2,"
			    "\"runbook\":\"true\",\"description\":\"0x1F\","
			    "\"headers\":{\"A\":\"no\",\"B\":\"1_000\"},\"keyword\":\"22:30\","
			    "\"keyword_absent\":\"1e3\",\"pattern\":\"null\",\"verify\":false}");
	forget(&s);
}

static void read__takes__json(void **state)
{
	static struct seen s;
	read_text(
		"{\"monitors\":[\n{\"name\":\"a\",\"target\":\"http:\\/\\/a\\/\",\"failures\":2,"
		"\"paused\":true,\"slow\":null,\"keyword\":\"\\ud83d\\ude00 \\u00e9 \\\\ud83d\"},\n"
		"\t{\"name\":\"b\",\"interval\":\"5\",\"target\":\"http://b/\"}]}",
		&s);
	assert_int_equal(s.n, 1);
	assert_contains(s.specs[0], "\"failures\":2,\"paused\":true");
	assert_contains(s.specs[0], "\"keyword\":\"\xf0\x9f\x98\x80 \xc3\xa9 \\\\ud83d\"");
	assert_int_equal(s.errors.n, 1);
	assert_int_equal(s.errors.items[0].line, 3);
	forget(&s);
}

static void read__goes_on__after_a_faulty_item(void **state)
{
	static struct seen s;
	read_text("monitors:\n"
		  "  - name: one\n"
		  "    target: http://a/\n"
		  "    interval: 5\n"
		  "    headers:\n"
		  "      A: ok\n"
		  "      B: {x: y}\n"
		  "  - just text\n"
		  "  - [a, list]\n"
		  "  - name: two\n"
		  "    target: http://b/\n"
		  "    name: twice\n"
		  "  - name: three\n"
		  "    kind: secret\n"
		  "monitorz:\n"
		  "  - name: lost\n"
		  "    deep: {a: [b, {c: d}]}\n"
		  "secrets: text\n"
		  "incidents:\n"
		  "  - number: 1\n"
		  "---\n"
		  "- name: x\n"
		  "- kind: monitr\n"
		  "- kind: incident\n"
		  "- kind: secret\n"
		  "  name: fine\n",
		  &s);
	static const struct {
		int line;
		const char *text, *hint;
	} faults[] = {
		{4, "interval: \"5\" has no unit", ""},
		{7, "headers.B: the value is not text", ""},
		{8, "an item is a mapping", "- name"},
		{9, "an item is a mapping", "- name"},
		{12, "name: given twice, first on line 10", "keep one"},
		{14, "kind: \"secret\" stands in the list of monitors", ""},
		{15, "\"monitorz\" is not a kind", "did you mean monitors?"},
		{18, "secrets: must be a list", "- name"},
		{19, "\"incidents\" is not a kind", "one of: "},
		{22, "kind: missing", "kind: monitor"},
		{23, "kind: \"monitr\" is not a kind", "did you mean monitors?"},
		{24, "kind: incidents are facts", "leave"},
	};
	for (size_t i = 0; i < s.errors.n && i < ARRAY_LEN(faults); i++) {
		assert_contains(s.errors.items[i].text, faults[i].text);
		assert_contains(s.errors.items[i].hint, faults[i].hint);
		/* The place of a wrong kind is the item or the word itself. */
		assert_in_range(s.errors.items[i].line, faults[i].line - 1, faults[i].line);
	}
	assert_int_equal(s.errors.total, ARRAY_LEN(faults));
	assert_int_equal(s.n, 1);
	assert_string_equal(s.names[0], "fine");
	forget(&s);
}

static void read__refuses__a_heading_given_twice(void **state)
{
	static struct seen s;
	read_text("secrets:\n- name: a\nsecrets:\n- name: b\n---\nsecrets:\n- name: c\n", &s);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.errors.n, 1);
	assert_int_equal(s.errors.items[0].line, 3);
	assert_contains(s.errors.items[0].text, "secrets: given twice");
	forget(&s);
}

static void read__ends__at_a_fault_of_yaml(void **state)
{
	static const struct {
		const char *text;
		int line;
		const char *why;
	} cases[] = {
		{"monitors:\n  - name: a\n   bad: x\n", 3, "not valid YAML"},
		{"monitors:\n\t- name: a\n", 2, "not valid YAML"},
		{"monitors:\n  - name: a\n    target: \"http://a/\n", 4, "not valid YAML"},
		{"a: &x [1]\nb: *x\n", 1, "anchors"},
		{"monitors:\n- *x\n", 2, "aliases"},
		{"monitors: !!seq []\n", 1, "tags"},
		{"monitors:\n- name: !!str a\n", 2, "tags"},
		{"%TAG ! tag:x,2000:\n---\nmonitors: []\n", 1, "tags"},
		{"just text\n", 1, "holds only text"},
		{"? [a]\n: b\n", 1, "the top level needs"},
		{"monitors:\n- ? [a]\n  : b\n", 2, "a key is a word"},
		{"monitors:\n- {name: a, \"x\": \xff\xfe}\n", 2, "not valid YAML"},
		{"{\"monitors\":[{\"name\":\"a\"", 1, "not valid YAML"},
		{"[1,2", 1, "an item is a mapping"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static struct seen s;
		read_text(cases[i].text, &s);
		/* What came whole before the fault was handed out: the caller writes nothing then.
		 */
		assert_true(s.errors.total >= 1);
		assert_contains(s.errors.items[0].text, cases[i].why);
		if (s.errors.items[0].line != cases[i].line)
			fail_msg("%s: line %d", cases[i].text, s.errors.items[0].line);
		forget(&s);
	}
}

/* Nine levels of nine aliases each: gone at the first anchor, not after 9^9 values. */
static void read__refuses__a_yaml_bomb_at_once(void **state)
{
	struct buf b = BUF_INIT(1 << 16);
	buf_add_str(&b, "a: &a [x,x,x,x,x,x,x,x,x]\n");
	for (char c = 'b'; c < 'k'; c++) {
		buf_printf(&b, "%c: &%c [", c, c);
		for (int i = 0; i < 9; i++)
			buf_printf(&b, "%s*%c", i ? "," : "", c - 1);
		buf_add_str(&b, "]\n");
	}
	static struct seen s;
	read_text(buf_str(&b), &s);
	assert_int_equal(s.calls, 2);
	assert_contains(s.errors.items[0].text, "anchors (&name) are not accepted");
	assert_int_equal(s.errors.items[0].line, 1);
	buf_fini(&b);
}

static void read__bounds__depth_and_size(void **state)
{
	static struct seen s;
	struct buf b = BUF_INIT(8 << 20);
	buf_add_str(&b, "monitors:\n- name: a\n  x: ");
	for (int i = 0; i < 100000; i++)
		buf_add_char(&b, '[');
	read_text(buf_str(&b), &s);
	assert_contains(s.errors.items[0].text, "nested deeper than 32 levels");
	assert_int_equal(s.errors.items[0].line, 3);

	/* One scalar of 4 MB, and many members that are too much together. */
	buf_reset(&b);
	buf_add_str(&b, "monitors:\n- name: \"");
	for (int i = 0; i < 4 << 20; i++)
		buf_add_char(&b, 'x');
	read_text(buf_str(&b), &s);
	assert_contains(s.errors.items[0].text, "larger than 256 KiB");
	buf_reset(&b);
	buf_add_str(&b, "monitors:\n- name: a\n  labels:\n");
	for (int i = 0; i < 40000; i++)
		buf_printf(&b, "    key%d: value\n", i);
	read_text(buf_str(&b), &s);
	assert_contains(s.errors.items[0].text, "larger than 256 KiB");
	assert_int_equal(s.n, 0);
	buf_fini(&b);
}

/* The limit is for an item, not for the file, and not for what is skipped. */
static void read__has__no_limit_on_the_file(void **state)
{
	struct buf b = BUF_INIT(8 << 20);
	buf_add_str(&b, "unknowns:\n");
	for (int i = 0; i < 40000; i++)
		buf_printf(&b, "  - name: m%d\n", i);
	buf_add_str(&b, "monitors:\n");
	for (int i = 0; i < 20000; i++)
		buf_printf(&b, "  - name: m%d\n    target: http://127.0.0.1/%d\n", i, i);
	struct resource_file *f = resource_file_from_memory(b.data, b.len);
	static struct error_list errors;
	memset(&errors, 0, sizeof(errors));
	struct resource_item item;
	assert_int_equal(resource_file_next(f, &item, &errors), -1);
	int n = 0;
	while (resource_file_next(f, &item, &errors) == 1) {
		n++;
		resource_input_fini(&item.input);
	}
	assert_int_equal(n, 20000);
	assert_int_equal(errors.total, 1);
	resource_file_free(f);
	buf_fini(&b);
}

static void open__says__why_not(void **state)
{
	struct error e = {0};
	assert_null(resource_file_open("/nonexistent/shop.yaml", &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_contains(e.text, "/nonexistent/shop.yaml: No such file");
	assert_null(resource_file_open("/", &e));
	assert_int_equal(e.code, ERR_IO);
	assert_contains(e.text, "Is a directory");
}

static void open__reads__a_file(void **state)
{
	char path[] = "/tmp/sellersmart-files-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	static const char text[] = "monitors:\n  - name: shop\n    target: http://a/\n";
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	struct error e = {0};
	static struct seen s;
	read_all(resource_file_open(path, &e), &s);
	unlink(path);
	assert_int_equal(s.n, 1);
	assert_string_equal(s.names[0], "shop");
	forget(&s);
}

static void read_mapping__gives__members_with_lines(void **state)
{
	static const char text[] =
		"# settings\nlisten: 127.0.0.1:80\nlog:\n  level: debug\nnone:\n";
	struct source_lines *lines;
	struct error e = {0};
	json_t *m = yaml_read_mapping(text, sizeof(text) - 1, &lines, &e);
	assert_non_null(m);
	assert_string_equal(json_str(m, "listen", ""), "127.0.0.1:80");
	assert_true(json_is_null(json_object_get(m, "none")));
	assert_int_equal(source_line(lines, "listen"), 2);
	assert_int_equal(source_line(lines, "log.level"), 4);
	assert_int_equal(source_line(lines, "absent"), 0);
	source_lines_free(lines);
	json_decref(m);
}

static void read_mapping__takes__nothing_as_empty(void **state)
{
	static const char *const texts[] = {"", "# only a comment\n", "---\n", "~\n", "{}\n"};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct error e = {0};
		json_t *m = yaml_read_mapping(texts[i], strlen(texts[i]), NULL, &e);
		assert_non_null(m);
		assert_int_equal(json_object_size(m), 0);
		json_decref(m);
	}
}

static void read_mapping__refuses(void **state)
{
	static const struct {
		const char *text, *why;
		int line;
	} cases[] = {
		{"a: 1\na: 2\n", "a: given twice, first on line 1", 2},
		{"- a\n", "must be a mapping", 1},
		{"text\n", "must be a mapping", 1},
		{"a: 1\n---\nb: 2\n", "only one document", 2},
		{"a: 1\nb: *c\n", "aliases", 2},
		{"a: [1\n", "not valid YAML", 2},
		{"a: 1\n: : :\n- b\n", "not valid YAML", 2},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error e = {0};
		struct source_lines *lines;
		assert_null(yaml_read_mapping(cases[i].text, strlen(cases[i].text), &lines, &e));
		assert_null(lines);
		assert_contains(e.text, cases[i].why);
		assert_int_equal(e.line, cases[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read__takes__kinds_documents_and_bare_lists),
		cmocka_unit_test(read__keeps__the_fields_type_not_yamls_guess),
		cmocka_unit_test(read__takes__json),
		cmocka_unit_test(read__goes_on__after_a_faulty_item),
		cmocka_unit_test(read__refuses__a_heading_given_twice),
		cmocka_unit_test(read__ends__at_a_fault_of_yaml),
		cmocka_unit_test(read__refuses__a_yaml_bomb_at_once),
		cmocka_unit_test(read__bounds__depth_and_size),
		cmocka_unit_test(read__has__no_limit_on_the_file),
		cmocka_unit_test(open__says__why_not),
		cmocka_unit_test(open__reads__a_file),
		cmocka_unit_test(read_mapping__gives__members_with_lines),
		cmocka_unit_test(read_mapping__takes__nothing_as_empty),
		cmocka_unit_test(read_mapping__refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
