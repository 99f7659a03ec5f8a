package inventory_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/testkit"
)

// The database ends connections in the middle of a crowd, again and again:
// everybody gets an answer, who was told yes has his piece, and asking again
// brings everybody to an end with the books right.
func TestFault_connectionsDieUnderACrowd(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		units, buyers := int64(often(40, 200)), often(120, 1_000)
		s.stock(t, s.variants[0], s.main, units)
		over := make(chan struct{})
		var killer sync.WaitGroup
		killer.Go(func() { s.killConnections(t, over) })
		answers := make([]struct {
			short []inventory.Shortage
			err   error
		}, buyers)
		numbers := make([]int, buyers)
		for i := range numbers {
			numbers[i] = i
		}
		crowd(numbers, func(i int) {
			c := inventory.CheckoutID(i + 1)
			for range 50 { // as a client that asks again
				answers[i].short, answers[i].err = s.door(c).reserve(c, s.want(1, 0, 1))
				if answers[i].err == nil {
					return
				}
			}
		})
		close(over)
		killer.Wait()
		var yes int64
		for i, a := range answers {
			held := len(s.active(t, inventory.CheckoutID(i+1)))
			if a.err != nil || (len(a.short) == 0) != (held == 1) {
				t.Errorf("checkout %d heard %v, %v and holds %d", i+1, a.short, a.err, held)
			}
			yes += int64(held)
		}
		if yes != units {
			t.Errorf("%d of %d pieces are held", yes, units)
		}
	}, testkit.WithMaxConns(16))
}

// killConnections ends some of the connections of the test's database until it
// is over.
func (s *shop) killConnections(t *testing.T, over <-chan struct{}) {
	for range 30 {
		select {
		case <-over:
			return
		case <-time.After(5 * time.Millisecond):
		}
		_, err := s.db.Conn(s.ctx).Exec(s.ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' LIMIT 2`)
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Error(err)
		}
	}
}

// One hold that cannot be written does not harm those who are decided with it.
func TestFault_oneBadHoldAmongMany(t *testing.T) {
	t.Parallel()
	s := &shop{store: open(t)}
	together(s)
	s.stock(t, s.variants[0], s.main, 100)
	var heard [40]error
	numbers := make([]int, len(heard))
	for i := range numbers {
		numbers[i] = i
	}
	crowd(numbers, func(i int) {
		h := inventory.Hold{Checkout: inventory.CheckoutID(i + 1), Wants: []inventory.Want{s.want(1, 0, 1)}, Until: s.db.Now(s.ctx).Add(quarter)}
		if i%10 == 3 {
			h.Customer = "no text of a database\x00"
		}
		_, heard[i] = s.Reserve(s.ctx, h)
	})
	for i, err := range heard {
		if bad := i%10 == 3; bad != (err != nil) || bad != (len(s.active(t, inventory.CheckoutID(i+1))) == 0) {
			t.Errorf("checkout %d heard %v", i+1, err)
		}
	}
}

// Somebody keeps one level locked: who wants another one is served meanwhile.
func TestFault_oneLevelKeptLocked(t *testing.T) {
	t.Parallel()
	s := &shop{store: open(t, testkit.WithMaxConns(16))}
	together(s)
	s.stock(t, s.variants[0], s.main, 100)
	s.stock(t, s.variants[1], s.main, 100)
	locked, release := make(chan struct{}), make(chan struct{})
	var keeper sync.WaitGroup
	keeper.Go(func() {
		err := s.inTx(func(ctx context.Context) error {
			_, err := s.db.Conn(ctx).Exec(ctx, `SELECT FROM stock_level WHERE variant_id = $1 FOR UPDATE`, int64(s.variants[0].ID))
			close(locked)
			<-release
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-locked
	numbers := make([]int, 12)
	for i := range numbers {
		numbers[i] = i
	}
	crowd(numbers, func(i int) {
		c := inventory.CheckoutID(i + 1)
		_, err := s.reserve(c, s.want(1, i%6/5, 1)) // every sixth wants the one that nobody keeps
		if i%6 == 5 && (err != nil || len(s.active(t, c)) != 1) {
			t.Errorf("checkout %d wanted the free one and heard %v", c, err)
		}
	})
	close(release)
	keeper.Wait()
}

// A caller that gives up learns so at once; whatever was decided, the books are
// right and asking again finds it.
func TestFault_callersLeave(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		s.stock(t, s.variants[0], s.main, 1_000)
		numbers := make([]int, 200)
		for i := range numbers {
			numbers[i] = i
		}
		crowd(numbers, func(i int) {
			c := inventory.CheckoutID(i + 1)
			ctx, cancel := context.WithTimeout(s.ctx, time.Duration(i%20)*time.Millisecond)
			defer cancel()
			h := inventory.Hold{Checkout: c, Wants: []inventory.Want{s.want(1, 0, 1)}, Until: s.db.Now(s.ctx).Add(quarter)}
			if _, err := s.door(c).Reserve(ctx, h); err == nil && len(s.active(t, c)) != 1 {
				t.Errorf("checkout %d was told yes and holds nothing", c)
			}
			if short, err := s.door(c).reserve(c, s.want(1, 0, 1)); err != nil || len(short) > 0 {
				t.Errorf("checkout %d asked again and heard %v, %v", c, short, err)
			}
		})
		if free := s.free(t, s.variants[0].ID); free != 800 {
			t.Errorf("%d are free", free)
		}
	}, testkit.WithMaxConns(16))
}
