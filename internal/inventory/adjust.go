package inventory

import (
	"context"
	"strconv"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
)

// MaxAdjust bounds the lines of one bulk adjustment.
const MaxAdjust = 250

// AdjustMode says what a line that is refused means for the others.
type AdjustMode string

// The modes.
const (
	AllOrNothing AdjustMode = "all_or_nothing" // they are refused as well
	EachLine     AdjustMode = "each_line"      // they are applied
)

// AdjustLine changes what is on hand by a difference, or brings it to what was
// counted: one of the two.
type AdjustLine struct {
	Variant  catalog.VariantID
	Location LocationID
	Delta    *int64
	OnHand   *int64
	Expected *int64 // what was on hand when it was counted, where that matters
	Reason   string // empty: that of the cause
}

// Outcome is what became of a line.
type Outcome struct {
	Refusal *fault.Error // why nothing was moved; nil when the line is as it says
	Moved   int64        // by how much what is on hand has changed
	Level   Level        // afterwards; no id: there is none
}

// The refusals of a line.
var (
	errOneQuantity = fault.New(fault.Invalid, "one_quantity", "A line has either a difference or a count.")
	errLongReason  = fault.Newf(fault.Invalid, "too_long", "A reason has at most %d bytes.", maxReason)
	errMode        = fault.New(fault.Invalid, "invalid_value", "Lines are applied all or nothing, or each on its own.").At("mode")
)

const maxReason = 500 // bytes

// AdjustMany changes what is on hand of several levels in one transaction, and
// says what became of each line. Of AllOrNothing a refusal is an error that
// names all lines at fault, and nothing has changed; of EachLine it stands in
// the outcome. The same key with the same lines gives the same outcomes again,
// also those refused, and changes nothing.
func (s *Service) AdjustMany(ctx context.Context, why Cause, mode AdjustMode, lines []AdjustLine) ([]Outcome, error) {
	switch {
	case why.Key == "":
		return nil, ErrKeyRequired
	case mode != AllOrNothing && mode != EachLine:
		return nil, errMode
	case len(lines) == 0 || len(lines) > MaxAdjust:
		return nil, fault.Newf(fault.Invalid, "invalid_lines", "An adjustment has between 1 and %d lines.", MaxAdjust).At("lines")
	}
	refusals := checkLines(lines, false)
	if err := pathed(refusals); err != nil && mode == AllOrNothing {
		return nil, err
	}
	request := idempotency.Request{Scope: scope(ctx), Operation: "stock.adjust_many", Key: why.Key, Input: []any{why, mode, lines}}
	outcomes, _, err := idempotency.Do(ctx, s.keys, request, func(ctx context.Context) ([]Outcome, error) {
		t := newTrial(why, lines, refusals)
		if err := s.settle(ctx, t); err != nil {
			return nil, err
		}
		if err := t.err(); err != nil && mode == AllOrNothing {
			return nil, err
		}
		return t.outcomes, s.adjust(ctx, t)
	})
	return outcomes, err
}

// Tell brings the books to what somebody else says of the stock, as far as it
// can be: lines that are refused say so and do not keep the others. It joins the
// transaction of the papers (a feed, say), which keep it from being done twice
// and write the audit row.
//
// Counts speak of an instant, zero for now: what this shop has moved since then
// still holds, and is added to what is told. Movements of the same papers are no
// news to who tells, and are not added. Levels that are as told are not locked:
// buyers do not wait for a feed that changes little.
func (s *Service) Tell(ctx context.Context, why Cause, asOf time.Time, lines []AdjustLine) ([]Outcome, error) {
	var outcomes []Outcome
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		all := newTrial(why, lines, checkLines(lines, true))
		all.asOf = asOf
		if err := s.look(ctx, all); err != nil {
			return err
		}
		outcomes = all.outcomes
		different, at := all.different()
		if len(different) == 0 {
			return nil
		}
		t := newTrial(why, different, checkLines(different, true))
		t.asOf = asOf
		if err := s.settle(ctx, t); err != nil {
			return err
		}
		for i, o := range t.outcomes {
			outcomes[at[i]] = o
		}
		if err := s.record(ctx, t); err != nil {
			return err
		}
		return s.noteChanges(ctx, t.changes, t.products)
	})
	return outcomes, err
}

// adjust writes what people changed, with its audit row.
func (s *Service) adjust(ctx context.Context, t *trial) error {
	if len(t.changes) == 0 {
		return nil
	}
	if err := s.record(ctx, t); err != nil {
		return err
	}
	return s.noteStock(ctx, "stock.adjust_many", t.why, t.changes, t.products)
}

// scope is whose keys are meant.
func scope(ctx context.Context) string {
	who := actor.From(ctx)
	return string(who.Kind) + ":" + strconv.FormatInt(who.ID, 10)
}

// checkLines gives what is wrong with each line by itself. Of lines about the
// same level all are refused, since nobody knows which of them is meant; except
// for differences, where they may follow each other.
func checkLines(lines []AdjustLine, follow bool) []*fault.Error {
	refusals := make([]*fault.Error, len(lines))
	first := map[place]int{}
	for i, l := range lines {
		refusals[i] = l.check()
		at := place{l.Variant, l.Location}
		j, twice := first[at]
		if !twice {
			first[at] = i
			continue
		}
		if !follow || l.Delta == nil || lines[j].Delta == nil {
			refusals[i], refusals[j] = errTwice, errTwice
		}
	}
	return refusals
}

func (l AdjustLine) check() *fault.Error {
	switch {
	case (l.Delta == nil) == (l.OnHand == nil), l.Expected != nil && l.OnHand == nil:
		return errOneQuantity
	case l.Delta != nil && (*l.Delta == 0 || *l.Delta < -MaxQuantity || *l.Delta > MaxQuantity):
		return errQuantity.At("delta")
	case l.OnHand != nil && (*l.OnHand < 0 || *l.OnHand > MaxQuantity):
		return errQuantity.At("onHand")
	case len(l.Reason) > maxReason:
		return errLongReason.At("reason")
	}
	return nil
}

// pathed gives the refusals of lines as an error that names the lines.
func pathed(refusals []*fault.Error) error {
	var faults fault.List
	for i, r := range refusals {
		if r != nil {
			faults.Add(r.At(append([]string{"lines", strconv.Itoa(i)}, r.Path...)...))
		}
	}
	return faults.Err()
}
