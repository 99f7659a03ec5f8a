package merchandising

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/search"
)

// Intents tells which category a query means.
type Intents interface {
	// Intent gives the category of a normalized query and how sure that is, in
	// millionths.
	Intent(language locale.Language, query string) (category listing.CategoryID, sharePPM int64, ok bool)
}

// Rooms are what this one works with.
type Rooms struct {
	DB      *postgres.DB
	Events  *event.Outbox
	Audit   *audit.Log
	Search  search.Finder
	Listing *listing.Service
	Intents Intents // nil knows none
	// Suggestions are queries of others; nil knows none.
	Suggestions Suggestions
	Clock       clock.Clock
	Log         *slog.Logger
}

// Service holds the use cases.
type Service struct {
	Rooms
	answering
	completing
	live       atomic.Pointer[liveSet] // never nil
	refreshing sync.Mutex
}

// NewService wires the room. Nothing is live in this process before the first
// Refresh.
func NewService(rooms Rooms) *Service {
	if rooms.Log == nil {
		rooms.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{Rooms: rooms}
	s.live.Store(newLiveSet(0, nil))
	return s
}

// Save writes a new version of an item. What is live stays as it is.
func (s *Service) Save(ctx context.Context, in Save) (Item, error) {
	content, data, err := in.validate()
	if err != nil {
		return Item{}, err
	}
	var after Item
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		var before any
		if in.Item == 0 {
			if after, err = s.insert(ctx, content.Kind(), in.Name); err != nil {
				return err
			}
		} else {
			item, err := s.lock(ctx, in.Item, in.Version)
			if err != nil {
				return err
			}
			if item.Kind != content.Kind() {
				return ErrOtherKind
			}
			before = item
			if after, err = s.grow(ctx, item, in.Name); err != nil {
				return err
			}
		}
		if err := s.insertVersion(ctx, after, data, in.Note); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "merchandising.save", SubjectKind: "merchandising_item", SubjectID: int64(after.ID),
			Before: before, After: saved{after, content}, Reason: in.Note})
	})
	return after, err
}

// saved is what the audit row keeps of a new version.
type saved struct {
	Item    Item    `json:"item"`
	Content Content `json:"content"`
}

// validate reports everything that is wrong, and gives the content as it will
// be read.
func (in *Save) validate() (Content, []byte, error) {
	var c check
	in.Name, in.Note = strings.TrimSpace(in.Name), strings.TrimSpace(in.Note)
	c.text(in.Name, maxName, false, "name")
	c.text(in.Note, maxNote, true, "note")
	if in.Content == nil || blank(in.Content.Kind()) == nil {
		c.invalid(false, "An item says something.", "content")
		return nil, nil, c.faults
	}
	for _, e := range fault.All(in.Content.Validate()) {
		c.faults.Add(e.At(append([]string{"content"}, e.Path...)...))
	}
	if len(c.faults) > 0 {
		return nil, nil, c.faults
	}
	data, err := json.Marshal(in.Content)
	if err != nil {
		return nil, nil, fmt.Errorf("write content: %w", err)
	}
	if len(data) > maxContent {
		return nil, nil, fault.Newf(fault.Invalid, "limit_exceeded", "At most %d bytes.", maxContent).At("content")
	}
	content, err := decode(in.Content.Kind(), data)
	return content, data, err
}

// Publish makes a version of an item live; number 0 is the latest.
func (s *Service) Publish(ctx context.Context, id ItemID, number int, version int64) (Item, error) {
	return s.release(ctx, id, version, ActionPublish, func(ctx context.Context, item *Item) error {
		if number == 0 {
			number = item.Latest
		}
		return s.makeLive(ctx, item, number)
	})
}

// Rollback makes a version live that is earlier than the one that is.
func (s *Service) Rollback(ctx context.Context, id ItemID, number int, version int64) (Item, error) {
	return s.release(ctx, id, version, ActionRollback, func(ctx context.Context, item *Item) error {
		switch {
		case item.Live == nil:
			return ErrNotLive
		case number >= *item.Live:
			return ErrNotEarlier
		}
		return s.makeLive(ctx, item, number)
	})
}

// Unpublish ends what an item says, until a version is published again.
func (s *Service) Unpublish(ctx context.Context, id ItemID, version int64) (Item, error) {
	return s.release(ctx, id, version, ActionUnpublish, func(_ context.Context, item *Item) error {
		if item.Live == nil {
			return ErrNotLive
		}
		item.Live = nil
		return nil
	})
}

// Archive puts an item away for good. It is no longer live.
func (s *Service) Archive(ctx context.Context, id ItemID, version int64) (Item, error) {
	return s.release(ctx, id, version, ActionArchive, func(ctx context.Context, item *Item) error {
		now := s.DB.Now(ctx)
		item.Live, item.ArchivedAt = nil, &now
		return nil
	})
}

// release changes which version of an item is live. Releases stand in one line:
// their ids grow in the order in which they commit, so that the greatest one
// that somebody reads stands for all before it.
func (s *Service) release(ctx context.Context, id ItemID, version int64, action Action, change func(context.Context, *Item) error) (Item, error) {
	var after Item
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockReleases(ctx); err != nil {
			return err
		}
		before, err := s.lock(ctx, id, version)
		if err != nil {
			return err
		}
		after = before
		if err := change(ctx, &after); err != nil {
			return err
		}
		if after, err = s.setLive(ctx, after); err != nil {
			return err
		}
		if err := s.tell(ctx, action, before, after); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "merchandising." + string(action), SubjectKind: "merchandising_item", SubjectID: int64(id),
			Before: before, After: after})
	})
	return after, err
}

// tell writes the release down where what is live changed.
func (s *Service) tell(ctx context.Context, action Action, before, after Item) error {
	if before.Live == nil && after.Live == nil {
		return nil
	}
	release, err := s.insertRelease(ctx, Release{Item: after.ID, Action: action, From: before.Live, To: after.Live})
	if err != nil {
		return err
	}
	return s.Events.Record(ctx, Released{Release: release, Item: after.ID, Version: after.Version})
}

// makeLive decides whether a version may be live beside all others.
func (s *Service) makeLive(ctx context.Context, item *Item, number int) error {
	v, err := s.Version(ctx, item.ID, number)
	if err != nil {
		return err
	}
	if item.Live != nil && *item.Live == number {
		return ErrLive
	}
	others, err := s.countLive(ctx, item.Kind, item.ID)
	if err != nil {
		return err
	}
	if others >= maxLive(item.Kind) {
		return ErrFull
	}
	item.Live = &number
	if e, ok := v.Content.(Experiment); ok {
		return s.alone(ctx, item.ID, e)
	}
	return nil
}

// alone refuses an experiment beside another: a visit can be in one only.
func (s *Service) alone(ctx context.Context, id ItemID, e Experiment) error {
	_, live, err := s.readLive(ctx)
	if err != nil {
		return err
	}
	for _, other := range live {
		if o, ok := other.Content.(Experiment); ok && other.Item != id && e.meets(o) {
			return ErrExperiment
		}
	}
	return nil
}

// meets reports whether some visit could be in both.
func (e Experiment) meets(o Experiment) bool {
	before := func(end, start *time.Time) bool { return end != nil && start != nil && !end.After(*start) }
	if before(e.EndsAt, o.StartsAt) || before(o.EndsAt, e.StartsAt) {
		return false
	}
	if len(e.Languages) == 0 || len(o.Languages) == 0 {
		return true
	}
	for _, a := range e.Languages {
		for _, b := range o.Languages {
			if reads(locale.Language(a), locale.Language(b)) || reads(locale.Language(b), locale.Language(a)) {
				return true
			}
		}
	}
	return false
}

// Refresh reads what is live. The app calls it at start and whenever a release
// is heard of.
func (s *Service) Refresh(ctx context.Context) error {
	s.refreshing.Lock() // who reads later must not be overwritten by who read before
	defer s.refreshing.Unlock()
	release, items, err := s.readLive(ctx)
	if err != nil {
		return err
	}
	s.live.Store(newLiveSet(release, items).inherit(s.live.Load()))
	return nil
}

// LiveRelease is the release that this process knows of.
func (s *Service) LiveRelease() ReleaseID { return s.live.Load().release }

// set gives what is live, or with drafts what would be.
func (s *Service) set(ctx context.Context, drafts []Draft) (*liveSet, error) {
	live := s.live.Load()
	if len(drafts) == 0 {
		return live, nil
	}
	if len(drafts) > maxDrafts {
		return nil, fault.Newf(fault.Invalid, "limit_exceeded", "At most %d drafts at once.", maxDrafts).At("drafts")
	}
	items, err := s.readDrafts(ctx, drafts)
	if err != nil {
		return nil, err
	}
	return live.with(items), nil
}
