package replenish

import (
	"context"
	"strconv"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Service holds the use cases of thresholds.
type Service struct {
	db     *postgres.DB
	events *event.Outbox
	audit  *audit.Log
	stock  *inventory.Service
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, log *audit.Log, stock *inventory.Service) *Service {
	return &Service{db: db, events: events, audit: log, stock: stock}
}

// Set writes thresholds, all or none, in place of those that their levels have.
// A level that is under its new threshold already counts as having crossed it.
func (s *Service) Set(ctx context.Context, inputs []Input) ([]Threshold, error) {
	if err := validate(inputs); err != nil {
		return nil, err
	}
	levels := make([]Level, len(inputs))
	for i, in := range inputs {
		levels[i] = in.Level
	}
	var after []Threshold
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.stock.Known(ctx, levels); err != nil {
			return err
		}
		before, err := s.lockAt(ctx, levels)
		if err != nil {
			return err
		}
		if err := fresh(inputs, before, 0); err != nil {
			return err
		}
		written, err := s.upsert(ctx, inputs)
		if err != nil {
			return err
		}
		if err := fresh(inputs, written, 1); err != nil { // somebody else made one just now
			return err
		}
		if _, err := s.judge(ctx, written); err != nil {
			return err
		}
		if after, err = s.inOrder(ctx, written, levels); err != nil {
			return err
		}
		return s.note(ctx, "stock_threshold.set", before, after)
	})
	return after, err
}

// fresh refuses inputs that were made for another version of their threshold
// than the one that is there, or was there so many versions ago.
func fresh(inputs []Input, there []Threshold, ago int64) error {
	versions := make(map[Level]int64, len(there))
	for _, t := range there {
		versions[t.Level] = t.Version - ago
	}
	var faults fault.List
	for i, in := range inputs {
		if in.Version != nil && *in.Version != versions[in.Level] {
			faults.Add(ErrStale.At("lines", strconv.Itoa(i), "version"))
		}
	}
	return faults.Err()
}

// inOrder reads written thresholds as they are after they were judged, in the
// order of the levels.
func (s *Service) inOrder(ctx context.Context, written []Threshold, levels []Level) ([]Threshold, error) {
	ids, places := make([]ThresholdID, len(written)), map[Level]ThresholdID{}
	for i, t := range written {
		ids[i], places[t.Level] = t.ID, t.ID
	}
	found, err := s.ByIDs(ctx, ids)
	out := make([]Threshold, len(levels))
	for i, l := range levels {
		out[i] = found[places[l]]
	}
	return out, err
}

// Remove takes thresholds away, all or none.
func (s *Service) Remove(ctx context.Context, ids []ThresholdID) error {
	if len(ids) == 0 || len(ids) > MaxLines {
		return fault.Newf(fault.Invalid, "invalid_lines", "A change names between 1 and %d thresholds.", MaxLines).At("ids")
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		gone, err := s.delete(ctx, ids)
		if err != nil {
			return err
		}
		var faults fault.List
		for i, id := range ids {
			if !gone.has(id) {
				faults.Add(ErrNotFound.At("ids", strconv.Itoa(i)))
			}
		}
		if err := faults.Err(); err != nil {
			return err
		}
		return s.note(ctx, "stock_threshold.remove", gone, nil)
	})
}

type thresholds []Threshold

func (all thresholds) has(id ThresholdID) bool {
	for _, t := range all {
		if t.ID == id {
			return true
		}
	}
	return false
}

// note writes an audit row for each threshold that was there or is there.
func (s *Service) note(ctx context.Context, action string, before, after []Threshold) error {
	entries := map[Level]*audit.Entry{}
	var order []Level
	at := func(t Threshold) *audit.Entry {
		if entries[t.Level] == nil {
			entries[t.Level] = &audit.Entry{Action: action, SubjectKind: "stock_threshold", SubjectID: int64(t.ID)}
			order = append(order, t.Level)
		}
		return entries[t.Level]
	}
	for _, t := range before {
		at(t).Before = t
	}
	for _, t := range after {
		at(t).After = t
	}
	for _, l := range order {
		if err := s.audit.Record(ctx, *entries[l]); err != nil {
			return err
		}
	}
	return nil
}
