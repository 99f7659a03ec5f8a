package catalog_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/event"
)

func (r room) category(t *testing.T, title string, parent *catalog.CategoryID) catalog.Category {
	t.Helper()
	return must[catalog.Category](t)(r.CreateCategory(r.ctx, catalog.NewCategory{Title: title, ParentID: parent}))
}

func (r room) trail(t *testing.T, id catalog.CategoryID) string {
	t.Helper()
	var names []string
	for _, c := range must[map[catalog.CategoryID][]catalog.Category](t)(r.Breadcrumbs(r.ctx, []catalog.CategoryID{id}))[id] {
		names = append(names, c.Title)
	}
	return strings.Join(names, " > ")
}

func TestMoveCategory_takesTheSubtree(t *testing.T) {
	t.Parallel()
	r := open(t)
	home, garden := r.category(t, "Home", nil), r.category(t, "Garden", nil)
	lamps := r.category(t, "Lamps", &home.ID)
	desk := r.category(t, "Desk", &lamps.ID)

	lamps = must[catalog.Category](t)(r.MoveCategory(r.ctx, lamps.ID, lamps.Version, &garden.ID, nil))
	if got := r.trail(t, desk.ID); got != "Garden > Lamps > Desk" {
		t.Errorf("desk lamps stand at %s", got)
	}
	_, err := r.MoveCategory(r.ctx, garden.ID, 1, &desk.ID, nil)
	if !errors.Is(err, catalog.ErrCycle) {
		t.Errorf("below its own grandchild: %v", err)
	}
	lamps = must[catalog.Category](t)(r.MoveCategory(r.ctx, lamps.ID, lamps.Version, nil, nil))
	if got := r.trail(t, desk.ID); got != "Lamps > Desk" || lamps.Depth != 0 {
		t.Errorf("desk lamps stand at %s, lamps at depth %d", got, lamps.Depth)
	}
	_, err = r.ArchiveCategory(r.ctx, lamps.ID, lamps.Version)
	refused(t, err, "category_has_children")
	desk = must[catalog.Category](t)(r.CategoryByID(r.ctx, desk.ID))
	must[catalog.Category](t)(r.ArchiveCategory(r.ctx, desk.ID, desk.Version))
	must[catalog.Category](t)(r.ArchiveCategory(r.ctx, lamps.ID, lamps.Version))
	_, err = r.CreateCategory(r.ctx, catalog.NewCategory{Title: "Floor", ParentID: &lamps.ID})
	refused(t, err, "parent_archived", "parentId")
	roots := must[map[catalog.CategoryID][]catalog.Category](t)(r.Children(r.ctx, []catalog.CategoryID{0}))[0]
	if len(roots) != 2 || roots[0].Title != "Home" {
		t.Errorf("roots are %+v", roots)
	}
}

// Two moves that are each right alone would make a circle together.
func TestMoveCategory_atOnceMakesNoCircle(t *testing.T) {
	t.Parallel()
	r := open(t)
	for range 10 {
		a, b := r.category(t, "A", nil), r.category(t, "B", nil)
		belowA, belowB := r.category(t, "Below A", &a.ID), r.category(t, "Below B", &b.ID)
		errs, start := make([]error, 2), make(chan struct{})
		var wg sync.WaitGroup
		for i, pair := range [][2]catalog.Category{{a, belowB}, {b, belowA}} {
			wg.Go(func() {
				<-start
				_, errs[i] = r.MoveCategory(r.ctx, pair[0].ID, 1, &pair[1].ID, nil)
			})
		}
		close(start)
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("exactly one should pass: %v", errs)
		}
	}
}

func TestCategory_depthIsBounded(t *testing.T) {
	t.Parallel()
	r := open(t)
	var parent *catalog.CategoryID
	for range catalog.MaxDepth + 1 {
		c := r.category(t, "Deeper", parent)
		parent = &c.ID
	}
	_, err := r.CreateCategory(r.ctx, catalog.NewCategory{Title: "Too deep", ParentID: parent})
	refused(t, err, "category_too_deep", "parentId")
	top, two := r.category(t, "Top", nil), r.category(t, "Pair", nil)
	r.category(t, "Below", &two.ID)
	_, err = r.MoveCategory(r.ctx, two.ID, 1, must[catalog.Category](t)(r.CategoryByID(r.ctx, *parent)).ParentID, nil)
	refused(t, err, "category_too_deep", "parentId")
	must[catalog.Category](t)(r.MoveCategory(r.ctx, two.ID, 1, &top.ID, nil))
}

func TestListProducts_ofASubtree(t *testing.T) {
	t.Parallel()
	r := open(t)
	home := r.category(t, "Home", nil)
	lamps := r.category(t, "Lamps", &home.ID)
	p := must[catalog.Product](t)(r.CreateProduct(r.ctx, catalog.NewProduct{Title: "Lamp", Categories: []catalog.CategoryID{lamps.ID}}))
	got := must[page.Slice[catalog.Product]](t)(r.ListProducts(r.ctx, catalog.ProductFilter{Category: home.ID}, "", page.Args{}))
	if len(got.Items) != 1 || got.Items[0].ID != p.ID {
		t.Errorf("got %+v", got.Items)
	}
	_, err := r.CreateProduct(r.ctx, catalog.NewProduct{Title: "Lost", Categories: []catalog.CategoryID{99}})
	refused(t, err, "category_not_found", "categories")
}

func (r room) members(t *testing.T, id catalog.CollectionID) []string {
	t.Helper()
	got := must[page.Slice[catalog.Product]](t)(r.ListProducts(r.ctx,
		catalog.ProductFilter{Collection: id}, catalog.ProductsByPosition, page.Args{}))
	var out []string
	for _, p := range got.Items {
		out = append(out, p.Title)
	}
	return out
}

func (r room) products(t *testing.T, titles ...string) []catalog.ProductID {
	t.Helper()
	var ids []catalog.ProductID
	for _, title := range titles {
		ids = append(ids, must[catalog.Product](t)(r.CreateProduct(r.ctx, catalog.NewProduct{Title: title})).ID)
	}
	return ids
}

func TestCollection_byHand(t *testing.T) {
	t.Parallel()
	r := open(t)
	ids := r.products(t, "A", "B", "C", "D")
	c := must[catalog.Collection](t)(r.CreateCollection(r.ctx, catalog.NewCollection{Title: "Best", Products: ids[:2]}))
	c = must[catalog.Collection](t)(r.AddToCollection(r.ctx, c.ID, c.Version, []catalog.ProductID{ids[1], ids[3], ids[2]}))
	if got := r.members(t, c.ID); !slices.Equal(got, []string{"A", "B", "D", "C"}) {
		t.Errorf("added: %v", got)
	}
	c = must[catalog.Collection](t)(r.MoveInCollection(r.ctx, c.ID, c.Version,
		[]catalog.Placement{{Product: ids[2], To: 0}, {Product: ids[0], To: 99}}))
	if got := r.members(t, c.ID); !slices.Equal(got, []string{"C", "B", "D", "A"}) {
		t.Errorf("moved: %v", got)
	}
	c = must[catalog.Collection](t)(r.RemoveFromCollection(r.ctx, c.ID, c.Version, ids[1:2]))
	if got := r.members(t, c.ID); !slices.Equal(got, []string{"C", "D", "A"}) {
		t.Errorf("removed: %v", got)
	}
	_, err := r.AddToCollection(r.ctx, c.ID, 1, ids[1:2])
	refused(t, err, "stale_version", "version")
	_, err = r.MoveInCollection(r.ctx, c.ID, c.Version, []catalog.Placement{{Product: ids[1]}})
	refused(t, err, "not_a_member")
}

// byTag stands in for the listing room: it matches by the first condition's tag.
type byTag struct {
	room  room
	asked *[]string
}

func (m byTag) Matching(ctx context.Context, rule catalog.Rule, ids []catalog.ProductID) ([]catalog.ProductID, error) {
	*m.asked = append(*m.asked, rule.Conditions[0].Value)
	found, err := m.room.ProductsByIDs(ctx, ids)
	var out []catalog.ProductID
	for _, id := range ids {
		if slices.Contains(found[id].Tags, rule.Conditions[0].Value) {
			out = append(out, id)
		}
	}
	return out, err
}

func tagged(tag string) *catalog.Rule {
	return &catalog.Rule{Match: catalog.All, Conditions: []catalog.Condition{{Field: catalog.FieldTag, Relation: catalog.Equals, Value: tag}}}
}

// replay hands every fact of the outbox to the keeper, once, in order.
func (r room) replay(t *testing.T, m *catalog.Membership) {
	t.Helper()
	rows, err := r.db.Conn(r.ctx).Query(r.ctx, `SELECT topic, payload FROM outbox ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	var facts []event.Envelope
	for rows.Next() {
		var e event.Envelope
		if err := rows.Scan(&e.Topic, &e.Payload); err != nil {
			t.Fatal(err)
		}
		facts = append(facts, e)
	}
	if err := m.Handle(r.ctx, facts...); err != nil {
		t.Fatal(err)
	}
}

func TestMembership_followsTheFacts(t *testing.T) {
	t.Parallel()
	r := open(t)
	var asked []string
	keeper := catalog.NewMembership(r.Service, byTag{r, &asked})
	ids := r.products(t, "A", "B")
	c := must[catalog.Collection](t)(r.CreateCollection(r.ctx, catalog.NewCollection{Title: "Sale", Rule: tagged("sale")}))
	must[catalog.Product](t)(r.UpdateProduct(r.ctx, ids[1], 1, catalog.ProductChange{Tags: []string{"sale"}}))
	r.replay(t, keeper)
	if got := r.members(t, c.ID); !slices.Equal(got, []string{"B"}) {
		t.Errorf("members are %v", got)
	}

	if len(asked) != 1 {
		t.Errorf("the rule was asked %d times for one batch of facts", len(asked))
	}
	asked = nil
	if err := keeper.Refresh(r.ctx, ids, []catalog.Aspect{catalog.AspectContent, catalog.AspectPrice}); err != nil || asked != nil {
		t.Errorf("a rule about tags was asked for another change: %v %v", asked, err)
	}
	before := r.count(t, `SELECT count(*) FROM outbox`)
	if err := keeper.Refresh(r.ctx, ids, []catalog.Aspect{catalog.AspectTags}); err != nil || len(asked) != 1 {
		t.Errorf("asked %v, %v", asked, err)
	}
	if after := r.count(t, `SELECT count(*) FROM outbox`); after != before {
		t.Errorf("nothing changed, yet there are %d facts more", after-before)
	}

	c = must[catalog.Collection](t)(r.UpdateCollection(r.ctx, c.ID, c.Version, catalog.CollectionChange{Rule: tagged("new")}))
	drift := must[[]catalog.Drift](t)(keeper.Check(r.ctx, 10))
	if len(drift) != 1 || drift[0].Product != ids[1] || !drift[0].Member {
		t.Errorf("drift is %+v", drift)
	}
	if err := keeper.Rebuild(r.ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if got := r.members(t, c.ID); len(got) != 0 {
		t.Errorf("members are %v", got)
	}
	_, err := r.AddToCollection(r.ctx, c.ID, c.Version, ids)
	refused(t, err, "collection_not_manual")
}

func TestRule_Validate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rule catalog.Rule
		path []string
	}{
		"no condition": {catalog.Rule{Match: catalog.All}, []string{"rule", "conditions"}},
		"no match":     {catalog.Rule{Conditions: tagged("x").Conditions}, []string{"rule", "match"}},
		"unknown field": {catalog.Rule{Match: catalog.Any, Conditions: []catalog.Condition{{Field: "smell", Relation: catalog.Equals, Value: "x"}}},
			[]string{"rule", "conditions", "0", "field"}},
		"tag greater": {catalog.Rule{Match: catalog.Any, Conditions: []catalog.Condition{{Field: catalog.FieldTag, Relation: catalog.GreaterThan, Value: "x"}}},
			[]string{"rule", "conditions", "0", "relation"}},
		"price in words": {catalog.Rule{Match: catalog.Any, Conditions: []catalog.Condition{{Field: catalog.FieldPrice, Relation: catalog.LessThan, Value: "ten"}}},
			[]string{"rule", "conditions", "0", "value"}},
		"nameless metafield": {catalog.Rule{Match: catalog.Any, Conditions: []catalog.Condition{{Field: catalog.FieldMetafield, Relation: catalog.IsSet}}},
			[]string{"rule", "conditions", "0", "key"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.rule.Validate()
			if err == nil {
				t.Fatal("it passed")
			}
			refused(t, err, reasonOf(err), test.path...)
		})
	}
	if err := tagged("sale").Validate(); err != nil {
		t.Error(err)
	}
}
