package doctor

import (
	"context"
	"fmt"
)

// Repair makes right what is derived, from what is truth. It guesses nothing:
// what it cannot make right stays for the checks to find.
type Repair struct {
	ID   string // stable, such as "inventory.levels"
	Says string // what it makes right
	// Do makes it right and tells each thing that it did in a line for people.
	// It may be asked again at any time, while the shop runs.
	Do func(ctx context.Context) ([]string, error)
}

// Mended is what a repair did.
type Mended struct {
	Repair Repair
	Did    []string
}

// String tells what was done.
func (m Mended) String() string {
	text := fmt.Sprintf("%s: %s", m.Repair.ID, m.Repair.Says)
	for _, line := range m.Did {
		text += "\n  " + line
	}
	return text
}

// Mend does every repair and lists those that did something, also when one of
// them could not go on.
func Mend(ctx context.Context, repairs []Repair) ([]Mended, error) {
	var mended []Mended
	for _, r := range repairs {
		did, err := r.Do(ctx)
		if len(did) > 0 {
			mended = append(mended, Mended{Repair: r, Did: did})
		}
		if err != nil {
			return mended, fmt.Errorf("repair %s: %w", r.ID, err)
		}
	}
	return mended, nil
}
