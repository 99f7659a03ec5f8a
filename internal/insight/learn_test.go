package insight_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/insight"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/track"
)

func TestLearn_theNarrowestCategoryOfEnoughClicks(t *testing.T) {
	t.Parallel()
	f := open(t)
	shirt, mug := f.product("shirt-s"), f.product("mug")
	f.fatal(exec(f, `INSERT INTO category (id, created_at, updated_at, handle, title, path, depth, parent_id) VALUES
		(1, $1, $1, 'all', 'All', '/1/', 0, NULL), (2, $1, $1, 'wear', 'Wear', '/1/2/', 1, 1), (3, $1, $1, 'home', 'Home', '/1/3/', 1, 1)`, f.clock.Now()))
	f.fatal(exec(f, `INSERT INTO product_category (product_id, category_id, main) VALUES ($1, 2, true), ($2, 3, true)`, int64(shirt), int64(mug)))
	clicks := func(query string, product catalog.ProductID, n int64) {
		f.fatal(exec(f, `INSERT INTO query_product (day, language, query, product_id, clicks) VALUES ($1, 'en', $2, $3, $4)`, f.clock.Now(), query, int64(product), n))
	}
	clicks("wear", shirt, 12) // 60 %
	clicks("wear", mug, 8)
	clicks("few", shirt, 19)
	clicks("mixed", shirt, 59)
	clicks("mixed", mug, 41)
	changes := f.Count(t, `SELECT count(*) FROM outbox WHERE topic = 'insight.changed'`)
	f.fatal(f.insight.Learn(t.Context()))
	f.fatal(f.memory.Refresh(t.Context()))
	for query, want := range map[string]string{"wear": "2 600000 true", "few": "0 0 false", "mixed": "1 1000000 true"} {
		category, share, ok := f.memory.Intent("en", query)
		if got := fmt.Sprint(category, share, ok); got != want {
			t.Errorf("%s: %s", query, got)
		}
	}
	if _, _, ok := f.memory.Intent("de", "wear"); ok {
		t.Error("known in another language")
	}
	if n := f.Count(t, `SELECT count(*) FROM outbox WHERE topic = 'insight.changed'`); n != changes+1 {
		t.Errorf("%d facts", n-changes)
	}
	f.fatal(exec(f, `DELETE FROM query_product WHERE query = 'wear' AND product_id = $1`, int64(shirt)))
	f.fatal(f.insight.Learn(t.Context()))
	f.fatal(f.memory.Refresh(t.Context()))
	if _, _, ok := f.memory.Intent("en", "wear"); ok {
		t.Error("still known though nothing speaks for it")
	}
	intents, err := f.insight.Intents(t.Context(), insight.Filter{}, page.Args{})
	f.fatal(err)
	if len(intents.Items) != 1 || intents.Items[0].Query != "mixed" || intents.Items[0].Clicks != 100 {
		t.Errorf("%+v", intents.Items)
	}
}

func exec(f *floor, sql string, args ...any) error {
	_, err := f.DB.Pool().Exec(f.t.Context(), sql, args...)
	return err
}

func TestSuggest_onlyWhatManyVisitsFound(t *testing.T) {
	t.Parallel()
	f := open(t)
	for i := range 6 {
		s := fmt.Sprint("s", i)
		f.searches(s, s+"a", "mug blue", 3)
		f.searches("same", fmt.Sprint("m", i), "mug of ann", 3) // one visit alone
		f.searches("same", fmt.Sprint("n", i), "other", 3)
		f.searches(s, s+"b", "mug zero", 0)
		f.does(s, track.Search, track.Payload{QueryID: s + "c", Query: "mugg", Stage: "corrected", UsedQuery: "mug", Hits: ptr(3)})
		f.searches("", "", "mug unseen", 3)
		f.clock.Advance(time.Hour)
	}
	f.count()
	f.fatal(f.memory.Refresh(t.Context()))
	if diff := cmp.Diff([]insight.Suggestion{{Query: "mug blue", Searches: 6}}, f.memory.Suggest("en", "mug", 10)); diff != "" {
		t.Error(diff)
	}
}

func ptr[T any](v T) *T { return &v }

func TestExperiment_countsEachVisitOnceInItsArm(t *testing.T) {
	t.Parallel()
	f := open(t)
	mug := f.product("mug")
	for i := range 6 {
		s, arm := fmt.Sprint("s", i), []string{"control", "variant"}[i%2]
		for n, query := range []string{"mug", "cup", "bowl"} {
			f.does(s, track.Search, track.Payload{QueryID: fmt.Sprint(s, n), Query: query, Hits: ptr(3), Experiment: 9, ExperimentVersion: 2, Arm: arm})
			f.clock.Advance(time.Minute)
			if i%2 == 1 {
				f.clicks(s, fmt.Sprint(s, n), mug, 1)
			}
		}
	}
	f.count()
	got, err := f.insight.Experiment(t.Context(), 9, 0)
	f.fatal(err)
	if got.Version != 2 || got.Control != (insight.ArmResult{Visits: 3}) || got.Variant != (insight.ArmResult{Visits: 3, Clicked: 3}) ||
		got.Clicked.Verdict != insight.TooEarly || rate(got.Clicked.Variant) != "1.00" || rate(got.Clicked.Control) != "0.00" || got.From == nil {
		t.Errorf("%+v", got)
	}
}

func TestSweep_deletesOldDays(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.searches("ann", "a1", "old", 1)
	f.searches("ann", "a2", "older", 1)
	f.count()
	before := f.clock.Now()
	f.clock.Advance(48 * time.Hour)
	f.searches("ann", "a3", "new", 1)
	f.count()
	n, err := f.insight.Sweep(t.Context(), before.Add(24*time.Hour), 100)
	f.fatal(err)
	if n != 3 || strings.Join(f.report(insight.Top), ",") != "new 1" { // two queries, one that followed
		t.Errorf("swept %d, left %v", n, f.report(insight.Top))
	}
}
