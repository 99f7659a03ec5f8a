package understanding

import (
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/turkish"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// stemmers by language. English has its own below: Snowball makes one word of
// «printer» and «printing», which are two things in a shop.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"da": danish.Stem, "de": german.Stem, "es": spanish.Stem, "fi": finnish.Stem, "fr": french.Stem,
	"hu": hungarian.Stem, "it": italian.Stem, "nb": norwegian.Stem, "nl": dutch.Stem, "no": norwegian.Stem,
	"pt": portuguese.Stem, "ro": romanian.Stem, "ru": russian.Stem, "sv": swedish.Stem, "tr": turkish.Stem,
}

// stem gives what a folded word has in common with its other endings. Short
// words and those with digits have none.
func stem(language locale.Language, word string) string {
	if len(word) < 4 || strings.ContainsAny(word, "0123456789") {
		return word
	}
	b := base(language)
	if b == "en" {
		return singular(word)
	}
	if b == "de" {
		word = umlauts.Replace(word)
	}
	stemmer := stemmers[b]
	if stemmer == nil {
		return word
	}
	env := snowballstem.NewEnv(word)
	stemmer(env)
	if stemmed := env.Current(); stemmed != "" {
		return stemmed
	}
	return word
}

// umlauts are also written with an e behind, which folding has not taken.
var umlauts = strings.NewReplacer("que", "que", "aue", "aue", "eue", "eue", "ae", "a", "oe", "o", "ue", "u")

// irregular plurals, and words that only look like one.
var irregular = map[string]string{
	"mice": "mouse", "men": "man", "women": "woman", "children": "child", "feet": "foot", "teeth": "tooth", "people": "person",
	"lens": "lens", "lenses": "lens", "series": "series", "shelves": "shelf", "knives": "knife", "scarves": "scarf", "leaves": "leaf",
	"buses": "bus", "gases": "gas", "canvases": "canvas", "canvas": "canvas", "atlases": "atlas", "atlas": "atlas", "movies": "movie",
	"cookies": "cookie", "hoodies": "hoodie", "selfies": "selfie", "beanies": "beanie", "species": "species", "always": "always",
}

// singular is an English noun in the singular.
func singular(word string) string {
	if s := irregular[word]; s != "" {
		return s
	}
	switch {
	case !strings.HasSuffix(word, "s"), strings.HasSuffix(word, "ss"), strings.HasSuffix(word, "us"), strings.HasSuffix(word, "is"):
		return word
	case strings.HasSuffix(word, "ies") && len(word) > 4:
		return word[:len(word)-3] + "y"
	case strings.HasSuffix(word, "sses"), strings.HasSuffix(word, "shes"), strings.HasSuffix(word, "ches"),
		strings.HasSuffix(word, "xes"), strings.HasSuffix(word, "zzes"), strings.HasSuffix(word, "oes"), strings.HasSuffix(word, "uses"):
		return word[:len(word)-2]
	}
	return word[:len(word)-1]
}
