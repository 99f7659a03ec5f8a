package main

import (
	"context"
	"fmt"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/merchandising/ranking"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

const (
	language = locale.Language("en")
	// batch is how many entries are written at once.
	batch = 1000
)

// shop answers queries like the real one does, without prices and rules.
type shop struct {
	index     search.Index
	u         understanding.Understanding
	intents   *understanding.Intents
	ofProduct map[listing.ProductID]listing.CategoryID
	intent    int // strength of the category that a query means, in percent
}

// open makes the vocabulary of a catalogue, and writes its entries to the empty index.
func open(ctx context.Context, c *catalogue, index search.Index) (*shop, error) {
	s := &shop{
		index: index, u: understanding.Understanding{Language: language, Vocabulary: understanding.NewVocabulary(language)},
		ofProduct: c.ofProduct, intent: merchandising.DefaultIntent,
	}
	var tasks []search.Task
	var entries []search.Entry
	for i, d := range c.documents {
		e, strong, weak := search.Describe(d, language)
		s.u.Vocabulary.Put(int64(d.ID), strong, weak)
		entries = append(entries, e)
		if len(entries) == batch || i == len(c.documents)-1 {
			task, err := index.Put(ctx, entries)
			if err != nil {
				return nil, fmt.Errorf("write entries: %w", err)
			}
			tasks, entries = append(tasks, task), nil
		}
	}
	for _, t := range tasks {
		if err := t.Wait(ctx); err != nil {
			return nil, fmt.Errorf("write entries: %w", err)
		}
	}
	var categories []understanding.Category
	for _, k := range c.categories {
		categories = append(categories, understanding.Category{ID: int64(k.id), Title: k.title, Products: k.products})
	}
	s.intents = understanding.NewIntents(language, nil, categories)
	return s, nil
}

// find gives the products that a query means, best first.
func (s *shop) find(ctx context.Context, query string) ([]listing.ProductID, understanding.Reading, error) {
	var last understanding.Reading
	for last = range s.u.Readings(query, true) {
		if len(last.Groups) == 0 {
			break
		}
		q := search.Query{Least: last.Least}
		for _, g := range last.Groups {
			q.Groups = append(q.Groups, search.Group(g))
		}
		found, err := s.index.Candidates(ctx, q)
		if err != nil {
			return nil, last, fmt.Errorf("search %q: %w", query, err)
		}
		if len(found.IDs) > 0 {
			return s.arrange(found.IDs, last), last, nil
		}
	}
	return nil, last, nil
}

// arrange lifts products of the category that the query means.
func (s *shop) arrange(candidates []listing.ProductID, r understanding.Reading) []listing.ProductID {
	plan := ranking.Plan{}
	category, ppm, ok := s.intents.Of(understanding.Phrase(language, r.Used))
	if percent := merchandising.IntentPercent(s.intent, ppm); ok && percent > 0 {
		has := func(i int) bool { return s.ofProduct[candidates[i]] == listing.CategoryID(category) }
		plan.Moves = []ranking.Move{{Has: has, Percent: percent}}
	}
	list := ranking.List{Candidates: candidates, Facts: func(int) ranking.Facts { return ranking.Facts{Available: true} }}
	var ids []listing.ProductID
	for _, p := range ranking.Arrange(list, plan).Page(0, ranking.Window) {
		ids = append(ids, p.Product)
	}
	return ids
}
