package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// record is one line of the source, as far as we use it. Lists are joined by
// "~" and run in the order of SubKeys.
type record struct {
	Key         string `json:"key"`
	Name        string `json:"name"`
	Format      string `json:"fmt"`
	LatinFormat string `json:"lfmt"`
	Require     string `json:"require"`
	Upper       string `json:"upper"`
	Zip         string `json:"zip"`
	ZipExamples string `json:"zipex"`
	PostPrefix  string `json:"postprefix"`

	ZipKind      string `json:"zip_name_type"`
	StateKind    string `json:"state_name_type"`
	DistrictKind string `json:"sublocality_name_type"`

	SubKeys        string `json:"sub_keys"`
	SubNames       string `json:"sub_names"`
	SubLatin       string `json:"sub_lnames"`
	SubISO         string `json:"sub_isoids"`
	SubZips        string `json:"sub_zips"`
	SubZipExamples string `json:"sub_zipexs"`
	SubAloneZips   string `json:"sub_xzips"`
	SubRequires    string `json:"sub_xrequires"`
}

// read gives the records of countries by code. Those of deeper levels and of
// further languages are left out.
func read(r io.Reader) (map[string]record, error) {
	records := map[string]record{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		key, value, ok := strings.Cut(lines.Text(), "=")
		code, isCountry := strings.CutPrefix(key, "data/")
		if !ok || !isCountry || len(code) != 2 {
			continue
		}
		var rec record
		if err := json.Unmarshal([]byte(value), &rec); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		records[code] = rec
	}
	return records, lines.Err()
}

// at gives the i-th part of a joined list, "" where the list is shorter.
func at(list string, i int) string {
	parts := strings.Split(list, "~")
	if i >= len(parts) {
		return ""
	}
	return parts[i]
}
