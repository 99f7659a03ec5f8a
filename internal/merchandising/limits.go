package merchandising

// What one item may hold.
const (
	maxContent  = 256 << 10 // bytes of JSON
	maxName     = 200
	maxNote     = 1000
	maxActs     = 300
	maxWords    = 100 // of a synonym or of stop words
	maxWord     = 100 // letters of one of them
	maxQuery    = 200
	maxTargets  = 100 // of one sort in a trigger
	maxPosition = 10_000
	maxPriority = 1000
	maxLink     = 2048
	maxTitle    = 200
	maxBody     = 5000
	maxDrafts   = 50 // of one preview
)

// maxLive is how many items of a kind may be live at once.
func maxLive(k Kind) int {
	switch k {
	case KindRule, KindRedirect:
		return 1000
	case KindSynonym, KindSuggestion:
		return 5000
	case KindProfile, KindExperiment:
		return 20
	}
	return 500
}
