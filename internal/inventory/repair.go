package inventory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Repairs gives what of this room's books can be made right from what is truth:
// levels from the ledger, and reservations from the checkouts that hold them.
// They may run while the shop sells.
func (s *Service) Repairs() []doctor.Repair {
	return []doctor.Repair{
		{ID: "inventory.levels", Says: "levels that were not the sum of their movements are", Do: s.repairLevels},
		{ID: "inventory.orphans", Says: "reservations of checkouts that have ended are given back", Do: s.repairOrphans},
		{ID: "inventory.due_holds", Says: "holds whose time is over are given back", Do: s.repairDue},
	}
}

// errUnsound is a ledger whose sum no level may have: something else is wrong.
var errUnsound = errors.New("the movements sum to less than nothing")

// repairLevels sets each level that is off to the fold of its ledger, in a
// transaction of its own.
func (s *Service) repairLevels(ctx context.Context) (did []string, err error) {
	ctx = actor.WithSystem(ctx, "doctor")
	off, err := s.drifted(ctx)
	if err != nil {
		return nil, err
	}
	for _, at := range off {
		fixed, err := s.repairLevel(ctx, at)
		if errors.Is(err, errUnsound) {
			continue // the checks tell of it
		}
		if err != nil {
			return did, err
		}
		if fixed != nil {
			did = append(did, fmt.Sprintf("variant %d at location %d: on hand %d → %d, taken %d → %d, incoming %d → %d, safety %d → %d",
				at.variant, at.location, fixed.before.OnHand, fixed.after().OnHand, fixed.before.Taken, fixed.after().Taken,
				fixed.before.Incoming, fixed.after().Incoming, fixed.before.Safety, fixed.after().Safety))
		}
	}
	return did, nil
}

// repairLevel looks again once it has the level locked: nobody writes its
// movements then, and the sum that it reads is the whole truth. It gives nil
// where nothing was off after all, or the variant is gone.
func (s *Service) repairLevel(ctx context.Context, at place) (fixed *change, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		fixed = nil
		refs, err := s.catalog.HoldVariants(ctx, []catalog.VariantID{at.variant})
		if err != nil || len(refs) == 0 {
			return err
		}
		levels, err := s.openLevels(ctx, []move{{place: at}})
		if err != nil {
			return err
		}
		before := levels[at]
		fold, err := s.StockAt(ctx, at.variant, at.location, endOfTime)
		if err != nil || fold == before.Stock {
			return err
		}
		if min(fold.OnHand, fold.Taken, fold.Incoming, fold.Safety) < 0 {
			return errUnsound
		}
		fixed = &change{before: before, delta: Stock{
			OnHand: fold.OnHand - before.OnHand, Taken: fold.Taken - before.Taken,
			Incoming: fold.Incoming - before.Incoming, Safety: fold.Safety - before.Safety,
		}}
		if err := s.overwrite(ctx, fixed.after()); err != nil {
			return err
		}
		why := Cause{Reason: "the level was not the sum of its movements"}
		return s.noteStock(ctx, "stock.repair", why, []change{*fixed}, map[catalog.VariantID]catalog.ProductID{at.variant: refs[0].Product})
	})
	if err != nil {
		return nil, err
	}
	return fixed, nil
}

// endOfTime is later than every movement.
var endOfTime = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// overwrite writes the counts of a locked level without a movement: the ledger
// has them already.
func (s *Service) overwrite(ctx context.Context, l Level) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE stock_level SET on_hand = $2, taken = $3, incoming = $4, safety = $5, version = $6, updated_at = $7 WHERE id = $1`,
		int64(l.ID), l.OnHand, l.Taken, l.Incoming, l.Safety, l.Version, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("repair stock level: %w", postgres.Fault(err))
	}
	return nil
}

// drifted gives the places whose level is not the sum of its movements, in the
// order of their variants.
func (s *Service) drifted(ctx context.Context) ([]place, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT variant, location FROM (`+drift+`) off ORDER BY variant, location`)
	if err != nil {
		return nil, fmt.Errorf("compare levels with the ledger: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (at place, err error) {
		return at, row.Scan(&at.variant, &at.location)
	})
	if err != nil {
		return nil, fmt.Errorf("compare levels with the ledger: %w", postgres.Fault(err))
	}
	return found, nil
}

// repairOrphans gives back what checkouts that have ended still hold, by the
// same way as their end should have. A checkout that has ended stays so: there
// is nothing to be lost between looking and releasing.
func (s *Service) repairOrphans(ctx context.Context) (did []string, err error) {
	ctx = actor.WithSystem(ctx, "doctor")
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT DISTINCT r.checkout_id FROM reservation r WHERE `+orphaned+` ORDER BY 1`, s.orphanedBefore(ctx))
	if err != nil {
		return nil, fmt.Errorf("find orphaned reservations: %w", postgres.Fault(err))
	}
	checkouts, err := pgx.CollectRows(rows, pgx.RowTo[CheckoutID])
	if err != nil {
		return nil, fmt.Errorf("find orphaned reservations: %w", postgres.Fault(err))
	}
	for _, id := range checkouts {
		freed, err := s.releaseOrphans(ctx, id)
		if err != nil {
			return did, err
		}
		if len(freed) > 0 {
			did = append(did, fmt.Sprintf("checkout %d: %d reservations released", id, len(freed)))
		}
	}
	return did, nil
}

func (s *Service) releaseOrphans(ctx context.Context, id CheckoutID) (freed []Reservation, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		freed, err = s.enter(ctx, id, Held, Committed)
		if err != nil || len(freed) == 0 {
			return err
		}
		if err := s.Release(ctx, id); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "stock.release", SubjectKind: "checkout", SubjectID: int64(id),
			Before: freed, Reason: "the checkout has ended"})
	})
	return freed, err
}

// patience is how long the end of a checkout may take to give its stock back
// before that counts as forgotten.
const patience = time.Minute

func (s *Service) orphanedBefore(ctx context.Context) time.Time { return s.db.Now(ctx).Add(-patience) }

// repairDue does what each tick does, for a shop whose processes are down.
func (s *Service) repairDue(ctx context.Context) ([]string, error) {
	n, err := s.ExpireDue(actor.WithSystem(ctx, "doctor"), 1_000_000)
	if n == 0 {
		return nil, err
	}
	return []string{fmt.Sprintf("%d holds", n)}, err
}
