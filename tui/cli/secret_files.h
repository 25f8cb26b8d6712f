#pragma once
/* --FIELD-file FILE: the value of a secret field given together with the resource. It is stored
 * as a secret of its own, NAME-FIELD, to which the resource then refers; on the command line and in
 * the resource there is only the name. */
#include "tui/cli/secret_value.h"

struct resource_kind;
struct field;

enum { SECRET_FILES_MAX = 8 };

struct secret_files {
	struct secret_file {
		char name[64];
		struct secret_value value;
		bool replaces; /* the resource has it already: stored last */
		bool stored;
	} items[SECRET_FILES_MAX];
	size_t n;
};

/** Name of the flag without dashes; false: the field has none. */
bool secret_files_flag(const struct field *f, char *out, size_t cap);
/** Read the files that were given, see that the values fit, and refer to them in `given`.
 *  @param name  of the resource; @param old  what it is now, NULL for a new one
 *  @return ERR_EXISTS when somebody else's secret has the name already */
enum err secret_files_read(struct invocation *in, const struct resource_kind *k, const char *name,
			   const json_t *old, json_t *given, struct secret_files *files,
			   struct error *e);
/** Store those that are new (replacing: those that are not). */
enum err secret_files_store(struct invocation *in, struct secret_files *files, bool replacing,
			    struct error *e);
/** The resource was refused: delete what secret_files_store made. */
void secret_files_undo(struct invocation *in, struct secret_files *files);
/** Wipes them. */
void secret_files_fini(struct secret_files *files);
