package insight

// Changed says that something was learned: each process reads its memory anew.
type Changed struct {
	At      int64 `json:"at"`
	Intents int64 `json:"intents"` // that are new, different or gone
}

// Topic names the fact.
func (Changed) Topic() string { return "insight.changed" }

// Aggregate says whose fact it is.
func (Changed) Aggregate() (string, int64) { return "insight", 1 }
