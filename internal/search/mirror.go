package search

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// versions says of products what version their entry has.
type versions map[ProductID]string

// mirror is what this process knows of all documents: the table, and by
// language the vocabulary and the version of each entry. It is written by one
// at a time and read by many.
type mirror struct {
	table *table.Table
	read  atomic.Bool // all documents were read once
	// sequence counts changes of words: what was found before one may not be
	// found after it.
	sequence atomic.Uint64
	changed  atomic.Int64 // when it last did, in Unix nanoseconds

	mu        sync.RWMutex
	languages []locale.Language
	tongues   map[locale.Language]*tongue
}

// tongue is what is known in one language.
type tongue struct {
	words    *understanding.Vocabulary
	versions versions
}

func newMirror() *mirror {
	return &mirror{table: table.New(), tongues: map[locale.Language]*tongue{}}
}

// speak says which languages there are; it reports whether one is new.
func (m *mirror) speak(languages []locale.Language) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	fresh := false
	for _, l := range languages {
		if m.tongues[l] == nil {
			m.tongues[l] = &tongue{words: understanding.NewVocabulary(l), versions: versions{}}
			fresh = true
		}
	}
	for l := range m.tongues {
		if !slices.Contains(languages, l) {
			delete(m.tongues, l)
		}
	}
	m.languages = languages
	return fresh
}

// spoken gives the languages.
func (m *mirror) spoken() []locale.Language {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.languages
}

// nearest gives the language that stands in for another: itself, a wider form,
// or the last one, which is the shop's.
func (m *mirror) nearest(l, last locale.Language) (locale.Language, *tongue) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if t := m.tongues[l]; t != nil {
		return l, t
	}
	for _, wider := range append(locale.Fallbacks(l), last) {
		if t := m.tongues[wider]; t != nil {
			return wider, t
		}
	}
	return l, nil
}

// put takes documents in, and those out that are gone. One does so at a time.
func (m *mirror) put(b *batch, now time.Time) {
	m.table.Put(b.documents)
	m.table.Delete(b.gone)
	changed := false
	for l, entries := range b.entries {
		m.mu.RLock()
		t := m.tongues[l]
		m.mu.RUnlock()
		if t != nil {
			changed = m.revise(t, entries, b.gone) || changed
		}
	}
	if changed {
		m.advance(now)
	}
}

// revise puts what is new into the words of a language. Searches go on meanwhile.
func (m *mirror) revise(t *tongue, entries []prepared, gone []ProductID) (changed bool) {
	fresh := versions{}
	for i := range entries {
		if e := &entries[i]; t.versions[e.ID] != e.Version {
			fresh[e.ID] = e.Version
			t.words.Put(int64(e.ID), e.strong, e.weak)
		}
	}
	for _, id := range gone {
		if _, known := t.versions[id]; known {
			changed = true
			t.words.Delete(int64(id))
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.Copy(t.versions, fresh)
	for _, id := range gone {
		delete(t.versions, id)
	}
	return changed || len(fresh) > 0
}

// advance says that something else may be found from now on.
func (m *mirror) advance(now time.Time) {
	m.changed.Store(now.UnixNano())
	m.sequence.Add(1)
}

func (m *mirror) changedAt() time.Time { return time.Unix(0, m.changed.Load()) }

// wanted copies the versions that an index in a language should have.
func (m *mirror) wanted() map[locale.Language]versions {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := make(map[locale.Language]versions, len(m.tongues))
	for l, t := range m.tongues {
		out[l] = maps.Clone(t.versions)
	}
	return out
}

// known lists all products there are entries of.
func (m *mirror) known() []ProductID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, t := range m.tongues {
		return slices.Collect(maps.Keys(t.versions)) // all languages know the same
	}
	return nil
}

// count says how many products there are.
func (m *mirror) count() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, t := range m.tongues {
		return len(t.versions)
	}
	return 0
}

// batch is documents as they were just read, ready to be written.
type batch struct {
	documents []*listing.Document
	gone      []ProductID // were asked for and are no more
	entries   map[locale.Language][]prepared
}

func newBatch(asked []ProductID, docs []*listing.Document, languages []locale.Language) *batch {
	b := &batch{documents: docs, entries: make(map[locale.Language][]prepared, len(languages))}
	there := make(map[ProductID]bool, len(docs))
	for _, d := range docs {
		there[d.ID] = true
	}
	for _, id := range asked {
		if !there[id] {
			b.gone = append(b.gone, id)
		}
	}
	for _, l := range languages {
		entries := make([]prepared, len(docs))
		for i, d := range docs {
			entries[i] = prepare(d, l)
		}
		b.entries[l] = entries
	}
	return b
}
