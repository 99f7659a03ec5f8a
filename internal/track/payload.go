package track

import (
	"encoding/json"
	"regexp"
	"unicode"
	"unicode/utf8"
)

// Payload is what an event may say. Which fields have a meaning depends on its
// kind; those that are empty are left out.
type Payload struct {
	// QueryID names the search that the event is about or followed from.
	QueryID   string `json:"queryId,omitempty"`
	Query     string `json:"query,omitempty"` // normalized
	Typed     string `json:"typed,omitempty"` // as it was typed
	Stage     string `json:"stage,omitempty"` // how far it was read differently
	UsedQuery string `json:"usedQuery,omitempty"`
	Hits      *int   `json:"hits,omitempty"` // nil: not counted
	Language  string `json:"language,omitempty"`
	// Source is the list of an impression or a click: "search", "category" or
	// "collection".
	Source     string  `json:"source,omitempty"`
	Product    int64   `json:"productId,omitempty"`
	Products   []int64 `json:"productIds,omitempty"` // of an impression, in their order
	Variant    int64   `json:"variantId,omitempty"`
	Category   int64   `json:"categoryId,omitempty"`
	Collection int64   `json:"collectionId,omitempty"`
	Path       string  `json:"path,omitempty"`
	Position   int     `json:"position,omitempty"` // from 1; of an impression the first product's
	Quantity   int     `json:"quantity,omitempty"`
	// Experiment, with its version and the arm that the visit is in.
	Experiment        int64  `json:"experiment,omitempty"`
	ExperimentVersion int    `json:"experimentVersion,omitempty"`
	Arm               string `json:"arm,omitempty"`
}

// Event makes an event of now.
func (p Payload) Event(kind Kind) Event {
	raw, err := json.Marshal(p)
	if err != nil { // there is nothing in it that does not marshal
		panic(err)
	}
	return Event{Kind: kind, Payload: raw}
}

// bare is what is kept of a payload without consent.
func bare(e Event) json.RawMessage {
	var p Payload
	if e.Kind != Search || json.Unmarshal(e.Payload, &p) != nil {
		return empty
	}
	kept := Payload{Hits: p.Hits, Stage: p.Stage, Language: p.Language}
	if !personal(p.Query) && !personal(p.Typed) {
		kept.Query = clip(p.Query)
	}
	return kept.Event(e.Kind).Payload
}

// worded are the keys whose values somebody typed.
var worded = [...]string{"query", "typed", "usedQuery"}

// discreet is a payload without words that look personal: who searches for an
// address or a card number did not mean to tell the shop.
func discreet(payload json.RawMessage) json.RawMessage {
	if len(payload) == 0 {
		return empty
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(payload, &fields) != nil {
		return empty
	}
	tells := false
	for _, key := range worded {
		var words string
		if json.Unmarshal(fields[key], &words) == nil && personal(words) {
			tells = true
		}
	}
	if !tells {
		return payload
	}
	for _, key := range worded {
		delete(fields, key)
	}
	kept, err := json.Marshal(fields)
	if err != nil { // it was JSON before
		panic(err)
	}
	return kept
}

var address = regexp.MustCompile(`\S@\S`)

// How many digits in a row make a number that belongs to a person: a telephone,
// a card, an account. Alone fewer will do than among words.
const (
	digitsAlone = 7
	digitsAmong = 9
)

// personal reports whether words look like an e-mail address or a long number,
// however its digits are grouped.
func personal(words string) bool {
	if address.MatchString(words) {
		return true
	}
	run, alone := 0, true
	for _, r := range words {
		switch {
		case unicode.IsDigit(r):
			if run++; run >= digitsAmong {
				return true
			}
		case unicode.IsLetter(r):
			run, alone = 0, false
		}
	}
	return alone && run >= digitsAlone
}

// longestWords is how much of a query is kept.
const longestWords = 200

func clip(words string) string {
	if utf8.RuneCountInString(words) > longestWords {
		return string([]rune(words)[:longestWords])
	}
	return words
}
