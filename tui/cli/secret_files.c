#include "tui/cli/secret_files.h"

#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "tui/cli/request.h"

bool secret_files_flag(const struct field *f, char *out, size_t cap)
{
	char flag[48];

	if (f->type != FIELD_SECRET)
		return false;
	field_flag(f, flag, sizeof(flag));
	snprintf(out, cap, "%s-file", flag + 2);
	return true;
}

/* NAME-FIELD, of which the field is kept whole. */
static void secret_name(char out[static 64], const char *name, const struct field *f)
{
	char flag[48];
	int room;

	field_flag(f, flag, sizeof(flag));
	room = NAME_MAX_BYTES - (int)strlen(flag + 2) - 1;
	snprintf(out, 64, "%.*s-%.47s", room, name, flag + 2);
}

static void secret_path(struct buf *path, const char *name)
{
	buf_add_str(path, "/v1/secrets/");
	path_escape(path, name);
}

/* Does a secret of that name have a value? */
static enum err look(struct invocation *in, const char *name, bool *taken, struct error *e)
{
	struct buf path = BUF_INIT(1024);
	json_t *reply = NULL;

	secret_path(&path, name);
	enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, e);
	*taken = !err && json_bool(json_object_get(reply, "data"), "stored", true);
	json_decref(reply);
	buf_fini(&path);
	if (err == ERR_NOT_FOUND) {
		*e = (struct error){0};
		return ERR_NONE;
	}
	return err;
}

static enum err check_value(const struct field *f, const char *flag, const char *path,
			    const struct secret_value *v, struct error *e)
{
	size_t n = v->n;

	if (n && v->bytes[n - 1] == '\n')
		n--;
	if (!f->fits || !f->fits(v->bytes, n, e))
		return ERR_NONE;
	error_prefix(e, "--%s %.100s: ", flag, path);
	return e->code;
}

static enum err take(struct invocation *in, const char *kind, const struct field *f,
		     const char *flag, const char *path, const char *name, const json_t *old,
		     json_t *given, struct secret_files *files, struct error *e)
{
	struct secret_file *item = &files->items[files->n];
	const char *now = secret_ref(json_object_get(old, f->name));
	bool taken = false;

	if (json_object_get(given, f->name))
		return error_set(e, ERR_USAGE, "--%s: not together with --%.*s", flag,
				 (int)strlen(flag) - 5, flag);
	if (!name[0])
		return error_set(e, ERR_USAGE, "--%s: give the name of the %s, too", flag, kind);
	if (files->n == SECRET_FILES_MAX)
		return error_set(e, ERR_USAGE, "more than %d secrets at once", SECRET_FILES_MAX);
	files->n++;
	secret_name(item->name, name, f);
	enum err err = secret_value_from(path, &item->value, e);
	if (!err)
		err = check_value(f, flag, path, &item->value, e);
	if (!err)
		err = look(in, item->name, &taken, e);
	if (err)
		return err;
	item->replaces = taken && now && !strcmp(now, item->name);
	if (taken && !item->replaces) {
		error_set(e, ERR_EXISTS, "--%s: there is a secret %s already", flag, item->name);
		error_hint(e,
			   "--%.*s secret:%s refers to it; sellersmart secret set %s < %.80s "
			   "replaces it",
			   (int)strlen(flag) - 5, flag, item->name, item->name, path);
		return ERR_EXISTS;
	}
	json_object_set_new(given, f->name, json_pack("{s:s}", "secret", item->name));
	return ERR_NONE;
}

static enum err take_fields(struct invocation *in, const char *kind, const struct field *fields,
			    size_t n, const char *name, const json_t *old, json_t *given,
			    struct secret_files *files, struct error *e)
{
	enum err err = ERR_NONE;

	for (size_t i = 0; i < n && !err; i++) {
		char flag[64];
		const char *path = secret_files_flag(&fields[i], flag, sizeof(flag))
					   ? invocation_flag(in, flag)
					   : NULL;
		bool had = path && files->n && secret_ref(json_object_get(given, fields[i].name));

		if (path && !had)
			err = take(in, kind, &fields[i], flag, path, name, old, given, files, e);
	}
	return err;
}

enum err secret_files_read(struct invocation *in, const struct resource_kind *k, const char *name,
			   const json_t *old, json_t *given, struct secret_files *files,
			   struct error *e)
{
	const struct variant *v = resource_variant(k, old ? old : given);
	enum err err = take_fields(in, k->kind, k->fields, k->n_fields, name, old, given, files, e);

	/* Without a known type the validator has the word: any variant's field does. */
	for (size_t i = 0; !err && k->variants && k->variants[i]; i++)
		if (!v || v == k->variants[i])
			err = take_fields(in, k->kind, k->variants[i]->fields,
					  k->variants[i]->n_fields, name, old, given, files, e);
	return err;
}

enum err secret_files_store(struct invocation *in, struct secret_files *files, bool replacing,
			    struct error *e)
{
	enum err err = ERR_NONE;

	for (size_t i = 0; i < files->n && !err; i++) {
		struct secret_file *item = &files->items[i];
		json_t *reply = NULL;

		if (item->replaces != replacing)
			continue;
		err = secret_value_store(in, item->name, &item->value, &reply, e);
		item->stored = !err;
		json_decref(reply);
	}
	return err;
}

void secret_files_undo(struct invocation *in, struct secret_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		struct buf path = BUF_INIT(1024);
		struct error e = {0};
		json_t *reply = NULL;

		if (!files->items[i].stored || files->items[i].replaces)
			continue;
		secret_path(&path, files->items[i].name);
		if (request_json(in, "DELETE", buf_str(&path), NULL, &reply, &e))
			output_note(in->output, "the secret %s was left behind: %s",
				    files->items[i].name, e.text);
		json_decref(reply);
		buf_fini(&path);
	}
}

void secret_files_fini(struct secret_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		secret_value_fini(&files->items[i].value);
	*files = (struct secret_files){0};
}
