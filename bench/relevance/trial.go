package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

const (
	// times is how often each rated query is damaged in each way.
	times = 4
	// knownItems is how many products are looked for by their titles, and as many
	// by their numbers.
	knownItems = 1000
	// remembered is how many words of a title people know.
	remembered = 8
)

// figure is what one kind of query measured.
type figure struct {
	NDCG, Condensed mean // of rated queries
	Clean           mean // nDCG of the same queries without the damage
	Known           mean // known items among the first ten hits
	Zero            mean // queries that found nothing
}

// trial measures one engine. Figures keep their order.
type trial struct {
	shop    *shop
	figures map[string]*figure
	names   []string
	each    map[string]float64 // nDCG of each rated query, clean
	missed  io.Writer          // gets the known items that were not found; nil: nobody
}

func (t *trial) figure(name string) *figure {
	if t.figures[name] == nil {
		t.figures[name] = &figure{}
		t.names = append(t.names, name)
	}
	return t.figures[name]
}

// run asks everything.
func (t *trial) run(ctx context.Context, c *catalogue, rated []judged, items int) error {
	if err := t.rated(ctx, rated); err != nil {
		return err
	}
	if err := t.known(ctx, c, items); err != nil {
		return err
	}
	return t.numbers(ctx, c, items)
}

// rated asks the queries that people rated, clean and damaged.
func (t *trial) rated(ctx context.Context, rated []judged) error {
	for n, j := range rated {
		hits, _, err := t.shop.find(ctx, j.query)
		if err != nil {
			return err
		}
		clean := j.ndcg(hits)
		t.each[j.query] = clean
		f := t.figure("clean")
		f.NDCG.add(clean)
		f.Clean.add(clean)
		f.Condensed.add(j.condensed(hits))
		f.Zero.hit(len(hits) == 0)
		for kind, d := range damages() {
			f := t.figure(d.name)
			for again := range times {
				spoiled, ok := d.spoil(random(n, kind, again), strings.Fields(j.query))
				if !ok {
					continue
				}
				hits, _, err := t.shop.find(ctx, spoiled)
				if err != nil {
					return err
				}
				f.Clean.add(clean)
				f.NDCG.add(j.ndcg(hits))
				f.Condensed.add(j.condensed(hits))
				f.Zero.hit(len(hits) == 0)
			}
		}
	}
	return nil
}

func random(parts ...int) *rand.Rand {
	state := uint64(seed)
	for _, p := range parts {
		state = state*1_000_003 + uint64(p)
	}
	return rand.New(rand.NewPCG(seed, state))
}

// known looks for products by the beginning of their titles. One whose title
// begins like another's cannot be told from it, and is left out.
func (t *trial) known(ctx context.Context, c *catalogue, items int) error {
	for n, i := range sample(c, func(d *listing.Document) string { return beginning(d.Title) })[:items] {
		d := c.documents[i]
		words := strings.Fields(beginning(d.Title))
		if err := t.look(ctx, "clean", strings.Join(words, " "), d); err != nil {
			return err
		}
		for kind, how := range damages() {
			if spoiled, ok := how.spoil(random(n, kind, -1+times), words); ok {
				if err := t.look(ctx, how.name, spoiled, d); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// numbers looks for products by their model numbers, SKUs and bar codes.
func (t *trial) numbers(ctx context.Context, c *catalogue, items int) error {
	kinds := []struct {
		name   string
		number func(d *listing.Document) string
	}{
		{"model", func(d *listing.Document) string {
			if m := model(d); len(m) >= 5 && strings.ContainsAny(m, "0123456789") && !strings.Contains(m, " ") {
				return m
			}
			return ""
		}},
		{"SKU", func(d *listing.Document) string { return d.Variants[0].SKU }},
		{"bar code", func(d *listing.Document) string { return d.Variants[0].Barcode }},
	}
	for _, kind := range kinds {
		normal := func(d *listing.Document) string {
			return strings.Join(understanding.Codes([]string{kind.number(d)}), " ")
		}
		for n, i := range sample(c, normal)[:items] {
			d := c.documents[i]
			for _, typed := range variants(random(n), kind.number(d)) {
				if err := t.look(ctx, kind.name, typed, d); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// look asks for one product.
func (t *trial) look(ctx context.Context, figure, query string, d *listing.Document) error {
	hits, r, err := t.shop.find(ctx, query)
	if err != nil {
		return err
	}
	f := t.figure(figure)
	found := slices.Contains(hits[:min(len(hits), shown)], d.ID)
	f.Known.hit(found)
	f.Zero.hit(len(hits) == 0)
	if t.missed != nil && !found {
		_, err = fmt.Fprintf(t.missed, "%s\t%s\t%s: %s\t%d hits\t%s\n", figure, query, r.Stage, r.Used, len(hits), d.Title)
	}
	return err
}

// sample takes products whose text nothing else has, evenly from the whole
// catalogue.
func sample(c *catalogue, text func(d *listing.Document) string) []int {
	count := map[string]int{}
	for _, d := range c.documents {
		count[text(d)]++
	}
	var able []int
	for i, d := range c.documents {
		if t := text(d); t != "" && count[t] == 1 {
			able = append(able, i)
		}
	}
	r := random()
	r.Shuffle(len(able), func(i, j int) { able[i], able[j] = able[j], able[i] })
	return able[:knownItems]
}

// beginning is what people remember of a title.
func beginning(title string) string {
	words := understanding.Normalize(language, title)
	return strings.Join(words[:min(len(words), remembered)], " ")
}
