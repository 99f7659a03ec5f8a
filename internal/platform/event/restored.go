package event

import (
	"context"
	"fmt"
)

// rebase heals a database that was restored from a dump into another server,
// whose transaction numbers are lower than those in the rows: read as they are,
// the rows would wait for years and the cursors would pass over everything new.
// It renumbers rows and cursors, their order kept, so that they come before
// whatever this server writes. Numbers from the future are how it knows.
func (s cursors) rebase(ctx context.Context) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		foreign, err := s.foreign(ctx)
		if err != nil || !foreign {
			return err
		}
		conn := s.db.Conn(ctx)
		if _, err := conn.Exec(ctx, `LOCK TABLE outbox, event_cursor IN EXCLUSIVE MODE`); err != nil {
			return fmt.Errorf("lock outbox: %w", err)
		}
		if foreign, err = s.foreign(ctx); err != nil || !foreign {
			return err // somebody else was faster
		}
		_, err = conn.Exec(ctx, `
			WITH total AS (
				SELECT count(*) AS n, least(COALESCE(min(id), 1), 1) - 1 AS below FROM outbox
			), cursors AS (
				UPDATE event_cursor c SET xid = '1', id = t.below - t.n +
					(SELECT count(*) FROM outbox o WHERE (o.xid, o.id) <= (c.xid, c.id))
				FROM total t WHERE c.xid <> '0'
			), places AS (
				SELECT o.id, row_number() OVER (ORDER BY o.xid, o.id) AS place FROM outbox o
			)
			UPDATE outbox o SET xid = '1', id = t.below - t.n + p.place
			FROM places p, total t WHERE p.id = o.id`)
		if err != nil {
			return fmt.Errorf("renumber restored events: %w", err)
		}
		return nil
	})
}

// foreign reports whether there are transaction numbers that this server has
// not given yet.
func (s cursors) foreign(ctx context.Context) (bool, error) {
	var yes bool
	err := s.db.Conn(ctx).QueryRow(ctx, `
		SELECT COALESCE((SELECT xid FROM outbox ORDER BY xid DESC, id DESC LIMIT 1) >= pg_snapshot_xmax(pg_current_snapshot()), false)
			OR EXISTS (SELECT 1 FROM event_cursor WHERE xid >= pg_snapshot_xmax(pg_current_snapshot()))`).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("look for restored events: %w", err)
	}
	return yes, nil
}
