package listing

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/page"
)

// Pick asks for what somebody else has chosen, as it is now, in one round trip.
type Pick struct {
	IDs  []ProductID // any number
	Need Need
	// Kinds are what else is looked for by words: pages, articles.
	Kinds []Kind
	// Words are what they must have, in the ways that it may be said; the first
	// is what was typed.
	Words  []string
	Prefix bool // the last word may be unfinished
	// Tree loads all categories with their relatives.
	Tree bool
}

// Picked is what was found.
type Picked struct {
	Products   map[ProductID]*Product // those on sale in the buyer's market
	Matter     []Matter               // best first, at most MaxPage
	Categories map[CategoryID]*Category
}

// Matter is a page or an article that has words of a query.
type Matter struct {
	Kind  Kind
	ID    int64
	Typed bool // it has all the words as they were typed
	All   bool // it has all the words in one of the ways that they may be said
}

// Pick reads products by id, pages and articles by words, and categories. What
// is not to be seen in the buyer's market is missing.
func (s *Service) Pick(ctx context.Context, at Context, in Pick) (*Picked, error) {
	t, sh := newTrip(at), newShelf(at, s.base)
	for ids := range slices.Chunk(in.IDs, MaxPage) {
		limit := len(ids)
		from := func(st *statement) (source, error) {
			return source{owners: ownerless, where: []string{st.bind("p.id = ANY(?)", ids)}}, nil
		}
		if _, err := t.list(sh, from, List{Sort: ByID, Page: page.Args{First: &limit}, Need: in.Need}); err != nil {
			return nil, err
		}
	}
	out := &Picked{Products: sh.products, Categories: sh.categories}
	if len(in.Kinds) > 0 {
		for i, words := range in.Words {
			t.pickMatter(in, words, i == 0, out)
		}
	}
	if in.Tree {
		t.tree(sh, true)
	}
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("pick what was found: %w", err)
	}
	sh.finish()
	return out, nil
}

// pickMatter looks for pages and articles that have some of the words.
func (t *trip) pickMatter(in Pick, text string, typed bool, out *Picked) {
	search := &search{productList: &productList{at: t.at}, in: Search{Kinds: in.Kinds}}
	for _, w := range splitWords(text) {
		search.words = append(search.words, word{text: w})
	}
	n := len(search.words)
	if n == 0 {
		return
	}
	search.words[n-1].prefix = in.Prefix
	st := &statement{}
	st.write("SELECT m.kind, m.id, m.words = " + st.arg(n) + " FROM (" + search.matter(st) + ") m ORDER BY m.words DESC, m.rank, m.kind, m.id LIMIT " + st.arg(MaxPage))
	t.read(st, func(row pgx.Row) error {
		var m Matter
		if err := row.Scan(&m.Kind, &m.ID, &m.All); err != nil {
			return err
		}
		m.Typed = m.All && typed
		out.add(m)
		return nil
	})
}

// add keeps each page and article once, as the best that was said of it.
func (p *Picked) add(m Matter) {
	i := slices.IndexFunc(p.Matter, func(have Matter) bool { return have.Kind == m.Kind && have.ID == m.ID })
	if i < 0 {
		p.Matter = append(p.Matter, m)
		return
	}
	p.Matter[i].All = p.Matter[i].All || m.All
	p.Matter[i].Typed = p.Matter[i].Typed || m.Typed
}
