package importer

import (
	"context"
	"fmt"
	"strings"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/pricing"
)

// batch is one portion on its way into the database. It is made anew for every
// attempt; what it finds out about products is said only after the commit.
type batch struct {
	*run
	items []*item
	live  []*item             // those that are stored
	alts  map[media.ID]string // alternative texts that change

	prices        map[pricing.BulkKey]pricing.BulkPrice // what the shop has
	productFields map[int64][]metafield.Metafield
	variantFields map[int64][]metafield.Metafield
}

// item is a product of the file beside the one of the shop.
type item struct {
	product *Product
	before  *catalog.Whole // nil: new to the shop
	match   []int          // the shop's variant for each of the file's, or none
	order   []int          // the file's option for each of the shop's
	change  *catalog.BulkChange
	gallery gallery
	fails   []refusal // found against the shop
}

// refusal is an issue of a record that only the shop could tell.
type refusal struct {
	record int
	issue  Issue
}

func newBatch(r *run, products []*Product) *batch {
	b := &batch{run: r}
	for _, p := range products {
		b.items = append(b.items, &item{product: p})
	}
	return b
}

// settle says in the product's rows what was found out.
func (it *item) settle() {
	for _, f := range it.fails {
		it.product.Fail(f.record, f.issue)
	}
}

func (it *item) fail(record int, column, code, reason string) {
	it.fails = append(it.fails, refusal{record, Issue{Column: column, Code: code, Reason: reason}})
}

func (it *item) outcome() Outcome {
	switch {
	case !it.product.Accepted():
		return Rejected
	case it.before == nil:
		return Created
	case len(it.change.Aspects) > 0:
		return Updated
	}
	return Unchanged
}

// write does all of it. Everything is read and written for the whole portion
// at once.
func (b *batch) write(ctx context.Context) error {
	for _, step := range []func(ctx context.Context) error{
		b.enter, b.reading, b.find, b.judge, b.hang, b.merge, b.writing, b.save, b.reading, b.recall,
		b.writing, b.price, b.annotate, b.count, b.collect, b.finish,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// importLock lets one portion in at a time, whoever imports: two that bring the
// same products would otherwise wait for each other in the middle.
const importLock = 20_532

func (b *batch) enter(ctx context.Context) error {
	conn := b.service.db.Conn(ctx)
	if _, err := conn.Exec(ctx, `SELECT set_config('lock_timeout', '60s', true), set_config('statement_timeout', '60s', true)`); err != nil {
		return fmt.Errorf("enter the import: %w", postgres.Fault(err))
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, importLock); err != nil {
		return fmt.Errorf("enter the import: %w", postgres.Fault(err))
	}
	return nil
}

// reading has statements planned anew. Those kept from an empty shop would go
// through whole tables, since nobody has told the planner yet how they grow.
func (b *batch) reading(ctx context.Context) error { return b.planning(ctx, "force_custom_plan") }

// writing goes back to kept plans: planning anew would be done for the foreign
// keys of every row, too.
func (b *batch) writing(ctx context.Context) error { return b.planning(ctx, "auto") }

func (b *batch) planning(ctx context.Context, mode string) error {
	if _, err := b.service.db.Conn(ctx).Exec(ctx, `SELECT set_config('plan_cache_mode', $1, true)`, mode); err != nil {
		return fmt.Errorf("choose plans: %w", postgres.Fault(err))
	}
	return nil
}

// find looks for the products in the shop and locks them.
func (b *batch) find(ctx context.Context) error {
	var handles []string
	for _, it := range b.items {
		if it.product.Accepted() {
			handles = append(handles, it.product.Handle)
		}
	}
	found, err := b.service.catalog.ByHandles(ctx, handles)
	if err != nil {
		return err
	}
	for _, it := range b.items {
		w, led := found[it.product.Handle]
		it.before = w
		if led && w == nil {
			it.fail(it.product.Rows[0].Record, "Handle", "handle_taken", "the handle once led to a product that is gone and is not given again")
		}
	}
	return nil
}

// finish counts versions up, records facts and writes the audit row.
func (b *batch) finish(ctx context.Context) error {
	var changes []*catalog.BulkChange
	var created, updated []catalog.ProductID
	for _, it := range b.live {
		changes = append(changes, it.change)
		switch id := it.change.After.Product.ID; {
		case it.before == nil:
			created = append(created, id)
		case len(it.change.Aspects) > 0:
			updated = append(updated, id)
		}
	}
	if len(created)+len(updated) == 0 {
		return nil
	}
	if err := b.service.catalog.Finish(ctx, changes); err != nil {
		return err
	}
	return b.service.audit.Record(ctx, audit.Entry{
		Action: "product.import", SubjectKind: "import_run", SubjectID: b.record.ID,
		After: map[string]any{"created": created, "updated": updated},
	})
}

// collect puts products into the collections that the file names.
func (b *batch) collect(ctx context.Context) error {
	joins := map[string][]catalog.ProductID{}
	for _, it := range b.live {
		if title := it.product.Draft.Collection; title != "" {
			joins[title] = append(joins[title], it.change.After.Product.ID)
		}
	}
	return b.service.catalog.Join(ctx, joins)
}

// fold makes option names comparable.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
