package recommend_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/recommend"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/search/understanding"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
	"github.com/souk-commerce/souk/internal/track"
)

// shop is a sales floor whose goods lie in a table of documents.
type shop struct {
	*salesfloor.Shop
	t     *testing.T
	clock *clock.Manual
	*recommend.Service
	goods *table.Table // nil: not read yet
}

// finder gives the table of the shop.
type finder struct{ s *shop }

func (f finder) Find(context.Context, search.Find) (search.Found, error) {
	return search.Found{}, search.ErrUnavailable
}
func (f finder) Vocabulary(locale.Language) *understanding.Vocabulary { return nil }
func (f finder) Table() (*table.Table, error) {
	if f.s.goods == nil {
		return nil, search.ErrUnavailable
	}
	return f.s.goods, nil
}

func open(t *testing.T) *shop {
	t.Helper()
	s := &shop{Shop: salesfloor.Open(t, salesfloor.Options{}), t: t}
	s.clock = testkit.Clock(t, s.DB)
	s.Service = recommend.NewService(recommend.Rooms{DB: s.DB, Events: s.Outbox, Search: finder{s}})
	t.Cleanup(func() {
		found, err := doctor.Run(context.Background(), s.DB.Pool(), recommend.Checks())
		if err != nil || len(found) > 0 {
			t.Errorf("checks: %v %v", found, err)
		}
	})
	return s
}

func (s *shop) fatal(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// read puts the goods into the table as they are now.
func (s *shop) read() {
	s.t.Helper()
	ids, err := s.Listing.DocumentIDs(s.t.Context(), 0, 500)
	s.fatal(err)
	docs, err := s.Listing.Documents(s.t.Context(), ids)
	s.fatal(err)
	s.goods = table.New()
	s.goods.Put(docs)
}

func (s *shop) product(sku string) catalog.ProductID {
	return catalog.ProductID(s.Count(s.t, `SELECT product_id FROM variant WHERE id = $1`, int64(s.Variants[sku])))
}

// views has a visit look at products.
func (s *shop) views(session string, skus ...string) {
	s.t.Helper()
	v := track.Visitor{SessionID: session, Market: "us", Consent: track.Consent{Analytics: session != ""}}
	for _, sku := range skus {
		s.fatal(s.Track.Record(track.WithVisitor(s.t.Context(), v), []track.Event{track.Payload{Product: int64(s.product(sku))}.Event(track.ViewProduct)}))
	}
}

// buys places an order of one piece each.
func (s *shop) buys(skus ...string) {
	s.t.Helper()
	var lines []cart.NewLine
	for _, sku := range skus {
		lines = append(lines, cart.NewLine{Variant: s.Variants[sku], Quantity: 1})
	}
	change, err := s.Carts.Create(s.t.Context(), s.Wish(s.t, "US"), cart.New{Lines: lines})
	s.fatal(err)
	c := s.Ready(s.t, change.Cart, "US")
	_, err = s.Checkouts.Complete(context.Background(), salesfloor.Submission(c, "ok", fmt.Sprint(c.ID)))
	s.fatal(err)
}

func (s *shop) compute() {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	stop()
	s.fatal(s.Track.Run(ctx))
	s.fatal(s.Compute(s.t.Context()))
}

// sell makes a product of one variant with traits.
func (s *shop) sell(sku, vendor string, price int64, category int64, stock int64) {
	s.t.Helper()
	p := s.Sell(s.t, sku, nil, stock, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: sku}, Price: price})
	s.exec(`UPDATE product SET vendor = $2 WHERE id = $1`, int64(p.ID), vendor)
	if category != 0 {
		s.exec(`INSERT INTO category (id, created_at, updated_at, handle, title, path) VALUES ($1, $2, $2, 'c' || $1::bigint, 'C', '/' || $1::bigint || '/') ON CONFLICT DO NOTHING`, category, s.clock.Now())
		s.exec(`INSERT INTO product_category (product_id, category_id, main) VALUES ($1, $2, true)`, int64(p.ID), category)
	}
}

func (s *shop) exec(sql string, args ...any) {
	s.t.Helper()
	_, err := s.DB.Pool().Exec(s.t.Context(), sql, args...)
	s.fatal(err)
}

func (s *shop) at() listing.Context { return s.Wish(s.t, "US") }

// told writes recommendations with their reasons.
func (s *shop) told(all []recommend.Recommendation, err error) (lines []string) {
	s.t.Helper()
	s.fatal(err)
	for _, r := range all {
		var sku string
		s.fatal(s.DB.Pool().QueryRow(s.t.Context(), `SELECT min(sku) FROM variant WHERE product_id = $1`, int64(r.Product)).Scan(&sku))
		for _, why := range r.Reasons {
			sku += " " + string(why.Because)
			if why.Count > 0 {
				sku += fmt.Sprint(":", why.Count)
			}
		}
		lines = append(lines, sku)
	}
	return lines
}

func (s *shop) facts() int64 {
	return s.Count(s.t, `SELECT count(*) FROM outbox WHERE topic = 'recommend.computed'`)
}

func TestCompute_scoresWhatIsWantedAndTellsOnlyWhatMoved(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 40 {
		s.views(fmt.Sprint("old", i), "ebook")
	}
	s.clock.Advance(40 * 24 * time.Hour)
	for i := range 10 {
		s.views(fmt.Sprint("s", i), "mug", "mug", "mug")
	}
	s.views("s1", "shirt-s")
	s.views("", "crate") // agreed to nothing
	s.buys("mug", "shirt-s")
	s.buys("mug")
	s.compute()
	got, err := s.Scores(t.Context(), []recommend.ProductID{s.product("mug"), s.product("shirt-s"), s.product("ebook"), s.product("crate")})
	s.fatal(err)
	mug, shirt, book := got[s.product("mug")], got[s.product("shirt-s")], got[s.product("ebook")]
	if len(got) != 3 || mug.PopularityPPM != 1_000_000 || mug.TrendPPM != 1_000_000 || mug.Views != 10 || mug.Orders != 2 || mug.Pieces != 2 {
		t.Errorf("scores %+v", got)
	}
	// 10 views and 2 orders are 70; 1 view and 1 order are 31; 40 views of 40 days ago count 0.397 each
	if shirt.PopularityPPM != 442_857 || book.PopularityPPM != 226_771 || book.TrendPPM != 0 || shirt.TrendPPM == 0 || shirt.TrendPPM >= mug.TrendPPM {
		t.Errorf("shirt %+v, book %+v", shirt, book)
	}
	told := s.facts()
	s.fatal(s.Compute(t.Context()))
	if s.facts() != told {
		t.Error("told again though nothing moved")
	}
	s.views("s11", "mug")
	s.views("s12", "mug") // the others are wanted 3 % less beside it
	s.compute()
	if got, err := s.Scores(t.Context(), []recommend.ProductID{s.product("mug")}); err != nil || got[s.product("mug")].Views != 12 || s.facts() != told {
		t.Errorf("for a stir: %+v %v, %d facts", got, err, s.facts()-told)
	}
	s.clock.Advance(24 * time.Hour)
	s.fatal(s.Compute(t.Context()))
	if s.facts() != told {
		t.Error("all of them being a day older moves nobody")
	}
	s.exec(`UPDATE product SET status = 'archived', archived_at = $2 WHERE id = $1`, int64(s.product("ebook")), s.clock.Now())
	s.fatal(s.Compute(t.Context()))
	want := fmt.Sprintf(`{"products": [%d]}`, s.product("ebook"))
	var last string
	s.fatal(s.DB.Pool().QueryRow(t.Context(), `SELECT payload::text FROM outbox WHERE topic = 'recommend.computed' ORDER BY id DESC LIMIT 1`).Scan(&last))
	if s.facts() != told+1 || last != want {
		t.Errorf("told %s", last)
	}
}

func TestCompute_whatLiesInTheSameBaskets(t *testing.T) {
	t.Parallel()
	s := open(t)
	for range 3 {
		s.buys("mug", "shirt-s")
	}
	s.buys("mug", "shirt-m") // the same product as shirt-s
	s.buys("mug", "ebook")   // once is chance
	for i := range 3 {
		s.views(fmt.Sprint("s", i), "mug", "crate")
	}
	s.compute()
	s.fatal(s.Compute(t.Context()))
	got, err := s.Affinities(t.Context(), []recommend.ProductID{s.product("mug")})
	s.fatal(err)
	var all []string
	for _, a := range got[s.product("mug")] {
		all = append(all, fmt.Sprint(a.Kind, a.Product, a.Together, a.ScorePPM))
	}
	// 4 of 5 and 4 orders: 4 ÷ √20 × 4 ÷ 9; 3 of 3 and 3 visits: 3 ÷ 8
	want := []string{fmt.Sprint("bought_together", s.product("shirt-s"), 4, 397_523), fmt.Sprint("viewed_together", s.product("crate"), 3, 375_000)}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Error(diff)
	}
	s.read()
	if diff := cmp.Diff([]string{"shirt-m in_same_orders:4"}, s.told(s.Related(t.Context(), s.at(), s.product("mug"), recommend.BoughtTogether, 5))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"crate in_same_visits:3"}, s.told(s.Related(t.Context(), s.at(), s.product("mug"), recommend.Similar, 5))); diff != "" {
		t.Error(diff)
	}
	s.exec(`INSERT INTO product_exclusion (product_id, market_id) SELECT $1, id FROM market WHERE handle = 'us'`, int64(s.product("ebook")))
	s.read()
	want = []string{"shirt-m in_same_orders:4 wanted_now", "crate in_same_visits:3 wanted_now"} // not what is kept out of the market
	if diff := cmp.Diff(want, s.told(s.ForCart(t.Context(), s.at(), []recommend.ProductID{s.product("mug")}, 5))); diff != "" {
		t.Error(diff)
	}
}

func TestRelated_aNewShopAnswersByWhatProductsAre(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sell("pan", "Kettle", 5_000, 7, 9)
	s.sell("pan-same", "Kettle", 5_200, 7, 9)
	s.sell("pan-gone", "Kettle", 5_000, 7, 0)
	s.sell("pan-other", "Smith", 12_000, 7, 9)
	s.sell("far", "Kettle", 5_000, 8, 9)
	related := func(kind recommend.Kind) []string {
		return s.told(s.Related(t.Context(), s.at(), s.product("pan"), kind, 5))
	}
	if got := related(recommend.Similar); got != nil {
		t.Errorf("before the goods were read: %v", got)
	}
	s.read()
	want := []string{"pan-same same_category same_vendor near_price", "pan-other same_category", "pan-gone same_category same_vendor near_price"}
	if diff := cmp.Diff(want, related(recommend.Similar)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"pan-same higher_price same_category same_vendor near_price", "pan-other higher_price same_category"}, related(recommend.Upsell)); diff != "" {
		t.Error(diff)
	}
	for _, kind := range []recommend.Kind{recommend.BoughtTogether, recommend.CrossSell, recommend.Trending} {
		if got := related(kind); len(got) != 0 {
			t.Errorf("%s: %v", kind, got)
		}
	}
	s.exec(`INSERT INTO product_exclusion (product_id, market_id) SELECT $1, id FROM market`, int64(s.product("pan-same")))
	s.read()
	if got := related(recommend.Similar); slices.ContainsFunc(got, func(l string) bool { return l[:8] == "pan-same" }) {
		t.Errorf("a product that the buyer cannot see: %v", got)
	}
}

func TestRelated_crossSellIsFromOtherCategories(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sell("pan", "Kettle", 5_000, 7, 99)
	s.sell("pot", "Kettle", 5_000, 7, 99)
	s.sell("oil", "Mill", 900, 8, 99)
	for range 2 {
		s.buys("pan", "pot", "oil")
	}
	s.compute()
	s.read()
	if diff := cmp.Diff([]string{"oil in_same_orders:2"}, s.told(s.Related(t.Context(), s.at(), s.product("pan"), recommend.CrossSell, 5))); diff != "" {
		t.Error(diff)
	}
	if got := s.told(s.Related(t.Context(), s.at(), s.product("pan"), recommend.Trending, 5)); len(got) != 2 || got[0] != "pot wanted_now same_category" {
		t.Errorf("%q", got)
	}
	if got := s.told(s.Trending(t.Context(), s.at(), 2)); len(got) != 2 {
		t.Errorf("%q", got)
	}
}

func TestRelated_refusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	s := open(t)
	if _, err := s.Related(t.Context(), s.at(), 1, "accessory", 5); !fault.Is(err, "related_kind_unknown") {
		t.Errorf("%v", err)
	}
	if _, err := s.Trending(t.Context(), s.at(), recommend.MostAsked+1); !fault.Is(err, "too_many_related") {
		t.Errorf("%v", err)
	}
}
