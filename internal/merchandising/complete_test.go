package merchandising_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// typist is an engine with a vocabulary, and others who searched before.
type typist struct {
	*finder
	words   *understanding.Vocabulary
	learned []merchandising.Suggested
}

func (t *typist) Vocabulary(locale.Language) *understanding.Vocabulary { return t.words }

func (t *typist) Suggest(_ locale.Language, prefix string, limit int) []merchandising.Suggested {
	var out []merchandising.Suggested
	for _, s := range t.learned {
		if strings.HasPrefix(s.Query, prefix) && len(out) < limit {
			out = append(out, s)
		}
	}
	return out
}

// Find heeds what may be seen, as the real one does.
func (t *typist) Find(ctx context.Context, in search.Find) (search.Found, error) {
	found, err := t.finder.Find(ctx, in)
	if in.Seen != nil && len(found.IDs) > 0 && !in.Seen(found.IDs) {
		found.IDs = nil
	}
	return found, err
}

func openTyping(t *testing.T) (*shelf, *typist) {
	t.Helper()
	s := open(t)
	typing := &typist{finder: s.engine, words: understanding.NewVocabulary("en")}
	s.Rooms.Search, s.Suggestions = typing, typing
	return s, typing
}

func (s *shelf) complete(in listing.Suggest) *merchandising.Completed {
	s.t.Helper()
	out, err := s.Complete(s.t.Context(), s.at, in)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func everything(prefix string) listing.Suggest {
	return listing.Suggest{Prefix: prefix, Limit: 3, Products: true, Collections: true, Categories: true, Pages: true, Articles: true, Terms: true}
}

// told writes completions down.
func told(c *merchandising.Completed) (lines []string) {
	for _, p := range c.Products {
		lines = append(lines, "product "+p.Handle)
	}
	for _, p := range c.Collections {
		lines = append(lines, "collection "+p.Handle)
	}
	for _, p := range c.Categories {
		lines = append(lines, fmt.Sprintf("category %s, %d products", p.Handle, p.ProductCount))
	}
	for _, id := range c.Pages {
		lines = append(lines, fmt.Sprint("page ", id))
	}
	for _, id := range c.Articles {
		lines = append(lines, fmt.Sprint("article ", id))
	}
	for _, t := range c.Vendors {
		lines = append(lines, "vendor "+t.Styled)
	}
	for _, t := range c.Terms {
		lines = append(lines, "term "+t.Styled)
	}
	if c.CorrectedQuery != nil {
		lines = append(lines, "corrected "+*c.CorrectedQuery)
	}
	if c.Degraded {
		lines = append(lines, "degraded")
	}
	return lines
}

func TestComplete_findsOfEachKindWhatBeginsSo(t *testing.T) {
	t.Parallel()
	s, engine := openTyping(t)
	engine.knows["La"] = search.Found{IDs: []listing.ProductID{120, 4, 999, 103, 101, 102}}
	engine.knows["caps a"] = search.Found{IDs: []listing.ProductID{1}}
	engine.words.Put(1, []string{"Lacquered ship lamp"}, nil)
	engine.words.Put(2, []string{"Lampion lampion lampion"}, nil)
	engine.knows["lacquered"], engine.knows["lamp"] = search.Found{IDs: []listing.ProductID{103}}, search.Found{IDs: []listing.ProductID{104}}
	engine.knows["lampion"] = search.Found{IDs: []listing.ProductID{5}} // not published yet
	for typed, want := range map[string][]string{
		"La": {"product lamp-20", "product lamp-3", "product lamp-1", "collection lamps", "category lamps, 30 products",
			"term <mark>La</mark>mps", "term <mark>la</mark>cquered", "term <mark>la</mark>mp"},
		"knots ":         {"vendor <mark>Knots</mark> &amp; Co", "term <mark>Knots</mark> &amp; Co"},
		"caps":           {"page 1", "article 1"},
		"hidden":         nil, // neither published collections nor published pages
		"  &\x00 ":       nil,
		"":               nil,
		"wear kitchen x": nil,
	} {
		if diff := cmp.Diff(want, told(s.complete(everything(typed)))); diff != "" {
			t.Errorf("%q: %s", typed, diff)
		}
	}
	if _, err := s.Complete(t.Context(), s.at, everything(strings.Repeat("x", 101))); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a book: %v", err)
	}
}

func TestComplete_heedsMerchandisersAndOthers(t *testing.T) {
	t.Parallel()
	s, engine := openTyping(t)
	engine.knows["Sh"] = search.Found{IDs: lamps()}
	engine.learned = []merchandising.Suggested{{Query: "ship lamp", Searches: 90}, {Query: "shady shed", Searches: 80}, {Query: "shoe", Searches: 7}, {Query: "shop", Searches: 5}}
	s.publish("hide the first", merchandising.Rule{Trigger: merchandising.Trigger{}, Acts: []merchandising.Act{{Do: merchandising.Hide, Product: 101}}})
	s.publish("shiny", merchandising.Suggestion{Language: "en", Query: "Shiny things"})
	s.publish("not this", merchandising.Suggestion{Language: "en", Query: "Shady  SHED", Blocked: true})
	got := s.complete(listing.Suggest{Prefix: "Sh", Limit: 3, Products: true, Terms: true, Unavailable: listing.UnavailableShow})
	for _, p := range got.Products {
		if p.ID == 101 {
			t.Error("a hidden product is suggested")
		}
	}
	if len(got.Products) != 3 {
		t.Errorf("%d products of 3", len(got.Products))
	}
	got.Products = nil
	if diff := cmp.Diff([]string{"term <mark>Sh</mark>iny things", "term <mark>sh</mark>ip lamp", "term <mark>sh</mark>oe"}, told(got)); diff != "" {
		t.Error(diff)
	}
}

// TestComplete_offersOnlyWhatIsThere completes the last word of several by words
// that there is a product with.
func TestComplete_offersOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	s, engine := openTyping(t)
	engine.words.Put(1, []string{"brass lamp"}, nil)
	engine.words.Put(2, []string{"lance"}, nil)
	engine.knows["brass lamp"] = search.Found{IDs: []listing.ProductID{103}}
	got := s.complete(listing.Suggest{Prefix: "brass la", Limit: 5, Terms: true})
	if diff := cmp.Diff([]string{"term <mark>brass</mark> <mark>la</mark>mp"}, told(got)); diff != "" {
		t.Error(diff)
	}
}

func TestComplete_tellsWhatItTookItFor(t *testing.T) {
	t.Parallel()
	s, engine := openTyping(t)
	engine.knows["lapm"] = search.Found{IDs: []listing.ProductID{103}, Reading: understanding.Reading{Stage: understanding.Corrected, Used: "lamp"}}
	engine.learned = []merchandising.Suggested{{Query: "lamp oil", Searches: 3}}
	got := s.complete(everything("lapm"))
	want := []string{"product lamp-3", "collection lamps", "category lamps, 30 products", "term <mark>lamp</mark> oil", "term <mark>Lamp</mark>s", "corrected lamp"}
	if diff := cmp.Diff(want, told(got)); diff != "" {
		t.Error(diff)
	}
}

func TestComplete_asksTheCatalogWhenTheEngineIsDown(t *testing.T) {
	t.Parallel()
	s, engine := openTyping(t)
	engine.err = search.ErrUnavailable
	byEngine := told(s.complete(everything("sailor")))
	engine.err, engine.table = nil, nil
	byTable := told(s.complete(everything("sailor")))
	want := []string{"product cap", "term <mark>sailor</mark> cap", "degraded"}
	if diff := cmp.Diff([][]string{want, want}, [][]string{byEngine, byTable}); diff != "" {
		t.Error(diff)
	}
}
