package meilisearch

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/scoring"
)

// What one search of the server's holds and how many make an answer.
const (
	maxWords    = 10 // Meilisearch looks at no more
	maxSearches = 8  // more conjunctions than that are put together from single terms
	together    = 4  // searches of one query on their way at once
	// ranked is how many products of a search are given out with their texts, in
	// Meilisearch's order, and scored by us; the others follow by id. To rank and
	// give out all of 20,000 takes it a second, while their ids alone come as values
	// of a facet in a few milliseconds.
	ranked = 240
)

// term is an alternative of a group.
type term struct {
	group  int
	words  string // spelled
	prefix bool
	second bool // not what was typed
}

// ask is one search of the server's: all terms must match.
type ask struct {
	terms []term
	codes bool // look at codes only
}

// Candidates implements search.Index.
func (x *index) Candidates(ctx context.Context, q search.Query) (search.Candidates, error) {
	q = q.Sound()
	if len(q.Groups) == 0 {
		return search.Candidates{}, ctx.Err()
	}
	groups := terms(q)
	asks, whole := conjunctions(groups, q.Least)
	if !whole {
		asks = singles(groups)
	}
	firstOnly := len(asks) == 1 && q.Limit > 0 && q.Limit <= ranked // what is merged must be complete
	var lists []list
	var rarity []float64
	err := x.engine.call(ctx, "search", x.engine.cfg.ReadTimeout, func(ctx context.Context) (err error) {
		work, ctx := errgroup.WithContext(ctx)
		work.Go(func() (err error) { rarity, err = x.rarity(ctx, groups); return err })
		work.Go(func() (err error) { lists, err = x.searches(ctx, asks, !firstOnly); return err })
		return work.Wait()
	})
	if err != nil {
		return search.Candidates{}, err
	}
	m := merger{judge: scoring.NewJudge(spelled(q), rarity), places: make(map[search.ProductID]standing)}
	if whole {
		m.union(lists)
	} else {
		m.intersection(asks, lists, q.Least)
	}
	found := m.candidates(q.Limit)
	if firstOnly {
		found.Total = lists[0].total
	}
	return found, nil
}

// spelled is the query in the words that Meilisearch knows.
func spelled(q search.Query) search.Query {
	q.Groups = slices.Clone(q.Groups)
	for i, g := range q.Groups {
		q.Groups[i].Any = spellAll(g.Any)
	}
	return q
}

func terms(q search.Query) [][]term {
	groups := make([][]term, len(q.Groups))
	for i, g := range q.Groups {
		for j, alternative := range g.Any {
			groups[i] = append(groups[i], term{group: i, words: spell(alternative), prefix: j == 0 && g.Prefix, second: j > 0})
		}
	}
	// What looks like an article number and nothing else is looked up as one first.
	if len(q.Groups) == 1 && q.Groups[0].Code {
		code := groups[0][0]
		code.group = codeFirst
		groups[0] = append([]term{code}, groups[0]...)
	}
	return groups
}

// codeFirst is the group of the term that looks at codes only.
const codeFirst = -1

// conjunctions gives the searches that find what matches at least so many
// groups: each way to take that many groups and an alternative of each. Not
// whole where they are too many, or do not go into searches of the server's.
func conjunctions(groups [][]term, least int) (asks []ask, whole bool) {
	var build func(from int, taken []term) bool
	build = func(from int, taken []term) bool {
		if len(taken) == least {
			asks = append(asks, ask{terms: slices.Clone(taken), codes: taken[0].group == codeFirst})
			return len(asks) <= maxSearches && fits(taken)
		}
		for i := from; i <= len(groups)-(least-len(taken)); i++ {
			for _, t := range groups[i] {
				if !build(i+1, append(taken, t)) {
					return false
				}
			}
		}
		return true
	}
	whole = build(0, nil)
	return asks, whole
}

// fits tells whether terms go into one search: it has room for some words, and
// only its last one may be unfinished.
func fits(terms []term) bool {
	words, prefixes := 0, 0
	for _, t := range terms {
		words += strings.Count(t.words, " ") + 1
		if t.prefix {
			prefixes++
		}
	}
	return words <= maxWords && prefixes <= 1
}

func singles(groups [][]term) []ask {
	var asks []ask
	for _, g := range groups {
		for _, t := range g {
			asks = append(asks, ask{terms: []term{t}, codes: t.group == codeFirst})
		}
	}
	return asks
}

// text is a search as Meilisearch reads it. Words in quotes are meant as they
// stand; the last one without is the beginning of a word.
func (a ask) text() string {
	var quoted, open []string
	for _, t := range a.terms {
		if t.prefix {
			open = append(open, t.words)
		} else {
			quoted = append(quoted, `"`+t.words+`"`)
		}
	}
	return strings.Join(append(quoted, open...), " ")
}
