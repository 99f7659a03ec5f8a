package main

import (
	"context"
	"fmt"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

const (
	language = locale.Language("en")
	page     = 24 // hits of an answer
	batch    = 1_000
	inFlight = 4 // batches on their way at once
)

// shop is what of a shop answers searches, without HTTP and without the database.
type shop struct {
	index search.Index
	table *table.Table
	understanding.Understanding
	at listing.Context
}

// build writes documents into a table, a vocabulary and an index.
func build(ctx context.Context, e search.Engine, docs []*listing.Document) (_ *shop, err error) {
	s := &shop{table: table.New(), Understanding: understanding.Understanding{Language: language, Vocabulary: understanding.NewVocabulary(language)}}
	s.at = listing.Context{Market: market, PriceList: priceList, Currency: "EUR", Language: language, Now: time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC)}
	if s.index, err = e.Create(ctx, "bench-en", language); err != nil {
		return nil, fmt.Errorf("make index: %w", err)
	}
	var tasks []search.Task
	for from := 0; from < len(docs); from += batch {
		some := docs[from:min(from+batch, len(docs))]
		task, err := s.write(ctx, some)
		if err != nil {
			return nil, err
		}
		if tasks = append(tasks, task); len(tasks) == inFlight {
			if err := tasks[0].Wait(ctx); err != nil {
				return nil, fmt.Errorf("write entries: %w", err)
			}
			tasks = tasks[1:]
		}
	}
	for _, task := range tasks {
		if err := task.Wait(ctx); err != nil {
			return nil, fmt.Errorf("write entries: %w", err)
		}
	}
	return s, nil
}

func (s *shop) write(ctx context.Context, docs []*listing.Document) (search.Task, error) {
	entries := make([]search.Entry, len(docs))
	for i, d := range docs {
		entry, strong, weak := search.Describe(d, language)
		s.Vocabulary.Put(int64(d.ID), strong, weak)
		entries[i] = entry
	}
	s.table.Put(docs)
	task, err := s.index.Put(ctx, entries)
	if err != nil {
		return nil, fmt.Errorf("write entries: %w", err)
	}
	return task, nil
}

// find gives all products that a query means, best first.
func (s *shop) find(ctx context.Context, query string, prefix bool) ([]search.ProductID, error) {
	for reading := range s.Readings(query, prefix) {
		if len(reading.Groups) == 0 {
			break
		}
		q := search.Query{Least: reading.Least}
		for _, g := range reading.Groups {
			q.Groups = append(q.Groups, search.Group(g))
		}
		found, err := s.index.Candidates(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("search %q: %w", query, err)
		}
		if len(found.IDs) > 0 {
			return found.IDs, nil
		}
	}
	return nil, nil
}

// answer is a page of hits with facets and the facts that rules look at.
func (s *shop) answer(ctx context.Context, query string) (hits int, err error) {
	ids, err := s.find(ctx, query, false)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	selection, err := s.table.View().Select(table.Ask{At: s.at, Among: ids})
	if err != nil {
		return 0, fmt.Errorf("select %q: %w", query, err)
	}
	selection.Facets(nil, nil)
	for i := range min(page, selection.Len()) {
		selection.Facts(i)
	}
	return selection.Len(), nil
}

// complete is what is shown while somebody types.
func (s *shop) complete(ctx context.Context, typed string) (hits int, err error) {
	ids, err := s.find(ctx, typed, true)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	selection, err := s.table.View().Select(table.Ask{At: s.at, Among: ids[:min(len(ids), page)]})
	if err != nil {
		return 0, fmt.Errorf("select %q: %w", typed, err)
	}
	return selection.Len(), nil
}
