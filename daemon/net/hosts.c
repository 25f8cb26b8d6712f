#include "daemon/net/hosts.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/net/address.h"
#include "shared/mem.h"

enum { FILE_BYTES_MAX = 512 << 10, LOOK_EVERY_MS = 1000 };

struct named {
	char *name;
	size_t line; /* keeps the file's order */
	struct sockaddr_storage addr;
};

struct hosts {
	char *path;
	struct named *items;
	size_t n, cap;
	int64_t looked_ms;
	struct timespec modified;
	ino_t inode;
};

struct hosts *hosts_new(const char *path)
{
	struct hosts *h = mem_zalloc(sizeof *h);

	h->path = mem_strdup(path ? path : "/etc/hosts");
	h->looked_ms = -LOOK_EVERY_MS;
	return h;
}

static void forget(struct hosts *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->items[i].name);
	free(h->items);
	h->items = NULL;
	h->n = h->cap = 0;
}

void hosts_free(struct hosts *h)
{
	if (!h)
		return;
	forget(h);
	free(h->path);
	free(h);
}

static void add(struct hosts *h, const char *name, const struct sockaddr_storage *addr, size_t line)
{
	struct named *item;

	if (h->n == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 16;
		h->items = mem_array(h->items, h->cap, sizeof *h->items);
	}
	item = &h->items[h->n++];
	*item = (struct named){.name = mem_strdup(name), .line = line, .addr = *addr};
	for (char *p = item->name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
}

static int compare(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : x->line < y->line ? -1 : 1;
}

static void parse(struct hosts *h, char *text)
{
	char *line, *next_line = text, *word, *next_word;
	struct sockaddr_storage addr;
	size_t number = 0;

	while ((line = strsep(&next_line, "\n"))) {
		number++;
		line[strcspn(line, "#")] = '\0';
		word = strtok_r(line, " \t\r", &next_word);
		if (!word || !address_parse(word, &addr))
			continue;
		while ((word = strtok_r(NULL, " \t\r", &next_word)))
			add(h, word, &addr, number);
	}
	if (h->n)
		qsort(h->items, h->n, sizeof *h->items, compare);
}

static void load(struct hosts *h, size_t size)
{
	char *text;
	ssize_t n;
	int fd = open(h->path, O_RDONLY | O_CLOEXEC);

	forget(h);
	if (fd < 0)
		return;
	if (size > FILE_BYTES_MAX)
		size = FILE_BYTES_MAX;
	text = mem_alloc(size + 1);
	n = read(fd, text, size);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	parse(h, text);
	free(text);
}

static void look(struct hosts *h, int64_t now_ms)
{
	struct stat st;

	if (now_ms - h->looked_ms < LOOK_EVERY_MS)
		return;
	h->looked_ms = now_ms;
	if (stat(h->path, &st))
		memset(&st, 0, sizeof st);
	if (st.st_ino == h->inode && st.st_mtim.tv_sec == h->modified.tv_sec &&
	    st.st_mtim.tv_nsec == h->modified.tv_nsec)
		return;
	h->inode = st.st_ino;
	h->modified = st.st_mtim;
	load(h, (size_t)st.st_size);
}

int hosts_find(struct hosts *h, const char *name, int family, int64_t now_ms,
	       struct sockaddr_storage *out, int max, bool *named)
{
	size_t low = 0, high;
	int n = 0;

	look(h, now_ms);
	for (high = h->n; low < high;) {
		size_t middle = (low + high) / 2;

		if (strcmp(h->items[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*named = low < h->n && !strcmp(h->items[low].name, name);
	for (; low < h->n && !strcmp(h->items[low].name, name) && n < max; low++) {
		if (h->items[low].addr.ss_family == family)
			out[n++] = h->items[low].addr;
	}
	return n;
}
