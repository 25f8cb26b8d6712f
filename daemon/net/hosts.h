#pragma once
/* The hosts file: read again when it changed, looked at no more than once a second. */
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct hosts;
/** @param path  NULL: /etc/hosts */
struct hosts *hosts_new(const char *path);
void hosts_free(struct hosts *h);
/** Addresses of a lower-case name in one family, at most max. @return how many; *named tells
 * whether the file has the name at all. */
int hosts_find(struct hosts *h, const char *name, int family, int64_t now_ms,
	       struct sockaddr_storage *out, int max, bool *named);
