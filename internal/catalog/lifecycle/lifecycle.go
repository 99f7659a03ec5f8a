// Package lifecycle holds the states a product goes through: draft, active,
// archived. There is no I/O here.
package lifecycle

// Status is where a product stands.
type Status string

// The states.
const (
	Draft    Status = "draft"    // staff work on it
	Active   Status = "active"   // sold, from its publication time on
	Archived Status = "archived" // sold no more; kept for orders and links
)

// Valid reports whether s is one of the states.
func (s Status) Valid() bool { return s == Draft || s == Active || s == Archived }

// Event moves a product from one state to another.
type Event string

// The events.
const (
	Publish   Event = "publish"   // also sets another publication time
	Unpublish Event = "unpublish" // back to staff
	Archive   Event = "archive"
	Restore   Event = "restore"
)

// Transition is a row of the table.
type Transition struct {
	From  Status
	Event Event
	To    Status
}

// Transitions is the whole machine: what is not in it is refused.
func Transitions() []Transition {
	return []Transition{
		{Draft, Publish, Active},
		{Active, Publish, Active},
		{Active, Unpublish, Draft},
		{Draft, Archive, Archived},
		{Active, Archive, Archived},
		{Archived, Restore, Draft},
	}
}

// Next gives the state after an event, and whether the event is allowed.
func Next(from Status, e Event) (Status, bool) {
	for _, t := range Transitions() {
		if t.From == from && t.Event == e {
			return t.To, true
		}
	}
	return from, false
}
