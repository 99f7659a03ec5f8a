package track

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Config of a recorder.
type Config struct {
	// HashKey hides visitors' ids; what is tracked under another one belongs to
	// somebody else.
	HashKey []byte
	Logger  *slog.Logger          // nil is silent
	Metrics prometheus.Registerer // nil keeps the figures to itself
	// Queue bounds what waits in memory to be written; 0 means 10,000 events.
	Queue int
}

const defaultQueue = 10_000

// Recorder takes events and writes them in batches.
type Recorder struct {
	db      *postgres.DB
	key     []byte
	log     *slog.Logger
	queue   chan row
	dropped prometheus.Counter
	written prometheus.Counter
	bots    prometheus.Counter
}

// NewRecorder gives a recorder; Run makes it write.
func NewRecorder(db *postgres.DB, cfg Config) *Recorder {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Metrics == nil {
		cfg.Metrics = prometheus.NewRegistry()
	}
	if cfg.Queue <= 0 {
		cfg.Queue = defaultQueue
	}
	r := &Recorder{db: db, key: cfg.HashKey, log: cfg.Logger, queue: make(chan row, cfg.Queue),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "souk_track_dropped_total", Help: "Tracked events that were not written."}),
		written: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "souk_track_written_total", Help: "Tracked events that were written."}),
		bots: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "souk_track_bots_total", Help: "Tracked events that were left out because a bot made them."})}
	cfg.Metrics.MustRegister(r.dropped, r.written, r.bots)
	return r
}

// Record takes what the visitor of ctx did, as the server knows it; inside a
// transaction only if that commits. It never waits: what finds no room is
// dropped and counted.
func (r *Recorder) Record(ctx context.Context, events []Event) error {
	return r.record(ctx, events, false)
}

// RecordFromClient is Record of what a browser says. It may not claim what
// only the server knows (checkout steps, purchases).
func (r *Recorder) RecordFromClient(ctx context.Context, events []Event) error {
	return r.record(ctx, events, true)
}

func (r *Recorder) record(ctx context.Context, events []Event, fromClient bool) error {
	v := VisitorOf(ctx)
	if err := validate(v, events, fromClient); err != nil {
		return err
	}
	if v.Bot {
		r.bots.Add(float64(len(events)))
		return nil
	}
	now := r.db.Now(ctx)
	rows := make([]row, len(events))
	for i, e := range events {
		rows[i] = r.row(v, e, now)
	}
	r.db.AfterCommit(ctx, func() { r.enqueue(rows) })
	return nil
}

func (r *Recorder) enqueue(rows []row) {
	for _, e := range rows {
		select {
		case r.queue <- e:
		default:
			r.dropped.Inc()
		}
	}
}

func (r *Recorder) hash(id string) []byte {
	mac := hmac.New(sha256.New, r.key)
	mac.Write([]byte(id))
	return mac.Sum(nil)[:16]
}
