package bleve

import (
	"encoding/binary"
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	blevindex "github.com/blevesearch/bleve_index_api"

	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/scoring"
)

const (
	fieldID      = "_id"
	fieldVersion = "version"
	// apart keeps elements of a list from making a phrase together.
	apart = search.MaxPhrase + 1
	// indexed: with places, since alternatives may be phrases.
	indexed = blevindex.IndexField | blevindex.IncludeTermVectors
)

// key is a product's id as a document's: eight bytes, so that documents are
// listed in the order of ids.
func key(id search.ProductID) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(id)) //nolint:gosec // entries have positive ids
	return string(b[:])
}

// product is what key was made of.
func product(key string) (search.ProductID, bool) {
	if len(key) != 8 {
		return 0, false
	}
	return search.ProductID(binary.BigEndian.Uint64([]byte(key))), true //nolint:gosec // made by key
}

func newDocument(e *search.Entry) *document.Document {
	doc := document.NewDocument(key(e.ID))
	add := func(f scoring.Field, options blevindex.FieldIndexingOptions) {
		if text := strings.Join(f.Text(e), "\n"); text != "" {
			doc.AddField(document.NewTextFieldCustom(f.Name, nil, []byte(text), options, words{}))
		}
	}
	for _, f := range scoring.Fields() {
		add(f, indexed)
	}
	for _, f := range beginnings() {
		add(f, blevindex.IndexField)
	}
	return doc.AddField(document.NewTextFieldCustom(fieldVersion, nil, []byte(e.Version), blevindex.StoreField, nil))
}

// words splits at white space and changes nothing: texts are normalized
// already. A line is an element of a list.
type words struct{}

// Analyze implements analysis.Analyzer.
func (words) Analyze(text []byte) analysis.TokenStream {
	var stream analysis.TokenStream
	position := 1
	for line := range strings.Lines(string(text)) {
		for _, word := range strings.Fields(line) {
			stream = append(stream, &analysis.Token{Term: []byte(word), Position: position})
			position++
		}
		position += apart
	}
	return stream
}
