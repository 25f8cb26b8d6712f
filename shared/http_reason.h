#pragma once
/* Reason phrases (RFC 9110 and the IANA registry). Ours, so that no server's words are shown. */

/** "Bad Gateway" for 502, "" for a status nobody registered. */
const char *http_reason(int status);
