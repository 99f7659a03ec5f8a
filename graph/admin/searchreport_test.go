package admin_test

import (
	"fmt"
	"testing"

	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/testkit"
)

// searched writes down what n queries and products came to, and makes a rule
// for each.
func (c client) searched(n int) {
	c.t.Helper()
	for i := range n {
		product := c.row(`SELECT 'gid://souk/Product/' || id FROM product ORDER BY id OFFSET $1 LIMIT 1`, i)
		category := c.row(`SELECT 'gid://souk/Category/' || id FROM category ORDER BY id OFFSET $1 LIMIT 1`, i)
		collection := c.row(`SELECT 'gid://souk/Collection/' || id FROM collection ORDER BY id OFFSET $1 LIMIT 1`, i)
		market := c.row(`SELECT 'gid://souk/Market/' || id FROM market ORDER BY id OFFSET $1 LIMIT 1`, i)
		c.publish(c.say(fmt.Sprint("Rule ", i), map[string]any{"rule": map[string]any{
			"trigger": map[string]any{"categories": []string{category}, "collections": []string{collection}, "markets": []string{market}},
			"acts":    []any{map[string]any{"do": "PIN", "product": product, "position": 1}}}}))
		c.change(`mutation { merchandisingItemUpdate(id: "gid://souk/MerchandisingItem/1", version: ` + fmt.Sprint(i+2) + `, input: {name: "Rule", content: {rule: {acts: [{do: IN_STOCK_FIRST}]}}}) { userErrors { code } } }`)
		for _, statement := range []string{
			`INSERT INTO query_day (day, market, language, query, searches, tracked, zero, clicked, clicks, positions) VALUES ($2::date, 'home', 'en', 'kettle' || chr(97 + $1::int), 30, 20, 10, 5, 6, 12)`,
			`INSERT INTO query_follow (day, language, query, next, sessions, clicked) VALUES ($2::date, 'en', 'kettle' || chr(97 + $1::int), 'r', 7, 3)`,
			`INSERT INTO query_intent (language, query, category_id, clicks, share_ppm, computed_at) SELECT 'en', 'kettle' || chr(97 + $1::int), id, 25, 875000, $2 FROM category ORDER BY id OFFSET $1 LIMIT 1`,
			`INSERT INTO query_proposal (language, query, kind, target, content, evidence, sessions, created_at, updated_at) SELECT 'en', 'kettle' || chr(97 + $1::int), 'rule', id::text,
				jsonb_build_object('trigger', jsonb_build_object('query', jsonb_build_object('match', 'exact', 'words', 'kettle' || chr(97 + $1::int))), 'priority', 0, 'acts', jsonb_build_array(jsonb_build_object('do', 'pin', 'product', id, 'position', 1))),
				'{"days": 28, "visits": 8, "zero": 6, "did": 5, "sharePpm": 625000}', 5, $2, $2 FROM product ORDER BY id OFFSET $1 LIMIT 1`,
			`INSERT INTO search_dead_letter (instance, engine, language, product_id, error, payload_hash, attempts, first_at, last_at) SELECT '', 'bleve', 'en', id, 'no', sha256('x'), 1, $2, $2 FROM product ORDER BY id OFFSET $1 LIMIT 1`,
			`INSERT INTO product_score (product_id, popularity_ppm, trend_ppm, views, computed_at) SELECT id, 412000, 0, 9, $2 FROM product ORDER BY id OFFSET $1 LIMIT 1`,
			`INSERT INTO product_affinity (product_id, kind, other_id, together, score_ppm, computed_at) SELECT id, 'bought_together', id + 1, 4, 500000, $2 FROM product ORDER BY id OFFSET $1 LIMIT 1`,
		} {
			_, err := c.db.Pool().Exec(c.t.Context(), statement, i, testkit.Started())
			c.must(err)
		}
	}
}

func (h *house) row(sql string, args ...any) (text string) {
	h.t.Helper()
	h.must(h.db.Pool().QueryRow(h.t.Context(), sql, args...).Scan(&text))
	return text
}

func TestSearchReport_tellsWhatWasSearchedAndProposed(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	c.sell("Teapot", "20")
	c.sell("Cup", "5")
	c.change(`mutation { categoryCreate(input: {title: "Tea"}) { userErrors { code } } collectionCreate(input: {title: "New"}) { userErrors { code } } }`)
	c.searched(1)
	viewer := h.as(staff.Viewer)
	a := viewer.do(`query($m: ID!) {
		searchReport(kind: ZERO_RESULTS) { totalCount nodes { language query hits stage figures { searches zero zeroRate clickRate orderRate meanPosition } proposals { kind target product { title } evidence { visits did share } state } } }
		elsewhere: searchReport(kind: TOP, filter: {market: "gid://souk/Market/999"}) { totalCount }
		here: searchReport(kind: TOP, filter: {market: $m, language: "en", contains: "KETTLE"}) { totalCount }
		searchTotals { queries figures { searches clickRate } }
		searchRefinements { nodes { query next sessions clicked } }
		searchIntents { nodes { query category { title } clicks share } }
		searchQueryFunnel(query: " KETTLEA", language: "en") { query { figures { searches } } days { figures { zero } } products { clicks } next { next } }
		unknown: searchQueryFunnel(query: "never", language: "en") { query { figures { searches clickRate } } }
		products(sort: TITLE, reverse: true) { nodes { title popularity { popularity views } affinities { kind together score product { title } } } }
	}`, "m", h.row(`SELECT 'gid://souk/Market/' || id FROM market`))
	for path, want := range map[string]any{
		"searchReport.totalCount": 1, "searchReport.nodes.0.query": "kettlea", "searchReport.nodes.0.stage": nil, "searchReport.nodes.0.figures.zero": 10,
		"searchReport.nodes.0.figures.clickRate": 0.25, "searchReport.nodes.0.figures.orderRate": float64(0), "searchReport.nodes.0.figures.meanPosition": float64(2),
		"searchReport.nodes.0.proposals.0.kind": "RULE", "searchReport.nodes.0.proposals.0.product.title": "Teapot", "searchReport.nodes.0.proposals.0.evidence.share": "62.5",
		"elsewhere.totalCount": 0, "here.totalCount": 1, "searchTotals.queries": 1, "searchTotals.figures.searches": 30,
		"searchRefinements.nodes.0.next": "r", "searchIntents.nodes.0.category.title": "Tea", "searchIntents.nodes.0.share": "87.5",
		"searchQueryFunnel.query.figures.searches": 30, "searchQueryFunnel.days.0.figures.zero": 10, "searchQueryFunnel.next.0.next": "r",
		"unknown.query.figures.searches": 0, "unknown.query.figures.clickRate": nil,
		"products.nodes.0.popularity.popularity": "41.2", "products.nodes.0.affinities.0.kind": "BOUGHT_TOGETHER", "products.nodes.0.affinities.0.product.title": "Cup",
		"products.nodes.1.popularity": nil,
	} {
		a.is(path, want)
	}

	id := h.row(`SELECT 'gid://souk/SearchProposal/' || id FROM query_proposal`)
	const accept = `mutation($id: ID!) { searchProposalAccept(id: $id) { proposal { state decidedBy item { state kind live { author content { ... on SearchRule { acts { do product { title } } } } } } } userErrors { code } } }`
	if got := viewer.try(accept, "id", id).code(); got != "FORBIDDEN" {
		t.Errorf("a viewer accepts: %q", got)
	}
	for range 2 { // the key makes it safe to send again
		a = c.under("accept", accept, "id", id)
		a.is("searchProposalAccept.proposal.state", "ACCEPTED")
		a.is("searchProposalAccept.proposal.decidedBy", "Ada")
		a.is("searchProposalAccept.proposal.item.state", "LIVE")
		a.is("searchProposalAccept.proposal.item.live.content.acts.0.product.title", "Teapot")
	}
	const dismiss = `mutation($id: ID!) { searchProposalDismiss(id: $id) { proposal { state } userErrors { code } } }`
	c.do(dismiss, "id", id).is("searchProposalDismiss.userErrors.0.code", "PROPOSAL_DECIDED")
	c.do(dismiss, "id", "gid://souk/Product/1").is("searchProposalDismiss.userErrors.0.code", "PROPOSAL_NOT_FOUND")
	viewer.do(`{ searchReport(kind: ZERO_RESULTS) { nodes { proposals { id } } } open: searchProposals(filter: {state: OPEN}) { totalCount } done: searchProposals(filter: {state: ACCEPTED, kind: RULE}) { totalCount } }`).
		is("done.totalCount", 1)
}

func TestExperimentReport_saysWhetherItIsTooEarly(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	id := c.say("Newer first", map[string]any{"experiment": map[string]any{"control": map[string]any{}, "variant": map[string]any{"freshness": 80}}})
	c.publish(id)
	const report = `query($id: ID!) { experimentReport(itemId: $id) { number experiment { name } control { visits clicked } variant { visits } clicked { control variant lift pValue verdict } orders { verdict } } }`
	count := func(arm string, visits, clicked int) {
		t.Helper()
		_, err := h.db.Pool().Exec(t.Context(), `INSERT INTO experiment_day (day, experiment, version, arm, visits, clicked) SELECT $1::date, id, 1, $2, $3, $4 FROM merchandising_item
			ON CONFLICT (day, experiment, version, arm) DO UPDATE SET visits = excluded.visits, clicked = excluded.clicked`, testkit.Started(), arm, visits, clicked)
		h.must(err)
	}
	count("control", 10, 1)
	count("variant", 10, 9)
	a := c.do(report, "id", id)
	a.is("experimentReport.experiment.name", "Newer first")
	a.is("experimentReport.clicked.verdict", "TOO_EARLY")
	count("control", 10_000, 3_000)
	count("variant", 10_000, 3_600)
	a = c.do(report, "id", id)
	a.is("experimentReport.clicked.verdict", "VARIANT_WINS")
	a.is("experimentReport.orders.verdict", "TOO_EARLY")
	if p, ok := a.at("experimentReport.clicked.pValue").(float64); !ok || p > 0.001 {
		t.Errorf("p = %v", a.at("experimentReport.clicked.pValue"))
	}
	c.do(report, "id", "gid://souk/MerchandisingItem/999").is("experimentReport", nil)
}
