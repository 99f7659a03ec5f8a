// Package sourcing decides which places send the pieces of an order. It knows
// numbers only: it reads and writes nothing.
//
// A strategy puts the places in an order and says how the pieces are spread:
//
//   - Priority: by the shop's own priority.
//   - Nearest: by the first of a place's zones that covers the destination (the
//     earlier in its list, the nearer the place), then by distance, then by
//     priority. A place whose zones do not cover the destination comes after all
//     that do, and one whose distance is not known after those whose is.
//   - FewestSplits: so few places for the whole order that no fewer would do;
//     among sets of the same size the one that comes first by priority.
//
// Distance is the great circle between two points on a sphere of the earth's
// mean radius, by the haversine formula (R. W. Sinnott, "Virtues of the
// Haversine", Sky and Telescope 68 (2), 1984, p. 159), which stays exact for
// points that are close together. It is known only where both points are given;
// nothing is guessed from an address. Distances only rank places: no amount and
// no quantity follows from one.
//
// Whatever the strategy, a need is sent whole by the first place that has as
// many, else from place to place. Nothing is given that is not free, and all
// that is needed is given where the places together have it.
package sourcing

import "github.com/souk-commerce/souk/internal/kernel/locale"

// Strategy is how places are chosen for an order.
type Strategy string

// The strategies.
const (
	Priority     Strategy = "priority"
	Nearest      Strategy = "nearest"
	FewestSplits Strategy = "fewest_splits"
)

// Valid reports whether s is one of the strategies.
func (s Strategy) Valid() bool { return s == Priority || s == Nearest || s == FewestSplits }

// Place can send pieces.
type Place struct {
	ID       int64
	Priority int    // the lowest is asked first
	Zones    []Zone // the first is the nearest
	Point    *Point // nil: not known
}

// Zone is an area: a country, of it a province, of that the postal codes with a
// prefix. An empty part narrows nothing.
type Zone struct {
	Country      locale.Country
	Province     string
	PostalPrefix string
}

// Point is a point on the earth, in degrees (WGS 84).
type Point struct{ Latitude, Longitude float64 }

// Destination is where an order goes.
type Destination struct {
	Country    locale.Country
	Province   string
	PostalCode string
	Point      *Point // nil: not known
}

// Need is a number of pieces of an item for a line.
type Need struct {
	Line     int64
	Item     int64
	Quantity int64
}

// Spot is an item at a place.
type Spot struct{ Item, Place int64 }

// Free is how many pieces there are to give; less than nothing counts as
// nothing.
type Free map[Spot]int64

// Pick is what a place sends of a need.
type Pick struct {
	Line     int64
	Item     int64
	Place    int64
	Quantity int64
}

// Order is what is asked of a plan.
type Order struct {
	Strategy Strategy
	Places   []Place
	Free     Free
	Needs    []Need
	To       Destination
}
