#pragma once
/* The user's time zone by name, for what the daemon has to know: its own may be another. */
#include <stddef.h>

/** "Europe/Berlin" from $TZ, else from where /etc/localtime leads, else "UTC". Returns out. */
const char *local_zone(char *out, size_t cap);
