#include "tests/fakes/lossy_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512 };

/* What all connections of this process see of one file; the disk has something older. */
struct image {
	struct image *next;
	char *path;
	unsigned users;
	uint8_t *bytes, *dirty; /* one flag a sector */
	int64_t size, cap, on_disk;
};

struct lossy_file {
	sqlite3_file base;
	struct image *image; /* NULL: passed through */
	sqlite3_file *real;  /* behind this struct */
};

static struct {
	sqlite3_vfs vfs, *real;
	pthread_mutex_t lock; /* everything below and all images */
	struct image *images;
	unsigned keep_percent, seed;
} lossy = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct lossy_file *of(sqlite3_file *f)
{
	return (struct lossy_file *)f;
}

static sqlite3_file *real(sqlite3_file *f)
{
	return of(f)->real;
}

static void make_room(struct image *m, int64_t size)
{
	int64_t cap = m->cap ? m->cap : 1 << 20;

	if (size <= m->cap)
		return;
	while (cap < size)
		cap *= 2;
	m->bytes = realloc(m->bytes, (size_t)cap);
	m->dirty = realloc(m->dirty, (size_t)cap / SECTOR);
	if (!m->bytes || !m->dirty)
		abort();
	memset(m->bytes + m->cap, 0, (size_t)(cap - m->cap));
	memset(m->dirty + m->cap / SECTOR, 0, (size_t)(cap - m->cap) / SECTOR);
	m->cap = cap;
}

static int put_sector(struct lossy_file *f, int64_t sector)
{
	struct image *m = f->image;
	int64_t at = sector * SECTOR;
	int n = at + SECTOR > m->size ? (int)(m->size - at) : SECTOR;

	m->dirty[sector] = 0;
	if (n <= 0)
		return SQLITE_OK;
	if (at + n > m->on_disk)
		m->on_disk = at + n;
	return f->real->pMethods->xWrite(f->real, m->bytes + at, n, at);
}

static int lossy_read(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
	struct image *m = of(f)->image;
	int rc = SQLITE_OK;

	if (!m)
		return real(f)->pMethods->xRead(real(f), out, n, at);
	pthread_mutex_lock(&lossy.lock);
	if (at + n > m->size) {
		memset(out, 0, (size_t)n);
		rc = SQLITE_IOERR_SHORT_READ;
		n = at < m->size ? (int)(m->size - at) : 0;
	}
	if (n)
		memcpy(out, m->bytes + at, (size_t)n);
	pthread_mutex_unlock(&lossy.lock);
	return rc;
}

static int lossy_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 at)
{
	struct image *m = of(f)->image;
	int rc = SQLITE_OK;

	if (!m)
		return real(f)->pMethods->xWrite(real(f), data, n, at);
	pthread_mutex_lock(&lossy.lock);
	make_room(m, at + n + SECTOR);
	memcpy(m->bytes + at, data, (size_t)n);
	if (at + n > m->size)
		m->size = at + n;
	for (int64_t s = at / SECTOR; !rc && s <= (at + n - 1) / SECTOR; s++) {
		m->dirty[s] = 1;
		if ((unsigned)rand_r(&lossy.seed) % 100 < lossy.keep_percent)
			rc = put_sector(of(f), s);
	}
	pthread_mutex_unlock(&lossy.lock);
	return rc;
}

static int lossy_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct image *m = of(f)->image;

	if (!m)
		return real(f)->pMethods->xTruncate(real(f), size);
	pthread_mutex_lock(&lossy.lock);
	make_room(m, size + SECTOR);
	if (size < m->size)
		memset(m->bytes + size, 0, (size_t)(m->size - size));
	m->size = size;
	pthread_mutex_unlock(&lossy.lock);
	return SQLITE_OK;
}

static int lossy_sync(sqlite3_file *f, int flags)
{
	struct image *m = of(f)->image;
	int rc = SQLITE_OK;

	if (!m)
		return real(f)->pMethods->xSync(real(f), flags);
	pthread_mutex_lock(&lossy.lock);
	for (int64_t s = 0; !rc && s * SECTOR < m->size; s++) {
		if (m->dirty[s])
			rc = put_sector(of(f), s);
	}
	if (!rc && m->on_disk != m->size) {
		rc = real(f)->pMethods->xTruncate(real(f), m->size);
		m->on_disk = m->size;
	}
	pthread_mutex_unlock(&lossy.lock);
	return rc;
}

static int lossy_size(sqlite3_file *f, sqlite3_int64 *size)
{
	struct image *m = of(f)->image;

	if (!m)
		return real(f)->pMethods->xFileSize(real(f), size);
	pthread_mutex_lock(&lossy.lock);
	*size = m->size;
	pthread_mutex_unlock(&lossy.lock);
	return SQLITE_OK;
}

static void release(struct image *m)
{
	struct image **p = &lossy.images;

	if (!m || --m->users)
		return;
	while (*p != m)
		p = &(*p)->next;
	*p = m->next;
	free(m->path);
	free(m->bytes);
	free(m->dirty);
	free(m);
}

static int lossy_close(sqlite3_file *f)
{
	pthread_mutex_lock(&lossy.lock);
	release(of(f)->image);
	pthread_mutex_unlock(&lossy.lock);
	return real(f)->pMethods->xClose(real(f));
}

static int lossy_lock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xLock(real(f), level);
}

static int lossy_unlock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xUnlock(real(f), level);
}

static int lossy_check_lock(sqlite3_file *f, int *out)
{
	return real(f)->pMethods->xCheckReservedLock(real(f), out);
}

static int lossy_control(sqlite3_file *f, int op, void *arg)
{
	/* These would change the file behind the image. */
	if (of(f)->image && (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE))
		return SQLITE_OK;
	return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int lossy_sector_size(sqlite3_file *f)
{
	return SECTOR;
}

static int lossy_device(sqlite3_file *f)
{
	return 0; /* promises nothing: no power-safe overwrite, no atomic sectors in order */
}

static int lossy_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}

static int lossy_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

static void lossy_shm_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int lossy_shm_unmap(sqlite3_file *f, int remove)
{
	return real(f)->pMethods->xShmUnmap(real(f), remove);
}

static const sqlite3_io_methods lossy_methods = {
	.iVersion = 2,
	.xClose = lossy_close,
	.xRead = lossy_read,
	.xWrite = lossy_write,
	.xTruncate = lossy_truncate,
	.xSync = lossy_sync,
	.xFileSize = lossy_size,
	.xLock = lossy_lock,
	.xUnlock = lossy_unlock,
	.xCheckReservedLock = lossy_check_lock,
	.xFileControl = lossy_control,
	.xSectorSize = lossy_sector_size,
	.xDeviceCharacteristics = lossy_device,
	.xShmMap = lossy_shm_map,
	.xShmLock = lossy_shm_lock,
	.xShmBarrier = lossy_shm_barrier,
	.xShmUnmap = lossy_shm_unmap,
};

/* With the lock held. */
static struct image *image_of(const char *path, sqlite3_file *file)
{
	sqlite3_int64 size = 0;
	struct image *m;

	for (m = lossy.images; m; m = m->next) {
		if (!strcmp(m->path, path)) {
			m->users++;
			return m;
		}
	}
	m = calloc(1, sizeof *m);
	if (!m)
		abort();
	m->path = strdup(path);
	m->users = 1;
	file->pMethods->xFileSize(file, &size);
	make_room(m, size + SECTOR);
	m->size = m->on_disk = size;
	if (size)
		file->pMethods->xRead(file, m->bytes, (int)size, 0);
	m->next = lossy.images;
	lossy.images = m;
	return m;
}

static int lossy_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags,
		      int *out_flags)
{
	struct lossy_file *file = of(f);
	int rc;

	memset(file, 0, sizeof *file);
	file->real = (sqlite3_file *)(file + 1);
	rc = lossy.real->xOpen(lossy.real, path, file->real, flags, out_flags);
	if (rc)
		return rc;
	f->pMethods = &lossy_methods;
	if (path && flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) {
		pthread_mutex_lock(&lossy.lock);
		file->image = image_of(path, file->real);
		pthread_mutex_unlock(&lossy.lock);
	}
	return SQLITE_OK;
}

void lossy_vfs_register(unsigned keep_percent, unsigned seed)
{
	lossy.keep_percent = keep_percent;
	lossy.seed = seed;
	if (lossy.real)
		return;
	lossy.real = sqlite3_vfs_find(NULL);
	lossy.vfs = *lossy.real;
	lossy.vfs.pNext = NULL;
	lossy.vfs.zName = "lossy";
	lossy.vfs.szOsFile = (int)sizeof(struct lossy_file) + lossy.real->szOsFile;
	lossy.vfs.xOpen = lossy_open;
	sqlite3_vfs_register(&lossy.vfs, 0);
}
