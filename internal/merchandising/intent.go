package merchandising

import (
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// intents says which category a query means: by what shoppers clicked, else by
// the categories' names.
type intents struct {
	*Service
	of   *finding
	view *table.View
}

// Intent gives the category of a normalized query and how sure that is.
func (i intents) Intent(language locale.Language, query string) (listing.CategoryID, int64, bool) {
	if query == "" {
		return 0, 0, false
	}
	if i.Intents != nil {
		if category, sure, ok := i.Intents.Intent(language, query); ok {
			return category, sure, true
		}
	}
	category, sure, ok := i.names(i.of, i.view).Of(query)
	return listing.CategoryID(category), sure, ok
}

// namesKey says whose names of categories these are.
type namesKey struct {
	market   int64
	language locale.Language
}

// named is the names of categories with what they were made of.
type named struct {
	table, lexicon int64 // versions
	names          *understanding.Intents
}

// namesAge is for how many changes of products names of categories are kept:
// they say how many products a category has, and nobody minds a few.
const namesAge = 1000

// names gives the names of categories as a buyer reads them.
func (s *Service) names(f *finding, view *table.View) *understanding.Intents {
	key := namesKey{f.at.Market, f.at.Language}
	lexicon := f.live.lexicon(f.at.Language, f.at.Now)
	if have, ok := s.categories.Load(key); ok {
		n := have.(named)
		if n.lexicon == lexicon.Version() && view.Version() >= n.table && view.Version()-n.table < namesAge {
			return n.names
		}
	}
	var all []understanding.Category
	for _, c := range view.Categories(f.at) {
		all = append(all, understanding.Category{ID: c.ID, Title: c.Title, Products: c.Count})
	}
	n := named{table: view.Version(), lexicon: lexicon.Version(), names: understanding.NewIntents(f.at.Language, lexicon, all)}
	s.categories.Store(key, n)
	return n.names
}
