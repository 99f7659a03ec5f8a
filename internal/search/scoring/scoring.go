// Package scoring says how well a product answers a query, in the same way for
// every search engine. An engine that keeps places of words applies it while it
// reads them; for one with an order of its own a [Judge] reads the entries.
//
// It is BM25 over fields, with two differences. A word counts by the field in
// which it says most, and a little by the others: titles repeat what
// descriptions say. And usual lengths of fields are fixed, so that a product's
// score does not change with its neighbours.
package scoring

import (
	"math"

	"github.com/souk-commerce/souk/internal/search"
)

// Field is a text of an entry.
type Field struct {
	Name   string
	Weight float64 // how much a word in it says about the product
	Length float64 // how many words it usually has; what is longer counts less
	Decay  float64 // how much less: 0 not at all, 1 in proportion
	Text   func(e *search.Entry) []string
}

// Codes is the field of article numbers.
const Codes = "codes"

// Fields gives the fields, in the order in which they are looked at. That order
// is part of the total order of products: sums of floating point numbers depend
// on it.
func Fields() []Field {
	return []Field{
		{"title", 8, 12, .5, func(e *search.Entry) []string { return []string{e.Title} }},
		{"kind", 6, 4, .3, func(e *search.Entry) []string { return []string{e.Kind} }},
		{"vendor", 10, 1, .2, func(e *search.Entry) []string { return []string{e.Vendor} }},
		{Codes, .5, 4, 0, func(e *search.Entry) []string { return e.Codes }},
		{"properties", 2.5, 15, .3, func(e *search.Entry) []string { return e.Properties }},
		{"tags", 8, 6, .5, func(e *search.Entry) []string { return e.Tags }},
		{"description", 3.5, 60, .75, func(e *search.Entry) []string { return []string{e.Description} }},
	}
}

const (
	// Code multiplies the fields of codes for groups that look like a code.
	Code = 240.0
	// Longer is what a longer word counts against the whole word typed.
	Longer = 0.1

	// saturation is how much weight a word has to collect for half of its score.
	saturation = 12.0
	// otherFields is what the other fields count beside the one that says most.
	otherFields = 0.15
	// repetition is the power to which occurrences in one field are raised.
	repetition = 0.8
	// synonym is what alternatives count against what was typed.
	synonym = 0.75
)

// Times gives the field with another weight.
func (f Field) Times(boost float64) Field {
	f.Weight *= boost
	return f
}

// Worth is what occurrences in a field of so many words count.
func (f Field) Worth(times, length float64) float64 {
	if times > 1 {
		times = math.Pow(times, repetition)
	}
	return f.Weight * times / (1 - f.Decay + f.Decay*length/f.Length)
}

// Boost is what an alternative counts, by its place in the group.
func Boost(place int) float64 {
	if place == 0 {
		return 1
	}
	return synonym
}

// Rarity is what a group counts that so many of all documents match.
func Rarity(documents, matched float64) float64 {
	return math.Log1p((documents - matched + .5) / (matched + .5))
}

// Group is the score of a group: of the worth in its best field and of the sum
// over all fields.
func Group(rarity, best, sum float64) float64 {
	worth := best + otherFields*(sum-best)
	return rarity * worth / (saturation + worth)
}

// Total is the score of a document, of which so many groups matched.
func Total(groups float64, matched, of int) float64 {
	return groups * float64(matched) / float64(of)
}
