// Package archtest holds the house rules that a compiler does not: which
// package may import which, and which room may touch which database table. The
// rules are the two tables of this file; everything else only applies them.
package archtest

// floor is one level of the house. A package may import packages of the floors
// below its own.
type floor struct {
	name string
	// prefixes place packages on the floor, relative to the module; "*" stands
	// for one path element. The longest prefix wins.
	prefixes []string
	// neighbors tells what a package may import on its own floor.
	neighbors neighbors
	// not lists floors below that may not be imported all the same.
	not []string
}

type neighbors int

const (
	noNeighbors  neighbors = iota // only its own subtree
	anyNeighbor                   // whatever the compiler accepts
	earlierRooms                  // those that stand before it in roomOrder
)

// floors run from the ground up. Only test files may import what is on no
// floor's road: testkit, tools and benches.
var floors = []floor{
	{name: "kernel", prefixes: []string{"internal/kernel"}, neighbors: anyNeighbor},
	{name: "lifecycle", prefixes: []string{"internal/*/lifecycle"}, neighbors: noNeighbors},
	{name: "migrations", prefixes: []string{"migrations"}, neighbors: noNeighbors},
	{name: "ent", prefixes: []string{"ent"}, neighbors: anyNeighbor},
	{name: "platform", prefixes: []string{"internal/platform"}, neighbors: anyNeighbor},
	{name: "rooms", prefixes: []string{"internal/*"}, neighbors: earlierRooms},
	{name: "edge", prefixes: []string{"graph/gql", "graph/loader", "internal/adapter/*/*"}, neighbors: anyNeighbor, not: []string{"ent"}},
	{name: "graph", prefixes: []string{"graph/*", "web/*"}, neighbors: noNeighbors, not: []string{"ent"}},
	{name: "app", prefixes: []string{"internal/app"}, neighbors: noNeighbors, not: []string{"ent"}},
	{name: "cmd", prefixes: []string{"cmd/*"}, neighbors: noNeighbors, not: []string{"ent"}},
}

// outside packages stand beside the house: they may import anything, and only
// test files and each other may import them.
var outside = []string{"internal/testkit", "internal/tools", "internal/archtest", "internal/e2e", "bench"}

// roomOrder is the import order of rooms: a room may import those before it. A
// room never asks upward; the later room pushes its facts down, or the earlier
// one declares a small port.
var roomOrder = []string{
	"audit", "market", "translation", "metafield", "staff", "media", "content", "track",
	"catalog", "pricing", "bundle", "tax", "inventory", "warehouse", "purchasing", "replenish", "stockfeed", "importer", "shipping", "payment",
	"listing", "quote", "cart", "order", "checkout", "search", "merchandising", "insight", "recommend", "restock", "notify",
}

// tableOwners says which room owns which tables. Nobody else names them, in ent
// or in SQL. An adapter that keeps books of its own stands here by its path
// below internal.
var tableOwners = map[string][]string{
	"audit":       {"audit_entry"},
	"market":      {"shop_setting", "market", "market_country", "market_language", "market_domain"},
	"translation": {"translation"},
	"metafield":   {"metafield"},
	"staff":       {"staff_member", "staff_session"},
	"media":       {"media_asset"},
	"content":     {"menu", "menu_item", "page", "blog", "article", "shop_policy", "url_redirect"},
	"track":       {"track_event"},
	"catalog": {
		"product", "product_option", "product_option_value", "variant", "variant_option_value",
		"product_tag", "product_media", "attribute_definition", "product_attribute",
		"category", "product_category", "collection", "collection_product", "slug",
		"product_exclusion", "featured_product",
	},
	"pricing": {"price_list", "price", "price_range"},
	"tax":     {"tax_rate"},
	"bundle":  {"bundle", "bundle_slot", "bundle_choice"},
	"inventory": {
		"location", "location_market", "location_zone", "stock_policy", "stock_level", "stock_movement", "reservation",
	},
	"warehouse":  {"stock_transfer", "stock_transfer_line", "stock_count", "stock_count_line"},
	"purchasing": {"purchase_order", "purchase_order_line"},
	"replenish":  {"stock_threshold"},
	"stockfeed":  {"stock_feed", "stock_feed_run"},
	"restock":    {"restock_request"},
	"shipping":   {"delivery_zone", "delivery_area", "delivery_method", "delivery_rate"},
	"payment":    {"payment", "payment_transition"},
	"cart":       {"cart", "cart_line", "cart_address"},
	"order": {
		"sales_order", "order_line", "order_line_component", "order_delivery", "order_tax", "order_transition", "order_note", "order_tag", "raw_order_number",
	},
	"checkout":                {"checkout", "checkout_line", "checkout_transition"},
	"search":                  {"search_generation", "search_dead_letter"},
	"merchandising":           {"merchandising_item", "merchandising_version", "merchandising_release"},
	"insight":                 {"query_day", "query_product", "query_follow", "query_intent", "query_proposal", "experiment_day"},
	"recommend":               {"product_score", "product_affinity"},
	"notify":                  {"mail_message"},
	"importer":                {"import_run"},
	"adapter/payment/sandbox": {"sandbox_charge"},
	platform: {
		"outbox", "event_cursor", "idempotency_key", "retention",
		"river_job", "river_leader", "river_queue", "river_client", "river_client_queue", "river_migration", "river_notification",
	},
}

// platform stands for all packages of that floor among the owners.
const platform = "platform"

// mayRead lists owners whose SQL may read every room's tables: listing answers
// the hot reads in one round trip, insight and recommend count what other rooms
// wrote down. They may write none of them.
var mayRead = []string{"listing", "insight", "recommend"}

// checksFile is where a room keeps its invariants (doctor). Books are checked
// against each other, so its SQL may read the tables of every room.
const checksFile = "checks.go"
