package insight_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/insight"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
	"github.com/souk-commerce/souk/internal/track"
)

// floor is a shop whose visitors' searches are counted.
type floor struct {
	*salesfloor.Shop
	t       *testing.T
	clock   *clock.Manual
	insight *insight.Service
	memory  *insight.Memory
	items   *merchandising.Service
}

func open(t *testing.T) *floor {
	t.Helper()
	s := salesfloor.Open(t, salesfloor.Options{})
	f := &floor{Shop: s, t: t, clock: testkit.Clock(t, s.DB), memory: insight.NewMemory(s.DB)}
	f.items = merchandising.NewService(merchandising.Rooms{DB: s.DB, Events: s.Outbox, Audit: s.Audit, Clock: f.clock})
	f.insight = insight.NewService(insight.Rooms{DB: s.DB, Events: s.Outbox, Audit: s.Audit, Items: f.items}, insight.Config{})
	t.Cleanup(func() {
		found, err := doctor.Run(context.Background(), s.DB.Pool(), insight.Checks())
		if err != nil || len(found) > 0 {
			t.Errorf("checks: %v %v", found, err)
		}
	})
	return f
}

func (f *floor) fatal(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func visitor(session string) track.Visitor {
	return track.Visitor{SessionID: session, VisitorID: session, Market: "us", Consent: track.Consent{Analytics: session != ""}}
}

// does writes down what a visit does now; without a session there is no consent.
func (f *floor) does(session string, kind track.Kind, p track.Payload) {
	f.t.Helper()
	p.Language = "en"
	f.fatal(f.Track.Record(track.WithVisitor(f.t.Context(), visitor(session)), []track.Event{p.Event(kind)}))
}

func (f *floor) searches(session, id, query string, hits int) {
	f.t.Helper()
	stage := "as_typed"
	if hits == 0 {
		stage = "nothing"
	}
	f.does(session, track.Search, track.Payload{QueryID: id, Query: query, Hits: &hits, Stage: stage})
	f.clock.Advance(time.Minute)
}

func (f *floor) clicks(session, id string, product catalog.ProductID, position int) {
	f.t.Helper()
	f.does(session, track.Click, track.Payload{QueryID: id, Product: int64(product), Position: position, Source: "search"})
	f.clock.Advance(time.Minute)
}

// count writes what was tracked and counts it.
func (f *floor) count() {
	f.t.Helper()
	ctx, stop := context.WithCancel(f.t.Context())
	stop()
	f.fatal(f.Track.Run(ctx))
	f.fatal(f.insight.Aggregate(f.t.Context()))
}

// buys has a visit put a product into a cart and order it.
func (f *floor) buys(session, sku string) {
	f.t.Helper()
	ctx := track.WithVisitor(f.t.Context(), visitor(session))
	change, err := f.Carts.Create(ctx, f.Wish(f.t, "US"), cart.New{Lines: []cart.NewLine{{Variant: f.Variants[sku], Quantity: 1}}})
	f.fatal(err)
	f.clock.Advance(time.Minute)
	c := f.Ready(f.t, change.Cart, "US")
	_, err = f.Checkouts.Complete(context.Background(), salesfloor.Submission(c, "ok", session))
	f.fatal(err)
}

// product gives the product of a variant.
func (f *floor) product(sku string) catalog.ProductID {
	return catalog.ProductID(f.Count(f.t, `SELECT product_id FROM variant WHERE id = $1`, int64(f.Variants[sku])))
}

func (f *floor) report(r insight.Report) (all []string) {
	f.t.Helper()
	found, err := f.insight.Queries(f.t.Context(), r, insight.Filter{}, page.Args{})
	f.fatal(err)
	for _, q := range found.Items {
		all = append(all, fmt.Sprintf("%s %d", q.Query, q.Searches))
	}
	return all
}

// dump reads a table whole.
func (f *floor) dump(table string) (rows []string) {
	f.t.Helper()
	found, err := f.DB.Pool().Query(f.t.Context(), `SELECT t::text FROM `+table+` t ORDER BY 1`)
	f.fatal(err)
	rows, err = pgx.CollectRows(found, pgx.RowTo[string])
	f.fatal(err)
	return rows
}

var counted = []string{"query_day", "query_product", "query_follow", "experiment_day"}

func rate(p *float64) string {
	if p == nil {
		return "null"
	}
	return fmt.Sprintf("%.2f", *p)
}

func TestStory_sessionsInReportsOut(t *testing.T) {
	t.Parallel()
	f := open(t)
	mug, shirt := f.product("mug"), f.product("shirt-s")

	f.searches("ann", "a1", "cup", 0) // finds nothing, tries again, buys
	f.searches("ann", "a2", "mug", 3)
	f.does("ann", track.Impression, track.Payload{QueryID: "a2", Products: []int64{int64(mug), int64(shirt)}, Position: 1})
	f.clicks("ann", "a2", mug, 2)
	f.buys("ann", "mug")
	f.searches("bob", "b1", "mug", 3) // looks only
	f.searches("cid", "c1", "mugg", 0)
	f.does("cid", track.Search, track.Payload{QueryID: "c2", Query: "mugs", Stage: "corrected", UsedQuery: "mug", Hits: new(int)})
	f.searches("", "x1", "mug", 3) // agreed to nothing
	f.count()

	got, err := f.insight.Queries(t.Context(), insight.Top, insight.Filter{Market: "us", Language: "en"}, page.Args{})
	f.fatal(err)
	top := got.Items[0]
	if top.Query != "mug" || top.Searches != 3 || top.Tracked != 2 || top.Visits != 2 || top.Clicked != 1 || top.Carts != 1 || top.Orders != 1 || top.Hits != 3 {
		t.Errorf("mug: %+v", top)
	}
	if rates := rate(top.ClickRate()) + " " + rate(top.OrderRate()) + " " + rate(top.MeanPosition()); rates != "0.50 0.50 2.00" {
		t.Errorf("rates of mug: %s", rates)
	}
	if diff := cmp.Diff([]string{"mugs 1", "mugg 1", "cup 1"}, f.report(insight.ZeroResult)); diff != "" {
		t.Error(diff)
	}
	if got, err := f.insight.Queries(t.Context(), insight.Top, insight.Filter{Market: "de"}, page.Args{}); err != nil || len(got.Items) != 0 {
		t.Errorf("of another market: %v %v", got, err)
	}
	refined, err := f.insight.Refinements(t.Context(), insight.Filter{}, page.Args{})
	f.fatal(err)
	want := []insight.Refinement{{Language: "en", Query: "mugg", Next: "mugs", Sessions: 1}, {Language: "en", Query: "cup", Next: "mug", Sessions: 1, Clicked: 1}}
	if diff := cmp.Diff(want, refined.Items); diff != "" {
		t.Error(diff)
	}
	funnel, err := f.insight.Funnel(t.Context(), insight.Filter{Language: "en"}, "mug")
	f.fatal(err)
	if diff := cmp.Diff([]insight.QueryProduct{{Product: mug, Impressions: 1, Clicks: 1, Carts: 1, Orders: 1}}, funnel.Products); diff != "" {
		t.Error(diff)
	}
	if funnel.Query.Searches != 3 || len(funnel.Days) != 1 || funnel.Days[0].Orders != 1 {
		t.Errorf("funnel %+v", funnel)
	}
	totals, err := f.insight.Totals(t.Context(), insight.Filter{})
	f.fatal(err)
	if totals.Queries != 4 || totals.Searches != 6 || totals.Tracked != 5 {
		t.Errorf("totals %+v", totals)
	}
}

func TestRates_areNullWithoutTrackedSearchesAndZeroWithoutEvents(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.searches("", "", "unseen", 4)
	f.searches("ann", "a1", "idle", 4)
	f.count()
	got, err := f.insight.Queries(t.Context(), insight.Top, insight.Filter{}, page.Args{})
	f.fatal(err)
	rates := map[string]string{}
	for _, q := range got.Items {
		rates[q.Query] = rate(q.ClickRate()) + " " + rate(q.CartRate()) + " " + rate(q.OrderRate()) + " " + rate(q.ZeroRate()) + " " + rate(q.MeanPosition())
	}
	if diff := cmp.Diff(map[string]string{"unseen": "null null null 0.00 null", "idle": "0.00 0.00 0.00 0.00 null"}, rates); diff != "" {
		t.Error(diff)
	}
}

func TestAggregate_givesTheSameHoweverOftenAndInWhateverOrder(t *testing.T) {
	t.Parallel()
	f := open(t)
	mug := f.product("mug")
	f.searches("ann", "a1", "mug", 3)
	f.clicks("ann", "a1", mug, 1)
	f.buys("ann", "mug")
	f.count()
	var before [][]string
	for _, table := range counted {
		before = append(before, f.dump(table))
	}
	written := func() int64 { return f.Count(t, `SELECT sum(xmin::text::bigint) FROM query_day`) }
	last := written()
	again := insight.NewService(insight.Rooms{DB: f.DB, Events: f.Outbox, Audit: f.Audit, Items: f.items}, insight.Config{})
	f.fatal(again.Aggregate(t.Context())) // another process
	if written() != last {
		t.Error("rows were written anew though nothing changed")
	}
	for i, table := range counted {
		if diff := cmp.Diff(before[i], f.dump(table)); diff != "" {
			t.Errorf("%s: %s", table, diff)
		}
	}
}

func TestAggregate_countsLateEventsInTheirDay(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.clock.Set(time.Date(2026, time.March, 2, 23, 50, 0, 0, time.UTC))
	f.searches("ann", "a1", "mug", 3)
	late := f.clock.Now()
	f.clock.Advance(3 * time.Hour)
	f.searches("bob", "b1", "shirt", 3)
	f.count()
	e := track.Payload{QueryID: "a1", Product: int64(f.product("mug")), Position: 4}.Event(track.Click)
	e.OccurredAt = late // a browser that was off the net
	f.fatal(f.Track.RecordFromClient(track.WithVisitor(t.Context(), visitor("ann")), []track.Event{e}))
	f.clock.Advance(time.Minute)
	f.count()
	funnel, err := f.insight.Funnel(t.Context(), insight.Filter{Language: "en"}, "mug")
	f.fatal(err)
	if len(funnel.Days) != 1 || funnel.Days[0].Day.Day() != 2 || funnel.Days[0].Clicks != 1 || funnel.Days[0].Positions != 4 {
		t.Errorf("%+v", funnel.Days)
	}
}

func TestAggregate_afterMidnightThanksTheSearchOfTheDayBefore(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.clock.Set(time.Date(2026, time.March, 2, 23, 55, 0, 0, time.UTC))
	f.searches("ann", "a1", "mug", 3)
	f.clicks("ann", "a1", f.product("mug"), 1)
	f.count()
	f.clock.Advance(10 * time.Minute)
	f.buys("ann", "mug")
	f.count()
	if n := f.Count(t, `SELECT count(*) FROM query_day WHERE day = '2026-03-02' AND query = 'mug' AND carts = 1 AND orders = 1`); n != 1 {
		t.Errorf("counted %s", f.dump("query_day"))
	}
}

func TestAggregate_aDayThatCannotBeCountedHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.searches("ann", "a1", "mug", 3)
	f.clock.Advance(24 * time.Hour)
	f.searches("bob", "b1", "shirt", 3)
	f.fatal(exec(f, `ALTER TABLE query_day ADD CONSTRAINT broken CHECK (query <> 'mug')`))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	f.fatal(f.Track.Run(ctx))
	if err := f.insight.Aggregate(t.Context()); err == nil || !strings.Contains(err.Error(), "2026-03-02") {
		t.Errorf("%v", err)
	}
	if got := f.report(insight.Top); !slices.Equal(got, []string{"shirt 1"}) {
		t.Errorf("counted %v", got)
	}
	f.fatal(exec(f, `ALTER TABLE query_day DROP CONSTRAINT broken`))
	f.fatal(f.insight.Aggregate(t.Context()))
	if got := f.report(insight.Top); !slices.Equal(got, []string{"shirt 1", "mug 1"}) {
		t.Errorf("counted %v", got)
	}
}

func TestQueries_pagesJoinToTheWholeReport(t *testing.T) {
	t.Parallel()
	f := open(t)
	for i, query := range []string{"a", "bb", "cc", "dd", "ee", "ff", "gg"} {
		for range i/2 + 1 {
			f.searches("", "", query, 1)
		}
	}
	f.count()
	whole := f.report(insight.Top)
	if len(whole) != 7 {
		t.Fatalf("%v", whole)
	}
	for _, size := range []int{1, 2, 3, 7} {
		var forward, backward []string
		for after := (*string)(nil); ; {
			got, err := f.insight.Queries(t.Context(), insight.Top, insight.Filter{}, page.Args{First: &size, After: after})
			f.fatal(err)
			for _, q := range got.Items {
				forward = append(forward, fmt.Sprintf("%s %d", q.Query, q.Searches))
			}
			if after = got.Info.EndCursor; !got.Info.HasNextPage {
				break
			}
		}
		for before := (*string)(nil); ; {
			got, err := f.insight.Queries(t.Context(), insight.Top, insight.Filter{}, page.Args{Last: &size, Before: before})
			f.fatal(err)
			for _, q := range slices.Backward(got.Items) {
				backward = append(backward, fmt.Sprintf("%s %d", q.Query, q.Searches))
			}
			if before = got.Info.StartCursor; !got.Info.HasPreviousPage {
				break
			}
		}
		slices.Reverse(backward)
		if !slices.Equal(forward, whole) || !slices.Equal(backward, whole) {
			t.Errorf("pages of %d: %v, backward %v, whole %v", size, forward, backward, whole)
		}
	}
	if n, err := f.insight.CountQueries(t.Context(), insight.Top, insight.Filter{Contains: "B"}); err != nil || n != 1 {
		t.Errorf("with b: %d %v", n, err)
	}
	if _, err := f.insight.Queries(t.Context(), "best", insight.Filter{}, page.Args{}); !fault.Is(err, "report_unknown") {
		t.Errorf("%v", err)
	}
	junk := page.Encode("x", 1, 2, 3)
	if _, err := f.insight.Queries(t.Context(), insight.Top, insight.Filter{}, page.Args{After: &junk}); !fault.Is(err, "invalid_cursor") {
		t.Errorf("%v", err)
	}
}

func TestPropose_whatEnoughVisitsDidNext(t *testing.T) {
	t.Parallel()
	f := open(t)
	mug := f.product("mug")
	collection := f.Count(t, `INSERT INTO collection (created_at, updated_at, handle, title, published_at) VALUES ($1, $1, 'sale', 'Sale', $1) RETURNING id`, f.clock.Now())
	for i := range 5 {
		s := fmt.Sprint("s", i)
		f.searches(s, s+"a", "cup", 0)
		f.searches(s, s+"b", "mug", 3)
		f.clicks(s, s+"b", mug, 1)
		f.searches(s, s+"c", "bargains", 0)
		f.does(s, track.ViewCollection, track.Payload{Collection: collection})
		f.does(s, track.ViewPage, track.Payload{Path: "/account/orders"})
		f.clock.Advance(time.Hour)
		if i < 4 { // one short
			f.searches(s, s+"d", "teacup", 0)
			f.searches(s, s+"e", "mug", 3)
			f.clicks(s, s+"e", mug, 1)
		} else {
			f.searches(s, s+"d", "teacup", 0)
		}
		f.clock.Advance(time.Hour)
	}
	f.count()
	f.fatal(f.insight.Learn(t.Context()))
	want := []string{
		`redirect bargains → /collections/sale, 5 of 5`,
		fmt.Sprintf(`rule cup → %d, 5 of 5`, mug),
		`synonym cup → mug, 5 of 5`,
	}
	if diff := cmp.Diff(want, f.proposals(insight.Open)); diff != "" {
		t.Fatal(diff)
	}
	f.fatal(f.insight.Learn(t.Context()))
	if diff := cmp.Diff(want, f.proposals(insight.Open)); diff != "" {
		t.Error(diff)
	}
	f.clock.Advance(29 * 24 * time.Hour) // nothing speaks for them any more
	f.fatal(f.insight.Learn(t.Context()))
	if got := f.proposals(""); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func (f *floor) proposals(state insight.ProposalState) (all []string) {
	f.t.Helper()
	found, err := f.insight.Proposals(f.t.Context(), insight.ProposalFilter{State: state}, page.Args{})
	f.fatal(err)
	for _, p := range found.Items {
		all = append(all, fmt.Sprintf("%s %s → %s, %d of %d", p.Kind, p.Query, p.Target, p.Evidence.Did, p.Evidence.Visits))
	}
	slices.Sort(all)
	return all
}

func (f *floor) proposal(kind insight.ProposalKind) insight.Proposal {
	f.t.Helper()
	found, err := f.insight.Proposals(f.t.Context(), insight.ProposalFilter{Kind: kind}, page.Args{})
	f.fatal(err)
	if len(found.Items) != 1 {
		f.t.Fatalf("proposals %+v", found.Items)
	}
	return found.Items[0]
}

func TestAccept_makesAndPublishesOnceWhatIsProposed(t *testing.T) {
	t.Parallel()
	f := open(t)
	mug := f.product("mug")
	for i := range 5 {
		s := fmt.Sprint("s", i)
		f.searches(s, s+"a", "cup", 0)
		f.searches(s, s+"b", "mug", 3)
		f.clicks(s, s+"b", mug, 1)
		f.clock.Advance(time.Hour)
	}
	f.count()
	f.fatal(f.insight.Learn(t.Context()))
	ctx := salesfloor.Context()
	var first insight.Proposal
	for i := range 2 {
		got, err := f.insight.Accept(ctx, f.proposal(insight.ProposeSynonym).ID)
		f.fatal(err)
		if i == 0 {
			first = got
		} else if got.Item != first.Item || !got.DecidedAt.Equal(*first.DecidedAt) {
			t.Errorf("accepted again: %+v", got)
		}
	}
	item, err := f.items.Item(ctx, first.Item)
	f.fatal(err)
	if item.Kind != merchandising.KindSynonym || item.Live == nil || *item.Live != 1 || item.Name != "cup → mug" {
		t.Errorf("made %+v", item)
	}
	version, err := f.items.Version(ctx, first.Item, 1)
	f.fatal(err)
	if want := (merchandising.Synonym{Language: "en", From: "cup", To: []string{"mug"}}); !reflect.DeepEqual(version.Content, want) {
		t.Errorf("says %+v", version.Content)
	}
	if n := f.Count(t, `SELECT count(*) FROM audit_entry WHERE action = 'query_proposal.accepted' AND actor_name = 'Setup'`); n != 1 || first.DecidedBy != "Setup" {
		t.Errorf("%d audit rows, decided by %q", n, first.DecidedBy)
	}
	if _, err := f.insight.Dismiss(ctx, first.ID); !fault.Is(err, "proposal_decided") {
		t.Errorf("dismiss an accepted one: %v", err)
	}
	rule := f.proposal(insight.ProposeRule)
	if rule.Product() != mug {
		t.Errorf("pins %d", rule.Product())
	}
	for range 2 {
		_, err := f.insight.Dismiss(ctx, rule.ID)
		f.fatal(err)
	}
	if _, err := f.insight.Accept(ctx, rule.ID); !fault.Is(err, "proposal_decided") {
		t.Errorf("accept a dismissed one: %v", err)
	}
	if _, err := f.insight.Accept(ctx, 12_345); !fault.Is(err, "proposal_not_found") {
		t.Errorf("accept nothing: %v", err)
	}
	f.fatal(f.insight.Learn(t.Context())) // what was decided stays as it is
	if got := f.proposals(insight.Open); len(got) != 0 || f.proposal(insight.ProposeRule).State != insight.Dismissed {
		t.Errorf("%q", got)
	}
}
