package postal

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// TestValidate_acceptsEveryExampleOfTheSource walks the whole source, down to
// districts, which the table does not carry: their examples must pass under
// their zone.
func TestValidate_acceptsEveryExampleOfTheSource(t *testing.T) {
	t.Parallel()
	count := 0
	for key, rec := range sourceRecords(t) {
		country, zone := placeOf(key)
		for _, zip := range strings.FieldsFunc(rec.ZipExamples, func(r rune) bool { return r == ',' || r == ':' }) {
			count++
			if faults := accepts(country, zone, zip); len(faults) > 0 {
				t.Errorf("%s %q: %v", key, zip, faults)
			}
		}
		for i, list := range strings.Split(rec.SubZipExamples, "~") {
			if zone != "" {
				break // districts: their zone's turn has it
			}
			sub := strings.Split(rec.SubKeys, "~")[i]
			for _, zip := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ':' }) {
				count++
				if faults := accepts(country, sub, zip); len(faults) > 0 {
					t.Errorf("%s/%s %q: %v", key, sub, zip, faults)
				}
			}
		}
	}
	if count < 4000 {
		t.Errorf("the source gave only %d examples", count)
	}
}

type sourceRecord struct {
	ZipExamples    string `json:"zipex"`
	SubKeys        string `json:"sub_keys"`
	SubZipExamples string `json:"sub_zipexs"`
}

// placeOf gives the country and the zone of a key such as data/CN/台湾/台北市;
// a language behind "--" does not matter.
func placeOf(key string) (locale.Country, string) {
	key, _, _ = strings.Cut(key, "--")
	parts := strings.Split(key, "/")
	if len(parts) > 2 {
		return locale.Country(parts[1]), parts[2]
	}
	return locale.Country(parts[1]), ""
}

func sourceRecords(t *testing.T) map[string]sourceRecord {
	f, err := os.Open(sourcePath())
	if err != nil {
		t.Skipf("the source of the address facts is not here (SOUK_TEST_DATA names its folder): %v", err)
	}
	defer f.Close()
	records := map[string]sourceRecord{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		if !strings.HasPrefix(key, "data/") {
			continue
		}
		var rec sourceRecord
		if err := json.Unmarshal([]byte(value), &rec); err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		records[key] = rec
	}
	return records
}

// sourcePath finds the test data: by the environment, else beside the
// repository.
func sourcePath() string {
	folder := os.Getenv("SOUK_TEST_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	return filepath.Join(folder, "countryinfo.txt")
}
