package notify

import (
	"context"
	"fmt"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/restock"
)

// tellOfStock tells somebody that what they wait for is in stock again, once
// for a request.
func (s *Service) tellOfStock(ctx context.Context, e event.Envelope) error {
	var there restock.Available
	if err := e.Decode(&there); err != nil {
		return err
	}
	key := fmt.Sprintf("%s/%d", RestockAvailable, there.Request)
	m, known, err := s.byKey(ctx, key)
	if err != nil {
		return err
	}
	if !known {
		r, err := s.restock.ByID(ctx, there.Request)
		if fault.Is(err, restock.ErrNotFound.Reason) {
			return nil // so late that the request is forgotten
		}
		if err != nil {
			return err
		}
		m, known, err = s.writeRestock(ctx, key, r)
		if err != nil || !known {
			return err
		}
	}
	return s.deliver(ctx, m)
}

// writeRestock keeps the mail, once for its key; false when what it would be
// about is no longer sold.
func (s *Service) writeRestock(ctx context.Context, key string, r restock.Request) (Mail, bool, error) {
	at, err := s.buyers.In(r.Market, r.Country, r.Language, s.db.Now(ctx))
	if fault.Is(err, listing.ErrNoPrices.Reason) {
		return Mail{}, false, nil
	}
	if err != nil {
		return Mail{}, false, err
	}
	found, err := s.goods.Goods(ctx, at, []listing.VariantID{r.Variant})
	if err != nil {
		return Mail{}, false, fmt.Errorf("read what is in stock again: %w", err)
	}
	g, ok := found[r.Variant]
	if !ok || !g.Sellable {
		return Mail{}, false, nil
	}
	shop, err := s.markets.Shop(ctx)
	if err != nil {
		return Mail{}, false, fmt.Errorf("read the shop that tells of stock: %w", err)
	}
	language := s.templates[RestockAvailable].nearest(r.Language)
	m, err := s.templates.write(RestockAvailable, language, inStock{
		Shop: oneLine(shop.Name), Title: titleOf(g), Link: productLink(at.StoreURL, s.publicURL, g.Handle),
		Stop: s.publicURL + "/restock/" + s.restock.Token(r.ID),
	})
	if err != nil {
		return Mail{}, false, fmt.Errorf("write of restock request %d: %w", r.ID, err)
	}
	m.SubjectKind, m.SubjectID, m.Recipient = AboutRestock, int64(r.ID), r.Email
	m.MessageID = messageID(s.sender(shop))
	m, err = s.keep(ctx, key, m)
	return m, err == nil, err
}

// inStock is what the templates of the mail are given. All of it is text on one
// line.
type inStock struct{ Shop, Title, Link, Stop string }

func titleOf(g listing.Goods) string {
	if g.VariantTitle == "" {
		return oneLine(g.Title)
	}
	return oneLine(g.Title + " (" + g.VariantTitle + ")")
}

// productLink leads to the product on the storefront.
func productLink(store, public, handle string) string {
	if store == "" {
		store = public
	}
	return strings.TrimSuffix(store, "/") + "/products/" + handle
}
