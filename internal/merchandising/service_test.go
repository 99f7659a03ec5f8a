package merchandising

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

type shop struct {
	t   *testing.T
	ctx context.Context
	db  *postgres.DB
	*Service
}

func newShop(t *testing.T) *shop {
	t.Helper()
	db := testkit.DB(t, testkit.WithInvariants(Checks()...))
	return &shop{t: t, ctx: actor.With(context.Background(), actor.Actor{Kind: actor.Staff, ID: 7, Name: "Ada"}), db: db, Service: another(db)}
}

// another gives a second process on the same database.
func another(db *postgres.DB) *Service {
	return NewService(Rooms{DB: db, Events: event.NewOutbox(db), Audit: audit.New(db)})
}

func (s *shop) save(in Save) Item {
	s.t.Helper()
	if in.Name == "" {
		in.Name = "something"
	}
	item, err := s.Save(s.ctx, in)
	if err != nil {
		s.t.Fatal(err)
	}
	return item
}

// publish makes an item live in the version that it has now.
func (s *shop) publish(item Item) Item {
	s.t.Helper()
	item, err := s.Publish(s.ctx, item.ID, 0, item.Version)
	if err != nil {
		s.t.Fatal(err)
	}
	return item
}

func (s *shop) refresh() {
	s.t.Helper()
	if err := s.Refresh(s.ctx); err != nil {
		s.t.Fatal(err)
	}
}

// margin is what the live profile of a process says, to tell contents apart.
func margin(s *Service) int { return s.live.Load().plan(typed("shoe"), nil).Profile.Margin }

func profile(margin int) Profile { return Profile{Margin: margin} }

func TestService_draftsActOnlyWhenPublished(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	item := s.save(Save{Content: profile(1)})
	s.refresh()
	if item.Latest != 1 || item.Live != nil || item.State() != StateDraft || margin(s.Service) != 0 {
		t.Fatalf("%+v", item)
	}
	item = s.publish(item)
	if margin(s.Service) != 0 {
		t.Error("it acts before the process has heard of it")
	}
	s.refresh()
	if item.State() != StateLive || *item.Live != 1 || margin(s.Service) != 1 || s.LiveRelease() == 0 {
		t.Fatalf("%+v", item)
	}
	item = s.save(Save{Item: item.ID, Name: "renamed", Content: profile(2), Version: item.Version})
	s.refresh()
	if item.Latest != 2 || *item.Live != 1 || item.Name != "renamed" || margin(s.Service) != 1 {
		t.Fatalf("%+v with %d", item, margin(s.Service))
	}
	item = s.publish(item)
	s.refresh()
	if margin(s.Service) != 2 {
		t.Error("version 2 does not act")
	}
	rolled, err := s.Rollback(s.ctx, item.ID, 1, item.Version)
	s.refresh()
	if err != nil || *rolled.Live != 1 || rolled.Latest != 2 || margin(s.Service) != 1 {
		t.Fatalf("%+v, %v", rolled, err)
	}
	off, err := s.Unpublish(s.ctx, item.ID, rolled.Version)
	s.refresh()
	if err != nil || off.Live != nil || margin(s.Service) != 0 {
		t.Fatalf("%+v, %v", off, err)
	}
	s.history(item.ID, "unpublish 1→0", "rollback 2→1", "publish 1→2", "publish 0→1")
}

// history holds releases, facts and audit rows against what was done, newest
// first.
func (s *shop) history(id ItemID, want ...string) {
	s.t.Helper()
	releases, err := s.Releases(s.ctx, id, page.Args{})
	if err != nil {
		s.t.Fatal(err)
	}
	number := func(n *int) int {
		if n == nil {
			return 0
		}
		return *n
	}
	var got []string
	var ids []ReleaseID
	for _, r := range releases.Items {
		got = append(got, fmt.Sprintf("%s %d→%d", r.Action, number(r.From), number(r.To)))
		ids = append(ids, r.ID)
		if r.Author != "Ada" {
			s.t.Errorf("released by %q", r.Author)
		}
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("releases %q, want %q", got, want)
	}
	slices.Reverse(ids)
	if facts := s.facts(); !slices.Equal(facts, ids) {
		s.t.Errorf("facts of %v, releases %v", facts, ids)
	}
	var actions []string
	rows, err := audit.New(s.db).List(s.ctx, audit.Filter{SubjectKind: "merchandising_item", SubjectID: int64(id)}, page.Args{})
	for _, row := range rows.Items {
		if a := strings.TrimPrefix(row.Action, "merchandising."); a != "save" {
			actions = append(actions, a)
		}
	}
	for i, a := range actions {
		if err != nil || !strings.HasPrefix(want[i], a+" ") {
			s.t.Errorf("audit rows %q, %v", actions, err)
		}
	}
}

func (s *shop) facts() []ReleaseID {
	s.t.Helper()
	rows, err := s.db.Pool().Query(s.ctx, `SELECT payload FROM outbox WHERE topic = 'merchandising.released' ORDER BY id`)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	var out []ReleaseID
	for rows.Next() {
		var payload json.RawMessage
		var fact Released
		if err := rows.Scan(&payload); err != nil {
			s.t.Fatal(err)
		}
		if err := json.Unmarshal(payload, &fact); err != nil || fact.Item == 0 || fact.Version == 0 {
			s.t.Errorf("%s: %v", payload, err)
		}
		out = append(out, fact.Release)
	}
	return out
}

func TestService_refusesWhatIsStale(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	item := s.save(Save{Content: profile(1)})
	fresh := s.save(Save{Item: item.ID, Content: profile(2), Version: item.Version})
	for name, do := range map[string]func() error{
		"save": func() error {
			_, err := s.Save(s.ctx, Save{Item: item.ID, Name: "a", Content: profile(3), Version: item.Version})
			return err
		},
		"publish":   func() error { _, err := s.Publish(s.ctx, item.ID, 1, item.Version); return err },
		"rollback":  func() error { _, err := s.Rollback(s.ctx, item.ID, 1, item.Version); return err },
		"unpublish": func() error { _, err := s.Unpublish(s.ctx, item.ID, item.Version); return err },
		"archive":   func() error { _, err := s.Archive(s.ctx, item.ID, item.Version); return err },
	} {
		if err := do(); !fault.Is(err, "stale_version") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if now, err := s.Item(s.ctx, item.ID); err != nil || now.Version != fresh.Version || now.Latest != 2 {
		t.Errorf("%+v, %v", now, err)
	}
}

func TestService_refusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	item := s.publish(s.save(Save{Content: profile(1)}))
	item = s.save(Save{Item: item.ID, Content: profile(2), Version: item.Version})
	draft := s.save(Save{Content: profile(3)})
	gone := s.publish(s.save(Save{Content: profile(4)}))
	gone, err := s.Archive(s.ctx, gone.ID, gone.Version)
	if err != nil || gone.State() != StateArchived || gone.Live != nil {
		t.Fatalf("%+v, %v", gone, err)
	}
	for want, do := range map[string]func() (Item, error){
		"item_not_found":         func() (Item, error) { return s.Publish(s.ctx, 999, 0, 1) },
		"item_version_not_found": func() (Item, error) { return s.Publish(s.ctx, item.ID, 3, item.Version) },
		"already_live":           func() (Item, error) { return s.Publish(s.ctx, item.ID, 1, item.Version) },
		"not_earlier":            func() (Item, error) { return s.Rollback(s.ctx, item.ID, 1, item.Version) },
		"not_live":               func() (Item, error) { return s.Unpublish(s.ctx, draft.ID, draft.Version) },
		"item_archived":          func() (Item, error) { return s.Publish(s.ctx, gone.ID, 1, gone.Version) },
		"other_kind": func() (Item, error) {
			return s.Save(s.ctx, Save{Item: item.ID, Name: "a", Content: Suggestion{Language: "en", Query: "a"}, Version: item.Version})
		},
	} {
		if _, err := do(); !fault.Is(err, want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := s.Rollback(s.ctx, draft.ID, 0, draft.Version); !fault.Is(err, "not_live") {
		t.Error(err)
	}
	_, err = s.Save(s.ctx, Save{Name: strings.Repeat("a", 201), Note: "\x00", Content: Redirect{Target: "javascript:alert(1)"}})
	if got := fmt.Sprint(faultsAt(err)); got != "[content.target content.trigger.query name note]" {
		t.Error(got)
	}
	if _, err = s.Save(s.ctx, Save{Name: "a"}); fmt.Sprint(faultsAt(err)) != "[content]" {
		t.Error(err)
	}
}

func TestPreview_draftsDoNotLeak(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	item := s.publish(s.save(Save{Content: profile(1)}))
	item = s.save(Save{Item: item.ID, Content: profile(2), Version: item.Version})
	rule := s.save(Save{Content: Rule{Acts: []Act{{Do: Hide, Product: 5}}}})
	off := s.publish(s.save(Save{Content: Rule{Acts: []Act{{Do: Margin, Strength: 50}}, Trigger: Trigger{EndsAt: &noon}}}))
	s.refresh()
	in := func(drafts ...Draft) plan {
		t.Helper()
		l, err := s.set(s.ctx, drafts)
		if err != nil {
			t.Fatal(err)
		}
		return l.plan(typed("shoe"), nil)
	}
	if p := in(Draft{Item: item.ID}, Draft{Item: rule.ID, Version: 1}); p.Profile.Margin != 2 || len(p.Without) != 1 {
		t.Errorf("%+v", p)
	}
	off = s.save(Save{Item: off.ID, Content: Rule{Acts: []Act{{Do: Hide, Product: 6}}}, Version: off.Version})
	if p := in(Draft{Item: off.ID}); p.Profile.Margin != 1 || len(p.Without) != 1 {
		t.Errorf("%+v", p)
	}
	if p := in(Draft{Item: rule.ID}); p.Profile.Margin != 1 || len(p.Without) != 1 {
		t.Errorf("one preview is seen in another: %+v", p)
	}
	if p := in(Draft{Item: item.ID, Version: 1}); p.Profile.Margin != 1 || len(p.Without) != 0 {
		t.Errorf("%+v", p)
	}
	if p := in(); p.Profile.Margin != 1 || len(p.Without) != 0 {
		t.Errorf("what is live has changed: %+v", p)
	}
	for _, drafts := range [][]Draft{{{Item: item.ID, Version: 3}}, {{Item: 999}}, {{Item: item.ID}, {Item: item.ID, Version: 1}}} {
		if _, err := s.set(s.ctx, drafts); err == nil {
			t.Errorf("%v is shown", drafts)
		}
	}
}

func TestPublish_oneExperimentAtATime(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	at := func(hours int) *time.Time { return after(time.Duration(hours) * time.Hour) }
	first := s.publish(s.save(Save{Content: Experiment{Languages: []string{"en", "pt"}, StartsAt: at(0), EndsAt: at(10)}}))
	for _, c := range []struct {
		e    Experiment
		want bool
	}{
		{Experiment{}, false},
		{Experiment{StartsAt: at(9)}, false},
		{Experiment{EndsAt: at(1), Languages: []string{"de", "en"}}, false},
		{Experiment{Languages: []string{"pt-br"}}, false},
		{Experiment{StartsAt: at(10), EndsAt: at(12)}, true},
		{Experiment{EndsAt: at(0)}, true},
		{Experiment{Languages: []string{"de"}, StartsAt: at(0), EndsAt: at(10)}, true},
	} {
		item := s.save(Save{Content: c.e})
		item, err := s.Publish(s.ctx, item.ID, 0, item.Version)
		if c.want != (err == nil) || !c.want && !fault.Is(err, "experiment_running") {
			t.Errorf("%+v: %v", c.e, err)
		}
		if err == nil {
			if _, err := s.Unpublish(s.ctx, item.ID, item.Version); err != nil {
				t.Fatal(err)
			}
		}
	}
	// another version of the same experiment takes the place of the one before
	s.publish(s.save(Save{Item: first.ID, Content: Experiment{SharePPM: 5}, Version: first.Version}))
}

func TestPublish_refusesMoreThanMayBeLive(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	var items []Item
	for range maxLive(KindProfile) {
		items = append(items, s.publish(s.save(Save{Content: profile(1)})))
	}
	one := s.save(Save{Content: profile(2)})
	if _, err := s.Publish(s.ctx, one.ID, 0, one.Version); !fault.Is(err, "too_many_live") {
		t.Fatal(err)
	}
	// a live one may still change
	s.publish(s.save(Save{Item: items[0].ID, Content: profile(3), Version: items[0].Version}))
}

// Releases commit in the order of their ids: whoever has read one has read all
// before it.
func TestPublish_releasesStandInLine(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	var wg sync.WaitGroup
	items := make([]Item, 8)
	for i := range items {
		items[i] = s.save(Save{Content: Suggestion{Language: "en", Query: fmt.Sprint("query ", i)}})
	}
	for _, item := range items {
		wg.Go(func() {
			for range 5 {
				var err error
				if item, err = s.Publish(s.ctx, item.ID, 0, item.Version); err != nil {
					t.Error(err)
				}
				if item, err = s.Unpublish(s.ctx, item.ID, item.Version); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for last := int64(0); ; {
		var greatest, count int64
		if err := s.db.Pool().QueryRow(s.ctx, `SELECT coalesce(max(id), 0), count(*) FROM merchandising_release`).Scan(&greatest, &count); err != nil {
			t.Fatal(err)
		}
		if greatest != count || greatest < last {
			t.Fatalf("release %d is to be seen with %d in all", greatest, count)
		}
		last = greatest
		select {
		case <-done:
			if last == int64(len(items)*10) {
				return
			}
		default:
		}
	}
}

func TestRefresh_bringsEveryProcessToTheSame(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	other := another(s.db)
	s.publish(s.save(Save{Content: profile(1)}))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := other.Refresh(s.ctx); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if margin(other) != 1 || other.LiveRelease() != 1 {
		t.Errorf("%d at release %d", margin(other), other.LiveRelease())
	}
	// what a newer program wrote is left out, and the rest acts
	odd := s.publish(s.save(Save{Content: Rule{Acts: []Act{{Do: InStockFirst}}}}))
	if _, err := s.db.Pool().Exec(s.ctx, `UPDATE merchandising_version SET content = '{"acts": {"new": "shape"}}' WHERE item_id = $1`, int64(odd.ID)); err != nil {
		t.Fatal(err)
	}
	if err := other.Refresh(s.ctx); err != nil || margin(other) != 1 || other.LiveRelease() != 2 {
		t.Errorf("%v: %d at release %d", err, margin(other), other.LiveRelease())
	}
}

func TestItems_pagesAndFilters(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	a := s.publish(s.save(Save{Name: "Summer sale", Content: Rule{Acts: []Act{{Do: InStockFirst}}}, Note: "first"}))
	a = s.save(Save{Item: a.ID, Name: "Summer SALE", Content: Rule{Priority: 4, Acts: []Act{{Do: InStockFirst}}}, Version: a.Version})
	b := s.save(Save{Name: "winter", Content: profile(1)})
	c := s.save(Save{Name: "old", Content: profile(2)})
	if _, err := s.Archive(s.ctx, c.ID, c.Version); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]struct {
		filter Filter
		want   []ItemID
	}{
		"all":      {Filter{}, []ItemID{a.ID, b.ID}},
		"kind":     {Filter{Kinds: []Kind{KindProfile, KindBanner}}, []ItemID{b.ID}},
		"live":     {Filter{State: StateLive}, []ItemID{a.ID}},
		"drafts":   {Filter{State: StateDraft}, []ItemID{b.ID}},
		"archived": {Filter{State: StateArchived}, []ItemID{c.ID}},
		"name":     {Filter{Name: "mer s"}, []ItemID{a.ID}},
		"pattern":  {Filter{Name: "%"}, nil},
	} {
		got, err := s.Items(s.ctx, f.filter, page.Args{})
		n, _ := s.CountItems(s.ctx, f.filter)
		var ids []ItemID
		for _, i := range got.Items {
			ids = append(ids, i.ID)
		}
		if err != nil || !slices.Equal(ids, f.want) || int(n) != len(f.want) {
			t.Errorf("%s: %v of %d, %v", name, ids, n, err)
		}
	}
	one := 1
	newest, err := s.Versions(s.ctx, a.ID, page.Args{First: &one})
	if err != nil || len(newest.Items) != 1 || newest.Items[0].Number != 2 || newest.Items[0].Content.(Rule).Priority != 4 || newest.Items[0].Author != "Ada" {
		t.Fatalf("%+v, %v", newest, err)
	}
	older, err := s.Versions(s.ctx, a.ID, page.Args{First: &one, After: newest.Info.EndCursor})
	if err != nil || len(older.Items) != 1 || older.Items[0].Note != "first" || older.Info.HasNextPage {
		t.Fatalf("%+v, %v", older, err)
	}
}
