#pragma once

/** What a jq comparison looks at: ".items | length" of ".items | length > 3", for a message that
 *  says what was found instead. NULL when the program is not one plain comparison. free(). */
char *jq_left_side(const char *program);
