package catalog

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Save writes what differs and says so in the changes' aspects; of what does
// not differ no row is touched. New things get their ids.
func (b *Bulk) Save(ctx context.Context, changes []*BulkChange) error {
	if err := b.identify(ctx, changes); err != nil {
		return err
	}
	w := &bulkWriter{now: b.db.Now(ctx), tables: map[string]*bulkTable{}}
	for _, c := range changes {
		w.product(c)
		w.options(c)
		w.variants(c)
		w.lists(c)
	}
	return b.write(ctx, w)
}

// identify gives ids to what is new.
func (b *Bulk) identify(ctx context.Context, changes []*BulkChange) error {
	var n struct{ products, options, values, variants int }
	for _, c := range changes {
		n.products += btoi(c.After.Product.ID == 0)
		for _, o := range c.After.Product.Options {
			n.options += btoi(o.ID == 0)
			for _, v := range o.Values {
				n.values += btoi(v.ID == 0)
			}
		}
		for _, v := range c.After.Variants {
			n.variants += btoi(v.ID == 0)
		}
	}
	var pools [4][]int64
	for i, want := range []struct {
		table string
		n     int
	}{{"product", n.products}, {"product_option", n.options}, {"product_option_value", n.values}, {"variant", n.variants}} {
		ids, err := b.allocate(ctx, want.table, want.n)
		if err != nil {
			return err
		}
		pools[i] = ids
	}
	for _, c := range changes {
		assignIDs(c, &pools)
	}
	return nil
}

func assignIDs(c *BulkChange, pools *[4][]int64) {
	take := func(pool int) int64 {
		id := pools[pool][0]
		pools[pool] = pools[pool][1:]
		return id
	}
	p := &c.After.Product
	if p.ID == 0 {
		p.ID = ProductID(take(0))
	}
	for i := range p.Options {
		o := &p.Options[i]
		if o.ID == 0 {
			o.ID = OptionID(take(1))
		}
		for j := range o.Values {
			if o.Values[j].ID == 0 {
				o.Values[j].ID = OptionValueID(take(2))
			}
		}
	}
	for i := range c.After.Variants {
		v := &c.After.Variants[i]
		if v.ID == 0 {
			v.ID, v.ProductID = VariantID(take(3)), p.ID
		}
		v.resolve(p.Options)
	}
}

// resolve finds the ids of the variant's values by their names and gives the
// variant the title they make.
func (v *Variant) resolve(options []Option) {
	var names []string
	for i := range v.Options {
		s := &v.Options[i]
		s.OptionID, s.Name = options[i].ID, options[i].Name
		j := slices.IndexFunc(options[i].Values, func(o OptionValue) bool { return o.Name == s.Value })
		s.ValueID = options[i].Values[j].ID
		names = append(names, s.Value)
	}
	v.Title = strings.Join(names, " / ")
}

func (v *Variant) optionKey() string {
	parts := make([]string, len(v.Options))
	for i, s := range v.Options {
		parts[i] = strconv.FormatInt(int64(s.ValueID), 10)
	}
	return strings.Join(parts, "-")
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// write sends what was gathered: statements that clear the way, then new rows,
// then changes.
func (b *Bulk) write(ctx context.Context, w *bulkWriter) error {
	conn := b.db.Conn(ctx)
	if err := sendBulk(ctx, conn, &w.first); err != nil {
		return err
	}
	for _, name := range w.order {
		t := w.tables[name]
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return fmt.Errorf("write %s: %w", t.name, postgres.Conflict(err, byConstraint))
		}
	}
	return sendBulk(ctx, conn, &w.then)
}

func sendBulk(ctx context.Context, conn postgres.Conn, batch *pgx.Batch) error {
	if batch.Len() == 0 {
		return nil
	}
	if err := conn.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("change products: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

// differ compares two values of any type.
func differ(a, b any) bool { return !reflect.DeepEqual(a, b) }
