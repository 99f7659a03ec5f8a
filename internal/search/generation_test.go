package search_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/understanding"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

// TestRequest_searchesAreAnsweredThroughout builds anew, goes back and builds
// again while others search and products change.
func TestRequest_searchesAreAnsweredThroughout(t *testing.T) {
	t.Parallel()
	for name, engine := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			fill(t, s, 1_200)
			e := engine(t)
			p := serve(t, s, e, quick).ready(t)
			e.slow.Store(int64(20 * time.Millisecond))
			ctx, cancel := context.WithCancel(t.Context())
			var group sync.WaitGroup
			for i := range 3 {
				group.Go(func() {
					for n := 0; ctx.Err() == nil; n++ {
						words := fmt.Sprintf("thing gadget%c%c%s", 'a'+n%26, 'a'+i, "a")
						found, err := p.Find(ctx, search.Find{Language: "en", Words: words, NoRescue: true})
						if ctx.Err() == nil && (err != nil || len(found.IDs) != 1) {
							t.Errorf("%q finds %v, %v", words, found.IDs, err)
							return
						}
						time.Sleep(time.Millisecond)
					}
				})
			}
			st, err := p.Status(t.Context())
			no(t, err)
			first := st.Generation
			g, err := p.Request(salesfloor.Context(), "Ada")
			no(t, err)
			if again, err := p.Request(salesfloor.Context(), "Bob"); err != nil || again.ID != g.ID {
				t.Errorf("asked twice: %d and %d, %v", g.ID, again.ID, err)
			}
			sold := s.Sell(t, "Anorak", nil, 1, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: "a"}, Price: 100})
			p.live(t, g.ID)
			p.settled(t)
			if got := p.finds(t, "en", "anorak"); len(got) != 1 || int64(got[0]) != int64(sold.ID) {
				t.Errorf("what came meanwhile is found as %v", got)
			}
			title := "Parka"
			_, err = s.Catalog.UpdateProduct(salesfloor.Context(), sold.ID, sold.Version, catalog.ProductChange{Title: &title})
			no(t, err)
			p.settled(t)
			back, err := p.Rollback(salesfloor.Context())
			if err != nil || back.ID != first {
				t.Fatalf("went back to %d, not %d: %v", back.ID, first, err)
			}
			p.live(t, first)
			eventually(t, "the old one knows what is new", func() bool { return len(p.finds(t, "en", "parka")) == 1 })
			if again, err := p.Rollback(salesfloor.Context()); err != nil || again.ID != g.ID {
				t.Errorf("and forth again: %d, %v", again.ID, err)
			}
			p.live(t, g.ID)
			cancel()
			group.Wait()
			if drift, err := p.Check(t.Context()); err != nil || drift != 0 {
				t.Errorf("drift %d, %v", drift, err)
			}
			if n := e.most.Load(); n > 8 { // of the builder and of who follows the changes
				t.Errorf("%d writes were on their way at once", n)
			}
		})
	}
}

// TestServe_twoProcessesEachKeepTheirIndex has two servers with an engine that
// they do not share.
func TestServe_twoProcessesEachKeepTheirIndex(t *testing.T) {
	t.Parallel()
	s := open(t)
	root := t.TempDir()
	a, b := serve(t, s, local(t, root), quick).ready(t), serve(t, s, local(t, root), quick).ready(t)
	s.Sell(t, "Anorak", nil, 1, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: "a"}, Price: 100})
	for _, p := range []*process{a, b} {
		p.settled(t)
		if len(p.finds(t, "en", "anorak")) != 1 {
			t.Error("one of them does not find it")
		}
	}
	if _, err := a.Request(salesfloor.Context(), ""); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both have built", func() bool {
		return s.Count(t, `SELECT count(DISTINCT instance) FROM search_generation WHERE state = 'live' AND id > 2`) == 2
	})
	all, err := b.Generations(t.Context())
	no(t, err)
	if len(all) != 4 || all[0].Instance == all[1].Instance {
		t.Errorf("generations: %+v", all)
	}
}

// TestRun_anIndexOnDiskIsGoneOnWith restarts a process; meanwhile a product was
// changed and another taken away.
func TestRun_anIndexOnDiskIsGoneOnWith(t *testing.T) {
	t.Parallel()
	s := open(t)
	fill(t, s, 600)
	root := t.TempDir()
	e := local(t, root)
	p := serve(t, s, e, quick).ready(t)
	p.stop()
	no(t, e.inner.Close())
	if _, err := s.DB.Conn(t.Context()).Exec(t.Context(), `UPDATE product SET title = 'Cup' WHERE title = 'Mug'`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.DB.Conn(t.Context()).Exec(t.Context(), `DELETE FROM product WHERE id = 10001`); err != nil {
		t.Fatal(err)
	}
	e = local(t, root)
	p = serve(t, s, e, quick).ready(t)
	eventually(t, "the change is found", func() bool { return len(p.finds(t, "en", "cup")) == 1 })
	eventually(t, "the other is gone", func() bool { return len(p.finds(t, "en", "gadgetbaa")) == 0 })
	if n := e.puts.Load(); n != 2 {
		t.Errorf("%d entries were written", n)
	}
	if n := s.Count(t, `SELECT count(*) FROM search_generation`); n != 1 {
		t.Errorf("%d generations were made", n)
	}
}

// TestRun_anotherMappingIsBuiltWhileTheOldAnswers starts a newer program.
func TestRun_anotherMappingIsBuiltWhileTheOldAnswers(t *testing.T) {
	t.Parallel()
	s := open(t)
	root := t.TempDir()
	e := local(t, root)
	p := serve(t, s, e, quick).ready(t)
	p.stop()
	no(t, e.inner.Close())
	e = local(t, root)
	e.prefix = "newer"
	e.slow.Store(int64(300 * time.Millisecond))
	p = serve(t, s, e, quick).ready(t)
	st, err := p.Status(t.Context())
	no(t, err)
	if st.Generation != 1 || len(p.finds(t, "en", "mug")) != 1 {
		t.Errorf("meanwhile generation %d answers", st.Generation)
	}
	p.live(t, 2)
	if _, err := p.Rollback(salesfloor.Context()); !errors.Is(err, search.ErrOtherMapping) {
		t.Errorf("going back to another mapping: %v", err)
	}
}

// TestRun_aNewLanguageGetsAnIndex opens a market.
func TestRun_aNewLanguageGetsAnIndex(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := serve(t, s, local(t, t.TempDir()), quick).ready(t)
	markets := market.NewService(s.DB, s.Outbox, s.Audit)
	_, err := markets.Create(salesfloor.Context(), market.Input{Handle: "fr", Name: "France", Currency: "EUR", Active: true, Position: 2,
		Countries: []locale.Country{"FR"}, Languages: []locale.Language{"fr"}})
	no(t, err)
	p.live(t, 2)
	st, err := p.Status(t.Context())
	if err != nil || !slices.Contains(st.Languages, "fr") || len(p.finds(t, "fr", "mug")) != 1 {
		t.Errorf("languages %v, %v", st.Languages, err)
	}
}

// TestReindex_doesItItselfWhereNobodyElseDoes runs without a server, and then
// beside one.
func TestReindex_doesItItselfWhereNobodyElseDoes(t *testing.T) {
	t.Parallel()
	for name, engine := range map[string]func(testing.TB, string) *faulty{
		"local": func(t testing.TB, root string) *faulty { return local(t, root) }, "shared": func(t testing.TB, _ string) *faulty { return common(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			root := t.TempDir()
			e := engine(t, root)
			alone := wire(t, s, e, quick)
			var last search.Generation
			no(t, alone.Reindex(salesfloor.Context(), "cli", func(g search.Generation) { last = g }))
			if last.State != search.Live || last.Done != 4 || last.Documents != 4 {
				t.Errorf("the last that was told is %+v", last)
			}
			if !e.shared {
				no(t, e.inner.Close())
				e = engine(t, root)
			}
			p := serve(t, s, e, quick).ready(t)
			if len(p.finds(t, "en", "mug")) != 1 {
				t.Error("what the command built finds nothing")
			}
			beside := e
			if !e.shared {
				beside = engine(t, root)
			}
			began := time.Now()
			no(t, wire(t, s, beside, quick).Reindex(salesfloor.Context(), "cli", func(g search.Generation) { last = g }))
			if last.ID != 2 || time.Since(began) > 9*time.Second {
				t.Errorf("beside a server: %+v after %v", last, time.Since(began))
			}
			p.live(t, 2)
		})
	}
}

// TestBuild_isTakenOverFromADeadBuilder has a process stop in the middle.
func TestBuild_isTakenOverFromADeadBuilder(t *testing.T) {
	t.Parallel()
	s := open(t)
	fill(t, s, 1_000)
	e := common(t)
	e.slow.Store(int64(time.Hour))
	if _, err := s.DB.Conn(t.Context()).Exec(t.Context(), `INSERT INTO search_generation (engine, state, mapping, started_at, created_at, updated_at)
		VALUES ('bleve', 'building', '1/', now() - interval '1 hour', now(), now() - interval '1 minute')`); err != nil {
		t.Fatal(err)
	}
	e.slow.Store(0)
	p := serve(t, s, e, quick).ready(t)
	st, err := p.Status(t.Context())
	no(t, err)
	if st.Generation != 1 || s.Count(t, `SELECT count(*) FROM search_generation`) != 1 {
		t.Errorf("generation %d answers", st.Generation)
	}
}

// TestFind_goesOnUntilSomethingMayBeSeen has a reading that finds only what the
// one who asks may not see.
func TestFind_goesOnUntilSomethingMayBeSeen(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := serve(t, s, local(t, t.TempDir()), quick).ready(t)
	hidden := s.Sell(t, "Mugs of tin", nil, 1, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: "tin"}, Price: 100})
	p.settled(t)
	ask := search.Find{Language: "en", Words: "mug tin"}
	found, err := p.Find(t.Context(), ask)
	if err != nil || found.Reading.Stage != understanding.AsTyped || len(found.IDs) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	ask.Seen = func(ids []search.ProductID) bool {
		return slices.ContainsFunc(ids, func(id search.ProductID) bool { return int64(id) != int64(hidden.ID) })
	}
	for range 2 { // from the engine and from what is remembered
		found, err = p.Find(t.Context(), ask)
		if err != nil || found.Reading.Stage == understanding.AsTyped || len(found.IDs) == 0 {
			t.Errorf("%+v, %v", found, err)
		}
	}
	asks := search.Find{Language: "en", Words: "  "}
	if found, err := p.Find(t.Context(), asks); err != nil || len(found.IDs) != 0 {
		t.Errorf("no words find %+v, %v", found, err)
	}
}

// TestIndex_workersWriteAndServersRead has one process write a shared engine and
// another answer, and then the writer come back after the outbox was swept.
func TestIndex_workersWriteAndServersRead(t *testing.T) {
	t.Parallel()
	s := open(t)
	e := common(t)
	server := wire(t, s, e, quick)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	t.Cleanup(func() { cancel(); group.Wait() })
	for _, run := range []func(context.Context) error{server.Run, server.everywhere.Run} { // nothing that is ordered
		group.Go(func() { _ = run(ctx) })
	}
	server.ready(t)
	worker := wire(t, s, e, quick)
	s.Sell(t, "Anorak", nil, 1, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: "a"}, Price: 100})
	_, err := market.NewService(s.DB, s.Outbox, s.Audit).Create(salesfloor.Context(), market.Input{Handle: "at", Name: "Austria", Currency: "EUR",
		Active: true, Position: 2, Countries: []locale.Country{"AT"}, Languages: []locale.Language{"de"}})
	no(t, err) // touches all, and comes in the same batch
	no(t, worker.ordered.CatchUp(t.Context()))
	eventually(t, "the server finds what the worker wrote", func() bool { return len(server.finds(t, "en", "anorak")) == 1 })

	if _, err := s.DB.Conn(t.Context()).Exec(t.Context(), `UPDATE product SET title = 'Parka' WHERE title = 'Anorak'`); err != nil {
		t.Fatal(err) // and the fact is gone
	}
	_, ordered := worker.Consumers()
	before := e.puts.Load()
	no(t, ordered[0].Rebuild(t.Context()))
	if n := e.puts.Load() - before; n != 2 {
		t.Errorf("%d entries were written", n)
	}
	if _, err := server.Check(t.Context()); err != nil || len(server.finds(t, "en", "parka")) != 1 || e.puts.Load()-before != 2 {
		t.Errorf("the server does not find what was caught up on: %v", err)
	}
}

// TestRetryDeadLetter_asksTheProcessWhoseLetterItIs has staff talk to another
// server than the one with the bad document.
func TestRetryDeadLetter_asksTheProcessWhoseLetterItIs(t *testing.T) {
	t.Parallel()
	s := open(t)
	root := t.TempDir()
	bad := local(t, root)
	bad.poison.Store(indexed("en", "Mug"))
	a := serve(t, s, bad, quick).ready(t)
	b := serve(t, s, local(t, root), quick).ready(t)
	letters, err := b.DeadLetters(t.Context(), page.Args{})
	if err != nil || len(letters.Items) == 0 {
		t.Fatalf("%d letters, %v", len(letters.Items), err)
	}
	bad.poison.Store(nil)
	l, err := b.RetryDeadLetter(salesfloor.Context(), letters.Items[0].ID)
	if err != nil || l == nil {
		t.Fatalf("the letter stands until it was tried: %v, %v", l, err)
	}
	eventually(t, "the letters are gone", func() bool { return s.Count(t, `SELECT count(*) FROM search_dead_letter`) == 0 })
	a.settled(t)
	if len(a.finds(t, "en", "mug")) != 1 {
		t.Error("the document is not found")
	}
}
