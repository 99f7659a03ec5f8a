package app

import (
	"context"
	"errors"
	"time"

	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/retention"
)

// How often what runs. Each runs in one process of all, but for the holds: giving
// them back is safe to do anywhere, and too frequent to keep books of.
const (
	sweepEvery    = time.Hour        // logs are cut to what is kept
	holdsEvery    = time.Second      // stock of holds that are over is given back
	settleEvery   = 5 * time.Second  // payments that nobody waits for any more are asked about
	expireEvery   = 30 * time.Second // checkouts and carts that are over
	lateEvery     = 5 * time.Minute  // attempts that were given up are asked about
	lateFor       = 24 * time.Hour
	settleAfter   = 6 * time.Second // a request that asked has its answer by then
	refundsEvery  = time.Minute
	booksEvery    = time.Minute      // the books of stock are looked over
	pullsEvery    = 30 * time.Second // feeds of stock that are due are fetched
	pullsAtOnce   = 20
	restockEvery  = 5 * time.Minute  // what came into stock without a movement is found
	levelsEvery   = 5 * time.Minute  // thresholds that were missed are judged
	countEvery    = time.Minute      // what was searched for is counted
	learnEvery    = 10 * time.Minute // what queries mean, and what to do about them
	scoreEvery    = time.Hour        // how much products are wanted, and with which others
	mostAtOneTurn = 500
)

// schedule says what runs when.
func (a *App) schedule() {
	a.jobs.Every("retention", sweepEvery, a.retention().Sweep)
	a.jobs.Every("settle", settleEvery, a.settlePayments)
	a.jobs.Every("late-money", lateEvery, a.askLate)
	a.jobs.Every("refunds", refundsEvery, a.payBack)
	a.jobs.Every("expire", expireEvery, a.expire)
	a.jobs.Every("reconcile-stock", booksEvery, a.reconciler.Run)
	a.jobs.Every("stock-feeds", pullsEvery, func(ctx context.Context) error { return only(a.feeds.PullDue(ctx, pullsAtOnce)) })
	a.jobs.Every("restock", restockEvery, func(ctx context.Context) error { return only(a.restock.Recheck(ctx)) })
	a.jobs.Every("count-searches", countEvery, a.insight.Aggregate)
	a.jobs.Every("learn-searches", learnEvery, a.insight.Learn)
	a.jobs.Every("score-products", scoreEvery, a.recommend.Compute)
	a.jobs.Every("replenish", levelsEvery, func(ctx context.Context) error { return only(a.replenish.Sweep(ctx)) })
}

// only gives the error of what also counts.
func only(_ int, err error) error { return err }

// expireHolds gives stock back until ctx ends. A turn that fails is made up for
// by the next one.
func (a *App) expireHolds(ctx context.Context) error {
	ctx = actor.WithSystem(ctx, "holds")
	turn := time.NewTicker(holdsEvery)
	defer turn.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-turn.C:
		}
		if _, err := a.inventory.ExpireDue(ctx, mostAtOneTurn); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "holds that are over were not given back", "error", err)
		}
	}
}

func (a *App) expire(ctx context.Context) error {
	_, checkouts := a.checkouts.ExpireDue(ctx, mostAtOneTurn)
	_, carts := a.carts.ExpireDue(ctx, mostAtOneTurn)
	return errors.Join(checkouts, carts)
}

// settlePayments ends the attempts whose process died, or whose provider did
// not answer. One that fails does not keep the others waiting.
func (a *App) settlePayments(ctx context.Context) error {
	open, err := a.payments.Unsettled(ctx, a.clock.Now().Add(-settleAfter), mostAtOneTurn)
	return errors.Join(err, a.settleAll(ctx, open))
}

// askLate asks about attempts that the shop gave up: a provider's notice of late
// money may have been lost.
func (a *App) askLate(ctx context.Context) error {
	ended, err := a.payments.Expired(ctx, a.clock.Now().Add(-lateFor), mostAtOneTurn)
	return errors.Join(err, a.settleAll(ctx, ended))
}

func (a *App) settleAll(ctx context.Context, all []payment.Payment) error {
	var errs []error
	for _, p := range all {
		errs = append(errs, a.checkouts.Settle(ctx, p.ID))
	}
	return errors.Join(errs...)
}

// payBack gives back what is owed.
func (a *App) payBack(ctx context.Context) error {
	owed, err := a.payments.Owed(ctx, mostAtOneTurn)
	errs := []error{err}
	for _, id := range owed {
		errs = append(errs, a.payments.PayBack(ctx, id))
	}
	return errors.Join(errs...)
}

// retention is the one list of what is kept for how long.
func (a *App) retention() *retention.Sweeper {
	return retention.New(a.db, a.log,
		retention.Rule{What: "outbox", Days: 14, Doc: "events that every consumer has handled; a consumer that was away for longer rebuilds", Sweep: a.outbox.Sweep},
		retention.Rule{What: "idempotency", Days: 1, Doc: "what was done under a client's key", Sweep: retention.Rows(a.db, "idempotency_key", "expires_at")},
		retention.Rule{What: "jobs", Days: 7, Doc: "jobs that have ended", Sweep: a.jobs.Sweep},
		retention.Rule{What: "audit", Days: 3 * 365, Least: 365, Doc: "who changed what", Sweep: retention.Rows(a.db, "audit_entry", "at")},
		retention.Rule{What: "track", Days: 400, Doc: "storefront events", Sweep: retention.Rows(a.db, "track_event", "received_at")},
		retention.Rule{What: "queries", Days: 400, Doc: "what was searched for, counted by day", Sweep: a.insight.Sweep},
		retention.Rule{What: "imports", Days: 365, Doc: "import runs with their reports", Sweep: retention.Rows(a.db, "import_run", "finished_at")},
		retention.Rule{What: "carts", Days: 30, Doc: "what tells of a person in carts that ended", Sweep: a.carts.Sweep},
		retention.Rule{What: "checkouts", Days: 30, Doc: "what tells of a person in checkouts that ended; orders have copies of their own", Sweep: a.checkouts.Sweep},
		retention.Rule{What: "mails", Days: 90, Doc: "mails as they were sent", Sweep: retention.Rows(a.db, "mail_message", "created_at")},
		retention.Rule{What: "feeds", Days: 180, Doc: "reports on deliveries of stock feeds", Sweep: a.feeds.SweepRuns},
		retention.Rule{What: "restock", Days: 30, Doc: "requests to hear of stock that have ended", Sweep: a.restock.Sweep},
		retention.Rule{What: "sessions", Days: 31, Doc: "refresh tokens of staff that have expired", Sweep: retention.Rows(a.db, "staff_session", "expires_at")},
	)
}
