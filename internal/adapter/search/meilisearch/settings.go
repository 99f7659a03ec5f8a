package meilisearch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	upstream "github.com/meilisearch/meilisearch-go"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/search"
)

const (
	fieldID    = "id"
	fieldCodes = "codes"
	// everything is more than a shop has, and what Meilisearch gives at most.
	everything = 1_000_000
	// spelling is raised when words are written differently (spell.go, document).
	spelling = 1
)

// settings make an index. Fields stand in the order of their weight; the last
// rule makes the order total. Searches that take too long are given up by us:
// Meilisearch would answer with a part and not say so.
func settings(language locale.Language) *upstream.Settings {
	s := &upstream.Settings{
		RankingRules:         []string{"words", "proximity", "attributeRank", "exactness", "wordPosition", fieldID + ":asc"},
		SearchableAttributes: []string{"title", "kind", "vendor", fieldCodes, "properties", "tags", "description"},
		FilterableAttributes: []string{fieldID},
		SortableAttributes:   []string{fieldID},
		TypoTolerance:        &upstream.TypoTolerance{Enabled: false, DisableOnWords: []string{}, DisableOnAttributes: []string{}, MinWordSizeForTypos: upstream.MinWordSizeForTypos{OneTypo: 5, TwoTypos: 9}},
		Pagination:           &upstream.Pagination{MaxTotalHits: everything},
		Faceting:             &upstream.Faceting{MaxValuesPerFacet: everything}, // ids are read as a facet: ask.go
		LocalizedAttributes:  []*upstream.LocalizedAttributes{{Locales: []string{plain}, AttributePatterns: []string{"*"}}},
		SearchCutoffMs:       60_000,
	}
	s.Dictionary = []string{markOf(s, language)}
	return s
}

// plain is the language that Meilisearch is told for all words: one whose words
// it does not take apart.
const plain = "eng"

// mark is a word that nobody searches for; it tells what an index was made for.
func mark(language locale.Language) string { return settings(language).Dictionary[0] }

func markOf(s *upstream.Settings, language locale.Language) string {
	made, err := json.Marshal([]any{spelling, language, s})
	if err != nil {
		panic("meilisearch: settings are plain data: " + err.Error())
	}
	sum := sha256.Sum256(made)
	return "soukmark" + hex.EncodeToString(sum[:8])
}

// document is an entry as Meilisearch gets it.
type document struct {
	ID          search.ProductID `json:"id"`
	Version     string           `json:"version"`
	Title       string           `json:"title,omitempty"`
	Kind        string           `json:"kind,omitempty"`
	Vendor      string           `json:"vendor,omitempty"`
	Codes       []string         `json:"codes,omitempty"`
	Properties  []string         `json:"properties,omitempty"`
	Tags        []string         `json:"tags,omitempty"`
	Description string           `json:"description,omitempty"`
}

func newDocument(e search.Entry) document {
	return document{
		ID: e.ID, Version: e.Version, Title: spell(e.Title), Kind: spell(e.Kind), Vendor: spell(e.Vendor), Codes: spellAll(e.Codes),
		Properties: spellAll(e.Properties), Tags: spellAll(e.Tags), Description: spell(e.Description),
	}
}
