package inventory

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/souk-commerce/souk/internal/platform/event"
)

// Reconciled says what a reconciliation found. It tells all processes: one of
// them does the work, and each shows the same figures.
type Reconciled struct {
	At       time.Time `json:"at"`
	LagMS    int64     `json:"lag_ms"`
	Overdue  int64     `json:"overdue"`
	Checked  int64     `json:"checked"`
	Drifted  int64     `json:"drifted"`
	Orphaned int64     `json:"orphaned"`
}

// Topic names the fact.
func (Reconciled) Topic() string { return "stock.reconciled" }

// Aggregate says whose fact it is: that of the stock as a whole.
func (Reconciled) Aggregate() (string, int64) { return "stock", 0 }

// Reconciler runs reconciliations and shows what they found.
type Reconciler struct {
	stock *Service
	log   *slog.Logger

	at, lag, overdue, checked, drifted, orphaned prometheus.Gauge
}

// NewReconciler registers its figures.
func NewReconciler(stock *Service, metrics prometheus.Registerer, log *slog.Logger) *Reconciler {
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "souk_stock_" + name, Help: help})
		metrics.MustRegister(g)
		return g
	}
	return &Reconciler{
		stock: stock, log: log,
		at:       gauge("reconciled_timestamp_seconds", "When the books of stock were reconciled last."),
		lag:      gauge("release_lag_seconds", "For how long the oldest hold that is over has waited to be given back."),
		overdue:  gauge("holds_overdue", "Holds that are over and that two ticks have not given back."),
		checked:  gauge("levels_checked", "Levels that the last reconciliation compared with the ledger."),
		drifted:  gauge("levels_drifted", "Levels among these that are not the sum of their movements."),
		orphaned: gauge("reservations_orphaned", "Reservations in force whose checkout has ended."),
	}
}

// Run reconciles once. It belongs into one process at a time, each minute; the
// figures follow with the fact.
func (r *Reconciler) Run(ctx context.Context) error {
	found, err := r.stock.Reconcile(ctx)
	if err != nil {
		return err
	}
	if !found.Sound() {
		r.log.ErrorContext(ctx, "the books of stock are off: ask the doctor", "overdue", found.Overdue, "lag", found.Lag,
			"drifted", found.Drifted, "orphaned", found.Orphaned)
	}
	return r.stock.db.InTx(ctx, func(ctx context.Context) error {
		return r.stock.events.Record(ctx, Reconciled{
			At: found.At, LagMS: found.Lag.Milliseconds(), Overdue: found.Overdue,
			Checked: found.Checked, Drifted: found.Drifted, Orphaned: found.Orphaned,
		})
	})
}

// Handle shows what was found last; every process hears of it.
func (r *Reconciler) Handle(_ context.Context, batch []event.Envelope) error {
	for _, e := range batch {
		var found Reconciled
		if e.Topic != found.Topic() {
			continue
		}
		if err := e.Decode(&found); err != nil {
			return err
		}
		r.at.Set(float64(found.At.Unix()))
		r.lag.Set((time.Duration(found.LagMS) * time.Millisecond).Seconds())
		r.overdue.Set(float64(found.Overdue))
		r.checked.Set(float64(found.Checked))
		r.drifted.Set(float64(found.Drifted))
		r.orphaned.Set(float64(found.Orphaned))
	}
	return nil
}
