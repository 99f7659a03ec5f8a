package stockfeed

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/souk-commerce/souk/ent/stockfeedrun"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// keep writes the report of a delivery.
func (s *Service) keep(ctx context.Context, run Run, digest []byte) (Run, error) {
	create := s.db.Ent(ctx).StockFeedRun.Create().
		SetFeedID(int64(run.Feed)).SetState(string(run.State)).SetMessage(run.Message).SetSequence(run.Sequence).
		SetNillableAsOf(run.AsOf).SetDigest(digest).SetLines(run.Lines).SetChanged(run.Changed).SetUnchanged(run.Unchanged).
		SetUnknown(run.Unknown).SetRefused(run.Refused).SetReason(run.Reason).SetAt(run.At)
	if len(run.Problems) > 0 {
		text, err := json.Marshal(run.Problems)
		if err != nil {
			return run, fmt.Errorf("write problems of a run: %w", err)
		}
		create.SetProblems(text)
	}
	row, err := create.Save(ctx)
	if err != nil {
		return run, fmt.Errorf("keep run: %w", postgres.Fault(err))
	}
	run.ID = RunID(row.ID)
	return run, nil
}

// repeats gives the run that a delivery repeats, 0 for none: the one that took
// its message, or the same content. Content is told apart by what names it, so
// where only messages do, two of them may say the same. Without any name it
// repeats the last of a feed of levels, which may well return to earlier ones,
// and what a feed of deltas has taken within a day.
func (s *Service) repeats(ctx context.Context, f Feed, l letter) (RunID, error) {
	since := f.CreatedAt
	if f.Mode == Deltas {
		since = s.db.Now(ctx).Add(-sameDay)
	}
	var id int64
	err := s.db.Conn(ctx).QueryRow(ctx, `
		SELECT COALESCE(max(r.id), 0) FROM stock_feed_run r
		WHERE r.feed_id = $1 AND r.state = 'applied' AND (
			(r.message = $2 AND $2 <> '')
			OR (r.digest = $3 AND ($4 OR (r.message = '' OR $2 = '') AND (
				$5 AND r.at >= $6 OR NOT $5 AND r.id = (SELECT max(id) FROM stock_feed_run WHERE feed_id = $1 AND state = 'applied')))))`,
		int64(f.ID), l.message, l.digest, l.named(), f.Mode == Deltas, since).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("look for earlier runs: %w", postgres.Fault(err))
	}
	return RunID(id), nil
}

// Runs gives one page of the reports, the newest first.
func (s *Service) Runs(ctx context.Context, f RunFilter, args page.Args) (page.Slice[Run], error) {
	args.Reverse = !args.Reverse
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Run]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, keyset.Order{Expr: "r.id", Type: "bigint", ID: "r.id"})
	if err != nil {
		return page.Slice[Run]{}, err
	}
	found, err := s.RunsByIDs(ctx, keyset.IDs[RunID](ids))
	return keyset.Fill(ids, found), err
}

// CountRuns tells how many reports there are.
func (s *Service) CountRuns(ctx context.Context, f RunFilter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

func (f RunFilter) query() *keyset.Query {
	q := keyset.From("stock_feed_run r")
	if f.Feed != 0 {
		q.Where("r.feed_id = ?", int64(f.Feed))
	}
	if f.State != "" {
		q.Where("r.state = ?", string(f.State))
	}
	if !f.Since.IsZero() {
		q.Where("r.at >= ?", f.Since)
	}
	if !f.Until.IsZero() {
		q.Where("r.at < ?", f.Until)
	}
	return q
}

// RunsByIDs gives those reports that exist.
func (s *Service) RunsByIDs(ctx context.Context, ids []RunID) (map[RunID]Run, error) {
	rows, err := s.db.Ent(ctx).StockFeedRun.Query().Where(postgres.Any(stockfeedrun.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read runs: %w", postgres.Fault(err))
	}
	out := make(map[RunID]Run, len(rows))
	for _, r := range rows {
		if out[RunID(r.ID)], err = runOf(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// RunByID gives one report.
func (s *Service) RunByID(ctx context.Context, id RunID) (Run, error) {
	found, err := s.RunsByIDs(ctx, []RunID{id})
	if err != nil {
		return Run{}, err
	}
	if r, ok := found[id]; ok {
		return r, nil
	}
	return Run{}, ErrRunNotFound
}

// SweepRuns deletes at most limit reports from before the given time. A message
// whose report is gone can be told by its sequence and instant only.
func (s *Service) SweepRuns(ctx context.Context, before time.Time, limit int) (int64, error) {
	tag, err := s.db.Conn(ctx).Exec(ctx, `
		DELETE FROM stock_feed_run WHERE id IN (SELECT id FROM stock_feed_run WHERE at < $1 LIMIT $2)`, before, limit)
	if err != nil {
		return 0, fmt.Errorf("sweep runs: %w", postgres.Fault(err))
	}
	return tag.RowsAffected(), nil
}
