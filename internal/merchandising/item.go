package merchandising

import "time"

// ItemID is an item's identity.
type ItemID int64

// Item is one thing that merchandisers say. What it says are its versions.
type Item struct {
	ID         ItemID     `json:"id"`
	Kind       Kind       `json:"kind"`
	Name       string     `json:"name"`
	Latest     int        `json:"latest"`         // number of the newest version
	Live       *int       `json:"live,omitempty"` // number of the version that acts
	Version    int64      `json:"version"`        // of the item itself, for those who change it
	ArchivedAt *time.Time `json:"archivedAt,omitempty"`
	CreatedAt  time.Time  `json:"createdAt"`
	UpdatedAt  time.Time  `json:"updatedAt"`
}

// Version is one content of an item. It never changes.
type Version struct {
	ID        int64
	Item      ItemID
	Number    int // from 1, without gaps
	Content   Content
	Note      string
	Author    string
	CreatedAt time.Time
}

// ReleaseID is a release's identity. The greatest one is the version of
// everything that is live together.
type ReleaseID int64

// Release is a moment at which what is live changed.
type Release struct {
	ID     ReleaseID
	Item   ItemID
	Action Action
	From   *int // the version that was live, if one was
	To     *int // the version that is live since, if one is
	Author string
	At     time.Time
}

// Action is what somebody did to what is live.
type Action string

// The actions.
const (
	ActionPublish   Action = "publish"
	ActionUnpublish Action = "unpublish"
	ActionRollback  Action = "rollback"
	ActionArchive   Action = "archive"
)

// Save writes a new version of an item's content. It is a draft until somebody
// publishes it.
type Save struct {
	Item    ItemID // 0 makes a new one
	Name    string
	Content Content // of the kind that the item has
	Note    string  // what was changed and why
	Version int64   // of the item as it was seen; 0 for a new one
}

// State is where an item stands.
type State string

// The states.
const (
	StateDraft    State = "draft" // nothing of it is live
	StateLive     State = "live"
	StateArchived State = "archived"
)

// State gives where the item stands.
func (i Item) State() State {
	switch {
	case i.ArchivedAt != nil:
		return StateArchived
	case i.Live != nil:
		return StateLive
	}
	return StateDraft
}

// Filter narrows a list of items; what is empty narrows nothing.
type Filter struct {
	Kinds []Kind
	State State  // empty: all that are not archived
	Name  string // a part of the name
}
