#pragma once
/* Host names in other scripts, as they are asked for: "bücher.example" -> "xn--bcher-kva.example"
 * (UTS 46, then RFC 3492 for each label). */
#include "shared/err.h"
#include "shared/url.h"

/** In place; an ASCII name is left alone. ERR_INVALID when it is too long or not a name. */
enum err idn_to_ascii(char host[static HOST_MAX], struct error *e)
	__attribute__((warn_unused_result));
