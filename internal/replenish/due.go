package replenish

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/page"
)

// Days is over how many days sales are counted.
const Days = 30

// Due is a line of the report of what to order.
type Due struct {
	Threshold
	Available int64 // less than nothing where more is promised than there is
	Incoming  int64
	Sold      int64 // pieces that orders took here in the last Days
	// DaysOfCover is for how many days what is available lasts if it goes on
	// selling as in the last Days; nil where nothing was sold.
	DaysOfCover *int64
	Suggested   int64 // pieces to order
}

// ReportFilter narrows the report; zero fields do not.
type ReportFilter struct {
	Variants []catalog.VariantID
	Location inventory.LocationID
}

// Report gives one page of what to order now: levels of which no more than the
// threshold is available or on its way. What runs out first comes first, what
// does not sell comes last.
//
// It takes two statements: the thresholds that are marked, and their shelves.
// Marks follow the stock within about a second and outlast a rise within the
// margin; whether an order is due is judged by the shelves as they are.
func (s *Service) Report(ctx context.Context, f ReportFilter, args page.Args) (page.Slice[Due], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Due]{}, err
	}
	all, err := s.due(ctx, f)
	if err != nil {
		return page.Slice[Due]{}, err
	}
	if w.Descending() {
		slices.Reverse(all)
	}
	if w.Cursor != "" {
		var cover int64
		var id ThresholdID
		if err := page.Decode(w.Cursor, &cover, &id); err != nil {
			return page.Slice[Due]{}, err
		}
		all = slices.DeleteFunc(all, func(d Due) bool {
			order := d.compare(cover, id)
			return order == 0 || (order < 0) != w.Descending()
		})
	}
	return page.Cut(all[:min(len(all), w.Limit+1)], w, func(d Due) string { return page.Encode(d.urgency(), d.ID) }), nil
}

// CountReport tells how long the report is.
func (s *Service) CountReport(ctx context.Context, f ReportFilter) (int64, error) {
	all, err := s.due(ctx, f)
	return int64(len(all)), err
}

// due is the whole report, what is most urgent first.
func (s *Service) due(ctx context.Context, f ReportFilter) ([]Due, error) {
	marked, err := s.marked(ctx, f)
	if err != nil || len(marked) == 0 {
		return nil, err
	}
	levels := make([]Level, len(marked))
	for i, t := range marked {
		levels[i] = t.Level
	}
	shelves, err := s.stock.Shelves(ctx, levels, s.db.Now(ctx).AddDate(0, 0, -Days))
	if err != nil {
		return nil, err
	}
	var out []Due
	for _, t := range marked {
		if d := dueOf(t, shelves[t.Level]); d.Available+d.Incoming <= *t.ReorderAt {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b Due) int { return a.compare(b.urgency(), b.ID) })
	return out, nil
}

// dueOf reckons what to order of a level that has a reorder point.
func dueOf(t Threshold, shelf inventory.Shelf) Due {
	d := Due{Threshold: t, Available: shelf.Free(), Incoming: shelf.Incoming, Sold: shelf.Sold}
	if d.Sold > 0 {
		cover := max(d.Available, 0) * Days / d.Sold
		d.DaysOfCover = &cover
	}
	// what lifts the level over its threshold and the margin, so that its next
	// fall is told again; in whole lots where it is ordered by lots
	d.Suggested = max(*t.ReorderAt+t.Margin+1-d.Available-d.Incoming, 0)
	if lot := t.ReorderQuantity; lot != nil {
		d.Suggested = (d.Suggested + *lot - 1) / *lot * *lot
	}
	return d
}

// urgency is the days of cover as a sort value: what does not sell lasts for
// ever.
func (d Due) urgency() int64 {
	if d.DaysOfCover == nil {
		return math.MaxInt64
	}
	return *d.DaysOfCover
}

func (d Due) compare(urgency int64, id ThresholdID) int {
	return cmp.Or(cmp.Compare(d.urgency(), urgency), cmp.Compare(d.ID, id))
}
