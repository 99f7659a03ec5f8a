package restock

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
)

const (
	// mostAtOnce is how many requests one transaction ends: others read events
	// behind it only when it is over.
	mostAtOnce = 500
	// mostPieces is how many variants are looked at together.
	mostPieces = 250
)

// stockFact is what stock.changed says, as far as it matters here.
type stockFact struct {
	Variant      listing.VariantID `json:"variant"`
	NowAvailable bool              `json:"now_available"`
}

// Watch hears of stock, in order and in a transaction that moves its cursor. A
// fact says only that there is stock somewhere, so that each market with
// somebody waiting is looked at as its buyers see it. Of very many who wait the
// rest is left to Sweep.
func (s *Service) Watch(ctx context.Context, batch []event.Envelope) error {
	came := map[listing.VariantID]bool{}
	for _, e := range batch {
		var f stockFact
		if err := e.Decode(&f); err != nil {
			return err
		}
		if f.NowAvailable {
			came[f.Variant] = true
		}
	}
	if len(came) == 0 {
		return nil
	}
	waiting, err := s.waiting(ctx, slices.Sorted(maps.Keys(came)))
	if err != nil || len(waiting) == 0 {
		return err
	}
	_, err = s.tell(ctx, waiting, mostAtOnce)
	return err
}

// Recheck looks at everything that somebody waits for, since what can be bought
// also changes without a fact about its stock: a release, a market, a price, a
// part of a bundle. It says how many requests it ended. It runs now and then, in
// one process.
func (s *Service) Recheck(ctx context.Context) (int, error) {
	told := 0
	for last := (place{}); ; {
		some, err := s.waitingAfter(ctx, last, mostPieces)
		if err != nil || len(some) == 0 {
			return told, err
		}
		last = some[len(some)-1]
		for {
			n, err := s.tell(ctx, some, mostAtOnce)
			if err != nil {
				return told, err
			}
			if told += n; n < mostAtOnce {
				break
			}
		}
	}
}

// place is a variant that somebody waits for in a market.
type place struct {
	Variant listing.VariantID
	Market  market.ID
}

// tell ends the requests, at most so many, of whose places the variant can be
// bought now. All in one transaction: a request is ended and told of once,
// whoever else looks at the same time.
func (s *Service) tell(ctx context.Context, waiting []place, most int) (told int, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		told = 0
		there, err := s.there(ctx, waiting)
		if err != nil || len(there) == 0 {
			return err
		}
		ended, err := s.notified(ctx, there, most)
		if err != nil {
			return err
		}
		told = len(ended)
		facts := make([]event.Fact, len(ended))
		for i, f := range ended {
			facts[i] = f
		}
		return s.events.Record(ctx, facts...)
	})
	return told, err
}

// there gives the places where the variant can be bought.
func (s *Service) there(ctx context.Context, waiting []place) ([]place, error) {
	byMarket := map[market.ID][]listing.VariantID{}
	for _, p := range waiting {
		byMarket[p.Market] = append(byMarket[p.Market], p.Variant)
	}
	var out []place
	for _, m := range slices.Sorted(maps.Keys(byMarket)) {
		at, err := s.buyers.In(m, locale.Unknown, "", s.db.Now(ctx))
		if errors.Is(err, listing.ErrNoPrices) {
			continue // nothing is sold there now
		}
		if err != nil {
			return nil, err
		}
		goods, err := s.goods.Goods(ctx, at, byMarket[m])
		if err != nil {
			return nil, fmt.Errorf("look at what is waited for: %w", err)
		}
		for _, v := range byMarket[m] {
			if goods[v].Offer() > 0 {
				out = append(out, place{v, m})
			}
		}
	}
	return out, nil
}
