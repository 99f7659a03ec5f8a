package shipping

// ZoneChanged says that a zone is different now, or gone.
type ZoneChanged struct {
	Zone    ZoneID `json:"zone"`
	Version int64  `json:"version"`
}

// Topic names the fact.
func (ZoneChanged) Topic() string { return "delivery_zone.changed" }

// Aggregate says whose fact it is.
func (c ZoneChanged) Aggregate() (string, int64) { return "delivery_zone", int64(c.Zone) }
