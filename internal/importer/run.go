package importer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// A portion is what one transaction takes in: readers of events wait for the
// oldest transaction, so none may last.
const (
	portionProducts = 500
	portionVariants = 5000
)

// run is one import at work.
type run struct {
	service *Service
	input   Input
	shop    shop
	file    *File
	record  Run
	report  *Report
	seen    map[catalog.ProductID]string // which handle of the file a product of the shop was
	done    int
}

// work reads the file and stores it, portion by portion. While one is written
// the next is put together.
func (r *run) work(ctx context.Context) error {
	var err error
	if r.shop, err = r.service.facts(ctx, r.input.Limits); err != nil {
		return err
	}
	if r.file, err = Open(ctx, r.input.Source, r.input.Size, r.shop.settings); err != nil {
		return err
	}
	r.report.AddFile(r.file)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	portions := make(chan portion)
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		defer close(portions)
		r.assemble(ctx, portions)
	}()
	defer func() { cancel(); <-finished }()
	for p := range portions {
		if p.err != nil {
			return p.err
		}
		if err := r.store(ctx, p.products); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	<-finished
	if err := r.addLoose(); err != nil {
		return err
	}
	return r.refreshPlans(ctx)
}

// manyChanges is from how many products on an import is worth a look of the
// server at its tables.
const manyChanges = 500

// analyzeLimit bounds that look.
const analyzeLimit = 2 * time.Minute

// refreshPlans lets storefront reads be planned for what is in the shop now. A
// shop that was empty a moment ago would else be read with the plans of an
// empty one, a hundred times slower, until the server looks by itself.
func (r *run) refreshPlans(ctx context.Context) error {
	if r.report.Products.Created+r.report.Products.Updated < manyChanges {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), analyzeLimit) // everything is in: an end now is no failure
	defer cancel()
	return r.service.db.Analyze(ctx)
}

type portion struct {
	products []*Product
	err      error
}

// assemble puts portions together.
func (r *run) assemble(ctx context.Context, out chan<- portion) {
	var p portion
	variants := 0
	send := func() bool {
		select {
		case out <- p:
			p, variants = portion{}, 0
			return true
		case <-ctx.Done():
			return false
		}
	}
	for product, err := range r.file.Products(ctx) {
		if err != nil {
			p = portion{err: err}
			send()
			return
		}
		if product.Accepted() {
			variants += len(product.Draft.Variants)
		}
		p.products = append(p.products, product)
		if (len(p.products) >= portionProducts || variants >= portionVariants) && !send() {
			return
		}
	}
	if len(p.products) > 0 {
		send()
	}
}

// store writes a portion in one transaction and reports it. One that the shop
// refuses for a reason nobody foresaw is halved until the product at fault
// stands alone: it is rejected, and the others come in.
func (r *run) store(ctx context.Context, products []*Product) error {
	b, err := r.attempt(ctx, products)
	if kind := fault.KindOf(err); err != nil && (kind == fault.Conflict || kind == fault.Invalid) {
		if half := len(products) / 2; half > 0 {
			return errors.Join(r.store(ctx, products[:half]), r.store(ctx, products[half:]))
		}
		p := products[0]
		p.Fail(p.Rows[0].Record, Issue{Code: "refused_by_shop", Reason: "the shop refuses the product: " + failure(err)})
		r.report.AddProduct(p, Rejected)
		return r.progress(ctx, 1)
	}
	if err != nil {
		return fmt.Errorf("store products: %w", err)
	}
	for _, it := range b.items {
		it.settle()
		r.report.AddProduct(it.product, it.outcome())
		if it.before != nil && it.product.Accepted() {
			r.seen[it.before.Product.ID] = it.product.Handle
		}
	}
	return r.progress(ctx, len(products))
}

// attempt runs the transaction. If somebody else makes the same product or SKU
// in this very moment, the next attempt finds it and changes it instead.
func (r *run) attempt(ctx context.Context, products []*Product) (b *batch, err error) {
	for range maxAttempts {
		err = r.service.db.InTx(ctx, func(ctx context.Context) error {
			b = newBatch(r, products)
			return b.write(ctx)
		})
		if fault.KindOf(err) != fault.Conflict {
			break
		}
	}
	return b, err
}

const maxAttempts = 2

func (r *run) progress(ctx context.Context, done int) error {
	r.done += done
	if r.input.Progress != nil {
		r.input.Progress(Progress{Records: r.file.Records(), Products: r.file.Groups(), Done: r.done, Counts: r.report.Products})
	}
	return r.checkpoint(ctx)
}

func (r *run) addLoose() error {
	for row, err := range r.file.Loose() {
		if err != nil {
			return err
		}
		r.report.AddRow(row)
	}
	return nil
}

// failure says in a sentence why a run ended early.
func failure(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Message
	}
	if errors.Is(err, context.Canceled) {
		return "The import was stopped."
	}
	return "The import failed."
}
