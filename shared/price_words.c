#include "shared/price_words.h"

#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/money.h"

static const struct {
	const char *text, *codes;
	bool minor;
} signs[] = {
	{"€", "EUR", false},
	{"eur", "EUR", false},
	{"euro", "EUR", false},
	{"euros", "EUR", false},
	{"£", "GBP EGP LBP SYP FKP GIP SHP", false},
	{"￡", "GBP", false},
	{"pounds", "GBP EGP LBP", false},
	{"$", "USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP UYU BBD BSD BZD FJD JMD TTD XCD", false},
	{"＄", "USD CAD AUD NZD HKD SGD TWD MXN", false},
	{"us$", "USD", false},
	{"usd$", "USD", false},
	{"ca$", "CAD", false},
	{"c$", "CAD", false},
	{"cad$", "CAD", false},
	{"a$", "AUD", false},
	{"au$", "AUD", false},
	{"nz$", "NZD", false},
	{"hk$", "HKD", false},
	{"s$", "SGD", false},
	{"nt$", "TWD", false},
	{"mx$", "MXN", false},
	{"r$", "BRL", false},
	{"dollars", "USD CAD AUD NZD", false},
	{"¥", "JPY CNY", false},
	{"￥", "JPY CNY", false},
	{"円", "JPY", false},
	{"元", "CNY TWD HKD", false},
	{"圓", "TWD HKD", false},
	{"rmb", "CNY", false},
	{"₹", "INR", false},
	{"rs", "INR PKR LKR NPR MUR SCR", false},
	{"₨", "INR PKR LKR NPR MUR SCR", false},
	{"fr", "CHF XOF XAF XPF", false},
	{"sfr", "CHF", false},
	{"zł", "PLN", false},
	{"zl", "PLN", false},
	{"kč", "CZK", false},
	{"kc", "CZK", false},
	{"kr", " SEK NOK DKK ISK", false},
	{"₽", "RUB", false},
	{"руб", "RUB", false},
	{"р", "RUB", false},
	{"грн", "UAH", false},
	{"₴", "UAH", false},
	{"₺", "TRY", false},
	{"tl", "TRY", false},
	{"₩", "KRW", false},
	{"원", "KRW", false},
	{"฿", "THB", false},
	{"บาท", "THB", false},
	{"₫", "VND", false},
	{"đ", "VND", false},
	{"₪", "ILS", false},
	{"₱", "PHP", false},
	{"₦", "NGN", false},
	{"₡", "CRC", false},
	{"₲", "PYG", false},
	{"₸", "KZT", false},
	{"₾", "GEL", false},
	{"₼", "AZN", false},
	{"֏", "AMD", false},
	{"৳", "BDT", false},
	{"ft", "HUF", false},
	{"lei", "RON MDL", false},
	{"lv", "BGN", false},
	{"лв", "BGN", false},
	{"din", "RSD", false},
	{"дин", "RSD", false},
	{"r", "ZAR", false},
	{"rm", "MYR", false},
	{"rp", "IDR", false},
	{"ksh", "KES", false},
	{"ден", "MKD", false},
	{"د.إ", "AED", false},
	{"د.ك", "KWD", false},
	{"د.ب", "BHD", false},
	{"د.ت", "TND", false},
	{"د.م", "MAD", false},
	{"د.ج", "DZD", false},
	{"ر.ق", "QAR", false},
	{"ر.ع", "OMR", false},
	{"ج.م", "EGP", false},
	{"ل.ل", "LBP", false},
	{"درهم", "AED MAD", false},
	{"ر.س", "SAR", false},
	{"ريال", "SAR QAR OMR YER IRR", false},
	{"dhs", "AED MAD", false},
	{"p", "GBP", true},
	{"pence", "GBP", true},
	{"¢", "USD CAD AUD EUR", true},
	{"ct", "EUR", true},
	{"cent", "EUR USD", true},
	{"cents", "USD EUR CAD AUD", true},
};

static const struct {
	enum price_role role;
	const char *words; /* each between blanks */
} roles[] = {
	{ROLE_FROM,
	 " from ab partir partire desde vanaf od fra från alkaen starting starts dès da als "
	 "από от від dal los "},
	{ROLE_TO, " to bis à hasta tot do til till a upto through until jusqu "},
	{ROLE_OLD,
	 " was statt instead uvp rrp msrp srp regular regulär reg list listprice old "
	 "previously before avant prima antes uvp1 vorher ursprünglich original originally "
	 "originale anstatt bisher zuvor barré ancien conseillé precedente vorige van voor "
	 "przed przedtem förr tidigare før ordinarie ord nypris pvp lieu compare "},
	{ROLE_NOW,
	 " now nur sale jetzt only aktuell heute oggi ahora maintenant nu teraz today deal "
	 "special offer angebot aktion ora hoy nun solo seulement nå our your endast bara kun "},
	{ROLE_SAVED,
	 " save saved saving savings spare sparen gespart ersparnis économisez économie "
	 "ahorra ahorras risparmi risparmia oszczędzasz off rabatt discount bespaar spar "
	 "remise sconto "},
	{ROLE_PER, " per pro par por je al each "},
	{ROLE_UNIT,
	 " kg g gr gramm mg lb lbs oz l ml cl dl liter litre litres liters m cm mm km "
	 "stück stücke stk st pcs pc pieces piece pack packs pièces pièce unidades ud uds szt "
	 "sztuk pezzi pz x ks gb tb mb mah w kw v hz reviews review ratings bewertungen "
	 "sterne stars items item days tage day tag jours hours h points punkte "},
};

static const char lower_codes[] =
	" aed aud brl cad chf clp cny cop czk dkk eur gbp hkd huf idr ils inr isk jpy krw mxn myr nok nzd "
	"php pln ron rsd rub sar sek sgd thb twd uah usd vnd zar ";

static bool in_words(const char *words, const char *word)
{
	char padded[PRICE_WORD_MAX + 2];
	size_t n = strlen(word);
	if (!n || n >= PRICE_WORD_MAX)
		return false;
	padded[0] = ' ';
	memcpy(padded + 1, word, n);
	memcpy(padded + 1 + n, " ", 2);
	return strstr(words, padded) != NULL;
}

bool price_sign_find(const char *word, bool capitals, struct price_sign *out)
{
	char code[CURRENCY_TEXT] = "";
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (strcmp(signs[i].text, word) != 0)
			continue;
		out->minor = signs[i].minor;
		snprintf(out->codes, sizeof(out->codes), "%s", signs[i].codes);
		return true;
	}
	if (strlen(word) != CURRENCY_TEXT - 1 || (!capitals && !in_words(lower_codes, word)))
		return false;
	for (size_t i = 0; i < CURRENCY_TEXT - 1; i++)
		code[i] = (char)(word[i] >= 'a' && word[i] <= 'z' ? word[i] - 32 : word[i]);
	if (!currency_known(code))
		return false;
	*out = (struct price_sign){0};
	memcpy(out->codes, code, sizeof(code));
	return true;
}

enum price_role price_role_find(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (in_words(roles[i].words, word))
			return roles[i].role;
	return ROLE_NONE;
}
