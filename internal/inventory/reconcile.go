package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Reconciliation is what a look over the books of stock found. All of it is
// nothing in a shop that is well.
type Reconciliation struct {
	At       time.Time
	Lag      time.Duration // since the oldest hold that is over has been waiting to be given back
	Overdue  int64         // holds that two ticks have passed over
	Checked  int64         // levels that were compared with the ledger
	Drifted  int64         // of these, levels that are not the sum of their movements
	Orphaned int64         // reservations in force whose checkout has ended
}

// Sound reports whether there is nothing to see to.
func (r Reconciliation) Sound() bool { return r.Overdue == 0 && r.Drifted == 0 && r.Orphaned == 0 }

// How a reconciliation goes about.
const (
	ticks  = 2 * time.Second // two turns of what gives holds back
	recent = 5 * time.Minute // levels that changed since then are compared each time
	parts  = 60              // and of all others so many parts, one each minute
	atMost = 20_000          // levels compared in one go
)

// Reconcile looks over the books: holds that were not given back, levels that
// disagree with the ledger, reservations that nobody can use any more. It is to
// run each minute. It keeps nothing between its runs, so that any process may do
// the next one.
//
// A level that was written by hand has not changed for its own clock: therefore
// a part of those that seem untouched is compared, too, and within an hour all
// of them. No index leads to the levels that changed lately, since it would
// have every reservation write it; to read the table of levels is cheap.
func (s *Service) Reconcile(ctx context.Context) (Reconciliation, error) {
	now := s.db.Now(ctx)
	r := Reconciliation{At: now}
	var oldest *time.Time
	var b pgx.Batch
	b.Queue(`SELECT min(expires_at), count(*) FILTER (WHERE expires_at <= $2) FROM reservation WHERE state = 'held' AND expires_at <= $1`,
		now, now.Add(-ticks)).QueryRow(func(row pgx.Row) error { return row.Scan(&oldest, &r.Overdue) })
	b.Queue(`
		SELECT count(*), count(*) FILTER (WHERE (l.on_hand, l.taken, l.incoming, l.safety) IS DISTINCT FROM (m.on_hand, m.taken, m.incoming, m.safety))
		FROM (
			SELECT * FROM stock_level WHERE updated_at > $1 OR id % $2 = $3 ORDER BY updated_at DESC LIMIT $4
		) l
		CROSS JOIN LATERAL (
			SELECT COALESCE(sum(on_hand_delta), 0) AS on_hand, COALESCE(sum(taken_delta), 0) AS taken,
				COALESCE(sum(incoming_delta), 0) AS incoming, COALESCE(sum(safety_delta), 0) AS safety
			FROM stock_movement WHERE variant_id = l.variant_id AND location_id = l.location_id
		) m`,
		now.Add(-recent), parts, now.Unix()/60%parts, atMost).QueryRow(func(row pgx.Row) error { return row.Scan(&r.Checked, &r.Drifted) })
	b.Queue(`SELECT count(*) FROM reservation r WHERE `+orphaned, s.orphanedBefore(ctx)).
		QueryRow(func(row pgx.Row) error { return row.Scan(&r.Orphaned) })
	if err := s.db.Conn(ctx).SendBatch(ctx, &b).Close(); err != nil {
		return Reconciliation{}, fmt.Errorf("reconcile stock: %w", postgres.Fault(err))
	}
	if oldest != nil {
		r.Lag = now.Sub(*oldest)
	}
	return r, nil
}
