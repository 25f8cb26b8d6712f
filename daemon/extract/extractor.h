#pragma once
/* One request, start to end, in this process: what a worker does all its life. Knows no limit of
 * time or memory; that is why there are workers. */
#include "daemon/extract/frame.h"

struct extractor;
/** Opens tables of the C library, so before the sandbox is entered. Owner: the caller. */
struct extractor *extractor_new(void);
void extractor_free(struct extractor *x);
/** Writes the whole frame of the answer. */
void extractor_run(struct extractor *x, const struct frame_request *request, struct buf *answer);
