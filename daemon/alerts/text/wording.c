/* How languages write numbers, dates and times of the day, after the CLDR's (version 44) medium
 * forms, the clock always with 24 hours. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/alerts/text/message.h"
#include "shared/civil.h"
#include "shared/mem.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000 };

#define NBSP        "\u00a0"
#define NARROW_NBSP "\u202f"

struct language {
	const char *name;
	const char *group, *mark;
	bool group_late; /* 1234, but 12.345 */
	/* A letter alone stands for something: weekday, day, month, year, time. */
	const char *date, *date_year; /* date_year: of another year */
	const char *clock;            /* between hours and minutes */
	const char *weekdays[7], *months[12];
};

static const struct language languages[] = {
	{"en",
	 ",",
	 ".",
	 false,
	 "w d m t",
	 "w d m y t",
	 ":",
	 {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	 {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}},
	{"en-US",
	 ",",
	 ".",
	 false,
	 "w, m d, t",
	 "w, m d, y, t",
	 ":",
	 {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	 {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}},
	{"de",
	 ".",
	 ",",
	 false,
	 "w, d. m, t",
	 "w, d. m y, t",
	 ":",
	 {"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"},
	 {"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.",
	  "Dez."}},
	{"fr",
	 NARROW_NBSP,
	 ",",
	 false,
	 "w d m, t",
	 "w d m y, t",
	 ":",
	 {"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."},
	 {"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
	  "déc."}},
	{"es",
	 ".",
	 ",",
	 true,
	 "w, d m, t",
	 "w, d m y, t",
	 ":",
	 {"dom", "lun", "mar", "mié", "jue", "vie", "sáb"},
	 {"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"}},
	{"it",
	 ".",
	 ",",
	 false,
	 "w d m, t",
	 "w d m y, t",
	 ":",
	 {"dom", "lun", "mar", "mer", "gio", "ven", "sab"},
	 {"gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"}},
	{"nl",
	 ".",
	 ",",
	 false,
	 "w d m, t",
	 "w d m y, t",
	 ":",
	 {"zo", "ma", "di", "wo", "do", "vr", "za"},
	 {"jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"}},
	{"pl",
	 NBSP,
	 ",",
	 true,
	 "w, d m, t",
	 "w, d m y, t",
	 ":",
	 {"niedz.", "pon.", "wt.", "śr.", "czw.", "pt.", "sob."},
	 {"sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru"}},
	{"pt",
	 ".",
	 ",",
	 false,
	 "w, d de m, t",
	 "w, d de m de y, t",
	 ":",
	 {"dom.", "seg.", "ter.", "qua.", "qui.", "sex.", "sáb."},
	 {"jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.",
	  "dez."}},
	{"sv",
	 NBSP,
	 ",",
	 false,
	 "w d m t",
	 "w d m y t",
	 ":",
	 {"sön", "mån", "tis", "ons", "tors", "fre", "lör"},
	 {"jan.", "feb.", "mars", "apr.", "maj", "juni", "juli", "aug.", "sep.", "okt.", "nov.",
	  "dec."}},
	{"da",
	 ".",
	 ",",
	 false,
	 "w d. m t",
	 "w d. m y t",
	 ".",
	 {"søn.", "man.", "tirs.", "ons.", "tors.", "fre.", "lør."},
	 {"jan.", "feb.", "mar.", "apr.", "maj", "jun.", "jul.", "aug.", "sep.", "okt.", "nov.",
	  "dec."}},
	{"nb",
	 NBSP,
	 ",",
	 false,
	 "w d. m, t",
	 "w d. m y, t",
	 ":",
	 {"søn.", "man.", "tirs.", "ons.", "tors.", "fre.", "lør."},
	 {"jan.", "feb.", "mars", "apr.", "mai", "juni", "juli", "aug.", "sep.", "okt.", "nov.",
	  "des."}},
	{"fi",
	 NBSP,
	 ",",
	 false,
	 "w d.m. t",
	 "w d.m.y t",
	 ".",
	 {"su", "ma", "ti", "ke", "to", "pe", "la"},
	 {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}},
	{"cs",
	 NBSP,
	 ",",
	 false,
	 "w d. m. t",
	 "w d. m. y t",
	 ":",
	 {"ne", "po", "út", "st", "čt", "pá", "so"},
	 {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}},
};

static const struct language *language_of(const struct wording *w)
{
	const char *name = w->language ? w->language : "en";
	size_t n = strcspn(name, "-_");
	for (size_t i = 0; i < ARRAY_LEN(languages); i++)
		if (!strcmp(languages[i].name, name))
			return &languages[i];
	for (size_t i = 0; i < ARRAY_LEN(languages); i++)
		if (strlen(languages[i].name) == n && !strncmp(languages[i].name, name, n))
			return &languages[i];
	return &languages[0];
}

void wording_number(const struct wording *w, struct buf *out, int64_t scaled, unsigned decimals)
{
	const struct language *l = language_of(w);
	uint64_t rest = scaled < 0 ? 0 - (uint64_t)scaled : (uint64_t)scaled, unit = 1;
	char digits[24];
	decimals = decimals > 18 ? 18 : decimals;
	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	size_t n = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, rest / unit);
	bool grouped = n > (l->group_late ? 4 : 3);
	if (scaled < 0)
		buf_add_char(out, '-');
	for (size_t i = 0; i < n; i++) {
		if (grouped && i && (n - i) % 3 == 0)
			buf_add_str(out, l->group);
		buf_add_char(out, digits[i]);
	}
	if (decimals)
		buf_printf(out, "%s%0*" PRIu64, l->mark, (int)decimals, rest % unit);
}

static void civil_of(const struct wording *w, int64_t ms, struct tz_civil *c)
{
	int64_t day = ms / DAY_MS - (ms % DAY_MS < 0), left = ms - day * DAY_MS;
	unsigned month, of_month;
	if (w->zone) {
		tz_civil_from_ms(w->zone, ms, c);
		return;
	}
	*c = (struct tz_civil){.weekday = civil_weekday(day)};
	civil_from_days(day, &c->year, &month, &of_month);
	c->month = (int)month;
	c->day = (int)of_month;
	c->hour = (int)(left / HOUR_MS);
	c->minute = (int)(left % HOUR_MS / MINUTE_MS);
}

/* Zones without letters are called "-03". */
static void add_clock(const struct wording *w, struct buf *out, const struct tz_civil *c,
		      int64_t ms)
{
	const char *zone = "UTC";
	if (w->zone)
		tz_offset_s(w->zone, ms, &zone);
	buf_printf(out, "%02d%s%02d %s%s", c->hour, language_of(w)->clock, c->minute,
		   *zone == '-' || *zone == '+' ? "UTC" : "", zone);
}

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static void add_part(const struct wording *w, struct buf *out, char part, const struct tz_civil *c,
		     int64_t ms)
{
	const struct language *l = language_of(w);
	switch (part) {
	case 'w': buf_add_str(out, l->weekdays[c->weekday % 7]); break;
	case 'd': buf_printf(out, "%d", c->day); break;
	case 'm': buf_add_str(out, l->months[(c->month + 11) % 12]); break;
	case 'y': buf_printf(out, "%d", c->year); break;
	case 't': add_clock(w, out, c, ms); break;
	default: buf_add_char(out, part);
	}
}

void wording_time(const struct wording *w, struct buf *out, int64_t ms)
{
	const struct language *l = language_of(w);
	struct tz_civil c, now;
	civil_of(w, ms, &c);
	civil_of(w, w->now_ms, &now);
	if (c.year == now.year && c.month == now.month && c.day == now.day) {
		add_clock(w, out, &c, ms);
		return;
	}
	const char *form = c.year == now.year ? l->date : l->date_year;
	for (const char *p = form; *p; p++) {
		bool in_word = is_letter(p[1]) || (p > form && is_letter(p[-1]));
		if (in_word)
			buf_add_char(out, *p);
		else
			add_part(w, out, *p, &c, ms);
	}
}

void wording_span(const struct wording *w, struct buf *out, int64_t from_ms, int64_t until_ms)
{
	struct wording at_its_begin = *w;
	at_its_begin.now_ms = from_ms;
	wording_time(w, out, from_ms);
	buf_add_str(out, " to ");
	wording_time(&at_its_begin, out, until_ms);
}

void wording_duration(const struct wording *w, struct buf *out, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *name;
	} units[] = {{DAY_MS, "d"}, {HOUR_MS, "h"}, {MINUTE_MS, "min"}, {SECOND_MS, "s"}};
	size_t i = 0;
	if (ms < SECOND_MS) {
		buf_add_str(out, ms > 0 ? "less than 1 s" : "0 s");
		return;
	}
	while (ms < units[i].ms)
		i++;
	wording_number(w, out, ms / units[i].ms, 0);
	buf_printf(out, " %s", units[i].name);
	if (i + 1 < ARRAY_LEN(units) && ms % units[i].ms >= units[i + 1].ms)
		buf_printf(out, " %d %s", (int)(ms % units[i].ms / units[i + 1].ms),
			   units[i + 1].name);
}
