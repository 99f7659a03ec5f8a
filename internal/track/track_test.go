package track_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/track"
)

var ada = track.Visitor{SessionID: "s-1", VisitorID: "v-1", CustomerID: 7, Market: "eu", Consent: track.Consent{Analytics: true}}

// flushed runs the recorder to its end.
func flushed(t *testing.T, r *track.Recorder) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := r.Run(ctx); err != nil {
		t.Fatal(err)
	}
}

type stored struct {
	Kind, Session, Market string
	OccurredAt            time.Time
	Hash                  []byte
	Customer              *int64
	Payload               string
}

func all(t *testing.T, db *postgres.DB) []stored {
	t.Helper()
	rows, err := db.Pool().Query(t.Context(), `
		SELECT kind, session_id, market, occurred_at, visitor_hash, customer_id, payload::text FROM track_event ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []stored
	for rows.Next() {
		var s stored
		if err := rows.Scan(&s.Kind, &s.Session, &s.Market, &s.OccurredAt, &s.Hash, &s.Customer, &s.Payload); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

func recorder(db *postgres.DB) *track.Recorder {
	return track.NewRecorder(db, track.Config{HashKey: []byte("key")})
}

func TestRecord_withConsentKeepsTheVisitorAsAHash(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	r := recorder(db)
	err := r.Record(track.WithVisitor(t.Context(), ada), []track.Event{
		{Kind: track.Search, Payload: json.RawMessage(`{"query":"bag"}`)}, {Kind: track.Purchase}})
	if err != nil {
		t.Fatal(err)
	}
	flushed(t, r)
	got := all(t, db)
	if len(got) != 2 || got[0].Kind != "search" || got[1].Kind != "purchase" {
		t.Fatalf("stored %+v", got)
	}
	if e := got[0]; e.Session != "s-1" || e.Customer == nil || *e.Customer != 7 || len(e.Hash) != 16 ||
		e.Payload != `{"query": "bag"}` || !e.OccurredAt.Equal(testkit.Started()) {
		t.Errorf("stored %+v", e)
	}
}

func TestRecord_withoutConsentKeepsNothingThatIdentifies(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	testkit.Clock(t, db).Advance(17*time.Minute + 3*time.Second)
	r := recorder(db)
	bob := ada
	bob.Consent = track.Consent{Marketing: true}
	if err := r.Record(track.WithVisitor(t.Context(), bob), []track.Event{{Kind: track.ViewProduct, Payload: json.RawMessage(`{"productId":1}`)}}); err != nil {
		t.Fatal(err)
	}
	flushed(t, r)
	got := all(t, db)
	want := stored{Kind: "view_product", Market: "eu", OccurredAt: testkit.Started(), Payload: "{}"}
	if len(got) != 1 || got[0].Session != "" || got[0].Hash != nil || got[0].Customer != nil || got[0].Payload != want.Payload ||
		got[0].Market != want.Market || !got[0].OccurredAt.Equal(want.OccurredAt) {
		t.Errorf("stored %+v, want %+v", got, want)
	}
}

func TestRecord_bringsTimesIntoTheLastDay(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	r := recorder(db)
	now := testkit.Started()
	var events []track.Event
	for _, shift := range []time.Duration{time.Hour, -time.Hour, -25 * time.Hour} {
		events = append(events, track.Event{Kind: track.Click, OccurredAt: now.Add(shift)})
	}
	if err := r.Record(track.WithVisitor(t.Context(), ada), events); err != nil {
		t.Fatal(err)
	}
	flushed(t, r)
	for i, want := range []time.Duration{0, -time.Hour, -24 * time.Hour} {
		if got := all(t, db)[i].OccurredAt; !got.Equal(now.Add(want)) {
			t.Errorf("event %d at %s", i, got)
		}
	}
}

func TestRecordFromClient_reportsEveryFault(t *testing.T) {
	t.Parallel()
	r := recorder(testkit.DB(t))
	err := r.RecordFromClient(t.Context(), []track.Event{
		{Kind: track.ViewProduct},
		{Kind: "dance"},
		{Kind: track.Purchase},
		{Kind: track.Click, Payload: json.RawMessage(`[1]`)},
		{Kind: track.Click, Payload: json.RawMessage(`{"a":"` + strings.Repeat("x", track.MostPayload) + `"}`)},
	})
	var got []string
	for _, f := range fault.All(err) {
		got = append(got, strings.Join(f.Path, ".")+" "+f.Reason)
	}
	want := []string{"events.1.kind event_kind_unknown", "events.2.kind event_kind_reserved",
		"events.3.payload event_payload_invalid", "events.4.payload event_payload_long"}
	if !slices.Equal(got, want) {
		t.Errorf("faults %q", got)
	}
	if err := r.RecordFromClient(t.Context(), make([]track.Event, track.MostEvents+1)); !fault.Is(err, "too_many_events") {
		t.Errorf("err = %v", err)
	}
}

func TestRecord_onlyWhatCommits(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	r := recorder(db)
	refused := errors.New("refused")
	_ = db.InTx(t.Context(), func(ctx context.Context) error {
		return errors.Join(r.Record(ctx, []track.Event{{Kind: track.Purchase}}), refused)
	})
	flushed(t, r)
	if got := all(t, db); len(got) != 0 {
		t.Errorf("stored %+v", got)
	}
}

func TestRecord_dropsAndCountsWhatFindsNoRoom(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	metrics := prometheus.NewRegistry()
	r := track.NewRecorder(db, track.Config{Queue: 3, Metrics: metrics})
	events := slices.Repeat([]track.Event{{Kind: track.Click}}, 5)
	if err := r.Record(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	flushed(t, r)
	if n := counted(t, metrics, "souk_track_dropped_total"); n != 2 {
		t.Errorf("%v counted as dropped", n)
	}
	if got := all(t, db); len(got) != 3 {
		t.Errorf("stored %d", len(got))
	}
}

func counted(t *testing.T, metrics prometheus.Gatherer, name string) float64 {
	t.Helper()
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	return -1
}

func TestRun_oneBadEventDoesNotTakeTheOthersWithIt(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	r := recorder(db)
	payloads := []string{`{"n":1}`, `{"n":"\u0000"}`, `{"n":3}`} // the second is JSON, but not for PostgreSQL
	for _, p := range payloads {
		if err := r.Record(track.WithVisitor(t.Context(), ada), []track.Event{{Kind: track.Click, Payload: json.RawMessage(p)}}); err != nil {
			t.Fatal(err)
		}
	}
	flushed(t, r)
	if got := all(t, db); len(got) != 2 || got[1].Payload != `{"n": 3}` {
		t.Errorf("stored %+v", got)
	}
}
