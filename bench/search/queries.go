package main

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/souk-commerce/souk/internal/listing"
)

// asked are queries as shoppers type them: those of real shoppers where the data
// is there, and one to three words of titles, of which some are misspelled.
func asked(data string, docs []*listing.Document, count int) []string {
	r := rand.New(rand.NewPCG(11, 2026))
	queries := rated(filepath.Join(data, "icecat-ratings.csv"))
	for len(queries) < count {
		words := strings.Fields(docs[r.IntN(len(docs))].Title)
		if len(words) == 0 {
			continue
		}
		from := r.IntN(len(words))
		query := words[from:min(len(words), from+1+r.IntN(3))]
		if r.IntN(8) == 0 {
			query[0] = misspelled(r, query[0])
		}
		queries = append(queries, strings.Join(query, " "))
	}
	r.Shuffle(len(queries), func(i, j int) { queries[i], queries[j] = queries[j], queries[i] })
	return queries
}

func rated(path string) (queries []string) {
	file, err := os.Open(path) //nolint:gosec // the path is the caller's
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil
	}
	for i, row := range rows {
		if i > 0 && row[0] != rows[i-1][0] {
			queries = append(queries, row[0])
		}
	}
	return queries
}

// misspelled swaps two letters next to each other.
func misspelled(r *rand.Rand, word string) string {
	letters := []rune(word)
	if len(letters) > 4 {
		i := 1 + r.IntN(len(letters)-2)
		letters[i], letters[i+1] = letters[i+1], letters[i]
	}
	return string(letters)
}

// typed are what a shopper has typed of a query after some letters.
func typed(queries []string) []string {
	var all []string
	for i, query := range queries {
		letters := []rune(query)
		all = append(all, string(letters[:min(len(letters), 2+i%7)]))
	}
	return all
}
