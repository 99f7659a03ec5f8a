package meilisearch

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	upstream "github.com/meilisearch/meilisearch-go"

	"github.com/souk-commerce/souk/internal/search"
)

// What is handed over at once at most. An entry that is longer goes alone.
const (
	maxPayload = 5 << 20
	maxBatch   = 1_000
	maxDeletes = 10_000
)

type index struct {
	engine  *Engine
	uid     string
	manager upstream.IndexManager
}

// Close implements search.Index. There is nothing to close.
func (x *index) Close() error { return nil }

// Put implements search.Index. Entries are handed over in batches, of which
// each comes in whole or not at all.
func (x *index) Put(ctx context.Context, entries []search.Entry) (search.Task, error) {
	for _, entry := range entries {
		if err := entry.Check(); err != nil {
			return nil, err
		}
	}
	all := task{engine: x.engine, what: "put documents"}
	for len(entries) > 0 {
		payload, taken, err := batch(entries)
		if err != nil {
			return nil, err
		}
		one, err := x.engine.hand(ctx, all.what, func(ctx context.Context) (*upstream.TaskInfo, error) {
			return x.manager.AddDocumentsWithContext(ctx, payload, nil)
		})
		if err != nil {
			return nil, err
		}
		all.numbers, entries = append(all.numbers, one.numbers...), entries[taken:]
	}
	return all, ctx.Err()
}

// batch writes as many entries as go into one payload.
func batch(entries []search.Entry) (payload []byte, taken int, err error) {
	var b bytes.Buffer
	b.WriteByte('[')
	for _, entry := range entries[:min(len(entries), maxBatch)] {
		text, err := json.Marshal(newDocument(entry))
		if err != nil {
			return nil, 0, search.ErrRefused.Wrap(fmt.Errorf("write entry %d: %w", entry.ID, err))
		}
		if taken > 0 && b.Len()+len(text) > maxPayload {
			break
		}
		if taken > 0 {
			b.WriteByte(',')
		}
		b.Write(text)
		taken++
	}
	b.WriteByte(']')
	return b.Bytes(), taken, nil
}

// Delete implements search.Index.
func (x *index) Delete(ctx context.Context, ids []search.ProductID) (search.Task, error) {
	all := task{engine: x.engine, what: "delete documents"}
	for some := range slices.Chunk(ids, maxDeletes) {
		numbers := make([]string, len(some))
		for i, id := range some {
			numbers[i] = strconv.FormatInt(int64(id), 10)
		}
		one, err := x.engine.hand(ctx, all.what, func(ctx context.Context) (*upstream.TaskInfo, error) {
			return x.manager.DeleteDocumentsWithContext(ctx, numbers, nil)
		})
		if err != nil {
			return nil, err
		}
		all.numbers = append(all.numbers, one.numbers...)
	}
	return all, ctx.Err()
}

// Versions implements search.Index.
func (x *index) Versions(ctx context.Context, after search.ProductID, limit int) ([]search.Version, error) {
	var page upstream.DocumentsResult
	err := x.engine.call(ctx, "list documents", x.engine.cfg.WriteTimeout, func(ctx context.Context) error {
		return x.manager.GetDocumentsWithContext(ctx, &upstream.DocumentsQuery{
			Fields: []string{fieldID, "version"}, Filter: fmt.Sprintf("%s > %d", fieldID, after), Sort: []string{fieldID + ":asc"}, Limit: int64(limit),
		}, &page)
	})
	if err != nil {
		return nil, err
	}
	versions := make([]search.Version, len(page.Results))
	for i, found := range page.Results {
		var entry search.Entry
		if err := found.DecodeInto(&entry); err != nil {
			return nil, search.ErrUnavailable.Wrap(fmt.Errorf("read document: %w", err))
		}
		versions[i] = search.Version{ID: entry.ID, Version: entry.Version}
	}
	return versions, nil
}
