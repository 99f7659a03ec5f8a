package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search"
)

// figures are what one kind of question took.
type figures struct {
	times []time.Duration
	cpu   time.Duration // of all processes that answer, all questions together
	hits  int
}

func (f figures) at(percent int) time.Duration {
	if len(f.times) == 0 {
		return 0
	}
	slices.Sort(f.times)
	return f.times[min(len(f.times)-1, len(f.times)*percent/100)]
}

func (f figures) each(total time.Duration) time.Duration {
	return total / time.Duration(max(len(f.times), 1))
}

func (f figures) String() string {
	return fmt.Sprintf("%8s %8s %8s %7d %8.0f", ms(f.at(50)), ms(f.at(99)), ms(f.each(f.cpu)), len(f.times), float64(f.hits)/float64(max(len(f.times), 1)))
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d.Microseconds())/1000) }

// meter asks for a while, after a warm-up, one question at a time.
type meter struct {
	clock  clock.Clock
	each   time.Duration
	server int // the process of a search server on this machine; 0 where there is none
}

// cpu gives the CPU time that answering has used so far.
func (m meter) cpu() time.Duration {
	if m.server == 0 {
		return cpu()
	}
	return cpu() + cpuOf(m.server)
}

func (m meter) run(ctx context.Context, questions []string, ask func(ctx context.Context, question string) (int, error)) (figures, error) {
	var f figures
	for _, q := range questions[:min(len(questions), 50)] {
		if _, err := ask(ctx, q); err != nil {
			return f, err
		}
	}
	before, end := m.cpu(), m.clock.Now().Add(m.each)
	for i := 0; m.clock.Now().Before(end); i++ {
		began := m.clock.Now()
		hits, err := ask(ctx, questions[i%len(questions)])
		if err != nil {
			return f, err
		}
		f.times, f.hits = append(f.times, m.clock.Now().Sub(began)), f.hits+hits
	}
	f.cpu = m.cpu() - before
	return f, nil
}

// changes gives titles a word that nothing has and waits until it is found.
func (m meter) changes(ctx context.Context, s *shop, docs []*listing.Document, count int) (figures, error) {
	var f figures
	before := m.cpu()
	for i := range count {
		d, word := *docs[i*97%len(docs)], fmt.Sprintf("qqnew%dword", i)
		d.Title += " " + word
		began := m.clock.Now()
		task, err := s.write(ctx, []*listing.Document{&d})
		if err == nil {
			err = task.Wait(ctx)
		}
		if err != nil {
			return f, err
		}
		found, err := s.index.Candidates(ctx, search.Query{Groups: []search.Group{{Any: []string{word}}}})
		if err != nil {
			return f, fmt.Errorf("find a change: %w", err)
		}
		if len(found.IDs) != 1 || found.IDs[0] != d.ID {
			return f, fmt.Errorf("change %d of product %d: found %v", i, d.ID, found.IDs)
		}
		f.times, f.hits = append(f.times, m.clock.Now().Sub(began)), f.hits+1
	}
	f.cpu = m.cpu() - before
	return f, nil
}

// floor looks through all titles for the words of a query: what an answer costs
// without any index, and without facets, ranking and correction.
func floor(docs []*listing.Document) func(context.Context, string) (int, error) {
	titles := make([]string, len(docs))
	for i, d := range docs {
		titles[i] = strings.ToLower(d.Title)
	}
	return func(_ context.Context, query string) (hits int, _ error) {
		words := strings.Fields(strings.ToLower(query))
		for _, title := range titles {
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(title, w) }) {
				hits++
			}
		}
		return hits, nil
	}
}
