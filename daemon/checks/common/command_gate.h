#pragma once
/* Which programs a monitor or a notifier may run: only what the configuration file names, judged by
 * the file that is really meant, and only when nobody but root and us could have put it there. */
#include <limits.h>
#include <stddef.h>

#include "daemon/checks/common/verdict.h"

/** @param setting  of the configuration file, that names them: "commands"
 *  @param allowed  programs and directories, absolute
 *  @param real     the file that is meant, without links and ..
 *  @return true: it may run; else *v says why not and what to do. Thread: any, blocks on disks. */
bool command_gate(const char *setting, const char *program, char *const *allowed, size_t n_allowed,
		  char real[static PATH_MAX], struct verdict *v);
