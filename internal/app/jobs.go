package app

import (
	"time"

	"github.com/souk-commerce/souk/internal/platform/retention"
)

// sweepEvery is how often logs are cut to what is kept.
const sweepEvery = time.Hour

// schedule says what runs when. Each runs in one process of all.
func (a *App) schedule() {
	a.jobs.Every("retention", sweepEvery, a.retention().Sweep)
}

// retention is the one list of what is kept for how long.
func (a *App) retention() *retention.Sweeper {
	return retention.New(a.db, a.log,
		retention.Rule{What: "outbox", Days: 14, Doc: "events that every consumer has handled; a consumer that was away for longer rebuilds", Sweep: a.outbox.Sweep},
		retention.Rule{What: "idempotency", Days: 1, Doc: "what was done under a client's key", Sweep: retention.Rows(a.db, "idempotency_key", "expires_at")},
		retention.Rule{What: "jobs", Days: 7, Doc: "jobs that have ended", Sweep: a.jobs.Sweep},
		retention.Rule{What: "audit", Days: 3 * 365, Least: 365, Doc: "who changed what", Sweep: retention.Rows(a.db, "audit_entry", "at")},
		retention.Rule{What: "track", Days: 400, Doc: "storefront events", Sweep: retention.Rows(a.db, "track_event", "received_at")},
		retention.Rule{What: "imports", Days: 365, Doc: "import runs with their reports", Sweep: retention.Rows(a.db, "import_run", "finished_at")},
		retention.Rule{What: "sessions", Days: 31, Doc: "refresh tokens of staff that have expired", Sweep: retention.Rows(a.db, "staff_session", "expires_at")},
	)
}
