package catalog_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Whatever staff do to the options and variants of a product, in whatever
// order, is done or refused; the invariants at the end of the test say whether
// keys, titles and values still agree.
func TestOptionsAndVariants_anyEditsKeepTheInvariants(t *testing.T) {
	t.Parallel()
	r := open(t)
	random := rand.New(rand.NewPCG(1, 2))
	p := must[catalog.Product](t)(r.CreateProduct(r.ctx, shirt("shirt")))
	done := 0
	for step := range 250 {
		err := r.edit(t, random, p, strconv.Itoa(step))
		switch kind := fault.KindOf(err); {
		case err == nil:
			done++
		case kind == fault.Internal || kind == fault.Unavailable || fault.Is(err, "already_exists") || fault.Is(err, "value_refused"):
			t.Fatalf("step %d: %v", step, err)
		}
		p = must[catalog.Product](t)(r.ProductByID(r.ctx, p.ID))
	}
	if done < 80 || int64(done) != p.Version-1 {
		t.Errorf("%d edits were done, the version is %d", done, p.Version)
	}
}

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

func (r room) edit(t *testing.T, random *rand.Rand, p catalog.Product, name string) (err error) {
	t.Helper()
	variants := r.variants(t, p.ID)
	option, variant := pick(random, p.Options), pick(random, variants)
	value := pick(random, option.Values)
	values := make([]string, len(p.Options))
	for i, o := range p.Options {
		values[i] = pick(random, o.Values).Name
	}
	switch random.IntN(10) {
	case 0:
		_, err = r.AddOption(r.ctx, p.ID, p.Version, catalog.NewOption{Name: name, Values: []catalog.NewOptionValue{{Name: "x"}, {Name: "y"}}})
	case 1:
		_, err = r.RemoveOption(r.ctx, p.ID, p.Version, option.ID)
	case 2:
		order := make([]catalog.OptionID, len(p.Options))
		for i, at := range random.Perm(len(order)) {
			order[i] = p.Options[at].ID
		}
		_, err = r.ReorderOptions(r.ctx, p.ID, p.Version, order)
	case 3:
		_, err = r.AddOptionValues(r.ctx, p.ID, p.Version, option.ID, []catalog.NewOptionValue{{Name: name}})
	case 4:
		_, err = r.RemoveOptionValue(r.ctx, p.ID, p.Version, value.ID)
	case 5:
		other := pick(random, []string{name, pick(random, option.Values).Name})
		_, err = r.UpdateOptionValue(r.ctx, p.ID, p.Version, value.ID, catalog.OptionValueChange{Name: &other})
	case 6, 7:
		_, err = r.CreateVariants(r.ctx, p.ID, p.Version, []catalog.NewVariant{{Values: values}})
	case 8:
		_, err = r.UpdateVariant(r.ctx, variant.ID, variant.Version, catalog.VariantChange{Values: values})
	default:
		_, err = r.DeleteVariants(r.ctx, p.ID, p.Version, []catalog.VariantID{variant.ID})
	}
	return err
}
