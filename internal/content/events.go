package content

// Changed says that something of the content is different now.
type Changed struct {
	Kind    string `json:"kind"` // menu, page, blog, article, policy, redirect
	ID      int64  `json:"id"`
	Version int64  `json:"version,omitempty"`
}

// Topic names the fact.
func (Changed) Topic() string { return "content.changed" }

// Aggregate says whose fact it is.
func (c Changed) Aggregate() (string, int64) { return c.Kind, c.ID }
