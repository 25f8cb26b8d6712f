#pragma once
/* jq programs (libjq) on one JSON document. In a worker: a program may loop or grow for ever. */
#include "daemon/extract/frame.h"

struct program; /* compiled */
struct json_document;

/** @return NULL with e filled in the words of jq. Owner: the caller. Modules, the environment and
 *  further inputs are not there for a program. */
struct program *program_compile(const char *text, struct error *e);
void program_free(struct program *p);

/** Numbers that a double would change are strings in it (numbers.h).
 *  @return NULL with e (ERR_MALFORMED) filled. Owner: the caller. */
struct json_document *json_document_read(const char *text, size_t len, struct error *e);
void json_document_free(struct json_document *d);

/** Run it: fn with each output, compact JSON, until it returns false.
 *  @return ERR_MALFORMED with e in the words of the program when it failed */
enum err program_each(struct program *p, const struct json_document *d,
		      bool (*fn)(void *arg, const char *text, size_t len), void *arg,
		      struct error *e);
/** Run it; each output is one value, compact JSON. f->error speaks when the program failed. */
void program_run(struct program *p, const struct json_document *d, struct found_writer *f);
