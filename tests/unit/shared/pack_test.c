#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "shared/mem.h"
#include "shared/pack.h"

/* What a title says, as pack_format() writes it; "" where it says nothing that can be told. */
static const struct spelling {
	const char *title, *pack;
} spellings[] = {
	/* amounts */
	{"Coffee beans 1 kg", "1 kg"},
	{"Kaffee 1,5 kg", "1.5 kg"},
	{"Café moulu 250g", "250 g"},
	{"Mehl 1.000 g", "1 kg"},
	{"Flour 1,000 g", "1 kg"},
	{"Reis 0,500 kg", "500 g"},
	{"Rice 1.000 kg", "1 kg"},
	{"Lip balm 4.8 g", "4.8 g"},
	{"Olivenöl 0,75 l", "750 ml"},
	{"Olive oil 750ml", "750 ml"},
	{"Shampoo 250 ML", "250 ml"},
	{"Vin rouge 75 cl", "750 ml"},
	{"Sirup 5 dl", "500 ml"},
	{"Benzinkanister 5 L", "5 l"},
	{"Bidon 20 litres", "20 l"},
	{"Dish soap 16 fl oz", "473.176 ml"},
	{"Peanut butter 16 oz (453 g)", "453.592 g"},
	{"Dog food 10 lbs", "4.536 kg"},
	{"Milk 1 gallon", "3.785 l"},
	{"Seil 50 m", "50 m"},
	{"HDMI cable 6 ft", "1.829 m"},
	{"Kabel 1,5m", "1.5 m"},
	{"Parkett 2,5 m²", "2.5 m2"},
	{"Tapete 5 qm", "5 m2"},
	{"Мука 2 кг", "2 kg"},
	{"Молоко 900 мл", "900 ml"},
	{"Szynka 20 dag", "200 g"},
	{"500-ml bottle", "500 ml"},
	{"½ l Bier", "500 ml"},
	/* several of them */
	{"3 x 500 ml", "3 x 500 ml"},
	{"Cola 6 × 330ml", "6 x 330 ml"},
	{"Cola 6x330ml", "6 x 330 ml"},
	{"Cola 6X330 ml", "6 x 330 ml"},
	{"Cola 6*0,33 L", "6 x 330 ml"},
	{"Cola 330 ml x 6", "6 x 330 ml"},
	{"Cola 330ml (x6)", "6 x 330 ml"},
	{"Cola 330ml, 24 cans", "24 x 330 ml"},
	{"Cola 24 Dosen 330 ml", "24 x 330 ml"},
	{"Cola 24 Dosen à 330 ml", "24 x 330 ml"},
	{"6 bottles of 0.75 l", "6 x 750 ml"},
	{"Pack of 6 x 330 ml", "6 x 330 ml"},
	{"Cola 330 ml (Pack of 24)", "24 x 330 ml"},
	{"Cola 12er-Pack 0,5 l", "12 x 500 ml"},
	{"Wasser 6er Pack 1,5 L", "6 x 1.5 l"},
	{"2 x 6 x 1,5 l", "12 x 1.5 l"},
	{"4 Rollen x 50 m", "4 x 50 m"},
	{"500ml×24本", "24 x 500 ml"},
	{"５００ｍｌ×２４本", "24 x 500 ml"},
	{"3 x 500 ml (1,5 l)", "3 x 500 ml"},
	{"20 Beutel à 1,75 g", "20 x 1.75 g"},
	{"Katzenfutter 12 x 85 g Beutel", "12 x 85 g"},
	{"Lot de 4 x 125 g", "4 x 125 g"},
	{"Pack 6 latas 330 ml", "6 x 330 ml"},
	{"Confezione da 6 bottiglie da 1,5 l", "6 x 1.5 l"},
	{"Woda 6 szt. po 1,5 l", "6 x 1.5 l"},
	{"Doppelpack Zahnpasta 75 ml", "2 x 75 ml"},
	{"Twin pack toothpaste 75 ml", "2 x 75 ml"},
	{"Twin-pack 75 ml", "2 x 75 ml"},
	{"2x Shampoo 250 ml", "2 x 250 ml"},
	/* pieces */
	{"Batteries AA 4-pack", "4 pieces"},
	{"Batterien AA 12er-Pack", "12 pieces"},
	{"Batterien AA 12er Pack", "12 pieces"},
	{"Socken 5erPack", "5 pieces"},
	{"Batteries pack of 6", "6 pieces"},
	{"Case of 12", "12 pieces"},
	{"Set of 4 glasses", "4 pieces"},
	{"Lot de 3 serviettes", "3 pieces"},
	{"Caja de 6 copas", "6 pieces"},
	{"Confezione da 6 bicchieri", "6 pieces"},
	{"2 pcs", "2 pieces"},
	{"Screws M8x40 50 pcs", "50 pieces"},
	{"Schrauben 100 Stück", "100 pieces"},
	{"Schrauben 100 St.", "100 pieces"},
	{"Śruby 100 szt.", "100 pieces"},
	{"Šrouby 10 ks", "10 pieces"},
	{"Винты 20 шт", "20 pieces"},
	{"Vis 10 pièces", "10 pieces"},
	{"Tornillos 10 unidades", "10 pieces"},
	{"Viti 10 pz", "10 pieces"},
	{"Ibuprofen 200 mg 24 tablets", "24 pieces"},
	{"Vitamin C 1000 mg 60 Tabletten", "60 pieces"},
	{"2 x 60 tablets", "120 pieces"},
	{"3 Packungen à 60 Tabletten", "180 pieces"},
	{"2 packs of 6", "12 pieces"},
	{"20 Teebeutel 35 g", "20 pieces"},
	{"Feuchttücher 80 Tücher", "80 pieces"},
	{"Diapers 1,000 count", "1000 pieces"},
	{"Paper 500 sheets A4", "500 pieces"},
	{"Light bulb (6x)", "6 pieces"},
	{"Light bulb x6", "6 pieces"},
	{"2x Arc lamp", "2 pieces"},
	{"A dozen eggs", "12 pieces"},
	{"3 Paar Socken", "3 pieces"},
	{"マスク 50枚入", "50 pieces"},
	/* no packs */
	{"", ""},
	{"Arc lamp 40 cm", ""},
	{"Frame 30 x 40 cm", ""},
	{"Teppich 2 x 3 m", ""},
	{"Monitor arm up to 9 kg", ""},
	{"Monitorarm bis 9 kg", ""},
	{"Weighing scale max. 150 kg", ""},
	{"iPhone 5G 128 GB", ""},
	{"3M tape", ""},
	{"Sony WH-1000XM4", ""},
	{"BMW X6 model", ""},
	{"Fujifilm X10", ""},
	{"Binoculars 10x42", ""},
	{"Camera 10x zoom", ""},
	{"2-3 kg", ""},
	{"Dog food 2 to 3 kg", ""},
	{"Dishwasher 44 dB", ""},
	{"18ct gold ring", ""},
	{"21st century", ""},
	{"3 in 1 shampoo", ""},
	{"TV 55 inch", ""},
	{"TV 55\"", ""},
	{"Gaming 1 PC licence", ""},
	{"500 g + 100 g", ""},
	{"Cola 1,19 €/l, 2 €/ 5 l", ""},
	{"Nuts 500 g or 1 kg", ""},
	{"6er-Pack 12 Stück", ""},
	{"BMW 3er", ""},
	{"Rope 99999999999999 m", ""},
	{"0 kg", ""},
};

static void pack__reads__what_shops_write(void **state)
{
	int wrong = 0;

	for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
		struct pack p;
		char text[PACK_LABEL];
		bool known = pack_read(spellings[i].title, &p);

		if (strcmp(pack_format(text, &p), spellings[i].pack) || known != (*text != '\0')) {
			print_message("\"%s\" is \"%s\", not \"%s\"\n", spellings[i].title, text,
				      spellings[i].pack);
			wrong++;
		}
	}
	print_message("%zu spellings\n", ARRAY_LEN(spellings));
	assert_int_equal(wrong, 0);
}

static void expect_price(const char *title, int64_t minor, int64_t per_minor, const char *per)
{
	struct pack p;
	const char *unit = "";
	int64_t price = -1;

	assert_true(pack_read(title, &p));
	assert_true(pack_unit_price(&p, minor, &price, &unit));
	assert_int_equal(price, per_minor);
	assert_string_equal(unit, per);
}

static void unit_price__is_of_a_kilogram_litre_metre_or_piece(void **state)
{
	expect_price("3 x 500 ml", 450, 300, "l");
	expect_price("Coffee 250 g", 499, 1996, "kg");
	expect_price("Case of 12", 2400, 200, "piece");
	expect_price("Rope 50 m", 999, 20, "m");
	expect_price("Parkett 2,5 m²", 4990, 1996, "m2");
}

static void unit_price__rounds_half_to_even(void **state)
{
	expect_price("2 pcs", 5, 2, "piece");
	expect_price("2 pcs", 7, 4, "piece");
	expect_price("4 pcs", 3, 1, "piece");
}

static void unit_price__is_not_known__without_a_pack(void **state)
{
	struct pack p;
	const char *per;
	int64_t minor;

	assert_false(pack_read("Arc lamp", &p));
	assert_false(pack_unit_price(&p, 100, &minor, &per));
	p = (struct pack){1, 1, PACK_GRAM};
	assert_false(pack_unit_price(&p, INT64_MAX / 2, &minor, &per));
}

static bool differ(const char *a, const char *b)
{
	struct pack x, y;

	pack_read(a, &x);
	pack_read(b, &y);
	return pack_differs(&x, &y);
}

static void packs__differ__in_count_or_amount(void **state)
{
	assert_true(differ("Cola 330 ml", "Cola 6 x 330 ml"));
	assert_true(differ("Cola 330 ml", "Cola 500 ml"));
	assert_true(differ("Soap 4 pcs", "Soap 6 x 100 g"));
	assert_false(differ("Soap 6 pcs", "Soap 6 x 100 g"));
	assert_false(differ("Peanut butter 16 oz", "Peanut butter 454 g"));
	assert_false(differ("Cola 330 ml", "Cola"));
	assert_false(differ("1,5 kg", "1500 g"));
}

static void units__have_names(void **state)
{
	for (int u = PACK_UNKNOWN; u <= PACK_PIECE; u++)
		assert_int_equal(pack_unit_read(pack_unit_name((enum pack_unit)u)), u);
	assert_int_equal(pack_unit_read("stone"), PACK_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pack__reads__what_shops_write),
		cmocka_unit_test(unit_price__is_of_a_kilogram_litre_metre_or_piece),
		cmocka_unit_test(unit_price__rounds_half_to_even),
		cmocka_unit_test(unit_price__is_not_known__without_a_pack),
		cmocka_unit_test(packs__differ__in_count_or_amount),
		cmocka_unit_test(units__have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
