#pragma once
/* The rules of following a redirect. */
#include "daemon/checks/common/http_walk.h"

/** Is the answer a redirect that this monitor follows? A status it expects is an answer. */
bool http_redirect_wanted(const struct http_walk *w);
/** Note the hop and go to its target. false: it is not followed, w->verdict says why. */
bool http_redirect_step(struct http_walk *w);
