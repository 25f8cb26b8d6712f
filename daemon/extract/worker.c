/* The worker's process: into the sandbox, then request after request until the daemon hangs up. */
#include <errno.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "daemon/extract/extractor.h"
#include "daemon/extract/sandbox.h"
#include "daemon/extract/spawn.h"
#include "shared/mem.h"

enum {
	ALARM_GRACE_MS = 2000, /* the daemon kills us earlier; this is for when it is gone */
	TRIM_BYTES = 1 << 20,  /* after a document of this size memory is given back */
	EXIT_START = 92,
};

/* ---- memory -------------------------------------------------------------------------------- */

static void *must(void *p, size_t n)
{
	if (!p && n)
		sandbox_out_of_memory();
	return p;
}

static void *xml_alloc(size_t n)
{
	return must(malloc(n), n);
}

static void *xml_realloc(void *p, size_t n)
{
	return must(realloc(p, n), n);
}

static char *xml_strdup(const char *s)
{
	return must(strdup(s), 1);
}

static void xml_quiet(void *arg, xmlErrorPtr fault)
{
}

static void libraries_prepare(void)
{
	xmlMemSetup(free, xml_alloc, xml_realloc, xml_strdup);
	xmlInitParser();
	xmlSetStructuredErrorFunc(NULL, xml_quiet);
}

/* ---- the socket ---------------------------------------------------------------------------- */

/* Exactly n bytes; false at the end, which is the daemon's. */
static bool read_all(void *data, size_t n)
{
	char *to = data;

	while (n > 0) {
		ssize_t got = read(STDIN_FILENO, to, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		n -= (size_t)got;
	}
	return true;
}

static bool write_all(const void *data, size_t n)
{
	const char *from = data;

	while (n > 0) {
		ssize_t put = write(STDOUT_FILENO, from, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		from += put;
		n -= (size_t)put;
	}
	return true;
}

static bool read_request(struct buf *in)
{
	char head[FRAME_HEAD], *room;
	uint32_t len;

	buf_reset(in);
	if (!read_all(head, sizeof head))
		return false;
	len = frame_length(head);
	room = buf_reserve(in, len);
	if (!room || !read_all(room, len))
		return false;
	in->len += len;
	return true;
}

/* ---- running ------------------------------------------------------------------------------- */

static void alarm_set(int ms)
{
	struct itimerval t = {.it_value = {ms / 1000, ms % 1000 * 1000}};

	setitimer(ITIMER_REAL, &t, NULL);
}

static bool serve(struct extractor *x, struct buf *in, struct buf *out)
{
	struct frame_request *request = mem_alloc(sizeof *request);
	bool fine = frame_read_request(in->data, in->len, request);

	if (fine) {
		alarm_set(request->request.timeout_ms + ALARM_GRACE_MS);
		extractor_run(x, request, out);
		alarm_set(0);
		fine = !out->overflow && write_all(out->data, out->len);
	}
	free(request);
	if (in->len > TRIM_BYTES) {
		buf_fini(in);
		*in = BUF_INIT(FRAME_REQUEST_MAX);
		malloc_trim(0);
	}
	return fine;
}

int extract_worker_main(void)
{
	const char *memory = getenv(SPAWN_MEMORY);
	int64_t memory_bytes = memory ? strtoll(memory, NULL, 10) : 0;
	struct buf in = BUF_INIT(FRAME_REQUEST_MAX), out = BUF_INIT(FRAME_ANSWER_MAX);
	struct extractor *x;
	static const uint32_t ready = 0;

	if (memory_bytes <= 0)
		return EXIT_START; /* started by a person */
	mallopt(M_ARENA_MAX, 1);
	libraries_prepare();
	x = extractor_new();
	if (!sandbox_enter(memory_bytes))
		return EXIT_START;
	if (write_all(&ready, sizeof ready)) {
		while (read_request(&in) && serve(x, &in, &out))
			;
	}
	buf_fini(&in);
	buf_fini(&out);
	extractor_free(x);
	return 0;
}
