package answer

import (
	"hash/fnv"
	"strconv"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/listing"
)

// Metafield gives one metafield of the cart.
func (c *Cart) Metafield(key string, namespace *string) *listing.Metafield {
	name := listing.MetafieldKey{Namespace: listing.DefaultNamespace, Key: key}
	if namespace != nil && *namespace != "" {
		name.Namespace = *namespace
	}
	return c.metafield(name)
}

// Metafields gives metafields in the order asked for, nil where there is none.
func (c *Cart) Metafields(identifiers []listing.MetafieldKey) ([]*listing.Metafield, error) {
	if len(identifiers) > maxPage {
		return nil, listing.ErrTooMany
	}
	out := make([]*listing.Metafield, len(identifiers))
	for i, name := range identifiers {
		out[i] = c.Metafield(name.Key, &name.Namespace)
	}
	return out, nil
}

func (c *Cart) metafield(name listing.MetafieldKey) *listing.Metafield {
	for _, m := range c.of.Metafields {
		if m.Namespace == name.Namespace && m.Key == name.Key {
			return CartMetafield(c.of, m)
		}
	}
	return nil
}

// CartMetafield shows a metafield of a cart.
func CartMetafield(of cart.Cart, m cart.Metafield) *listing.Metafield {
	name := listing.MetafieldKey{Namespace: m.Namespace, Key: m.Key}
	return &listing.Metafield{ID: CartMetafieldID(of.ID, name), Name: name, Type: m.Type, Value: m.Value, CreatedAt: of.UpdatedAt, UpdatedAt: of.UpdatedAt}
}

// CartMetafieldID gives the id of a metafield on a cart. Such a metafield is no
// row of its own: its id is made of its name, and is below zero so that it is
// never that of another.
func CartMetafieldID(of cart.ID, name listing.MetafieldKey) listing.MetafieldID {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strconv.FormatInt(int64(of), 10) + "\x00" + name.Namespace + "\x00" + name.Key))
	return -listing.MetafieldID(h.Sum64()>>1) - 1
}
