package search

import (
	"fmt"
	"strings"
)

// What engines look at of one query, and take of one entry.
const (
	MaxGroups       = 16
	MaxAlternatives = 16
	MaxPhrase       = 8
	MaxEntry        = 1 << 20 // bytes of all texts together
)

// Sound is the query as every engine reads it: without blank alternatives and
// groups, and cut to what is looked at. One without groups finds nothing.
func (q Query) Sound() Query {
	sound := Query{Limit: max(q.Limit, 0)}
	for _, g := range q.Groups {
		if g = g.sound(); len(g.Any) > 0 && len(sound.Groups) < MaxGroups {
			sound.Groups = append(sound.Groups, g)
		}
	}
	sound.Least = q.Least
	if q.Least <= 0 || q.Least > len(sound.Groups) {
		sound.Least = len(sound.Groups)
	}
	return sound
}

func (g Group) sound() Group {
	sound := Group{Code: g.Code}
	seen := make(map[string]bool, len(g.Any))
	for i, alternative := range g.Any {
		words := strings.Fields(alternative)
		phrase := strings.Join(words[:min(len(words), MaxPhrase)], " ")
		if phrase == "" || seen[phrase] || len(sound.Any) == MaxAlternatives {
			continue
		}
		if i == 0 {
			sound.Prefix = g.Prefix && len(words) == 1
		}
		seen[phrase] = true
		sound.Any = append(sound.Any, phrase)
	}
	return sound
}

// Check tells what no engine takes.
func (e Entry) Check() error {
	size := len(e.Title) + len(e.Vendor) + len(e.Kind) + len(e.Description)
	for _, list := range [][]string{e.Codes, e.Properties, e.Tags} {
		for _, text := range list {
			size += len(text)
		}
	}
	switch {
	case e.ID <= 0:
		return ErrRefused.Wrap(fmt.Errorf("entry %d has no product", e.ID))
	case e.Version == "":
		return ErrRefused.Wrap(fmt.Errorf("entry %d has no version", e.ID))
	case size > MaxEntry:
		return ErrRefused.Wrap(fmt.Errorf("entry %d has %d bytes, more than %d", e.ID, size, MaxEntry))
	}
	return nil
}
