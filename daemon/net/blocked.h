#pragma once
/* Does an answer say that we are not wanted: refused, or asked to prove to be a person? Such a page
 * is left alone and known as blocked; nobody tries to get around it. Pure. */
#include <stdbool.h>
#include <stddef.h>

/** @param wall  one of its headers is a wall's (blocked_header)
 *  @return why, as words ("403", "a captcha"), or NULL: it is a page. A literal. */
const char *blocked_page(int status, bool wall, const char *body, size_t len);
/** Does a wall tell by this header that it stood in between? */
bool blocked_header(const char *name, const char *value, size_t len);
