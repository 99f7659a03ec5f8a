package search

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/souk-commerce/souk/internal/search/understanding"
)

// figures tell how search is doing. The rates of what was not found and of what
// was rescued are those of the stages of souk_search_queries_total.
type figures struct {
	lag, built           prometheus.Histogram
	tasks, failed, drift prometheus.Counter
	unanswered           prometheus.Counter
	latency              map[understanding.Stage]prometheus.Observer
	queries              map[understanding.Stage]prometheus.Counter
}

func newFigures(r prometheus.Registerer, s *Service) figures {
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "souk_search_" + name, Help: help})
		r.MustRegister(c)
		return c
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "souk_search_" + name, Help: help, Buckets: buckets})
		r.MustRegister(h)
		return h
	}
	gauge := func(name, help string, value func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "souk_search_" + name, Help: help}, value))
	}
	f := figures{
		lag: histogram("visible_seconds", "From a change to when it can be found.",
			[]float64{.05, .1, .25, .5, 1, 2, 3, 5, 10, 30, 60, 300}),
		built: histogram("build_seconds", "How long a generation took to build.",
			[]float64{1, 5, 10, 20, 30, 60, 120, 300, 600, 1800}),
		tasks:      counter("tasks_total", "Writes sent to the engine."),
		failed:     counter("tasks_failed_total", "Writes that the engine did not do, through no fault of the documents."),
		drift:      counter("drift_total", "Entries that checks found to differ from their documents, and repaired."),
		unanswered: counter("unanswered_total", "Searches that the engine did not answer in time."),
		latency:    map[understanding.Stage]prometheus.Observer{},
		queries:    map[understanding.Stage]prometheus.Counter{},
	}
	gauge("oldest_pending_seconds", "Age of the oldest change that this process has not written.", func() float64 {
		_, oldest := s.behind()
		return oldest.Seconds()
	})
	gauge("pending", "Products that wait to be written by this process.", func() float64 {
		n, _ := s.behind()
		return float64(n)
	})
	gauge("documents", "Products that this process knows.", func() float64 { return float64(s.mirror.count()) })
	gauge("dead_letters", "Documents that the engine would not take, when they were counted last.",
		func() float64 { return float64(s.letterCount.Load()) })
	f.byStage(r)
	return f
}

func (f figures) byStage(r prometheus.Registerer) {
	latency := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "souk_search_query_seconds", Help: "How long searches took that the engine was asked for, by how they had to be read.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 1.5},
	}, []string{"stage"})
	queries := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "souk_search_queries_total", Help: "Searches, by how they had to be read.",
	}, []string{"stage"})
	r.MustRegister(latency, queries)
	for _, stage := range []understanding.Stage{
		understanding.AsTyped, understanding.Corrected, understanding.Joined, understanding.Dropped, understanding.Relaxed, understanding.Nothing,
	} {
		f.latency[stage] = latency.WithLabelValues(string(stage))
		f.queries[stage] = queries.WithLabelValues(string(stage))
	}
}

func (f figures) asked(stage understanding.Stage) {
	if c := f.queries[stage]; c != nil {
		c.Inc()
	}
}

func (f figures) took(stage understanding.Stage, d time.Duration) {
	if o := f.latency[stage]; o != nil {
		o.Observe(d.Seconds())
	}
}
