package inventory_test

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/testkit"
)

// A correction that is sent many times at once under one key is made once.
func TestAdjust_sameKeyAtOnceIsOneCorrection(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 10 {
		said := race(slices.Repeat([]func() error{func() error {
			_, err := s.adjust(fmt.Sprint("once-", i), s.variants[0], s.main, 3)
			if fault.Is(err, "in_progress") {
				return nil
			}
			return err
		}}, 6)...)
		if err := errors.Join(said...); err != nil || s.onHand(t, s.variants[0], s.main) != int64(3*(i+1)) {
			t.Fatalf("%d on hand after %d corrections by 3: %v", s.onHand(t, s.variants[0], s.main), i+1, err)
		}
	}
}

// Many write off the last pieces at once: as many succeed as there are pieces,
// and the others are told why not.
func TestAdjust_lastPiecesAreWrittenOffOnce(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.WithMaxConns(16))
	for round := range 10 {
		must[[]inventory.Level](t)(s.adjust(fmt.Sprint("in-", round), s.variants[0], s.main, 3))
		var done atomic.Int64
		hands := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
		rush(&shop{store: s}, hands, func(hand int) {
			_, err := s.adjust(fmt.Sprint("off-", round, "-", hand), s.variants[0], s.main, -1)
			switch {
			case err == nil:
				done.Add(1)
			case !fault.Is(err, "insufficient_stock"):
				t.Error(err)
			}
		})
		if done.Load() != 3 || s.onHand(t, s.variants[0], s.main) != 0 {
			t.Fatalf("round %d: %d of 3 written off, %d on hand", round, done.Load(), s.onHand(t, s.variants[0], s.main))
		}
	}
	s.quiet(t)
}

// What must never be in the books the database itself refuses, whatever code
// asks for it.
func TestSchema_refusesWhatMustNotBe(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 5)
	s.hold(t, 1, s.want(1, 0, 2))
	const copied = `INSERT INTO reservation (created_at, updated_at, checkout_id, line_id, variant_id, location_id, quantity, expires_at)
		SELECT created_at, updated_at, checkout_id, line_id, variant_id, location_id, 1, expires_at FROM reservation LIMIT 1`
	for what, sql := range map[string]string{
		"a second promise of one part of a line":  copied,
		"a promise of nothing":                    `UPDATE reservation SET quantity = 0`,
		"a promise that is over and is not":       `UPDATE reservation SET ended_at = updated_at`,
		"a promise in no known state":             `UPDATE reservation SET state = 'lost'`,
		"less than nothing on hand":               `UPDATE stock_level SET on_hand = -1`,
		"less than nothing taken":                 `UPDATE stock_level SET taken = -1`,
		"less than nothing to come":               `UPDATE stock_level SET incoming = -1`,
		"less than nothing kept back":             `UPDATE stock_level SET safety = -1`,
		"another entry in place of what happened": `UPDATE stock_movement SET taken_delta = 1`,
		"a ledger that forgets":                   `DELETE FROM stock_movement`,
		"a ledger that forgets everything":        `TRUNCATE stock_movement`,
		"a level twice":                           `INSERT INTO stock_level (variant_id, location_id, updated_at) SELECT variant_id, location_id, updated_at FROM stock_level LIMIT 1`,
	} {
		var refused *pgconn.PgError
		if _, err := s.db.Pool().Exec(s.ctx, sql); !errors.As(err, &refused) {
			t.Errorf("the database takes %s: %v", what, err)
		}
	}
}
