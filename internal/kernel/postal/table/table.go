// Package table is the committed form of the address facts: one JSON object a
// line, one line a country. internal/tools/postalgen writes it, package postal
// reads it.
//
// The facts come from the address metadata of google/libaddressinput
// (Apache-2.0, see NOTICE); selection, corrections and form are ours.
package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
)

// Country holds the facts of one country. Formats are written in the source's
// notation: %N name, %O company, %A street, %D dependent locality, %C city,
// %S zone, %Z postal code, %X sorting code, %n line break, all else literal.
type Country struct {
	Code string `json:"code"`
	// Format orders the lines of an address; Latin does so for one written in
	// Latin letters, where that differs.
	Format string `json:"format"`
	Latin  string `json:"latin,omitempty"`
	// Require and Upper are sets of the letters above: what must be given, and
	// what is printed in capitals.
	Require string `json:"require"`
	Upper   string `json:"upper,omitempty"`
	// Labels names the kind of a field by its letter, such as S: prefecture.
	Labels map[string]string `json:"labels,omitempty"`
	// Zip matches a whole postal code, Examples are codes that exist, and
	// Prefix may be written before a code in international mail (CH-).
	Zip      string   `json:"zip,omitempty"`
	Examples []string `json:"examples,omitempty"`
	Prefix   string   `json:"prefix,omitempty"`
	Zones    []Zone   `json:"zones,omitempty"`
}

// Zone is one first-level subdivision.
type Zone struct {
	Code string `json:"code"`
	Name string `json:"name"`
	// Latin is the name in Latin letters where Name is not; Printed is what
	// stands on an envelope where that is not the name.
	Latin   string `json:"latin,omitempty"`
	Printed string `json:"printed,omitempty"`
	// Zip matches the beginning of the zone's postal codes; with Alone it
	// matches the whole code and stands in for the country's pattern.
	Zip   string `json:"zip,omitempty"`
	Alone bool   `json:"alone,omitempty"`
	// Require replaces the country's where the zone differs.
	Require  string   `json:"require,omitempty"`
	Examples []string `json:"examples,omitempty"`
}

// Encode writes the lines.
func Encode(countries []Country) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, c := range countries {
		if err := enc.Encode(c); err != nil {
			return nil, fmt.Errorf("encode %s: %w", c.Code, err)
		}
	}
	return out.Bytes(), nil
}

// Decode reads the lines.
func Decode(data []byte) ([]Country, error) {
	var countries []Country
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1)
	for lines.Scan() {
		var c Country
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("decode line %d: %w", len(countries)+1, err)
		}
		countries = append(countries, c)
	}
	return countries, lines.Err()
}
