package search_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

// TestPoison_theOthersAreFound builds an index of 1,000 documents of which the
// engine will not take one.
func TestPoison_theOthersAreFound(t *testing.T) {
	t.Parallel()
	for name, engine := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			fill(t, s, 996) // and the shop's four
			e := engine(t)
			const title = "Thing gadgetsta"
			e.poison.Store(indexed("en", title))
			p := serve(t, s, e, quick).ready(t)
			if n := len(p.finds(t, "en", "thing")); n != 995 {
				t.Errorf("%d of the others are found", n)
			}
			letters, err := p.DeadLetters(t.Context(), page.Args{})
			no(t, err)
			if len(letters.Items) != 2 { // in English and in German
				t.Fatalf("%d letters", len(letters.Items))
			}
			l := letters.Items[0]
			if p.finds(t, "en", "mug") == nil || l.Attempts < 1 || len(l.PayloadHash) != 32 {
				t.Errorf("the letter says %+v", l)
			}
			if drift, err := p.Check(t.Context()); err != nil || drift != 0 {
				t.Errorf("what was refused counts as drift: %d, %v", drift, err)
			}

			again, err := p.RetryDeadLetter(salesfloor.Context(), l.ID)
			if err != nil || again == nil || again.Attempts <= l.Attempts {
				t.Fatalf("refused again it is %+v, %v", again, err)
			}
			e.poison.Store(nil)
			if again, err = p.RetryDeadLetter(salesfloor.Context(), l.ID); err != nil || again != nil {
				t.Fatalf("taken at last, the letter is %+v, %v", again, err)
			}
			if n := len(p.finds(t, "en", "thing")); n != 996 {
				t.Errorf("%d are found after the retry", n)
			}
			if letters, err = p.DeadLetters(t.Context(), page.Args{}); err != nil || len(letters.Items) != 0 {
				t.Errorf("letters that are left: %v, %v", letters.Items, err)
			}
		})
	}
}

// TestPoison_aLaterGoodVersionClearsItsLetter has a product refused, and then
// changed.
func TestPoison_aLaterGoodVersionClearsItsLetter(t *testing.T) {
	t.Parallel()
	s := open(t)
	e := local(t, t.TempDir())
	e.poison.Store(indexed("en", "Gremlin"))
	p := serve(t, s, e, quick).ready(t)
	sold := s.Sell(t, "Gremlin", nil, 1, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: "g"}, Price: 100})
	p.settled(t)
	if n := s.Count(t, `SELECT count(*) FROM search_dead_letter`); n != 2 {
		t.Fatalf("%d letters", n)
	}
	before := e.puts.Load()
	s.Restock(t, "g", 1)
	p.settled(t)
	if n := e.puts.Load() - before; n != 0 {
		t.Errorf("what was refused was sent %d times more, unchanged", n)
	}
	title := "Mogwai"
	_, err := s.Catalog.UpdateProduct(salesfloor.Context(), sold.ID, sold.Version, catalog.ProductChange{Title: &title})
	no(t, err)
	p.settled(t)
	if n := s.Count(t, `SELECT count(*) FROM search_dead_letter`); n != 0 {
		t.Errorf("%d letters are left", n)
	}
	if got := p.finds(t, "en", "mogwai"); !slices.Equal(got, []search.ProductID{sold.ID}) {
		t.Errorf("it is found as %v", got)
	}
}

// TestUnavailable_tableGoesOnAndIndexFollows has changes made while the engine
// is down.
func TestUnavailable_tableGoesOnAndIndexFollows(t *testing.T) {
	t.Parallel()
	for name, engine := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			e := engine(t)
			p := serve(t, s, e, quick).ready(t)
			e.down.Store(true)
			sold := s.Sell(t, "Anorak", nil, 1, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: "a"}, Price: 100})
			id := sold.ID
			eventually(t, "the table has it", func() bool {
				tab, err := p.Table()
				if err != nil {
					return false
				}
				f, ok := tab.View().Facts(s.Wish(t, "US"), id)
				return ok && f.Available
			})
			if _, err := p.Find(t.Context(), search.Find{Language: "en", Words: "anorak"}); !errors.Is(err, search.ErrUnavailable) {
				t.Errorf("without an engine: %v", err)
			}
			eventually(t, "the status says so", func() bool {
				st, err := p.Status(t.Context())
				return err == nil && st.Error != ""
			})
			e.down.Store(false)
			eventually(t, "it is found", func() bool {
				found, err := p.Find(t.Context(), search.Find{Language: "en", Words: "anorak"})
				return err == nil && slices.Equal(found.IDs, []search.ProductID{id})
			})
			eventually(t, "all is well", func() bool {
				st, err := p.Status(t.Context())
				return err == nil && st.Pending == 0 && st.Error == ""
			})
		})
	}
}

// TestFind_givesUpOnAnEngineThatHangs measures nothing but that it ends, and
// that those who come after do not wait at all.
func TestFind_givesUpOnAnEngineThatHangs(t *testing.T) {
	t.Parallel()
	s := open(t)
	e := local(t, t.TempDir())
	cfg := quick
	cfg.Limit = 50 * time.Millisecond
	p := serve(t, s, e, cfg).ready(t)
	e.hangs.Store(true)
	asked := e.asked.Load()
	for range 20 {
		if _, err := p.Find(t.Context(), search.Find{Language: "en", Words: "mug"}); !errors.Is(err, search.ErrUnavailable) {
			t.Fatalf("a search that hangs: %v", err)
		}
	}
	if n := e.asked.Load() - asked; n > 10 {
		t.Errorf("the engine was asked %d times", n)
	}
	e.hangs.Store(false)
	eventually(t, "it is asked again", func() bool {
		_, err := p.Find(t.Context(), search.Find{Language: "en", Words: "mug"})
		return err == nil
	})
}

// TestCheck_findsWhatAnEngineLost has an engine that says it wrote.
func TestCheck_findsWhatAnEngineLost(t *testing.T) {
	t.Parallel()
	s := open(t)
	e := local(t, t.TempDir())
	fill(t, s, 1)
	p := serve(t, s, e, quick).ready(t)
	e.loses.Store(true)
	sold := s.Sell(t, "Anorak", nil, 1, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: "a"}, Price: 100})
	p.settled(t)
	e.loses.Store(false)
	if got := p.finds(t, "en", "anorak"); len(got) != 0 {
		t.Fatalf("what was lost is found: %v", got)
	}
	if _, err := s.DB.Conn(t.Context()).Exec(t.Context(), `UPDATE product SET title = 'Cup' WHERE id = 10000`); err != nil {
		t.Fatal(err) // a change that no fact tells of
	}
	drift, err := p.Check(t.Context())
	if err != nil || drift != 4 { // two products in two languages
		t.Errorf("drift %d, %v", drift, err)
	}
	if got := p.finds(t, "en", "anorak"); !slices.Equal(got, []search.ProductID{sold.ID}) {
		t.Errorf("repaired, it is found as %v", got)
	}
	if now, before := p.finds(t, "en", "cup"), p.finds(t, "en", "gadgetaaa"); len(now) != 1 || len(before) != 0 {
		t.Errorf("after a change without a fact: %v and %v", now, before)
	}
	if drift, err = p.Check(t.Context()); err != nil || drift != 0 {
		t.Errorf("after one check: drift %d, %v", drift, err)
	}
}
