#pragma once
/* One address of a mail: "ops@shop.example" or "Shop watch <ops@shop.example>". */
#include "shared/err.h"

enum { MAIL_ADDRESS_MAX = 254, MAIL_NAME_MAX = 80 };

struct mail_address {
	char address[MAIL_ADDRESS_MAX + 1]; /* ASCII, safe in a command and a header */
	char name[MAIL_NAME_MAX + 1];       /* UTF-8 without control characters, "" */
};

/** Strict: nothing that could end a line or begin another address. */
enum err mail_address_parse(const char *text, struct mail_address *out, struct error *e)
	__attribute__((warn_unused_result));
