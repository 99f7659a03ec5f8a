package event

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// figures tell how the consumers are doing.
type figures struct {
	lag      *prometheus.GaugeVec
	handled  *prometheus.CounterVec
	failures *prometheus.CounterVec
}

func newFigures(r prometheus.Registerer) figures {
	label := []string{"consumer"}
	f := figures{
		lag: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "souk_event_lag_seconds", Help: "Age of the oldest event that an ordered consumer has not handled."}, label),
		handled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "souk_events_handled_total", Help: "Events that a consumer has passed."}, label),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "souk_event_failures_total", Help: "Batches that a consumer could not handle."}, label),
	}
	r.MustRegister(f.lag, f.handled, f.failures)
	return f
}

func (f figures) lagging(consumer string, now time.Time, since *time.Time) {
	lag := 0.0
	if since != nil {
		lag = max(0, now.Sub(*since).Seconds())
	}
	f.lag.WithLabelValues(consumer).Set(lag)
}
