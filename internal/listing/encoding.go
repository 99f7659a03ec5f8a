package listing

import (
	"slices"
	"strconv"
	"strings"
)

// encodingVersion begins every encoded set; decoders refuse others.
const encodingVersion = "v1_"

// EncodedExistence packs which combinations of option values exist.
func (p *Product) EncodedExistence() *string {
	return p.encode(func(*Variant) bool { return true })
}

// EncodedAvailability packs which combinations of option values can be bought.
func (p *Product) EncodedAvailability() *string {
	return p.encode(func(v *Variant) bool { return v.Available })
}

func (p *Product) encode(keep func(*Variant) bool) *string {
	place := map[*OptionValue]int{}
	for _, o := range p.Options {
		for i, v := range o.Values {
			place[v] = i
		}
	}
	var combinations [][]int
	for _, v := range p.variants {
		if !keep(v) || len(v.values) != len(p.Options) {
			continue
		}
		at := make([]int, len(v.values))
		for i, value := range v.values {
			at[i] = place[value]
		}
		combinations = append(combinations, at)
	}
	text := encodeCombinations(combinations)
	return &text
}

// encodeCombinations writes combinations of positions, all of one length, as a
// trie: ':' goes down to the next option, ',' ends a level, ' ' leaves a gap
// between the values of the last option and '-' spans neighbors there.
//
//	{0,0} {0,1} {0,2} {1,1} → v1_0:0-2,1:1,
func encodeCombinations(combinations [][]int) string {
	slices.SortFunc(combinations, slices.Compare[[]int])
	combinations = slices.CompactFunc(combinations, slices.Equal[[]int])
	var out strings.Builder
	out.WriteString(encodingVersion)
	if len(combinations) > 0 && len(combinations[0]) > 0 {
		writeTrie(&out, combinations, 0)
	}
	return out.String()
}

// writeTrie writes sorted combinations that agree in front of depth.
func writeTrie(out *strings.Builder, sorted [][]int, depth int) {
	if depth == len(sorted[0])-1 {
		writeLeaves(out, sorted, depth)
		out.WriteByte(',')
		return
	}
	for start := 0; start < len(sorted); {
		value := sorted[start][depth]
		end := start
		for end < len(sorted) && sorted[end][depth] == value {
			end++
		}
		out.WriteString(strconv.Itoa(value))
		out.WriteByte(':')
		writeTrie(out, sorted[start:end], depth+1)
		start = end
	}
	if depth > 0 {
		out.WriteByte(',')
	}
}

// writeLeaves writes the values of the last option as numbers and spans.
func writeLeaves(out *strings.Builder, sorted [][]int, depth int) {
	for start := 0; start < len(sorted); {
		end := start
		for end+1 < len(sorted) && sorted[end+1][depth] == sorted[end][depth]+1 {
			end++
		}
		if start > 0 {
			out.WriteByte(' ')
		}
		out.WriteString(strconv.Itoa(sorted[start][depth]))
		if end > start {
			out.WriteByte('-')
			out.WriteString(strconv.Itoa(sorted[end][depth]))
		}
		start = end + 1
	}
}
