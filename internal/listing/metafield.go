package listing

import "time"

// MetafieldKey names a metafield.
type MetafieldKey struct {
	Namespace string
	Key       string
}

// DefaultNamespace is meant when a key comes without one.
const DefaultNamespace = "custom"

// Metafield is a typed value that is open to storefronts.
type Metafield struct {
	ID          MetafieldID
	Name        MetafieldKey
	Type        string
	Value       string
	Description *string
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// filled puts the default namespace where none is named.
func (k MetafieldKey) filled() MetafieldKey {
	if k.Namespace == "" {
		k.Namespace = DefaultNamespace
	}
	return k
}

func find(all []*Metafield, key MetafieldKey) *Metafield {
	for _, m := range all {
		if m.Name == key {
			return m
		}
	}
	return nil
}

func pick(all []*Metafield, keys []MetafieldKey) []*Metafield {
	out := make([]*Metafield, len(keys))
	for i, key := range keys {
		out[i] = find(all, key.filled())
	}
	return out
}
