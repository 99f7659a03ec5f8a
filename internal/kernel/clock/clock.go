// Package clock is where time comes from. Nothing else reads the system clock,
// so that every rule about time can be tested by turning a Manual clock.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time, in UTC.
type Clock interface {
	Now() time.Time
}

// System gives the machine's clock, in UTC at the microseconds that the
// database keeps, so that a time read back equals the time written.
func System() Clock { return system{} }

type system struct{}

func (system) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Manual is a clock that stands still until it is turned.
type Manual struct {
	mu sync.Mutex
	at time.Time
}

// NewManual gives a clock that shows t.
func NewManual(t time.Time) *Manual { return &Manual{at: t.UTC().Truncate(time.Microsecond)} }

// Now gives the time the clock shows.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at
}

// Set turns the clock to t.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = t.UTC().Truncate(time.Microsecond)
}

// Advance turns the clock by d.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = m.at.Add(d)
}
