package stockfeed

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

const (
	// sameDay is how long a feed of deltas remembers content that nothing names.
	sameDay = 24 * time.Hour
	// recordTime is how long writing down a failure may take, once the request
	// that failed may be over.
	recordTime = 5 * time.Second
)

// Deliver takes in what somebody sent, in one transaction: the movements, the
// report and what the feed remembers of it. A delivery that is refused as a
// whole is no error: the run says so. An error means that it was not judged; it
// may be sent again as it is.
func (s *Service) Deliver(ctx context.Context, id ID, d Delivery) (Receipt, error) {
	var receipt Receipt
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		receipt, err = s.take(ctx, id, d)
		return err
	})
	if err != nil {
		s.recordFailure(ctx, id, d, err)
		return Receipt{}, fmt.Errorf("take delivery: %w", err)
	}
	return receipt, nil
}

// letter is a delivery as it is judged.
type letter struct {
	document
	message string
	digest  []byte
	at      time.Time
}

// named reports whether the content is told apart by more than its message.
func (l letter) named() bool { return l.sequence != 0 || l.asOf != nil }

// open reads a delivery. What the sender says beside the content goes before
// what the content says.
func (d Delivery) open(f Feed, now time.Time) (letter, *fault.Error) {
	l := letter{message: d.Message, digest: d.digest(), at: now}
	if !visible(l.message) {
		l.message = ""
		return l, errMessage
	}
	var refusal *fault.Error
	l.document, refusal = f.read(d.Body)
	if d.Sequence != 0 {
		l.sequence = d.Sequence
	}
	if d.AsOf != nil {
		l.asOf = d.AsOf
	}
	if l.asOf != nil {
		at := l.asOf.UTC().Truncate(time.Microsecond) // as the database keeps it
		l.asOf = &at
	}
	switch {
	case refusal != nil:
	case l.sequence < 0:
		l.sequence, refusal = 0, errSequence
	case l.asOf != nil && l.asOf.Unix() < 0: // nobody has counted then; above all a zero that was never set
		refusal = errAsOf
	case l.asOf != nil && l.asOf.After(now.Add(Tolerance)):
		refusal = errFuture
	}
	return l, refusal
}

// digest is of all that was sent.
func (d Delivery) digest() []byte {
	h := sha256.New()
	h.Write(d.Body)
	if d.Sequence != 0 {
		fmt.Fprintf(h, "\x00sequence %d", d.Sequence)
	}
	if d.AsOf != nil {
		fmt.Fprintf(h, "\x00as of %d", d.AsOf.UnixMicro())
	}
	return h.Sum(nil)
}

// take judges a delivery with its feed locked: the same one sent twice at once
// waits here, and finds the run of the first.
func (s *Service) take(ctx context.Context, id ID, d Delivery) (Receipt, error) {
	f, _, err := s.lock(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	l, refusal := d.open(f, s.db.Now(ctx))
	earlier, err := s.repeats(ctx, f, l)
	switch {
	case err != nil:
		return Receipt{}, err
	case earlier != 0:
		return s.repeated(ctx, f, l, earlier, d.pulled)
	case refusal == nil:
		refusal = f.outdates(l)
	}
	if refusal != nil {
		return s.refused(ctx, f, l, refusal)
	}
	return s.apply(ctx, f, l)
}

// outdates refuses what the feed, as it is, does not take.
func (f Feed) outdates(l letter) *fault.Error {
	switch {
	case !f.Active:
		return errInactive
	case l.sequence != 0 && l.sequence <= f.LastSequence,
		l.asOf != nil && f.LastAsOf != nil && l.asOf.Before(*f.LastAsOf):
		return errOutdated
	}
	return nil
}

func (s *Service) repeated(ctx context.Context, f Feed, l letter, earlier RunID, silent bool) (Receipt, error) {
	run, err := s.RunByID(ctx, earlier)
	if err == nil && !silent {
		again := runFor(f, l, Refused)
		again.Reason = errRepeated.Reason
		_, err = s.keep(ctx, again, l.digest)
	}
	return Receipt{Run: run, Repeated: true}, err
}

func (s *Service) refused(ctx context.Context, f Feed, l letter, why *fault.Error) (Receipt, error) {
	run := runFor(f, l, Refused)
	run.Reason, run.Problems = why.Reason, []Problem{problemOf(0, "", why)}
	run, err := s.keep(ctx, run, l.digest)
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{Run: run}, s.events.Record(ctx, FeedRun{Feed: f.ID, Run: run.ID, State: run.State})
}

func runFor(f Feed, l letter, state RunState) Run {
	return Run{Feed: f.ID, State: state, Message: l.message, Sequence: l.sequence, AsOf: l.asOf, Lines: len(l.lines), At: l.at}
}

// apply moves what the lines say, as far as it can be, and reports.
func (s *Service) apply(ctx context.Context, f Feed, l letter) (Receipt, error) {
	variants, err := s.identify(ctx, f, l.lines)
	if err != nil {
		return Receipt{}, err
	}
	lines, at := f.adjustments(l.lines, variants)
	var asOf time.Time
	if l.asOf != nil && f.Mode == Levels {
		asOf = *l.asOf
	}
	why := inventory.Cause{Reason: "feed " + f.Handle, ReferenceKind: OfFeed, ReferenceID: int64(f.ID)}
	outcomes, err := s.rooms.Stock.Tell(ctx, why, asOf, lines)
	if err != nil {
		return Receipt{}, err
	}
	run := runFor(f, l, Applied)
	for i, o := range outcomes {
		if l.lines[at[i]].refusal = o.Refusal; o.Moved != 0 {
			run.Changed++
		}
	}
	run.count(l.lines)
	if run, err = s.keep(ctx, run, l.digest); err != nil {
		return Receipt{}, err
	}
	f.remember(l)
	if err := s.mark(ctx, f); err != nil {
		return Receipt{}, err
	}
	return Receipt{Run: run}, s.note(ctx, run)
}

// count sums the lines up, and lists the first that were not taken.
func (r *Run) count(lines []told) {
	for _, l := range lines {
		switch {
		case l.refusal == nil:
			continue
		case l.refusal.Kind == fault.NotFound:
			r.Unknown++
		default:
			r.Refused++
		}
		if len(r.Problems) < MaxProblems {
			r.Problems = append(r.Problems, problemOf(l.line, l.item, l.refusal))
		}
	}
	r.Unchanged = r.Lines - r.Changed - r.Unknown - r.Refused
}

// remember notes what has been taken last. Levels that name no instant speak of
// now; differences do not speak of one at all.
func (f *Feed) remember(l letter) {
	f.LastSequence = max(f.LastSequence, l.sequence)
	asOf := l.asOf
	if asOf == nil && f.Mode == Levels {
		asOf = &l.at
	}
	if asOf != nil && (f.LastAsOf == nil || asOf.After(*f.LastAsOf)) {
		f.LastAsOf = asOf
	}
}

// note writes the audit row and the fact of a run. What it moved stands in the
// ledger.
func (s *Service) note(ctx context.Context, run Run) error {
	brief := run
	brief.Problems = nil
	entry := audit.Entry{Action: "stock_feed.apply", SubjectKind: "stock_feed", SubjectID: int64(run.Feed), After: brief}
	if err := s.audit.Record(ctx, entry); err != nil {
		return err
	}
	return s.events.Record(ctx, FeedRun{Feed: run.Feed, Run: run.ID, State: run.State})
}

// recordFailure writes down that a delivery failed, as far as that can be done;
// a feed that is not there has no reports.
func (s *Service) recordFailure(ctx context.Context, id ID, d Delivery, cause error) {
	if fault.Is(cause, ErrNotFound.Reason) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	reason := string(fault.Internal)
	if f, ok := fault.As(cause); ok {
		reason = f.Reason
	}
	_ = s.db.InTx(ctx, func(ctx context.Context) error { // the cause is what the caller learns
		run := Run{Feed: id, State: Failed, Reason: reason, At: s.db.Now(ctx)}
		if visible(d.Message) {
			run.Message = d.Message
		}
		run, err := s.keep(ctx, run, d.digest())
		if err != nil {
			return err
		}
		return s.events.Record(ctx, FeedRun{Feed: id, Run: run.ID, State: run.State})
	})
}
