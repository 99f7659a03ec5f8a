// Package combine decides together what arrives together.
//
// Many callers who need the same locked rows wait for each other: each locks,
// writes and commits alone, and a hot row bounds the shop to one commit after
// the other. A Combiner lets one transaction decide for all who have come
// meanwhile. It has no timer and holds nobody back: a question that finds
// nothing under way is decided at once, alone; what comes while a decision is
// under way is the next batch. So the batch is as large as the load makes it,
// one at rest and hundreds in a rush, for the price of one commit.
//
//	asking ──▶ queue ──take, in order of arrival──▶ decide(batch) ──commit──▶ answers
//	             └─ full: ErrBusy                       └─ an error: each alone
//
// What is promised:
//
//   - An answer is given only after decide has returned, which returns only
//     once its effects are durable. Each caller gets the answer to its own
//     question, exact: decide judges the questions of a batch one by one, in the
//     order in which they came.
//   - The queue is bounded. Who finds it full is refused at once with ErrBusy,
//     and nothing was done for him.
//   - Two questions with the same key never stand in one batch: the second waits
//     for the next, so that decide need not look at what it decided a moment ago.
//   - A caller that gives up (its context ends) while it waits in the queue is
//     taken out: nothing is done for it. One that gives up while its batch is
//     being decided gets the error of its context and does not learn what was
//     decided: it may have happened. Questions must therefore be safe to ask
//     again.
//   - An error or a panic of decide undoes the batch. If it came from one of the
//     questions, the others must not suffer: each is then decided alone, at its
//     own pace, and only the guilty one fails or waits. If the whole is out of
//     order (Config.Shared: the database is away), everybody is told so. The next
//     batch starts afresh, at once.
//
// The truth stays in the rows that decide locks: any number of processes, with
// combining or without, may decide at once. Off, or with one caller at a time,
// it is the plain way: one question, one transaction.
package combine

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// ErrBusy refuses a question that finds the queue full.
var ErrBusy = fault.New(fault.Unavailable, "busy", "Too many requests are waiting for this; try again in a moment.")

// singles is how many questions are decided alone at a time.
const singles = 8

// Config bounds a combiner.
type Config struct {
	Queue int           // how many may wait; above zero
	Batch int           // how many are decided at once, at most; above zero
	Limit time.Duration // how long one decision may take; above zero
	// Shared tells errors that would befall each question alone, too; nil: those
	// of the kind fault.Unavailable.
	Shared func(error) bool
}

// Answer is the answer to one question.
type Answer[A any] struct {
	Value A
	Err   error
}

// Decide answers the questions of a batch in their order, one answer each, once
// the effects are durable. An error says that nothing has happened. All others
// wait for a batch, so it should rather fail than wait for long; alone says that
// nobody waits for this one question but who asked it.
type Decide[Q, A any] func(ctx context.Context, batch []Q, alone bool) ([]Answer[A], error)

// Combiner decides questions of one sort. It needs no end: it works only while
// somebody waits.
type Combiner[Q, A any] struct {
	cfg    Config
	decide Decide[Q, A]
	single chan struct{} // as many as are decided alone

	mu      sync.Mutex
	waiting []*caller[Q, A]
	working bool
}

// caller is somebody who waits for an answer.
type caller[Q, A any] struct {
	ctx    context.Context //nolint:containedctx // the caller's own, for the time that it waits
	key    int64
	asks   Q
	answer chan Answer[A] // holds one, so that nobody waits for a caller that left
}

// New makes a combiner.
func New[Q, A any](cfg Config, decide Decide[Q, A]) *Combiner[Q, A] {
	if cfg.Shared == nil {
		cfg.Shared = func(err error) bool { return fault.KindOf(err) == fault.Unavailable }
	}
	return &Combiner[Q, A]{cfg: cfg, decide: decide, single: make(chan struct{}, singles)}
}

// Do asks and waits for the answer.
func (c *Combiner[Q, A]) Do(ctx context.Context, key int64, question Q) (A, error) {
	me := &caller[Q, A]{ctx: ctx, key: key, asks: question, answer: make(chan Answer[A], 1)}
	if !c.enqueue(me) {
		var none A
		return none, ErrBusy
	}
	select {
	case a := <-me.answer:
		return a.Value, a.Err
	case <-ctx.Done():
		c.leave(me)
		var none A
		return none, context.Cause(ctx)
	}
}

// enqueue puts a caller at the end of the queue, and sees to it that somebody
// works.
func (c *Combiner[Q, A]) enqueue(me *caller[Q, A]) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) >= c.cfg.Queue {
		return false
	}
	c.waiting = append(c.waiting, me)
	if !c.working {
		c.working = true
		go c.work()
	}
	return true
}

// leave takes a caller out of the queue, if it is still there.
func (c *Combiner[Q, A]) leave(me *caller[Q, A]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, w := range c.waiting {
		if w == me {
			c.waiting = append(c.waiting[:i], c.waiting[i+1:]...)
			return
		}
	}
}

// work decides batch after batch until nobody waits.
func (c *Combiner[Q, A]) work() {
	for batch := c.take(); len(batch) > 0; batch = c.take() {
		c.serve(batch)
	}
}

// take gives the next batch: who has waited longest comes first, and who has the
// key of somebody before him keeps his place for the next one.
func (c *Combiner[Q, A]) take() []*caller[Q, A] {
	c.mu.Lock()
	defer c.mu.Unlock()
	var batch, rest []*caller[Q, A]
	keys := map[int64]bool{}
	for _, w := range c.waiting {
		switch {
		case w.ctx.Err() != nil: // about to leave
		case len(batch) == c.cfg.Batch || keys[w.key]:
			rest = append(rest, w)
		default:
			keys[w.key] = true
			batch = append(batch, w)
		}
	}
	c.waiting = rest
	c.working = len(batch) > 0
	return batch
}

// serve decides a batch and tells each caller; after an error that may be the
// doing of one of them, each is decided alone, while others go on.
func (c *Combiner[Q, A]) serve(batch []*caller[Q, A]) {
	answers, err := c.attempt(batch, false)
	if err != nil && !c.cfg.Shared(err) {
		go c.serveEach(batch)
		return
	}
	for i, w := range batch {
		if err != nil {
			w.answer <- Answer[A]{Err: err}
		} else {
			w.answer <- answers[i]
		}
	}
}

// serveEach decides questions alone, in their order, a few at a time: all at
// once they would stand in each other's way.
func (c *Combiner[Q, A]) serveEach(batch []*caller[Q, A]) {
	for _, w := range batch {
		c.single <- struct{}{}
		go func() {
			defer func() { <-c.single }()
			if err := w.ctx.Err(); err != nil { // it has left
				w.answer <- Answer[A]{Err: err}
				return
			}
			answers, err := c.attempt([]*caller[Q, A]{w}, true)
			if err != nil {
				answers = []Answer[A]{{Err: err}}
			}
			w.answer <- answers[0]
		}()
	}
}

// attempt decides a batch once. The decision outlives its callers; values such
// as traces are those of the first. A panic is an error like others.
func (c *Combiner[Q, A]) attempt(batch []*caller[Q, A], alone bool) (answers []Answer[A], err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(batch[0].ctx), c.cfg.Limit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("deciding a batch of %d: panic: %v\n%s", len(batch), p, debug.Stack())
		}
	}()
	questions := make([]Q, len(batch))
	for i, w := range batch {
		questions[i] = w.asks
	}
	answers, err = c.decide(ctx, questions, alone)
	if err == nil && len(answers) != len(batch) {
		err = fmt.Errorf("deciding a batch of %d: %d answers", len(batch), len(answers))
	}
	return answers, err
}
