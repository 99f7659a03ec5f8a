package merchandising

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// show reads what lists show, as it is now, in one round trip.
func (s *Service) show(ctx context.Context, found []*finding) ([]*Answer, error) {
	in := listing.Pick{Need: found[0].ask.Need}
	known := map[listing.ProductID]bool{}
	for _, f := range found {
		if kinds := f.matter(); len(kinds) > 0 {
			in.Kinds, in.Words, in.Prefix = kinds, f.ways(), f.prefix
		}
		in.Tree = in.Tree || f.ask.Facets && f.ask.Tree
		for _, id := range f.shown() {
			if !known[id] {
				known[id] = true
				in.IDs = append(in.IDs, id)
			}
		}
	}
	picked, err := s.Listing.Pick(ctx, found[0].at, in)
	if err != nil {
		return nil, err
	}
	answers := make([]*Answer, len(found))
	for i, f := range found {
		answers[i] = f.answer(picked)
	}
	return answers, nil
}

// shown are the products to read: of the page, and to suggest. The one behind
// the page tells only that there is more.
func (f *finding) shown() []listing.ProductID {
	positions := walk(f.window, f.from, f.total)
	var ids []listing.ProductID
	for _, at := range positions[:min(len(positions), f.window.Limit)] {
		ids = append(ids, f.hits[at].Product)
	}
	return append(ids, f.popular...)
}

// answer puts together one page.
func (f *finding) answer(picked *listing.Picked) *Answer {
	matter := f.settle(picked.Matter)
	a := f.frame()
	total := f.total + len(matter)
	cut := page.Cut(walk(f.window, f.from, total), f.window, f.cursor)
	var nodes []listing.Hit
	cursors := map[hitKey]string{}
	for i, at := range cut.Items {
		hit := listing.Hit{Kind: listing.KindProduct}
		if at >= f.total {
			hit.Kind, hit.ID = matter[at-f.total].Kind, matter[at-f.total].ID
		} else if hit.Product = picked.Products[f.hits[at].Product]; hit.Product == nil {
			continue // gone since the table was read
		} else {
			hit.ID = int64(hit.Product.ID)
			a.explain(f, at)
		}
		cursors[keyOf(hit)] = cut.Cursors[i]
		nodes = append(nodes, hit)
	}
	a.Connection = *listing.NewConnection(nodes, cut.Info, total, func(h listing.Hit) string { return cursors[keyOf(h)] })
	a.rescue(f, picked)
	f.count(a, picked)
	return a
}

// hitKey names a hit.
type hitKey struct {
	kind listing.Kind
	id   int64
}

func keyOf(h listing.Hit) hitKey { return hitKey{h.Kind, h.ID} }

func (f *finding) cursor(at int) string {
	return place{generation: f.generation, version: f.version(), order: f.order, position: at}.encode()
}

// version is of the rules, where they have a say.
func (f *finding) version() int64 {
	if f.order != ranked || f.generation == catalogs {
		return 0
	}
	return f.plan.Version
}

// frame is what an answer has besides its hits, whoever finds them.
func (f *finding) frame() *Answer {
	in := f.situation()
	return &Answer{
		QueryID: newQueryID(), Query: strings.Join(in.Words, " "), Stage: f.reading.Stage,
		Redirect: f.live.redirect(in), Banners: f.live.banners(in),
		Changed: !f.from.sameList(f.generation, f.version()), Arm: f.plan.Arm, Applied: f.plan.Applied, chosen: f.chosen,
	}
}

func newQueryID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(id[:])
}

func (a *Answer) explain(f *finding, at int) {
	if !f.ask.Explain {
		return
	}
	p := f.hits[at]
	rules := make([]ItemID, len(p.Rules))
	for i, r := range p.Rules {
		rules[i] = ItemID(r)
	}
	a.Ranking = append(a.Ranking, Placed{Product: p.Product, EngineRank: p.EngineRank, FinalRank: p.FinalRank, Rules: rules})
}

// rescue tells what was made of the query.
func (a *Answer) rescue(f *finding, picked *listing.Picked) {
	if a.Stage == understanding.AsTyped || f.words == "" {
		return
	}
	a.Rescue = &Rescue{Stage: a.Stage, UsedQuery: cmp.Or(f.reading.Used, f.words), Dropped: f.reading.Left, Suggestions: []*listing.Product{}}
	for _, id := range f.popular {
		if p := picked.Products[id]; p != nil {
			a.Rescue.Suggestions = append(a.Rescue.Suggestions, p)
		}
	}
}

// count counts the facets of the products.
func (f *finding) count(a *Answer, picked *listing.Picked) {
	if !f.ask.Facets {
		return
	}
	if a.Facets = listing.NoFacets(); f.chosen != nil {
		a.Facets = f.chosen.Facets(f.live.facets(), picked.Categories)
	}
}

// FacetValues finds values of one facet, named by its id, that have a word that
// begins so; those with most hits first.
func (a *Answer) FacetValues(facet, words string, limit int) []listing.FacetValue {
	if a.chosen != nil {
		return a.chosen.FacetValues(facet, words, limit)
	}
	out := []listing.FacetValue{}
	if a.Facets == nil {
		return out
	}
	for _, f := range a.Facets.Filters() {
		for _, v := range f.Values {
			if f.ID == facet && len(out) < limit && begins(v.Label, words) {
				out = append(out, v)
			}
		}
	}
	return out
}

// begins reports whether a word of a text begins so.
func begins(text, words string) bool {
	text, words = strings.ToLower(text), strings.ToLower(strings.TrimSpace(words))
	return strings.HasPrefix(text, words) || strings.Contains(text, " "+words)
}
