package admin

import (
	"context"

	"github.com/souk-commerce/souk/graph/admin/answer"
	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/stockfeed"
)

// levelOf gives the level of an outcome; nil if there is none.
func levelOf(o inventory.Outcome) *inventory.Level {
	if o.Level.ID == 0 {
		return nil
	}
	return &o.Level
}

// refusalOf gives why a line was refused; nil if it was not.
func refusalOf(o inventory.Outcome) *answer.UserError {
	if o.Refusal == nil {
		return nil
	}
	return &answer.UserError{Field: o.Refusal.Path, Code: codeOf(o.Refusal), Message: o.Refusal.Message}
}

// rowsWanted says which rows of a report are shown.
type rowsWanted struct {
	first, after int
	refused      *bool
}

// maxReportRows is how many rows of a report are shown at once.
const maxReportRows = 1_000

var errReportRows = fault.Newf(fault.Invalid, "invalid_pagination", "Ask for 1 to %d rows.", maxReportRows).At("first")

// rowsOf gives rows of a report, within the request's budget.
func rowsOf(ctx context.Context, report inventory.SheetReport, want rowsWanted) ([]inventory.SheetRow, error) {
	if want.first < 1 || want.first > maxReportRows {
		return nil, errReportRows
	}
	rows := []inventory.SheetRow{}
	for _, row := range report.Rows {
		if len(rows) == want.first {
			break
		}
		if row.Line > want.after && (want.refused == nil || *want.refused == (row.Refusal != nil)) {
			rows = append(rows, row)
		}
	}
	return rows, gql.Rows(ctx).Spend(len(rows))
}

// settleFeed makes the payload of a feed that may have a new secret.
func settleFeed(f stockfeed.Feed, secret string, err error) (answer.StockFeedSecretPayload, error) {
	p, err := settle(f, err)
	return answer.StockFeedSecretPayload{Thing: p.Thing, Secret: unlessZero(secret), UserErrors: p.UserErrors}, err
}

// settleRun makes the payload of a delivery.
func settleRun(came stockfeed.Receipt, err error) (answer.StockFeedRunPayload, error) {
	p, err := settle(came.Run, err)
	return answer.StockFeedRunPayload{Thing: p.Thing, Repeated: came.Repeated, UserErrors: p.UserErrors}, err
}

// webhookURL is where the sender of a feed posts to.
func (r *Resolver) webhookURL(f stockfeed.Feed) *string {
	if f.Kind != stockfeed.Webhook {
		return nil
	}
	url := r.rooms.PublicURL + "/feeds/" + f.Handle
	return &url
}

// setBundle reads the discount of a bundle.
func (r *Resolver) setBundle(ctx context.Context, variant catalog.VariantID, version int64, input answer.BundleInput) (bundle.Bundle, error) {
	ppm, err := answer.ParsePercent(input.Discount)
	if f, ok := fault.As(err); ok {
		return bundle.Bundle{}, f.At("discount")
	}
	recipe := input.Recipe
	recipe.DiscountPPM = ppm
	return r.rooms.Bundles.Set(ctx, variant, version, recipe)
}

func (r *Resolver) removeBundle(ctx context.Context, variant catalog.VariantID, version int64) (catalog.Variant, error) {
	if err := r.rooms.Bundles.Remove(ctx, variant, version); err != nil {
		return catalog.Variant{}, err
	}
	return r.rooms.Catalog.VariantByID(ctx, variant)
}

// allocationsOf gives where the pieces of one line of an order are.
func allocationsOf(all []order.Allocation, line order.LineID) []order.Allocation {
	own := []order.Allocation{}
	for _, a := range all {
		if a.Line == line {
			own = append(own, a)
		}
	}
	return own
}
