package understanding

import (
	"iter"
	"slices"
	"strings"
)

// widestBlock is how many words a block of a list has at most.
const widestBlock = 512

// wordList keeps numbers of words in the order of the words, in blocks, so that
// a new one moves few others.
type wordList struct{ blocks [][]int32 }

// insert adds a word that is not in the list.
func (l *wordList) insert(entries []entry, n int32) {
	word := entries[n].word
	if len(l.blocks) == 0 {
		l.blocks = [][]int32{{n}}
		return
	}
	b := l.block(entries, word)
	block := l.blocks[b]
	at, _ := slices.BinarySearchFunc(block, word, func(i int32, w string) int { return strings.Compare(entries[i].word, w) })
	block = slices.Insert(block, at, n)
	l.blocks[b] = block
	if len(block) > widestBlock {
		half := len(block) / 2
		l.blocks[b] = slices.Clip(block[:half])
		l.blocks = slices.Insert(l.blocks, b+1, slices.Clone(block[half:]))
	}
}

// block is the one that a word belongs to: the last that does not begin behind it.
func (l *wordList) block(entries []entry, word string) int {
	b, found := slices.BinarySearchFunc(l.blocks, word, func(b []int32, w string) int { return strings.Compare(entries[b[0]].word, w) })
	if !found && b > 0 {
		b--
	}
	return b
}

// from gives the words from one on.
func (l *wordList) from(entries []entry, word string) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for b := l.block(entries, word); b < len(l.blocks); b++ {
			for _, n := range l.blocks[b] {
				if entries[n].word >= word && !yield(n) {
					return
				}
			}
		}
	}
}
