-- The list of a rival's prices is in order of titles: a page of a site with 50,000 listings is read, and
-- not all of them sorted.
CREATE INDEX listing_title ON listing (site, title);
