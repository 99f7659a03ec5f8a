package httpd

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"
)

const healthTimeout = 2 * time.Second

// Check is something without which the process cannot serve.
type Check struct {
	Name string
	Ask  func(ctx context.Context) error
}

// Health answers those who watch the process.
type Health struct {
	checks   []Check
	draining atomic.Bool
}

// NewHealth gives the answers of a process that needs what the checks ask for.
func NewHealth(checks ...Check) *Health { return &Health{checks: checks} }

// Drain makes the process not ready for good.
func (h *Health) Drain() { h.draining.Store(true) }

// Live is /healthz: the process runs. It asks nobody, so that a database that
// is down does not have the process restarted.
func (h *Health) Live(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]string{"status": "ok"})
}

// Ready is /readyz: the process can serve. It tells which check says no, not
// why: that is in the log.
func (h *Health) Ready(w http.ResponseWriter, r *http.Request) {
	status, code := map[string]string{"status": "ready"}, http.StatusOK
	refuse := func(name, why string) {
		status[name], status["status"], code = why, "not ready", http.StatusServiceUnavailable
	}
	if h.draining.Load() {
		refuse("server", "stopping")
	}
	ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
	defer cancel()
	for _, c := range h.checks {
		if err := c.Ask(ctx); err != nil {
			refuse(c.Name, "down")
		}
	}
	answer(w, code, status)
}

func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}
