package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Membership keeps the members of collections by rule right. It follows the
// facts: a change of products evaluates only the collections whose rule looks
// at what changed, and only for those products; a new rule evaluates one
// collection for all products. Each collection is locked before its rule is
// asked, so that of two that run at once the later sees what the earlier saw or
// newer. Doing it twice changes nothing.
type Membership struct {
	service *Service
	matcher Matcher
}

// NewMembership wires the keeper to whoever evaluates rules.
func NewMembership(service *Service, matcher Matcher) *Membership {
	return &Membership{service: service, matcher: matcher}
}

// memberBatch is how many products are evaluated in one transaction.
const memberBatch = 500

// affected is what a fact says about products, whichever room it comes from.
type affected struct {
	Product    ProductID    `json:"product"`
	Products   []ProductID  `json:"products"`
	Aspects    []Aspect     `json:"aspects"`
	Collection CollectionID `json:"collection"`
	Rule       bool         `json:"rule"`
	Subtree    bool         `json:"subtree"`
	Kind       string       `json:"kind"`
	ID         int64        `json:"id"`
}

// work is what a batch of facts asks for.
type work struct {
	changes  []productChange
	rebuild  []CollectionID // all products against these
	everyone []Aspect       // all products against the rules that look at these
}

// productChange is products that changed in some aspects.
type productChange struct {
	products []ProductID
	aspects  []Aspect
}

// Handle takes facts of the outbox, any number together: what they ask for is
// done once. Facts that concern no membership are passed over. Facts of other
// rooms name their products as "product" or "products"; a price.changed without
// any means every product.
func (m *Membership) Handle(ctx context.Context, facts ...event.Envelope) error {
	var w work
	for _, e := range facts {
		var a affected
		if err := e.Decode(&a); err != nil {
			return err
		}
		w.add(e.Topic, a)
	}
	return m.do(ctx, w)
}

func (w *work) add(topic string, a affected) {
	if a.Product != 0 {
		a.Products = append(a.Products, a.Product)
	}
	switch topic {
	case "product.created":
		w.changes = append(w.changes, productChange{a.Products, allAspects()})
	case "product.updated":
		w.changes = append(w.changes, productChange{a.Products, a.Aspects})
	case "price.changed":
		if len(a.Products) == 0 {
			w.everyone = with(w.everyone, AspectPrice)
		}
		w.changes = append(w.changes, productChange{a.Products, []Aspect{AspectPrice}})
	case "stock.changed":
		w.changes = append(w.changes, productChange{a.Products, []Aspect{AspectStock}})
	case "metafield.changed":
		if a.Kind == "product" {
			w.changes = append(w.changes, productChange{[]ProductID{ProductID(a.ID)}, []Aspect{AspectMetafield}})
		}
	case "category.changed":
		if a.Subtree {
			w.everyone = with(w.everyone, AspectCategory)
		}
	case "collection.changed":
		if a.Rule {
			w.rebuild = append(w.rebuild, a.Collection)
		}
	}
}

// Refresh evaluates products that changed in these aspects against the
// collections whose rules look at one of them.
func (m *Membership) Refresh(ctx context.Context, products []ProductID, aspects []Aspect) error {
	return m.do(ctx, work{changes: []productChange{{products, aspects}}})
}

// RebuildAll evaluates every product against every rule, for when facts were
// missed.
func (m *Membership) RebuildAll(ctx context.Context) error {
	return m.do(ctx, work{everyone: allAspects()})
}

// do brings every collection that is concerned in line, in id order.
func (m *Membership) do(ctx context.Context, w work) error {
	if len(w.changes)+len(w.rebuild)+len(w.everyone) == 0 {
		return nil
	}
	rules, err := m.service.rules(ctx)
	if err != nil {
		return err
	}
	for _, r := range rules {
		if slices.Contains(w.rebuild, r.id) || r.rule.Concerns(w.everyone) {
			err = m.Rebuild(ctx, r.id)
		} else {
			err = m.refresh(ctx, r, w.changes)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *Membership) refresh(ctx context.Context, r idRule, changes []productChange) error {
	var products []ProductID
	for _, c := range changes {
		if r.rule.Concerns(c.aspects) {
			products = append(products, c.products...)
		}
	}
	for batch := range slices.Chunk(unique(products), memberBatch) {
		if err := m.evaluate(ctx, r.id, batch); err != nil {
			return err
		}
	}
	return nil
}

// Rebuild evaluates every product against one collection's rule, in batches of
// bounded size. A rule that changes meanwhile is followed by a rebuild of its
// own.
func (m *Membership) Rebuild(ctx context.Context, id CollectionID) error {
	for after := ProductID(0); ; {
		batch, err := m.service.productsAfter(ctx, after, memberBatch)
		if err != nil || len(batch) == 0 {
			return err
		}
		if err := m.evaluate(ctx, id, batch); err != nil {
			return err
		}
		after = batch[len(batch)-1]
	}
}

// evaluate brings the membership of some products in one collection in line
// with its rule.
func (m *Membership) evaluate(ctx context.Context, id CollectionID, products []ProductID) error {
	s := m.service
	return s.db.InTx(ctx, func(ctx context.Context) error {
		rule, err := s.lockRule(ctx, id)
		if err != nil || rule == nil {
			return err
		}
		matching, err := m.matcher.Matching(ctx, *rule, products)
		if err != nil {
			return fmt.Errorf("evaluate rule of collection %d: %w", id, err)
		}
		slices.Sort(matching)
		others := slices.DeleteFunc(slices.Clone(products), func(p ProductID) bool {
			_, found := slices.BinarySearch(matching, p)
			return found
		})
		left, err := s.deleteMembers(ctx, id, others)
		if err != nil {
			return err
		}
		joined, err := s.appendMembers(ctx, id, matching)
		if err != nil || len(left)+len(joined) == 0 {
			return err
		}
		return s.events.Record(ctx, MembershipChanged{Collection: id, Products: append(left, joined...)})
	})
}

// idRule is a collection's rule.
type idRule struct {
	id   CollectionID
	rule Rule
}

// rules gives the rules of all living collections, in id order.
func (s *Service) rules(ctx context.Context) ([]idRule, error) {
	rows, err := s.db.Conn(ctx).Query(ctx,
		`SELECT id, rule FROM collection WHERE kind = 'rule' AND archived_at IS NULL ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", postgres.Fault(err))
	}
	rules, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r idRule, err error) {
		var text []byte
		if err := row.Scan(&r.id, &text); err != nil {
			return r, err
		}
		return r, json.Unmarshal(text, &r.rule)
	})
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", postgres.Fault(err))
	}
	return rules, nil
}

// lockRule takes the collection and gives its rule as it is then; nil when it
// has none any more, or is archived.
func (s *Service) lockRule(ctx context.Context, id CollectionID) (*Rule, error) {
	rows, err := s.db.Conn(ctx).Query(ctx,
		`SELECT rule FROM collection WHERE id = $1 AND kind = 'rule' AND archived_at IS NULL FOR UPDATE`, int64(id))
	if err != nil {
		return nil, fmt.Errorf("lock rule: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil || len(found) == 0 {
		return nil, postgres.Fault(err)
	}
	rule := new(Rule)
	if err := json.Unmarshal(found[0], rule); err != nil {
		return nil, fmt.Errorf("read rule of collection %d: %w", id, err)
	}
	return rule, nil
}

func (s *Service) productsAfter(ctx context.Context, after ProductID, limit int) ([]ProductID, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT id FROM product WHERE id > $1 ORDER BY id LIMIT $2`, int64(after), limit)
	if err != nil {
		return nil, fmt.Errorf("read products: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return typed[ProductID](ids), postgres.Fault(err)
}

// Drift is a product that is a member of a collection against its rule, or not
// one as its rule wants.
type Drift struct {
	Collection CollectionID
	Product    ProductID
	Member     bool
}

// Check holds the members of every living collection by rule against its rule
// and gives the first differences, at most limit. While facts are still on
// their way there may be some.
func (m *Membership) Check(ctx context.Context, limit int) ([]Drift, error) {
	rules, err := m.service.rules(ctx)
	if err != nil {
		return nil, err
	}
	var found []Drift
	for _, r := range rules {
		members, err := m.service.members(ctx, r.id)
		if err != nil {
			return nil, err
		}
		if err := m.compare(ctx, r, members, func(d Drift) { found = append(found, d) }); err != nil {
			return nil, err
		}
		if len(found) >= limit {
			return found[:limit], nil
		}
	}
	return found, nil
}

func (m *Membership) compare(ctx context.Context, r idRule, members []ProductID, report func(Drift)) error {
	is := make(map[ProductID]bool, len(members))
	for _, p := range members {
		is[p] = true
	}
	for after := ProductID(0); ; {
		batch, err := m.service.productsAfter(ctx, after, memberBatch)
		if err != nil || len(batch) == 0 {
			return err
		}
		matching, err := m.matcher.Matching(ctx, r.rule, batch)
		if err != nil {
			return fmt.Errorf("evaluate rule of collection %d: %w", r.id, err)
		}
		for _, p := range batch {
			if is[p] != slices.Contains(matching, p) {
				report(Drift{Collection: r.id, Product: p, Member: is[p]})
			}
		}
		after = batch[len(batch)-1]
	}
}
