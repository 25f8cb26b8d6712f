#include "shared/pack_words.h"

#include <string.h>

#include "shared/mem.h"

#define G  INT64_C(1000000000) /* 1 g, 1 ml, 1 m, 1 m2: 1000 thousandths, times a million */
#define MG (G / 1000)
#define KG (G * 1000)

static const struct pack_measure measures[] = {
	{"mg", PACK_GRAM, MG, true, false},
	{"g", PACK_GRAM, G, true, false},
	{"gr", PACK_GRAM, G, true, false},
	{"grs", PACK_GRAM, G, true, false},
	{"gm", PACK_GRAM, G, true, false},
	{"gms", PACK_GRAM, G, true, false},
	{"gram", PACK_GRAM, G, true, false},
	{"grams", PACK_GRAM, G, true, false},
	{"gramm", PACK_GRAM, G, true, false},
	{"gramme", PACK_GRAM, G, true, false},
	{"grammes", PACK_GRAM, G, true, false},
	{"gramos", PACK_GRAM, G, true, false},
	{"gramas", PACK_GRAM, G, true, false},
	{"grammi", PACK_GRAM, G, true, false},
	{"г", PACK_GRAM, G, true, false},
	{"гр", PACK_GRAM, G, true, false},
	{"dag", PACK_GRAM, 10 * G, true, false},
	{"dkg", PACK_GRAM, 10 * G, true, false},
	{"kg", PACK_GRAM, KG, false, false},
	{"kgs", PACK_GRAM, KG, false, false},
	{"kilo", PACK_GRAM, KG, false, false},
	{"kilos", PACK_GRAM, KG, false, false},
	{"kilogram", PACK_GRAM, KG, false, false},
	{"kilograms", PACK_GRAM, KG, false, false},
	{"kilogramm", PACK_GRAM, KG, false, false},
	{"кг", PACK_GRAM, KG, false, false},
	{"oz", PACK_GRAM, INT64_C(28349523125), false, false},
	{"ounce", PACK_GRAM, INT64_C(28349523125), false, false},
	{"ounces", PACK_GRAM, INT64_C(28349523125), false, false},
	{"lb", PACK_GRAM, INT64_C(453592370000), false, false},
	{"lbs", PACK_GRAM, INT64_C(453592370000), false, false},
	{"pound", PACK_GRAM, INT64_C(453592370000), false, false},
	{"pounds", PACK_GRAM, INT64_C(453592370000), false, false},
	{"ml", PACK_MILLILITRE, G, true, false},
	{"мл", PACK_MILLILITRE, G, true, false},
	{"millilitre", PACK_MILLILITRE, G, true, false},
	{"millilitres", PACK_MILLILITRE, G, true, false},
	{"milliliter", PACK_MILLILITRE, G, true, false},
	{"milliliters", PACK_MILLILITRE, G, true, false},
	{"cl", PACK_MILLILITRE, 10 * G, true, true},
	{"dl", PACK_MILLILITRE, 100 * G, false, true},
	{"l", PACK_MILLILITRE, KG, false, true},
	{"л", PACK_MILLILITRE, KG, false, false},
	{"lt", PACK_MILLILITRE, KG, false, true},
	{"ltr", PACK_MILLILITRE, KG, false, true},
	{"ltrs", PACK_MILLILITRE, KG, false, true},
	{"liter", PACK_MILLILITRE, KG, false, false},
	{"liters", PACK_MILLILITRE, KG, false, false},
	{"litre", PACK_MILLILITRE, KG, false, false},
	{"litres", PACK_MILLILITRE, KG, false, false},
	{"litro", PACK_MILLILITRE, KG, false, false},
	{"litros", PACK_MILLILITRE, KG, false, false},
	{"litri", PACK_MILLILITRE, KG, false, false},
	{"litr", PACK_MILLILITRE, KG, false, false},
	{"litry", PACK_MILLILITRE, KG, false, false},
	{"floz", PACK_MILLILITRE, INT64_C(29573529563), false, false}, /* of the US */
	{"gal", PACK_MILLILITRE, INT64_C(3785411784000), false, false},
	{"gallon", PACK_MILLILITRE, INT64_C(3785411784000), false, false},
	{"gallons", PACK_MILLILITRE, INT64_C(3785411784000), false, false},
	{"m", PACK_METRE, G, false, false},
	{"м", PACK_METRE, G, false, false},
	{"mt", PACK_METRE, G, false, false},
	{"mtr", PACK_METRE, G, false, false},
	{"meter", PACK_METRE, G, false, false},
	{"meters", PACK_METRE, G, false, false},
	{"metre", PACK_METRE, G, false, false},
	{"metres", PACK_METRE, G, false, false},
	{"metro", PACK_METRE, G, false, false},
	{"metros", PACK_METRE, G, false, false},
	{"metri", PACK_METRE, G, false, false},
	{"ft", PACK_METRE, INT64_C(304800000), false, false},
	{"feet", PACK_METRE, INT64_C(304800000), false, false},
	{"foot", PACK_METRE, INT64_C(304800000), false, false},
	{"m2", PACK_SQUARE_METRE, G, false, false},
	{"qm", PACK_SQUARE_METRE, G, false, false},
	{"sqm", PACK_SQUARE_METRE, G, false, false},
	{"mq", PACK_SQUARE_METRE, G, false, false},
};

static const char *const packs[] = {
	/* en */ "pack",
	"packs",
	"pk",
	"pks",
	"case",
	"cases",
	"box",
	"boxes",
	"carton",
	"cartons",
	"bundle",
	"multipack",
	"tray",
	"trays",
	"set",
	"sets",
	"lot",
	"bottle",
	"bottles",
	"can",
	"cans",
	"tin",
	"tins",
	"jar",
	"jars",
	"tube",
	"tubes",
	"roll",
	"rolls",
	"packet",
	"packets",
	"package",
	"packages",
	"crate",
	/* de, nl */ "packung",
	"packungen",
	"pckg",
	"pkg",
	"paket",
	"pakete",
	"kiste",
	"karton",
	"kartons",
	"gebinde",
	"flasche",
	"flaschen",
	"dose",
	"dosen",
	"glas",
	"glaser",
	"tuben",
	"rolle",
	"rollen",
	"schachtel",
	"schachteln",
	"kasten",
	"erpack",
	"erset",
	"flessen",
	"blikken",
	"doos",
	"dozen",
	"pak",
	"pakken",
	"rol",
	"stuksverpakking",
	/* fr */ "paquet",
	"paquets",
	"boite",
	"boites",
	"bouteille",
	"bouteilles",
	"canette",
	"canettes",
	"rouleau",
	"rouleaux",
	"coffret",
	/* es, pt, it */ "paquete",
	"paquetes",
	"caja",
	"cajas",
	"botella",
	"botellas",
	"lata",
	"latas",
	"rollo",
	"rollos",
	"pacote",
	"caixa",
	"garrafa",
	"garrafas",
	"rolos",
	"confezione",
	"confezioni",
	"conf",
	"bottiglia",
	"bottiglie",
	"lattina",
	"lattine",
	"rotolo",
	"rotoli",
	"scatola",
	"estuche",
	/* pl, cs, sv, da */ "opakowanie",
	"opakowania",
	"opak",
	"op",
	"zestaw",
	"butelka",
	"butelki",
	"butelek",
	"puszka",
	"puszki",
	"puszek",
	"rolek",
	"rolki",
	"baleni",
	"lahev",
	"lahvi",
	"plechovka",
	"flaskor",
	"burkar",
	"forpackning",
	"flasker",
	"daser",
	"pakke",
	"rullar",
	/* ja, zh */ "本",
	"缶",
	"袋",
	"箱",
	"瓶",
	"包",
};

static const char *const pieces[] = {
	"pc",     "pcs",   "pce",    "piece",  "pieces",   "count", "ct",    "unit",
	"units",  "ea",    "qty",    "st",     "stk",      "stck",  "stuck", "stueck",
	"stuks",  "unite", "unites", "unidad", "unidades", "uds",   "ud",    "pieza",
	"piezas", "peca",  "pecas",  "unid",   "un",       "pezzo", "pezzi", "pz",
	"szt",    "sztuk", "sztuki", "ks",     "kus",      "kusu",  "db",    "kpl",
	"kom",    "buc",   "шт",     "штук",   "pair",     "pairs", "paar",  "paires",
	"pares",  "paia",  "adet",   "個",     "枚",       "入",    "个",    "件",
};

static const char *const contents[] = {
	"tablet",     "tablets",     "tabletten",  "tabs",     "tabletki",     "tabletek",
	"comprimes",  "comprimidos", "compresse",  "capsule",  "capsules",     "caps",
	"kapseln",    "gelules",     "capsulas",   "capsulle", "kapsulek",     "softgels",
	"lozenges",   "gummies",     "dragees",    "teabags",  "teebeutel",    "bags",
	"beutel",     "sachets",     "sachet",     "bustine",  "saszetek",     "sticks",
	"pods",       "pads",        "wipes",      "tucher",   "feuchttucher", "lingettes",
	"toallitas",  "salviette",   "chusteczek", "sheets",   "blatt",        "feuilles",
	"hojas",      "fogli",       "arkuszy",    "servings", "portionen",    "doses",
	"diapers",    "nappies",     "windeln",    "couches",  "panales",      "pannolini",
	"pieluszek",  "gloves",      "handschuhe", "masks",    "masken",       "napkins",
	"servietten", "filters",     "plasters",   "pflaster", "tealights",    "teelichter",
	"ampullen",   "片",
};

static const char *const dimensions[] = {
	"cm", "mm", "in",     "inch",     "inches", "zoll", "km",
	"см", "мм", "pouces", "pulgadas", "cms",    "px",   "mp",
};

static const char *const ofs[] = {
	"of", "de", "da", "di",   "du", "van", "von", "mit", "with", "con",
	"a",  "je", "po", "each", "zu", "med", "av",  "af",  "avec",
};

static const char *const limits[] = {
	"per",       "pro",           "to",        "up",       "max",
	"maximum",   "bis",           "jusqua",    "hasta",    "fino",
	"do",        "for",           "fur",       "pour",     "para",
	"voor",      "till",          "ab",        "from",     "over",
	"under",     "uber",          "unter",     "capacity", "load",
	"tragkraft", "tragfahigkeit", "belastbar", "version",  "step",
	"level",     "min",           "no",        "nr",       "size",
	"grosse",    "taille",        "talla",     "gr",
};

static const struct {
	const char *word;
	int count;
} counts[] = {
	{"twinpack", 2},    {"doppelpack", 2},    {"duopack", 2},     {"doublepack", 2},
	{"zweierpack", 2},  {"doppelpackung", 2}, {"triplepack", 3},  {"dreierpack", 3},
	{"trippelpack", 3}, {"tripack", 3},       {"viererpack", 4},  {"quadpack", 4},
	{"funferpack", 5},  {"sechserpack", 6},   {"zehnerpack", 10}, {"dreierset", 3},
	{"zweierset", 2},   {"viererset", 4},     {"sechserset", 6},  {"sixpack", 6},
};

static bool among(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (*word == *list[i] && !strcmp(word, list[i]))
			return true;
	return false;
}

const struct pack_measure *pack_measure_find(const char *folded)
{
	for (size_t i = 0; i < ARRAY_LEN(measures); i++)
		if (*folded == *measures[i].word && !strcmp(folded, measures[i].word))
			return &measures[i];
	return NULL;
}

enum pack_word pack_word_find(const char *folded)
{
	static const struct {
		const char *const *list;
		size_t n;
		enum pack_word word;
	} lists[] = {
		{packs, ARRAY_LEN(packs), PACK_WORD_PACK},
		{pieces, ARRAY_LEN(pieces), PACK_WORD_PIECE},
		{contents, ARRAY_LEN(contents), PACK_WORD_CONTENT},
		{dimensions, ARRAY_LEN(dimensions), PACK_WORD_DIMENSION},
		{ofs, ARRAY_LEN(ofs), PACK_WORD_OF},
		{limits, ARRAY_LEN(limits), PACK_WORD_LIMIT},
	};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (among(folded, lists[i].list, lists[i].n))
			return lists[i].word;
	return PACK_WORD_NONE;
}

int pack_word_count(const char *folded)
{
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		if (*folded == *counts[i].word && !strcmp(folded, counts[i].word))
			return counts[i].count;
	return 0;
}
