package locale

// UnitSystem says in which units a country measures.
type UnitSystem string

// The two systems.
const (
	Metric   UnitSystem = "metric"
	Imperial UnitSystem = "imperial"
)

// UnitSystem gives the system that people of the country use in daily life.
// Imperial are the United States with their islands, Liberia and Myanmar; the
// United Kingdom sells goods by metric measure.
func (c Country) UnitSystem() UnitSystem {
	switch c {
	case "US", "UM", "LR", "MM":
		return Imperial
	default:
		return Metric
	}
}
