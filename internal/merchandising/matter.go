package merchandising

import (
	"slices"

	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// Pages and articles are few. The database finds them, and they stand behind
// the products.

// matter gives the kinds besides products that have to be looked for, to show
// the page or to count the list.
func (f *finding) matter() []listing.Kind {
	if f.ask.List || f.words == "" || f.conditions || len(f.ask.Filters) > 0 {
		return nil
	}
	kinds := f.ask.Kinds
	if len(kinds) == 0 {
		kinds = []listing.Kind{listing.KindPage, listing.KindArticle}
	}
	kinds = slices.DeleteFunc(slices.Clone(kinds), func(k listing.Kind) bool { return k == listing.KindProduct })
	full := len(walk(f.window, f.from, f.total)) > f.window.Limit && (!f.window.Descending() || f.from != nil && f.from.position < f.total)
	if full && !f.ask.Total && !f.weak() {
		return nil
	}
	return kinds
}

// ways are the queries that a page or an article may answer: what was typed,
// and what it was taken for.
func (f *finding) ways() []string {
	if f.reading.Stage == understanding.AsTyped || f.reading.Used == "" {
		return []string{f.words}
	}
	return []string{f.words, f.reading.Used}
}

// weak reports that no product has all the words.
func (f *finding) weak() bool {
	s := f.reading.Stage
	return s == understanding.Dropped || s == understanding.Relaxed || s == understanding.Nothing
}

// settle says what of the pages and articles is in the list. Where one of them
// has all words as they were typed, no product is shown that lacks some.
func (f *finding) settle(found []listing.Matter) []listing.Matter {
	typed := filter(found, func(m listing.Matter) bool { return m.Typed })
	all := filter(found, func(m listing.Matter) bool { return m.All })
	switch {
	case f.weak() && len(typed) > 0:
		f.total, f.hits, f.chosen, f.popular = 0, nil, nil, nil
		f.reading = understanding.Reading{Stage: understanding.AsTyped}
		return typed
	case len(all) > 0 || f.total > 0:
		return all
	case len(found) > 0:
		f.popular = nil
		f.reading = understanding.Reading{Stage: understanding.Relaxed, Used: f.words}
		return found
	}
	f.reading.Stage = f.nothing()
	return nil
}

// nothing is the stage of an empty list: it is one because nothing was found, or
// because filters left nothing of it.
func (f *finding) nothing() understanding.Stage {
	if !f.products() {
		return understanding.Nothing
	}
	return f.reading.Stage
}

func filter[T any](all []T, keep func(T) bool) []T {
	var out []T
	for _, one := range all {
		if keep(one) {
			out = append(out, one)
		}
	}
	return out
}
