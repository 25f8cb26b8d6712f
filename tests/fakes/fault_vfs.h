#pragma once
/* An SQLite VFS, "fault", whose database and log files fail when told to. */
#include <stdatomic.h>
#include <stdbool.h>

struct fault_vfs {
	atomic_int writes_left; /* then every write says that the disk is full; -1: never */
	atomic_bool bad_write;  /* every write is an I/O error */
	atomic_bool bad_sync;   /* every sync is an I/O error */
	atomic_uint syncs;      /* how often one was asked for */
};

/** Register it, all well. The one state is shared by all files. */
struct fault_vfs *fault_vfs_register(void);
