#pragma once
/* A foreign page that a person has in a file: its bytes for the daemon, which takes it apart. */
#include <stdbool.h>

#include "shared/buf.h"
#include "shared/err.h"

/** Is it an address of the web rather than a file? */
bool is_web_address(const char *text);
/** "-": standard input. @param out  its maximum is the largest that is read
 *  @return ERR_NOT_FOUND, ERR_IO, ERR_TOO_LARGE, ERR_INVALID when it is empty */
enum err document_read(const char *path, struct buf *out, struct error *e);
