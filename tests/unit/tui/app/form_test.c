#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "shared/json.h"
#include "tui/app/form_internal.h"

static int set_up(void **state)
{
	*state = form_new(resource_kind_find("monitor"));
	return 0;
}

static int tear_down(void **state)
{
	form_free(*state);
	return 0;
}

static size_t row_of(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->rows[i].field && !strcmp(f->rows[i].field->name, name))
			return i;
	return f->n;
}

static void type_into(struct form *f, const char *name, const char *text)
{
	f->at = row_of(f, name);
	assert_true(f->at < f->n);
	form_take_key(f, &(struct key){.code = key_ctrl('U')});
	for (; *text; text++)
		form_take_key(f, &(struct key){.code = (unsigned char)*text});
}

static json_t *existing(void)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:{s:s}}", "kind",
			 "monitor", "id", "mon_0000000000001", "name", "shop", "version", 3, "type",
			 "http", "target", "https://shop.example/", "interval", "30s", "timeout",
			 "10s", "failures", 3, "retry_interval", "20s", "labels", "shop", "garden");
}

static void fields__follow__the_address(void **state)
{
	struct form *f = *state;

	form_start(f, NULL, NULL);
	assert_true(row_of(f, "method") < f->n);
	type_into(f, "target", "tcp://mail.example:25");
	assert_true(row_of(f, "method") == f->n);
	assert_true(row_of(f, "expect") < f->n);
	assert_string_equal(f->rows[f->at].field->name, "target");
}

static void advanced__is_folded__until_asked(void **state)
{
	struct form *f = *state;

	form_start(f, NULL, NULL);
	assert_true(row_of(f, "recoveries") == f->n);
	form_fold(f);
	assert_true(row_of(f, "recoveries") < f->n);
	assert_true(row_of(f, "labels") < f->n);
}

static void new_body__has__what_was_typed_and_a_name(void **state)
{
	struct form *f = *state;
	json_t *body;

	form_start(f, NULL, "https://shop.example/");
	type_into(f, "interval", "30s");
	type_into(f, "failures", "2");
	body = form_body(f);
	assert_non_null(body);
	assert_string_equal(json_str(body, "target", ""), "https://shop.example/");
	assert_string_equal(json_str(body, "interval", ""), "30s");
	assert_int_equal(json_int(body, "failures", 0), 2);
	assert_string_equal(json_str(body, "name", ""), "shop-example");
	json_decref(body);
}

static void fault__stands__beside_its_field(void **state)
{
	struct form *f = *state;

	form_start(f, NULL, "https://shop.example/");
	type_into(f, "interval", "99y");
	assert_null(form_body(f));
	assert_string_equal(f->rows[f->at].field->name, "interval");
	assert_true(*f->rows[f->at].text->fault);
	type_into(f, "interval", "30s");
	assert_false(*f->rows[row_of(f, "interval")].text->fault);
}

static void leaving_a_field__checks_it(void **state)
{
	struct form *f = *state;

	form_start(f, NULL, "https://shop.example/");
	type_into(f, "timeout", "soon");
	form_take_key(f, &(struct key){.code = KEY_CODE_TAB});
	assert_true(*f->rows[row_of(f, "timeout")].text->fault);
	assert_false(*f->rows[row_of(f, "target")].text->fault);
}

static void patch__has__only_what_changed(void **state)
{
	struct form *f = *state;
	json_t *original = existing(), *body;

	form_start(f, original, NULL);
	assert_false(form_changed(f));
	body = form_body(f);
	assert_int_equal(json_object_size(body), 0);
	json_decref(body);
	type_into(f, "interval", "5m");
	type_into(f, "failures", "");
	assert_true(form_changed(f));
	body = form_body(f);
	assert_int_equal(json_object_size(body), 2);
	assert_non_null(json_object_get(body, "interval"));
	assert_true(json_is_null(json_object_get(body, "failures")));
	json_decref(body);
	json_decref(original);
}

static void patch__takes_away__labels_that_are_gone(void **state)
{
	struct form *f = *state;
	json_t *original = existing(), *body;

	form_start(f, original, NULL);
	form_fold(f);
	type_into(f, "labels", "team=a");
	body = form_body(f);
	assert_non_null(body);
	assert_true(json_is_null(json_path(body, "labels.shop")));
	assert_string_equal(json_str(json_object_get(body, "labels"), "team", ""), "a");
	json_decref(body);
	json_decref(original);
}

static void type__is_fixed__once_made(void **state)
{
	struct form *f = *state;
	json_t *original = existing();

	form_start(f, original, NULL);
	assert_true(form_row_fixed(f, &f->rows[row_of(f, "type")]));
	f->at = row_of(f, "name");
	form_move(f, 1);
	assert_string_equal(f->rows[f->at].field->name, "interval");
	json_decref(original);
}

static void another_name__is_a_change__of_nothing_else(void **state)
{
	struct form *f = *state;
	json_t *original = existing(), *body;

	form_start(f, original, NULL);
	type_into(f, "name", "lanterns");
	body = form_body(f);
	assert_non_null(body);
	assert_int_equal(json_object_size(body), 1);
	assert_string_equal(json_str(body, "name", ""), "lanterns");
	json_decref(body);
	type_into(f, "name", "No Name At All");
	assert_null(form_body(f));
	json_decref(original);
}

static void letters__are_never__commands(void **state)
{
	struct form *f = *state;

	form_start(f, NULL, NULL);
	for (size_t i = 0; i < f->n; i++) {
		f->at = i;
		assert_int_equal(form_take_key(f, &(struct key){.code = 'q'}), FORM_TAKEN);
	}
}

static void daemons_faults__go_to_their_fields(void **state)
{
	struct form *f = *state;
	struct error_list faults = {.n = 2, .total = 2};

	form_start(f, NULL, "https://shop.example/");
	error_field(&faults.items[0], ERR_INVALID, "headers.X-A", "a header is wrong");
	error_field(&faults.items[1], ERR_EXISTS, "name", "the name is taken");
	form_take_faults(f, &faults, &faults.items[0]);
	assert_string_equal(f->rows[row_of(f, "name")].text->fault, "the name is taken");
	assert_string_equal(f->rows[row_of(f, "headers")].text->fault, "a header is wrong");
}

/* A kind whose type nothing can be guessed from. */
static struct form *notifier_form(void)
{
	struct form *f = form_new(resource_kind_find("notifier"));

	form_start(f, NULL, NULL);
	return f;
}

static void type__comes_first__when_nothing_is_guessed_from(void **state)
{
	struct form *f = notifier_form();

	assert_string_equal(f->rows[0].field->name, "type");
	assert_string_equal(f->rows[1].field->name, "name");
	assert_true(row_of(f, "url") < row_of(f, "min_severity"));
	form_free(f);
}

static void secret__is_meant_as__its_empty_field_shows(void **state)
{
	struct form *f = notifier_form();
	json_t *body;

	type_into(f, "type", "w"); /* a letter chooses what begins with it */
	type_into(f, "name", "ops");
	type_into(f, "url", "http://127.0.0.1:9000/hook");
	body = form_body(f);
	assert_non_null(body);
	assert_string_equal(secret_ref(json_object_get(body, "secret")), "ops-secret");
	assert_string_equal(json_str(body, "type", ""), "webhook");
	json_decref(body);
	type_into(f, "secret", "mine");
	body = form_body(f);
	assert_string_equal(secret_ref(json_object_get(body, "secret")), "mine");
	json_decref(body);
	/* A value is not taken for a name. */
	type_into(f, "secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
	assert_null(form_body(f));
	form_free(f);
}

static void entries__are_filled_in__from_an_object(void **state)
{
	struct form *f = form_new(resource_kind_find("silence"));
	json_t *body;

	form_start(f, NULL, "{\"match\": [\"subject=garden\"], \"for\": \"2h\"}");
	assert_string_equal(f->rows[row_of(f, "match")].text->edit.text, "subject=garden");
	body = form_body(f);
	assert_non_null(body);
	assert_string_equal(json_string_value(json_array_get(json_object_get(body, "match"), 0)),
			    "subject=garden");
	assert_true(*json_str(body, "until", "") != '\0');
	json_decref(body);
	form_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fields__follow__the_address, set_up, tear_down),
		cmocka_unit_test_setup_teardown(advanced__is_folded__until_asked, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(new_body__has__what_was_typed_and_a_name, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(fault__stands__beside_its_field, set_up, tear_down),
		cmocka_unit_test_setup_teardown(leaving_a_field__checks_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(patch__has__only_what_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(patch__takes_away__labels_that_are_gone, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(type__is_fixed__once_made, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_name__is_a_change__of_nothing_else, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(letters__are_never__commands, set_up, tear_down),
		cmocka_unit_test_setup_teardown(daemons_faults__go_to_their_fields, set_up,
						tear_down),
		cmocka_unit_test(type__comes_first__when_nothing_is_guessed_from),
		cmocka_unit_test(secret__is_meant_as__its_empty_field_shows),
		cmocka_unit_test(entries__are_filled_in__from_an_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
