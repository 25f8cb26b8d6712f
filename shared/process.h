#pragma once
/* What this process takes of its machine. From /proc; 0 where it cannot be read. */
#include <stddef.h>
#include <stdint.h>

size_t process_open_files(void);
/** @return the limit of open files, INT64_MAX without one, -1: unknown */
int64_t process_max_files(void);
int64_t process_resident_bytes(void);
