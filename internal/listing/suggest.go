package listing

import (
	"context"
	"fmt"
	"html"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
)

// Term is a word or a name of the catalog that completes what was typed.
type Term struct {
	Text   string
	Styled string // markup with what was typed in mark elements
}

// Suggest asks what a visitor may mean who is still typing.
type Suggest struct {
	Prefix      string
	Limit       int // of each kind
	Products    bool
	Collections bool
	Categories  bool
	Pages       bool
	Articles    bool
	Terms       bool
	Unavailable Unavailable
	Need        Need
	Collection  CollectionNeed
	Category    CategoryNeed
}

// Suggestions is what was found, of each kind the best first.
type Suggestions struct {
	Products    []*Product
	Collections []*Collection
	Categories  []*Category
	Pages       []int64
	Articles    []int64
	Terms       []Term
}

// maxTyped bounds what may be typed.
const maxTyped = 100

// Suggest finds what begins like the letters typed so far.
func (s *Service) Suggest(ctx context.Context, at Context, in Suggest) (*Suggestions, error) {
	in.Prefix = strings.TrimSpace(storable(in.Prefix))
	if len(in.Prefix) > maxTyped {
		return nil, fault.Newf(fault.Invalid, "query_too_long", "At most %d bytes can be completed.", maxTyped).At("query")
	}
	out := &Suggestions{Products: []*Product{}, Collections: []*Collection{}, Categories: []*Category{}, Terms: []Term{}}
	if in.Prefix == "" || in.Limit <= 0 {
		return out, nil
	}
	t, sh := newTrip(at), newShelf(at, s.base)
	finish, err := t.suggest(sh, in, out)
	if err != nil {
		return nil, err
	}
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	sh.finish()
	for _, f := range finish {
		f()
	}
	return out, nil
}

// suggest adds the statements, and gives what is to be done behind them.
func (t *trip) suggest(sh *shelf, in Suggest, out *Suggestions) ([]func(), error) {
	var finish []func()
	if kinds := in.kinds(); len(kinds) > 0 {
		f, err := t.suggestHits(sh, in, kinds, out)
		if err != nil {
			return nil, err
		}
		finish = append(finish, f)
	}
	if in.Collections {
		rows, _, err := t.collections(sh, func(s *statement) string { return s.begins("c.title", in.Prefix) },
			collectionOrder(ByTitle), page.Window{Limit: in.Limit - 1}) // a window is read with one more
		if err != nil {
			return nil, err
		}
		t.collectionDetails(sh, in.Collection)
		finish = append(finish, func() { out.Collections = append(out.Collections, *rows...) })
	}
	if in.Categories {
		t.suggestCategories(sh, in, out)
	}
	if in.Terms {
		t.terms(in, out)
	}
	return finish, nil
}

func (in Suggest) kinds() []Kind {
	var kinds []Kind
	for kind, wanted := range []bool{KindProduct: in.Products, KindPage: in.Pages, KindArticle: in.Articles} {
		if wanted {
			kinds = append(kinds, Kind(kind))
		}
	}
	return kinds
}

func (t *trip) suggestHits(sh *shelf, in Suggest, kinds []Kind, out *Suggestions) (func(), error) {
	limit := in.Limit
	search, err := newSearch(t.at, Search{Query: quoteQuery(in.Prefix), Kinds: kinds, Prefix: true, Unavailable: in.Unavailable,
		Sort: ByRelevance, Page: page.Args{First: &limit}, Need: in.Need})
	if err != nil {
		return nil, err
	}
	w, err := search.in.Page.Window(limit, MaxPage)
	if err != nil {
		return nil, err
	}
	found := &searched{window: w}
	if err := search.read(t, sh, found); err != nil {
		return nil, err
	}
	return func() { out.take(found, limit) }, nil
}

// quoteQuery makes words of what was typed: nobody types conditions here.
func quoteQuery(text string) string {
	words := splitWords(text)
	for i, w := range words {
		words[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(w) + `"`
	}
	return strings.Join(words, " ")
}

func (out *Suggestions) take(found *searched, limit int) {
	if found.products != nil {
		rows := found.products.rows[0]
		for _, r := range rows[:min(len(rows), limit)] {
			out.Products = append(out.Products, r.product)
		}
	}
	for _, hit := range found.matter {
		into := &out.Pages
		if hit.Kind == KindArticle {
			into = &out.Articles
		}
		if len(*into) < limit {
			*into = append(*into, hit.ID)
		}
	}
}

// begins holds for texts of which a word begins so.
func (s *statement) begins(column, prefix string) string {
	like := escapeLike(strings.ToLower(prefix)) + "%"
	return s.bind("(lower("+column+") LIKE ? OR lower("+column+") LIKE ?)", like, "% "+like)
}

func (t *trip) suggestCategories(sh *shelf, in Suggest, out *Suggestions) {
	t.tree(sh, in.Category.Counts)
	s := &statement{}
	s.write("SELECT c.id FROM category c WHERE c.archived_at IS NULL AND " + s.begins("c.title", in.Prefix) +
		" ORDER BY c.depth, c.position, c.id LIMIT " + s.arg(in.Limit))
	t.read(s, func(row pgx.Row) error {
		var id CategoryID
		if err := row.Scan(&id); err != nil {
			return err
		}
		if c := sh.categories[id]; c != nil {
			out.Categories = append(out.Categories, c)
		}
		return nil
	})
}

// terms finds vendors, types, tags, categories and titles that begin so, those
// with most products first.
func (t *trip) terms(in Suggest, out *Suggestions) {
	s := &statement{}
	sold := s.from(t.at)
	visible := s.visible(t.at)
	parts := []string{
		"SELECT t.term, count(*) AS n FROM " + sold + " CROSS JOIN LATERAL (VALUES (lower(p.vendor)), (lower(p.product_type)), (lower(p.title))) t(term) WHERE " +
			visible + " AND " + s.begins("t.term", in.Prefix) + " GROUP BY 1",
		"SELECT lower(g.tag), count(*) FROM product_tag g JOIN (" + sold + ") ON p.id = g.product_id WHERE " + visible + " AND " + s.begins("g.tag", in.Prefix) + " GROUP BY 1",
		"SELECT lower(c.title), 1 FROM category c WHERE c.archived_at IS NULL AND " + s.begins("c.title", in.Prefix),
	}
	s.write("SELECT term FROM (" + strings.Join(parts, " UNION ALL ") + ") x GROUP BY term ORDER BY sum(n) DESC, term LIMIT " + s.arg(in.Limit))
	t.read(s, func(row pgx.Row) error {
		var term string
		if err := row.Scan(&term); err != nil {
			return err
		}
		out.Terms = append(out.Terms, Term{Text: term, Styled: styled(term, in.Prefix)})
		return nil
	})
}

// styled marks the first place of what was typed.
func styled(text, typed string) string {
	typed = strings.ToLower(typed)
	i := strings.Index(text, typed)
	if i < 0 {
		return html.EscapeString(text)
	}
	end := i + len(typed)
	return html.EscapeString(text[:i]) + "<mark>" + html.EscapeString(text[i:end]) + "</mark>" + html.EscapeString(text[end:])
}

// Share cuts the suggestions to so many over all kinds, shared out one by one.
func (out *Suggestions) Share(limit int) {
	sizes := []int{len(out.Products), len(out.Collections), len(out.Pages), len(out.Articles), len(out.Terms)}
	kept := make([]int, len(sizes))
	for again := true; again && limit > 0; {
		again = false
		for i := range sizes {
			if limit > 0 && kept[i] < sizes[i] {
				kept[i]++
				limit--
				again = true
			}
		}
	}
	out.Products, out.Collections, out.Pages = out.Products[:kept[0]], out.Collections[:kept[1]], out.Pages[:kept[2]]
	out.Articles, out.Terms = out.Articles[:kept[3]], out.Terms[:kept[4]]
}
