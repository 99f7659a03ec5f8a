package listing

import (
	"slices"
	"testing"
)

func TestSplit_tellsWordsFromConditions(t *testing.T) {
	t.Parallel()
	s := &Service{}
	for query, want := range map[string]struct {
		words      string
		conditions bool
	}{
		"":                      {"", false},
		"sailor cap":            {"sailor cap", false},
		`"sailor cap" tag:new`:  {"sailor cap", true},
		"vendor:anchor":         {"", true},
		"cap -mug":              {"cap", true},
		"cap OR mug":            {"", true},
		"cap AND price:>10 hat": {"cap hat", true},
		"http://shop":           {"http //shop", false},
	} {
		words, conditions, err := s.Split(query)
		if err != nil || words != want.words || conditions != want.conditions {
			t.Errorf("%s: %q, %v, %v", query, words, conditions, err)
		}
	}
}

func TestIDsOf_leavesWordsOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for query, want := range map[string][]ProductID{
		"zeppelin tag:new":             {1, 2},
		"zeppelin -mug vendor:anchor":  nil,
		"price:<10 AND vendor:knots*":  {8},
		"tag:nothing":                  {},
		"id:4 OR id:5 OR id:6 OR id:1": {1},
	} {
		got, err := f.IDsOf(t.Context(), f.us, query)
		if err != nil || want != nil && !slices.Equal(got, want) || slices.Contains(got, 2) != slices.Contains(want, 2) {
			t.Errorf("%s: %v, %v", query, got, err)
		}
	}
}
