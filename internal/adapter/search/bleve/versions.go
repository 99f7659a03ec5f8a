package bleve

import (
	"context"
	"errors"
	"fmt"

	blevindex "github.com/blevesearch/bleve_index_api"

	"github.com/souk-commerce/souk/internal/search"
)

// Versions implements search.Index.
func (h *handle) Versions(ctx context.Context, after search.ProductID, limit int) (found []search.Version, err error) {
	err = h.read(ctx, func(reader blevindex.IndexReader) (err error) {
		first := key(max(after, 0) + 1)
		ids, err := reader.FieldDictRange(fieldID, []byte(first), []byte("\xff\xff\xff\xff\xff\xff\xff\xff"))
		if err != nil {
			return fmt.Errorf("list search entries: %w", err)
		}
		defer func() { err = errors.Join(err, ids.Close()) }()
		for len(found) < limit {
			entry, err := ids.Next()
			if err != nil {
				return fmt.Errorf("list search entries: %w", err)
			}
			if entry == nil {
				return nil
			}
			if found, err = appendVersion(ctx, found, reader, entry.Term); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// appendVersion adds a document if it is still there: words of deleted ones
// stay until bleve merges its files.
func appendVersion(ctx context.Context, found []search.Version, reader blevindex.IndexReader, name string) ([]search.Version, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	id, ok := product(name)
	if !ok {
		return found, nil
	}
	doc, err := reader.Document(name)
	if err != nil {
		return nil, fmt.Errorf("read search entry %d: %w", id, err)
	}
	if doc == nil {
		return found, nil
	}
	v := search.Version{ID: id}
	doc.VisitFields(func(f blevindex.Field) {
		if f.Name() == fieldVersion {
			v.Version = string(f.Value())
		}
	})
	return append(found, v), nil
}
