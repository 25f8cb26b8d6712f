#include "tui/cli/editor.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/mem.h"
#include "shared/paths.h"
#include "shared/schema/files.h"
#include "tui/cli/request.h"

extern char **environ;

enum { TEXT_MAX = 1 << 20 };

/* The form that apply reads: only what differs from the defaults. */
static bool write_form(struct buf *out, const struct resource_kind *k, const json_t *object)
{
	struct error_list *faults = mem_zalloc(sizeof(*faults));
	struct resource_input input = {0};
	bool ok = resource_validate(k, object, 0, NULL, &input, faults);
	if (ok)
		resource_write_yaml(out, k, input.name, input.labels, input.spec);
	resource_input_fini(&input);
	free(faults);
	return ok;
}

static bool write_file(int fd, const struct buf *text)
{
	size_t done = 0;
	if (ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET))
		return false;
	while (done < text->len) {
		ssize_t n = write(fd, text->data + done, text->len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* By its path again: many editors write a new file and rename it. */
static enum err read_file(const char *path, struct buf *out, struct error *e)
{
	char block[4096];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	buf_reset(out);
	if (fd < 0)
		return error_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	while ((n = read(fd, block, sizeof(block))) > 0)
		buf_add(out, block, (size_t)n);
	close(fd);
	return n < 0 ? error_set(e, ERR_IO, "%s: %s", path, strerror(errno)) : ERR_NONE;
}

static enum err run_editor(const char *path, struct error *e)
{
	const char *editor = getenv("VISUAL");
	int status;
	pid_t pid;
	if (!editor || !*editor)
		editor = getenv("EDITOR");
	if (!editor || !*editor)
		editor = access("/usr/bin/editor", X_OK) ? "vi" : "/usr/bin/editor";
	/* EDITOR may hold arguments ("code --wait"): a shell parts them, as everywhere else. */
	char command[1024];
	snprintf(command, sizeof(command), "%s \"$1\"", editor);
	char *argv[] = {"sh", "-c", command, "sh", (char *)path, NULL};
	int failed = posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ);
	if (failed)
		return error_set(e, ERR_IO, "%.64s: %s", editor, strerror(failed));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_set(e, ERR_IO, "%.64s: %s", editor, strerror(errno));
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return ERR_NONE;
	error_set(e, ERR_CANCELLED, "the editor %.64s failed; nothing was changed", editor);
	error_hint(e, "set EDITOR to an editor that is installed");
	return ERR_CANCELLED;
}

/* Faults stand above the text as comments, and go when it is saved again. */
static void comment_faults(struct buf *text, const struct error_list *faults)
{
	struct buf out = BUF_INIT(TEXT_MAX * 2);
	const char *line = buf_str(text);
	/* Lines as they will stand in the file: those of the old comment go, the new ones come. */
	int old = 0, added = (int)faults->n + 1;
	for (const char *at = line; !strncmp(at, "#! ", 3); old++) {
		at += strcspn(at, "\n");
		at += *at == '\n';
		line = at;
	}
	buf_add_str(
		&out,
		"#! Not accepted, nothing was changed. Save it corrected, or empty to give up.\n");
	for (size_t i = 0; i < faults->n; i++) {
		const struct error *e = &faults->items[i];
		if (e->line)
			buf_printf(&out, "#! line %d: ", e->line - old + added);
		else
			buf_add_str(&out, "#! ");
		for (const char *c = e->text; *c; c++)
			buf_add_char(&out, *c == '\n' ? ' ' : *c);
		buf_printf(&out, "%s%s\n", e->hint[0] ? "; try: " : "", e->hint);
	}
	buf_add_str(&out, line);
	buf_reset(text);
	buf_add(text, buf_str(&out), out.len);
	buf_fini(&out);
}

static json_t *body_of(const struct resource_input *input)
{
	json_t *body = json_deep_copy(input->spec);
	json_object_set_new(body, "name", json_string(input->name));
	if (input->labels)
		json_object_set(body, "labels", input->labels);
	return body;
}

static void store(struct invocation *in, const struct resource_kind *k, const json_t *before,
		  const struct resource_input *input, struct error_list *faults)
{
	char path[160], version[32];
	struct error e = {0};
	struct reply r = {0};
	json_t *body = body_of(input);
	char *text = json_dumps(body, JSON_COMPACT);
	snprintf(path, sizeof(path), "/v1/%s/%s", k->plural, json_str(before, "id", ""));
	snprintf(version, sizeof(version), "%lld", (long long)json_int(before, "version", 0));
	struct client_request q = {.method = "PUT",
				   .path = path,
				   .body = text,
				   .body_len = strlen(text),
				   .if_match = version};
	if (client_send(in->client, &q, &r, &e)) {
		errors_add(faults, &e);
		for (size_t i = 1; i < r.faults.n; i++)
			errors_add(faults, &r.faults.items[i]);
	}
	reply_fini(&r);
	free(text);
	json_decref(body);
}

/* Read the saved text and store it. Faults are left in faults; without any it is done. */
static void take(struct invocation *in, const struct resource_kind *k, const json_t *before,
		 const struct buf *text, struct error_list *faults)
{
	struct resource_file *file = resource_file_from_memory(text->data, text->len);
	struct resource_item item = {0}, second = {0};
	struct error e = {0};
	int got = resource_file_next(file, &item, faults);
	if (!got && !faults->n) {
		error_set(&e, ERR_INVALID, "the %s is gone", k->kind);
		errors_add(faults, &e);
	}
	if (got == 1 && item.kind != k) {
		error_set(&e, ERR_INVALID, "this is not a %s", k->kind);
		errors_add(faults, &e);
	} else if (got == 1 && resource_file_next(file, &second, faults) == 1) {
		error_set(&e, ERR_INVALID, "one %s only", k->kind);
		error_hint(&e, "several at once: sellersmart apply -f FILE");
		errors_add(faults, &e);
	} else if (got == 1 && !faults->n) {
		store(in, k, before, &item.input, faults);
	}
	resource_input_fini(&item.input);
	resource_input_fini(&second.input);
	resource_file_free(file);
}

static bool blank(const struct buf *text)
{
	bool comment = false;
	for (size_t i = 0; i < text->len; i++) {
		char c = text->data[i];
		comment = c == '#' ? true : c == '\n' ? false : comment;
		if (!comment && !strchr(" \t\r\n", c))
			return false;
	}
	return true;
}

static int edit_text(struct invocation *in, const struct resource_kind *k, const json_t *before,
		     const char *path, int fd)
{
	struct error_list *faults = mem_zalloc(sizeof(*faults));
	struct buf text = BUF_INIT(TEXT_MAX * 2), first = BUF_INIT(TEXT_MAX);
	struct error e = {0};
	int status = 0;
	buf_printf(&text, "%s:\n", k->plural);
	if (!write_form(&text, k, before))
		error_set(&e, ERR_INVALID, "%s cannot be written as a form", k->kind);
	buf_add(&first, buf_str(&text), text.len);
	for (bool again = true; again && !e.code;) {
		memset(faults, 0, sizeof(*faults));
		if (fd >= 0 && !write_file(fd, &text)) {
			error_set(&e, ERR_IO, "%s: %s", path, strerror(errno));
			break;
		}
		if (run_editor(path, &e) || read_file(path, &text, &e))
			break;
		if (blank(&text)) {
			error_set(&e, ERR_CANCELLED, "nothing was changed");
			break;
		}
		if (text.len == first.len && !memcmp(text.data, first.data, text.len)) {
			output_note(in->output, "nothing was changed");
			break;
		}
		take(in, k, before, &text, faults);
		again = faults->n > 0;
		if (again) {
			comment_faults(&text, faults);
			/* The editor may have put another file there. */
			close(fd);
			fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		} else {
			output_text(in->output, "%s %s changed\n", k->kind,
				    json_str(before, "name", ""));
		}
	}
	if (e.code)
		status = invocation_fail(&e);
	if (e.code == ERR_CANCELLED)
		status = 130; /* as a question that was answered with no */
	if (fd >= 0)
		close(fd);
	buf_fini(&text);
	buf_fini(&first);
	free(faults);
	return status;
}

int editor_edit(struct invocation *in, const struct resource_kind *k, const char *ref)
{
	struct error e = {0};
	struct buf at = BUF_INIT(1024);
	json_t *reply = NULL;
	char path[PATH_TEXT];
	const char *dir = getenv("XDG_RUNTIME_DIR");
	if (!dir || dir[0] != '/' || access(dir, W_OK))
		dir = getenv("TMPDIR");
	if (!dir || dir[0] != '/')
		dir = "/tmp";
	buf_printf(&at, "/v1/%s/", k->plural);
	path_escape(&at, ref);
	enum err err = request_json(in, "GET", buf_str(&at), NULL, &reply, &e);
	buf_fini(&at);
	if (err)
		return invocation_fail(&e);
	snprintf(path, sizeof(path), "%.900s/sellersmart-XXXXXX.yaml", dir);
	int fd = mkostemps(path, 5, O_CLOEXEC);
	if (fd < 0) {
		error_set(&e, ERR_IO, "%s: %s", path, strerror(errno));
		json_decref(reply);
		return invocation_fail(&e);
	}
	int status = edit_text(in, k, json_object_get(reply, "data"), path, fd);
	unlink(path);
	json_decref(reply);
	return status;
}

bool editor_keep(const struct resource_kind *k, const json_t *objects, char *path, size_t cap)
{
	struct buf text = BUF_INIT(16 << 20);
	char dir[PATH_TEXT];
	struct error e = {0};
	size_t i;
	const json_t *object;
	bool ok = !path_data_dir(dir, &e) && !path_make_dir(dir, &e);
	buf_printf(&text, "%s:\n", k->plural);
	json_array_foreach(objects, i, object) ok = ok && write_form(&text, k, object);
	snprintf(path, cap, "%.900s/undo.yaml", dir);
	int fd = ok ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	ok = fd >= 0 && write_file(fd, &text);
	if (fd >= 0)
		close(fd);
	buf_fini(&text);
	return ok;
}
