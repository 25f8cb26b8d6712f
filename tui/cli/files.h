#pragma once
/* Files of resources to the daemon: whole file first, then batches. */
#include "tui/cli/cli.h"

struct file_result {
	size_t created, changed, unchanged;
	json_t *items;           /* the daemon's results in the file's order; json_decref */
	json_t *missing_secrets; /* names; json_decref */
};

/** Read and validate the file, try every batch, and unless dry_run then write them. Progress on
 * stderr when it takes longer than a second. @return 0 or an exit status with everything said on
 * stderr */
int file_send(struct invocation *in, const char *path, bool dry_run, struct file_result *out);
/** The same with what is in memory; name is what it is called in messages. */
int file_send_memory(struct invocation *in, const char *name, const char *data, size_t len,
		     bool dry_run, struct file_result *out);
void file_result_fini(struct file_result *r);

/** The one resource of kind k that a file describes ("-": standard input), bare or below its
 *  heading; members of flags (loose) are put over its own. @return false with faults */
bool file_read_one(const char *path, const struct resource_kind *k, const json_t *flags,
		   struct resource_input *out, struct error_list *faults);
