package sourcing

import (
	"math"
	"slices"
	"strings"
)

// zoneOf is which of a place's zones covers the destination; beyond all of them
// if none does.
func (d Destination) zoneOf(p Place) int {
	if i := slices.IndexFunc(p.Zones, d.in); i >= 0 {
		return i
	}
	return math.MaxInt
}

// in reports whether a zone covers the destination. Blanks and case in postal
// codes do not count.
func (d Destination) in(z Zone) bool {
	return z.Country == d.Country && (z.Province == "" || strings.EqualFold(z.Province, d.Province)) &&
		strings.HasPrefix(plain(d.PostalCode), plain(z.PostalPrefix))
}

func plain(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
}

// distance is in meters; beyond every other where a point is not known.
func (d Destination) distance(p Place) float64 {
	if d.Point == nil || p.Point == nil {
		return math.Inf(1)
	}
	return d.Point.To(*p.Point)
}

// earthRadius is the mean radius in meters, (2a + b) / 3 of WGS 84.
const earthRadius = 6_371_008.8

// To is the length of the great circle to another point, in meters.
func (p Point) To(q Point) float64 {
	const degree = math.Pi / 180
	lat, lon := (q.Latitude-p.Latitude)*degree, (q.Longitude-p.Longitude)*degree
	h := haversine(lat) + math.Cos(p.Latitude*degree)*math.Cos(q.Latitude*degree)*haversine(lon)
	return 2 * earthRadius * math.Asin(math.Sqrt(min(h, 1)))
}

func haversine(angle float64) float64 {
	s := math.Sin(angle / 2)
	return s * s
}
