package hosted

import (
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// field is an input of a form, with its label and what is wrong with it.
type field struct {
	ID           string // also the name
	Label        string
	Type         string // of the input
	Autocomplete string
	InputMode    string
	Value        string
	Hint         string
	Error        string
	Optional     string // the word for it; "" is required
	Half         bool   // stands beside another one
	Choices      []choice
	Empty        string // the choice that is none
}

// choice is an entry of a list.
type choice struct {
	Value, Label string
	Selected     bool
}

// Described names what describes the input, for those who hear the page.
func (f field) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.ID+"-error")
	}
	return strings.Join(ids, " ")
}

// blame puts faults beside the fields they are about and lists them all on top
// of the page: first those about no field, then the fields from top to bottom.
func (p *page) blame(err error, fields ...*field) {
	listed := make([][]formError, len(fields)+1)
	for _, f := range fault.All(err) {
		text, place := p.fault(f), 0
		about := formError{Text: text}
		if i := pick(fields, f.Path); i >= 0 {
			if fields[i].Error == "" {
				fields[i].Error = text
			}
			about, place = formError{Text: fields[i].Label + ": " + text, Field: fields[i].ID}, i+1
		}
		listed[place] = append(listed[place], about)
	}
	p.Errors = append(p.Errors, slices.Concat(listed...)...)
}

// pick finds the field that a path ends in; -1 is none.
func pick(fields []*field, path []string) int {
	return slices.IndexFunc(fields, func(f *field) bool { return len(path) > 0 && f.ID == path[len(path)-1] })
}

// pointers lets fields of a form be changed where they stand.
func pointers(fields []field) []*field {
	all := make([]*field, len(fields))
	for i := range fields {
		all[i] = &fields[i]
	}
	return all
}
