#include "tui/term/key.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/mem.h"
#include "shared/utf8.h"

struct name {
	const char *text;
	uint32_t code;
};

static const struct name names[] = {
	{"Tab", KEY_CODE_TAB},
	{"Enter", KEY_CODE_ENTER},
	{"Esc", KEY_CODE_ESC},
	{"Space", KEY_CODE_SPACE},
	{"Backspace", KEY_CODE_BACKSPACE},
	{"Delete", KEY_CODE_DELETE},
	{"Up", KEY_CODE_UP},
	{"Down", KEY_CODE_DOWN},
	{"Left", KEY_CODE_LEFT},
	{"Right", KEY_CODE_RIGHT},
	{"PgUp", KEY_CODE_PGUP},
	{"PgDn", KEY_CODE_PGDN},
	{"Home", KEY_CODE_HOME},
	{"End", KEY_CODE_END},
	{"Shift-Tab", KEY_CODE_BACKTAB},
};

bool key_printable(uint32_t code)
{
	return code >= 0x20 && code != 0x7F && !(code >= 0x80 && code < 0xA0) &&
	       code < KEY_CODE_SPECIAL;
}

bool key_parse(const char *name, uint32_t *code)
{
	size_t n = strlen(name);
	uint32_t c;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcasecmp(name, names[i].text)) {
			*code = names[i].code;
			return true;
		}
	if (n == 6 && !strncasecmp(name, "Ctrl-", 5) && isalpha((unsigned char)name[5])) {
		*code = key_ctrl(name[5]);
		return true;
	}
	if ((name[0] == 'F' || name[0] == 'f') && n > 1 && n <= 3 &&
	    isdigit((unsigned char)name[1])) {
		int f = atoi(name + 1);

		*code = KEY_CODE_F1 + (uint32_t)f - 1;
		return f >= 1 && f <= 12;
	}
	if (n == 0 || utf8_next(name, n, &c) != n || !key_printable(c))
		return false;
	*code = c;
	return true;
}

const char *key_format(char out[static KEY_NAME], uint32_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].code == code) {
			snprintf(out, KEY_NAME, "%s", names[i].text);
			return out;
		}
	if (code >= 1 && code <= 26)
		snprintf(out, KEY_NAME, "Ctrl-%c", (char)('A' + code - 1));
	else if (code >= KEY_CODE_F1 && code <= KEY_CODE_F12)
		snprintf(out, KEY_NAME, "F%u", code - KEY_CODE_F1 + 1);
	else if (key_printable(code))
		out[utf8_put(out, code)] = '\0';
	else
		snprintf(out, KEY_NAME, "?");
	return out;
}
