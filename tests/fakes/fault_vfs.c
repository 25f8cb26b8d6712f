#include "tests/fakes/fault_vfs.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static sqlite3_vfs fault_vfs, *real_vfs;
static struct fault_vfs fault;
/* The default VFS's methods with two replaced; databases and logs have different ones. */
static struct table {
	sqlite3_io_methods methods;
	const sqlite3_io_methods *real;
} database, journal;

static const sqlite3_io_methods *real_methods(const sqlite3_file *f)
{
	return f->pMethods == &database.methods ? database.real : journal.real;
}

static bool is_full(void)
{
	int left = atomic_load(&fault.writes_left);

	while (left > 0 && !atomic_compare_exchange_weak(&fault.writes_left, &left, left - 1))
		;
	return left == 0;
}

static int fault_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 at)
{
	if (atomic_load(&fault.bad_write))
		return SQLITE_IOERR_WRITE;
	if (is_full())
		return SQLITE_FULL;
	return real_methods(f)->xWrite(f, data, n, at);
}

static int fault_sync(sqlite3_file *f, int flags)
{
	atomic_fetch_add(&fault.syncs, 1);
	return atomic_load(&fault.bad_sync) ? SQLITE_IOERR_FSYNC : real_methods(f)->xSync(f, flags);
}

static int fault_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags,
		      int *out_flags)
{
	struct table *t = flags & SQLITE_OPEN_WAL ? &journal : &database;
	int rc = real_vfs->xOpen(real_vfs, path, f, flags, out_flags);

	if (rc || !(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
		return rc;
	if (!t->real) {
		t->real = f->pMethods;
		t->methods = *f->pMethods;
		t->methods.xWrite = fault_write;
		t->methods.xSync = fault_sync;
	}
	if (f->pMethods == t->real)
		f->pMethods = &t->methods;
	return SQLITE_OK;
}

struct fault_vfs *fault_vfs_register(void)
{
	atomic_store(&fault.writes_left, -1);
	atomic_store(&fault.bad_write, false);
	atomic_store(&fault.bad_sync, false);
	if (real_vfs)
		return &fault;
	real_vfs = sqlite3_vfs_find(NULL);
	fault_vfs = *real_vfs;
	fault_vfs.pNext = NULL;
	fault_vfs.zName = "fault";
	fault_vfs.xOpen = fault_open;
	sqlite3_vfs_register(&fault_vfs, 0);
	return &fault;
}
