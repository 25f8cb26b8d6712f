#pragma once
/* What may stand where the cursor is: the words of a command line looked at as a person types them,
 * for the completions of bash, zsh and fish. */
#include "shared/buf.h"

/** How long names may take to come from the daemon; later there are none. */
enum { COMPLETE_ASK_MS = 200 };
/** A line of this word alone: the shell's own completion of file names. */
#define COMPLETE_FILES ":files"

/** One candidate a line, a tab and a few words about it where there are any.
 *  @param words  what stands before and at the cursor, without the program; the last, which may be
 *                empty, is being typed. "--flag=VALUE" is one word
 *  Never fails: what cannot be known is left out, and nothing is said on standard error. */
void complete_words(struct buf *out, int n, char *const *words);
