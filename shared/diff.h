#pragma once
/* What changed between two texts, line by line: a shortest script of removed and added lines.
 * E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986). */
#include <stdbool.h>
#include <stddef.h>

enum diff_op { DIFF_SAME, DIFF_REMOVED, DIFF_ADDED };

struct diff_line {
	enum diff_op op;
	const char *text; /* of from or to, without the line's end */
	size_t len;
	int from, to; /* line numbers from 1; 0: not in that text */
};

/** Lines borrow the texts. Removed lines come before the added ones that replace them. */
struct diff {
	struct diff_line *lines;
	size_t n, added, removed;
	bool rough; /* so different that the parts between the ends were not looked at */
};

enum { DIFF_LINES_MAX = 20000, DIFF_EDITS_MAX = 800 };

/** Longer texts are cut at DIFF_LINES_MAX lines. Pure; at most some milliseconds and 3 MB. */
void diff_make(struct diff *d, const char *from, const char *to);
void diff_fini(struct diff *d);

/** The next stretch of changes with `context` same lines around it: lines [*first, *end).
 *  *at: 0 at first, moved on. @return false when there is none left */
bool diff_hunk(const struct diff *d, size_t context, size_t *at, size_t *first, size_t *end);
