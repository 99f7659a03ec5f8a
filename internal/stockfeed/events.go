package stockfeed

// FeedChanged says that a feed is new or different.
type FeedChanged struct {
	Feed    ID    `json:"feed"`
	Version int64 `json:"version"`
}

// Topic names the fact.
func (FeedChanged) Topic() string { return "stock_feed.changed" }

// Aggregate says whose fact it is.
func (f FeedChanged) Aggregate() (string, int64) { return "stock_feed", int64(f.Feed) }

// FeedRun says what became of a delivery; a repeated one makes no fact.
type FeedRun struct {
	Feed  ID       `json:"feed"`
	Run   RunID    `json:"run"`
	State RunState `json:"state"`
}

// Topic names the fact.
func (FeedRun) Topic() string { return "stock_feed.run" }

// Aggregate says whose fact it is.
func (f FeedRun) Aggregate() (string, int64) { return "stock_feed", int64(f.Feed) }
