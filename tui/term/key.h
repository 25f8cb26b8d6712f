#pragma once
/* Keys as numbers and as the names that people read and write: "j", "Ctrl-L", "PgDn", "F1". */
#include <stdbool.h>
#include <stdint.h>

/** A printable key is its code point; Ctrl-A is 1; the others start above Unicode. */
enum key_code {
	KEY_CODE_NONE = 0,
	KEY_CODE_TAB = 9,
	KEY_CODE_ENTER = 13,
	KEY_CODE_ESC = 27,
	KEY_CODE_SPACE = 32,
	KEY_CODE_SPECIAL = 0x110000,
	KEY_CODE_BACKSPACE,
	KEY_CODE_DELETE,
	KEY_CODE_UP,
	KEY_CODE_DOWN,
	KEY_CODE_LEFT,
	KEY_CODE_RIGHT,
	KEY_CODE_PGUP,
	KEY_CODE_PGDN,
	KEY_CODE_HOME,
	KEY_CODE_END,
	KEY_CODE_BACKTAB,
	KEY_CODE_F1,
	KEY_CODE_F12 = KEY_CODE_F1 + 11,
	KEY_CODE_PASTE_BEGIN,
	KEY_CODE_PASTE_END,
	KEY_CODE_MOUSE,
};

enum { KEY_NAME = 16 };

enum mouse_button { MOUSE_PRESS, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct key {
	uint32_t code;
	bool pasted;              /* text between paste marks: never a command */
	enum mouse_button button; /* for KEY_CODE_MOUSE */
	int y, x;
};

static inline uint32_t key_ctrl(char letter)
{
	return (uint32_t)letter & 31;
}

/** True for a character that text input takes. */
bool key_printable(uint32_t code);
/** The code for a name; false when there is no such key. */
bool key_parse(const char *name, uint32_t *code);
/** Always writes a name. Returns out. */
const char *key_format(char out[static KEY_NAME], uint32_t code);
