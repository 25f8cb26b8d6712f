#include "shared/rule_builtins.h"

/* Specs are canonical: members in the descriptor's order, no defaults. Ids are never given again.
 */
const struct builtin rule_builtins[RULE_BUILTINS] = {
	{1, "monitor-down",
	 "{\"description\":\"A monitor is down or flapping, a late heartbeat too; told again when "
	 "that changes, and when it is over\","
	 "\"topics\":[\"monitor\"],\"when\":[\"data.state=down,flapping\"],"
	 "\"until\":[\"data.state=up,degraded,paused\"],\"severity\":\"critical\","
	 "\"changes\":true,\"inhibits\":[\"monitor-slow\",\"job-failing\"]}"},
	{2, "monitor-slow",
	 "{\"description\":\"A monitor answers, but worse than it should; what ends soon is told by "
	 "other rules\","
	 "\"topics\":[\"monitor\"],\"when\":[\"data.state=degraded\","
	 "\"data.cause!=cert_expiring,cert_expired,domain_expires\"],"
	 "\"until\":[\"data.state=up,down,flapping,paused\"],\"severity\":\"warning\"}"},
	{3, "certificate-ending",
	 "{\"description\":\"A certificate ends in 14, 3 or 1 days, or has a fifth of its life "
	 "left\",\"topics\":[\"certificate.ending\"],"
	 "\"until_topics\":[\"certificate.renewed\"],\"changes\":true}"},
	{4, "domain-ending",
	 "{\"description\":\"The registration of a domain name ends soon\","
	 "\"topics\":[\"domain.ending\"],\"until_topics\":[\"domain.renewed\"],\"changes\":true}"},
	{5, "job-failing",
	 "{\"description\":\"A job failed twice in a row\",\"topics\":[\"job.failed\"],"
	 "\"until_topics\":[\"job.done\"],\"severity\":\"warning\",\"count\":2}"},
	{6, "disk-nearly-full",
	 "{\"description\":\"The disk of the data directory is nearly full\","
	 "\"topics\":[\"machine.disk\"],\"when\":[\"severity>=warning\"],"
	 "\"until\":[\"severity=info\"],\"each\":\"none\",\"changes\":true}"},
	{7, "machine",
	 "{\"description\":\"Open files or memory of this machine are nearly used up\","
	 "\"topics\":[\"machine\"],\"when\":[\"severity>=warning\",\"topic!=machine.disk\"],"
	 "\"until\":[\"severity=info\",\"topic!=machine.disk\"],\"each\":\"topic\"}"},
	{8, "network-lost",
	 "{\"description\":\"Our own connection is lost: one alert instead of one a shop\","
	 "\"topics\":[\"network.lost\"],\"until_topics\":[\"network.back\"],\"each\":\"none\","
	 "\"severity\":\"critical\"}"},
	{9, "slo-burning",
	 "{\"description\":\"An error budget is used up, or burns so fast that it will be\","
	 "\"topics\":[\"slo\"],\"when\":[\"data.state=burning,exhausted\"],"
	 "\"until_topics\":[\"slo.ok\"],\"severity\":\"warning\",\"changes\":true}"},
	{10, "content-changed",
	 "{\"description\":\"What is watched on a page has changed; one alert an hour\","
	 "\"topics\":[\"content.changed\"],\"severity\":\"warning\",\"expire\":\"1h\"}"},
	{11, "notifier-failing",
	 "{\"description\":\"A notifier cannot tell: the others tell of it\","
	 "\"topics\":[\"notifier.failing\",\"notifier.disabled\"],"
	 "\"until_topics\":[\"notifier.back\"],\"severity\":\"warning\",\"changes\":true}"},
	{12, "feed-lost",
	 "{\"description\":\"Events were removed before the alerts had read them\","
	 "\"topics\":[\"alerts.feed_lost\"],\"each\":\"none\",\"severity\":\"warning\","
	 "\"expire\":\"1d\"}"},
	{13, "undercut",
	 "{\"description\":\"A rival sells what I sell for less; an alert for each product, at most one "
	 "an hour however its price flaps\","
	 "\"topics\":[\"price.undercut\"],\"until_topics\":[\"price.undercut_over\"],"
	 "\"severity\":\"warning\",\"cool_down\":\"1h\"}"},
	{14, "map-breach",
	 "{\"description\":\"An advertised price is below the minimum that was agreed, seen twice; "
	 "only where somebody switched it on\","
	 "\"topics\":[\"price.map_breach\"],\"until_topics\":[\"price.map_ok\"],"
	 "\"severity\":\"warning\",\"cool_down\":\"1h\"}"},
	{15, "rival-blocked",
	 "{\"description\":\"A rival's or own shop's pages block us: its prices are unknown since\","
	 "\"topics\":[\"rival.blocked\"],\"until_topics\":[\"rival.back\"],"
	 "\"severity\":\"warning\",\"cool_down\":\"1h\"}"},
	{16, "rival-failing",
	 "{\"description\":\"A rival's or own shop's pages cannot be read\","
	 "\"topics\":[\"rival.failing\"],\"until_topics\":[\"rival.back\"],"
	 "\"severity\":\"warning\",\"cool_down\":\"1h\"}"},
	{20, "brand-rating",
	 "{\"description\":\"The rating of a brand fell by what its rating_fall says\","
	 "\"topics\":[\"brand.rating_fell\"],\"severity\":\"warning\",\"expire\":\"3d\"}"},
	{21, "brand-low-reviews",
	 "{\"description\":\"Several low ratings of a brand within a few days\","
	 "\"topics\":[\"brand.low_reviews\"],\"severity\":\"warning\",\"expire\":\"3d\"}"},
	{22, "brand-reputation",
	 "{\"description\":\"The reputation of a brand fell by what its score_fall says; over when it is "
	 "back\","
	 "\"topics\":[\"brand.reputation\"],\"when\":[\"data.state=fell\"],"
	 "\"until\":[\"data.state=back\"],\"severity\":\"warning\",\"changes\":true}"},
	{23, "brand-buy-box",
	 "{\"description\":\"Many listings of a brand lost the buy box within a day\","
	 "\"topics\":[\"brand.buy_box_burst\"],\"severity\":\"critical\",\"expire\":\"1d\"}"},
};
