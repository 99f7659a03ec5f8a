package track_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/track"
)

func payloads(t *testing.T, v track.Visitor, events ...track.Event) []string {
	t.Helper()
	db := testkit.DB(t)
	r := recorder(db)
	if err := r.Record(track.WithVisitor(t.Context(), v), events); err != nil {
		t.Fatal(err)
	}
	flushed(t, r)
	var kept []string
	for _, e := range all(t, db) {
		kept = append(kept, e.Payload)
	}
	return kept
}

func TestRecord_aSearchWithoutConsentKeepsItsWordsAlone(t *testing.T) {
	t.Parallel()
	hits := 0
	got := payloads(t, track.Visitor{SessionID: "s-1", VisitorID: "v-1", Market: "eu"},
		track.Payload{QueryID: "q1", Query: "red bag", Typed: "Red  BAG", Stage: "corrected", UsedQuery: "red bags", Hits: &hits,
			Language: "en", Experiment: 4, ExperimentVersion: 1, Arm: "variant"}.Event(track.Search),
		track.Payload{QueryID: "q1", Product: 3, Position: 2}.Event(track.Click),
		track.Payload{Query: strings.Repeat("é", 300)}.Event(track.Search),
		track.Event{Kind: track.Search, Payload: json.RawMessage(`{"query":7}`)})
	want := []string{`{"hits": 0, "query": "red bag", "stage": "corrected", "language": "en"}`, `{}`,
		`{"query": "` + strings.Repeat("é", 200) + `"}`, `{}`}
	if !slices.Equal(got, want) {
		t.Errorf("kept %q", got)
	}
}

func TestRecord_wordsThatLookPersonalAreNeverKept(t *testing.T) {
	t.Parallel()
	for words, kept := range map[string]bool{
		"ann@example.com":               false,
		"mail for ann@example.com":      false,
		"+49 151 2345678":               false,
		"555 1234":                      false,
		"call 0151/234-56-78-9":         false,
		"4111 1111 1111 1111":           false,
		"card 4111111111111111":         false,
		"٠١٢٣٤٥٦٧٨":                     false,
		"iphone 15 pro max 256 gb":      true,
		"tv 55 zoll 3840x2160 120 hz":   true,
		"10 000 mah":                    true,
		"sku 123456":                    true,
		"rtx 4090 24gb 5-8 16 pcie 5 0": true,
	} {
		for _, v := range []track.Visitor{ada, {Market: "eu"}} {
			got := payloads(t, v,
				track.Payload{Query: words, Language: "en"}.Event(track.Search),
				track.Payload{Query: "harmless", Typed: words, UsedQuery: "harmless", Language: "en"}.Event(track.Search))
			for i, p := range got {
				if has := strings.Contains(p, `"query"`); has != kept {
					t.Errorf("%q, consent %v, event %d: kept as %s", words, v.Consent.Analytics, i, p)
				}
				if !kept && (strings.Contains(p, "typed") || strings.Contains(p, "usedQuery") || !strings.Contains(p, "language")) {
					t.Errorf("%q: kept as %s", words, p)
				}
			}
		}
	}
}

func TestRecord_leavesBotsOutAndCountsThem(t *testing.T) {
	t.Parallel()
	db, metrics := testkit.DB(t), prometheus.NewRegistry()
	r := track.NewRecorder(db, track.Config{Metrics: metrics})
	bot := ada
	bot.Bot = true
	if err := r.Record(track.WithVisitor(t.Context(), bot), []track.Event{{Kind: track.Click}, {Kind: track.Search}}); err != nil {
		t.Fatal(err)
	}
	flushed(t, r)
	if n := counted(t, metrics, "souk_track_bots_total"); n != 2 || len(all(t, db)) != 0 {
		t.Errorf("%v counted, stored %+v", n, all(t, db))
	}
}

func TestIsBot_knowsProgramsThatOnlyLook(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]bool{
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": true,
		"Mozilla/5.0 (compatible; Yahoo! Slurp)":                                   true,
		"facebookexternalhit/1.1":                                                  true,
		"Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0":                     true,
		"SomeCrawler/3":              true,
		"Slack-ImgProxy LinkPreview": true,
		"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 Chrome/120.0":          false,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Safari": false,
		"node": false, "Go-http-client/2.0": false, "": false,
	} {
		if got := track.IsBot(agent); got != want {
			t.Errorf("%q: %v", agent, got)
		}
	}
}
