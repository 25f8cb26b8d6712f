-- What is sold, by whom, for how much: read from pages of rivals and of one's own shops.
-- Prices are minor units of their currency; NULL is "not known", never 0. Names of states and
-- sources: daemon/catalog/catalog.h and daemon/extract/product.h.

-- What is known of a rival or shop (a resource of that id) beyond its configuration.
-- platform: '' not found out yet, 'shopify', 'woocommerce', 'feed', 'sitemap', 'pages', 'list';
-- entry: the address that is read first. state: 0 new, 1 ok, 2 blocked, 3 failing.
CREATE TABLE site (
	id INTEGER PRIMARY KEY,
	mine INTEGER NOT NULL,
	platform TEXT NOT NULL,
	entry TEXT NOT NULL,
	currency TEXT NOT NULL,
	state INTEGER NOT NULL,
	state_ms INTEGER NOT NULL,
	text TEXT NOT NULL,
	scanned_ms INTEGER NOT NULL,
	full_ms INTEGER NOT NULL,
	next_ms INTEGER NOT NULL,
	found_ms INTEGER NOT NULL
) STRICT;

-- An address of a site that is read again and again. kind: 1 a product, 2 a page of an API, 3 a feed,
-- 4 a sitemap, 5 a page with links. While its bytes (hash) stay as they were, only seen_ms moves:
-- what its listings say was so until then. state: 0 ok, 1 blocked, 2 failing, 3 gone.
CREATE TABLE page (
	id INTEGER PRIMARY KEY,
	site INTEGER NOT NULL,
	url TEXT NOT NULL,
	kind INTEGER NOT NULL,
	hash BLOB,
	seen_ms INTEGER NOT NULL,
	state INTEGER NOT NULL,
	state_ms INTEGER NOT NULL,
	status INTEGER NOT NULL,
	text TEXT NOT NULL,
	fails INTEGER NOT NULL,
	UNIQUE (site, url)
) STRICT;

-- A product, whoever sells it. brand_key: brand as it is compared. pack: "3 x 500 ml" is 3, 500000
-- thousandths of 'ml'. mine: I sell it. floor and map: what I said of it. mine_minor, best_minor: the
-- lowest price of mine and of rivals that counts now, in its currency; undercut_ms: since when
-- best is lower, NULL: it is not.
CREATE TABLE product (
	id INTEGER PRIMARY KEY,
	title TEXT NOT NULL,
	brand TEXT NOT NULL,
	brand_key TEXT NOT NULL,
	image TEXT NOT NULL,
	category TEXT NOT NULL,
	pack_count INTEGER NOT NULL,
	pack_amount INTEGER NOT NULL,
	pack_unit TEXT NOT NULL,
	mine INTEGER NOT NULL,
	listings INTEGER NOT NULL,
	currency TEXT NOT NULL,
	mine_minor INTEGER,
	best_minor INTEGER,
	best_listing INTEGER,
	undercut_ms INTEGER,
	floor_minor INTEGER,
	map_minor INTEGER,
	created_ms INTEGER NOT NULL,
	changed_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX product_brand ON product (brand_key);
CREATE INDEX product_mine ON product (mine, id);
-- What it is found by: rowid is the product's id; codes: GTIN, MPN, SKUs.
CREATE VIRTUAL TABLE product_text USING fts5(title, brand, codes,
	tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');

-- kind: 1 GTIN (14 digits), 2 ASIN, 3 brand_key, a unit separator, and MPN as they are compared.
CREATE TABLE identifier (
	kind INTEGER NOT NULL,
	value TEXT NOT NULL,
	product INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE,
	PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifier_product ON identifier (product);

-- A product at an address of a site. key: what the site calls it, unique there (an id of its API, else
-- SKU or address). page: where it was read last, NULL: it is not there any more (it may have moved to
-- another). The columns from state on are as they were seen last: state 0 listed, 1 unknown
-- (its page is blocked or fails: the prices are those from before), 2 gone. Its offer is the lowest
-- new one that can be bought, else the lowest. was_minor: the price before; price_ms, stock_ms: since
-- when they are as they are. doubt_minor: a price seen once that is not believed yet. seen_ms: of its
-- page when that is later. missed: complete scans in a row without it, missed_ms: when the last of
-- them began.
CREATE TABLE listing (
	id INTEGER PRIMARY KEY,
	site INTEGER NOT NULL,
	mine INTEGER NOT NULL,
	page INTEGER REFERENCES page (id),
	key TEXT NOT NULL,
	url TEXT NOT NULL,
	title TEXT NOT NULL,
	brand TEXT NOT NULL,
	brand_key TEXT NOT NULL,
	gtin TEXT NOT NULL,
	mpn TEXT NOT NULL,
	sku TEXT NOT NULL,
	image TEXT NOT NULL,
	category TEXT NOT NULL,
	family TEXT NOT NULL,
	product INTEGER NOT NULL REFERENCES product (id),
	match_method INTEGER NOT NULL,
	match_score INTEGER NOT NULL,
	state INTEGER NOT NULL,
	state_ms INTEGER NOT NULL,
	price_minor INTEGER,
	price_to_minor INTEGER,
	list_minor INTEGER,
	shipping_minor INTEGER,
	currency TEXT NOT NULL,
	availability INTEGER NOT NULL,
	condition INTEGER NOT NULL,
	seller INTEGER NOT NULL,
	sellers INTEGER NOT NULL,
	rating_x100 INTEGER,
	reviews INTEGER,
	was_minor INTEGER,
	price_ms INTEGER NOT NULL,
	stock_ms INTEGER NOT NULL,
	doubt_minor INTEGER,
	source INTEGER NOT NULL,
	first_ms INTEGER NOT NULL,
	seen_ms INTEGER NOT NULL,
	missed INTEGER NOT NULL,
	missed_ms INTEGER NOT NULL,
	UNIQUE (site, key)
) STRICT;
CREATE INDEX listing_product ON listing (product);
CREATE INDEX listing_page ON listing (page);
CREATE INDEX listing_brand ON listing (brand_key, site);
CREATE INDEX listing_rated ON listing (category, rating_x100) WHERE reviews > 0;

-- Sellers at a listing that has several; 0 is the site itself.
CREATE TABLE seller (
	id INTEGER PRIMARY KEY,
	site INTEGER NOT NULL,
	name TEXT NOT NULL,
	UNIQUE (site, name)
) STRICT;

-- What an offer was: a row for each change. It was so from at_ms until until_ms, when it was last seen
-- so before the next row; of the newest row the listing's seen time counts. kind: 0 seen, 1 not known
-- from here on, 2 doubtful, 3 no longer offered. buy_box, rank: among several sellers, as the page
-- shows them. evidence: first 16 bytes of SHA-256 of the page's bytes.
CREATE TABLE offer (
	listing INTEGER NOT NULL REFERENCES listing (id) ON DELETE CASCADE,
	seller INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	until_ms INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	price_minor INTEGER,
	price_to_minor INTEGER,
	list_minor INTEGER,
	shipping_minor INTEGER,
	currency TEXT NOT NULL,
	availability INTEGER NOT NULL,
	condition INTEGER NOT NULL,
	buy_box INTEGER,
	rank INTEGER,
	source INTEGER NOT NULL,
	evidence BLOB,
	PRIMARY KEY (listing, seller, at_ms)
) STRICT, WITHOUT ROWID;

-- Rating and reviews of a listing; a row for each change.
CREATE TABLE rating (
	listing INTEGER NOT NULL REFERENCES listing (id) ON DELETE CASCADE,
	at_ms INTEGER NOT NULL,
	rating_x100 INTEGER,
	reviews INTEGER,
	PRIMARY KEY (listing, at_ms)
) STRICT, WITHOUT ROWID;

-- What else changed on a listing: title, image, category, brand, seller joined or left, buy box.
CREATE TABLE listing_change (
	id INTEGER PRIMARY KEY,
	listing INTEGER NOT NULL REFERENCES listing (id) ON DELETE CASCADE,
	at_ms INTEGER NOT NULL,
	field TEXT NOT NULL,
	was TEXT NOT NULL,
	now TEXT NOT NULL
) STRICT;
CREATE INDEX listing_change_of ON listing_change (listing, at_ms);
CREATE INDEX listing_change_at ON listing_change (at_ms);

-- Reviews as pages show them; who wrote them only as a hash. key: of author, day and text.
CREATE TABLE review (
	id INTEGER PRIMARY KEY,
	listing INTEGER NOT NULL REFERENCES listing (id) ON DELETE CASCADE,
	key BLOB NOT NULL,
	at_ms INTEGER NOT NULL,
	found_ms INTEGER NOT NULL,
	rating_x100 INTEGER,
	text TEXT NOT NULL,
	UNIQUE (listing, key)
) STRICT;
CREATE INDEX review_at ON review (listing, at_ms);

-- Is that listing that product? state: 0 to be decided by a person, 1 yes, 2 no. why: what speaks for
-- and against it, as a sentence. It is written before its listing, in the same operation.
CREATE TABLE match (
	id INTEGER PRIMARY KEY,
	listing INTEGER NOT NULL REFERENCES listing (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
	product INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE,
	score INTEGER NOT NULL,
	why TEXT NOT NULL,
	state INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	decided_ms INTEGER,
	UNIQUE (listing, product)
) STRICT;
CREATE INDEX match_open ON match (score DESC, id) WHERE state = 0;

-- Pages that were kept as they were, deflated: of advertised prices below the minimum.
CREATE TABLE evidence (
	hash BLOB PRIMARY KEY,
	site INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	url TEXT NOT NULL,
	type TEXT NOT NULL,
	bytes INTEGER NOT NULL,
	body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What feeds say about a brand (a resource of that id).
CREATE TABLE mention (
	id INTEGER PRIMARY KEY,
	brand INTEGER NOT NULL,
	key TEXT NOT NULL,
	url TEXT NOT NULL,
	title TEXT NOT NULL,
	source TEXT NOT NULL,
	at_ms INTEGER NOT NULL,
	found_ms INTEGER NOT NULL,
	UNIQUE (brand, key)
) STRICT;
CREATE INDEX mention_at ON mention (brand, at_ms);

-- A brand's reputation day by day, as it was worked out then.
CREATE TABLE brand_day (
	brand INTEGER NOT NULL,
	day INTEGER NOT NULL,
	score INTEGER,
	rating_x100 INTEGER,
	reviews INTEGER,
	listings INTEGER NOT NULL,
	sellers INTEGER NOT NULL,
	PRIMARY KEY (brand, day)
) STRICT, WITHOUT ROWID;

-- What was told of a brand, so that it is told once: the rating and score that later ones are compared
-- with; is the score told as fallen; until when low ratings and lost buy boxes were looked at. slot_ms:
-- of the last reading of its feeds.
CREATE TABLE brand_state (
	brand INTEGER PRIMARY KEY,
	rating_x100 INTEGER,
	score INTEGER,
	fallen INTEGER NOT NULL,
	low_ms INTEGER NOT NULL,
	burst_ms INTEGER NOT NULL,
	slot_ms INTEGER NOT NULL
) STRICT;

-- How the reading of a brand's feeds goes. read_ms: last read well, 0: never; text: why it fails
-- since state_ms, '' while it does not.
CREATE TABLE brand_feed (
	brand INTEGER NOT NULL,
	url TEXT NOT NULL,
	read_ms INTEGER NOT NULL,
	state_ms INTEGER NOT NULL,
	text TEXT NOT NULL,
	PRIMARY KEY (brand, url)
) STRICT, WITHOUT ROWID;

-- A rival against the market day by day: its price index (mean and median, hundredths of a percent),
-- on how many products, and how many it sells cheaper and dearer than I.
CREATE TABLE rival_day (
	site INTEGER NOT NULL,
	day INTEGER NOT NULL,
	index_mean INTEGER,
	index_median INTEGER,
	compared INTEGER NOT NULL,
	cheaper INTEGER NOT NULL,
	dearer INTEGER NOT NULL,
	listings INTEGER NOT NULL,
	PRIMARY KEY (site, day)
) STRICT, WITHOUT ROWID;
