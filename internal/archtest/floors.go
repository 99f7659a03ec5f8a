package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// place says where a package stands.
type place struct {
	level int    // index into floors, or one of the two below
	unit  string // the part of its floor: a room, an adapter, a schema
}

const (
	nowhere = -1 // on no floor: the table must be told of it
	beside  = -2 // outside the house
)

// placeOf finds the place of a package by the longest prefix.
func placeOf(pkg string) place {
	for _, prefix := range outside {
		if _, ok := match(prefix, pkg); ok {
			return place{level: beside, unit: prefix}
		}
	}
	best, found := 0, place{level: nowhere}
	for level, f := range floors {
		for _, prefix := range f.prefixes {
			length := specificity(prefix)
			if unit, ok := match(prefix, pkg); ok && length > best {
				best, found = length, place{level: level, unit: unit}
			}
		}
	}
	return found
}

// specificity ranks prefixes: more elements win, then named ones over "*".
func specificity(prefix string) int {
	return 10*(strings.Count(prefix, "/")+1) - strings.Count(prefix, "*")
}

// match reports whether the package stands at or under the prefix, and gives
// the part of its path that the prefix covers.
func match(prefix, pkg string) (unit string, ok bool) {
	want, have := strings.Split(prefix, "/"), strings.Split(pkg, "/")
	if len(have) < len(want) {
		return "", false
	}
	for i := range want {
		if want[i] != "*" && want[i] != have[i] {
			return "", false
		}
	}
	return strings.Join(have[:len(want)], "/"), true
}

// checkImports gives the imports that the table of floors forbids.
func checkImports(src source) []finding {
	from := placeOf(src.pkg)
	if from.level == beside {
		return nil
	}
	if from.level == nowhere {
		return []finding{{src.name, src.pkg + " stands on no floor: place it in internal/archtest/tables.go"}}
	}
	var all []finding
	for pkg, pos := range src.imports() {
		if reason := forbidden(from, placeOf(pkg)); reason != "" {
			all = append(all, finding{src.at(pos), fmt.Sprintf("%s may not import %s: %s", src.pkg, pkg, reason)})
		}
	}
	return all
}

// forbidden gives the reason why a package of one place may not import one of
// another, "" when it may.
func forbidden(from, to place) string {
	switch {
	case to.level == nowhere:
		return "it stands on no floor"
	case to.level == beside:
		return "only tests may"
	case to.level > from.level:
		return fmt.Sprintf("%s is above %s", floors[to.level].name, floors[from.level].name)
	case slices.Contains(floors[from.level].not, floors[to.level].name):
		return floors[to.level].name + " does not leave the floors that write and read rows"
	case to.level < from.level || to.unit == from.unit:
		return ""
	}
	switch floors[from.level].neighbors {
	case anyNeighbor:
		return ""
	case earlierRooms:
		return outOfOrder(from.unit, to.unit)
	default:
		return "neighbors on that floor do not know each other"
	}
}

// outOfOrder gives the reason why a room may not import another.
func outOfOrder(from, to string) string {
	mine, theirs := roomIndex(from), roomIndex(to)
	if mine < 0 || theirs < 0 {
		return "a room is missing in roomOrder"
	}
	if theirs > mine {
		return "the room stands later in roomOrder"
	}
	return ""
}

func roomIndex(unit string) int {
	return slices.Index(roomOrder, strings.TrimPrefix(unit, "internal/"))
}
