package admin

import (
	"context"
	"strconv"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/graph/gql/live"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// maxWatched is how many variants one subscription follows.
const maxWatched = 250

var errWatched = fault.Newf(fault.Invalid, "too_many", "Name from 1 to %d variants.", maxWatched).At("variantIds")

// watchStock follows the levels of variants: it sends all of them, and from then
// on those that are different from what it sent before.
func (r *Resolver) watchStock(ctx context.Context, variantIDs []string, locationID *string) (<-chan []inventory.Level, error) {
	if len(variantIDs) == 0 || len(variantIDs) > maxWatched {
		return nil, errWatched
	}
	w := stockWatch{stock: r.rooms.Stock, location: orAny(gql.UnmarshalLocationID, locationID), sent: map[inventory.LevelID]int64{}}
	subjects := make([]live.Subject, len(variantIDs))
	for i, text := range variantIDs {
		id, err := gql.UnmarshalVariantID(text)
		if err != nil {
			return nil, err
		}
		w.variants, subjects[i] = append(w.variants, id), live.Subject{Kind: live.Variant, ID: int64(id)}
	}
	return live.Follow(ctx, r.rooms.Live, subjects, w.look)
}

// stockWatch is what one subscription follows and has sent.
type stockWatch struct {
	stock    *inventory.Service
	variants []catalog.VariantID
	location inventory.LocationID // 0: all
	sent     map[inventory.LevelID]int64
	news     int
}

// look reads the levels and gives those that have another version than before.
func (w *stockWatch) look(ctx context.Context) (live.Seen[[]inventory.Level], error) {
	found, err := w.stock.LevelsOf(ctx, w.variants)
	if err != nil {
		return live.Seen[[]inventory.Level]{}, err
	}
	changed := []inventory.Level{}
	for _, v := range w.variants {
		for _, l := range found[v] {
			if version, known := w.sent[l.ID]; known && version == l.Version || w.location != 0 && w.location != l.Location {
				continue
			}
			w.sent[l.ID] = l.Version
			changed = append(changed, l)
		}
	}
	if len(changed) > 0 {
		w.news++
	}
	return live.Seen[[]inventory.Level]{Thing: changed, Version: strconv.Itoa(w.news)}, gql.Rows(ctx).Spend(len(changed))
}
