package replenish

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/platform/event"
)

// Watch hears which levels changed and tells which thresholds were crossed. It
// looks at the stock as it is, not at what the facts say, so that hearing of
// the same change again tells nothing.
func (s *Service) Watch(ctx context.Context, batch []event.Envelope) error {
	levels := map[Level]bool{}
	for _, e := range batch {
		var changed inventory.StockChanged
		if e.Topic != changed.Topic() {
			continue
		}
		if err := e.Decode(&changed); err != nil {
			return err
		}
		levels[Level{Variant: changed.Variant, Location: changed.Location}] = true
	}
	if len(levels) == 0 {
		return nil
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		found, err := s.lockAt(ctx, sorted(levels))
		if err != nil {
			return err
		}
		_, err = s.judge(ctx, found)
		return err
	})
}

func sorted(levels map[Level]bool) []Level {
	out := make([]Level, 0, len(levels))
	for l := range levels {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b Level) int {
		return cmp.Or(cmp.Compare(a.Variant, b.Variant), cmp.Compare(a.Location, b.Location))
	})
	return out
}

// chunk is how many thresholds Sweep looks at under one lock.
const chunk = 500

// Sweep looks at every threshold, for what no fact told of (levels that an
// import opened), and gives how many were crossed.
func (s *Service) Sweep(ctx context.Context) (crossed int, err error) {
	var last ThresholdID
	for {
		seen, told := 0, 0
		err := s.db.InTx(ctx, func(ctx context.Context) error {
			found, err := s.lockAfter(ctx, last, chunk)
			if err != nil || len(found) == 0 {
				seen = 0
				return err
			}
			seen, last = len(found), found[len(found)-1].ID
			told, err = s.judge(ctx, found)
			return err
		})
		crossed += told
		if err != nil || seen < chunk {
			return crossed, err
		}
	}
}

// judge holds locked thresholds against the stock, marks them anew and tells of
// each crossing. Whoever reads a level after its change waits here for whoever
// read it before, and finds the mark that was made.
func (s *Service) judge(ctx context.Context, found []Threshold) (int, error) {
	if len(found) == 0 {
		return 0, nil
	}
	levels := make([]Level, len(found))
	for i, t := range found {
		levels[i] = t.Level
	}
	stock, err := s.stock.LevelsAt(ctx, levels)
	if err != nil {
		return 0, err
	}
	now := s.db.Now(ctx)
	var facts []event.Fact
	var marked []Threshold
	for _, t := range found {
		l := stock[t.Level]
		after, told := t.judge(now, l.OnHand-l.Taken-l.Safety, l.Incoming)
		if len(told) > 0 {
			facts, marked = append(facts, told...), append(marked, after)
		}
	}
	if len(marked) == 0 {
		return 0, nil
	}
	if err := s.mark(ctx, marked); err != nil {
		return 0, err
	}
	return len(facts), s.events.Record(ctx, facts...)
}

// judge gives the threshold with its marks as they are to be, and what has
// happened.
func (t Threshold) judge(now time.Time, available, incoming int64) (Threshold, []event.Fact) {
	at := Crossing{Threshold: t.ID, Variant: t.Variant, Location: t.Location, Available: available, Incoming: incoming}
	var facts []event.Fact
	cross := func(since *time.Time, limit *int64, count int64, mark Mark, fell event.Fact) *time.Time {
		switch {
		case limit == nil:
			return nil
		case since == nil && count <= *limit:
			facts = append(facts, fell)
			return &now
		case since != nil && count > *limit+t.Margin:
			facts = append(facts, Recovered{Crossing: at, From: mark})
			return nil
		}
		return since
	}
	t.LowSince = cross(t.LowSince, t.LowAt, available, MarkLow, Low{at})
	t.ReorderSince = cross(t.ReorderSince, t.ReorderAt, available+incoming, MarkReorder, Reorder{at})
	return t, facts
}
