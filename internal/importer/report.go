package importer

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Report is what became of a file, row by row. Rows that were simply accepted
// are counted and not listed; beyond maxListed of a kind only counts go on.
type Report struct {
	Records  int `json:"records"`
	Accepted int `json:"accept"`
	Warned   int `json:"accept_with_warning"`
	Rejected int `json:"reject"`

	Products ProductCounts `json:"products"`
	Variants int           `json:"variants_imported"`
	Images   int           `json:"images_imported"`

	Rows    []Row           `json:"rows"`
	Issues  []Issue         `json:"issues"`
	Results []ProductResult `json:"results"`
	Omitted int             `json:"omitted,omitempty"` // entries that were counted but not listed
}

// ProductCounts count the products of a file by what became of them.
type ProductCounts struct {
	Total     int `json:"total"`
	Created   int `json:"created"`
	Updated   int `json:"updated"`
	Unchanged int `json:"unchanged"`
	Rejected  int `json:"rejected"`
}

// Imported gives the number of products that the shop now has as the file says.
func (c ProductCounts) Imported() int { return c.Created + c.Updated + c.Unchanged }

// Outcome is what became of a product.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	Rejected  Outcome = "rejected"
)

// ProductResult is what became of one handle.
type ProductResult struct {
	Handle   string  `json:"handle"`
	Outcome  Outcome `json:"outcome"`
	Variants int     `json:"variants"`
	Images   int     `json:"images"`
	Record   int     `json:"record"` // its first
}

const maxListed = 20_000

// AddFile takes over what is to be said of the file as a whole.
func (r *Report) AddFile(f *File) { r.Issues = append(r.Issues, f.Issues()...) }

// AddRow counts a row that belongs to no product.
func (r *Report) AddRow(row Row) {
	r.Records++
	switch row.Verdict {
	case Accept:
		r.Accepted++
	case AcceptWithWarning:
		r.Warned++
	case Reject:
		r.Rejected++
	}
	if row.Verdict == Accept && len(row.Issues) == 0 {
		return
	}
	if len(r.Rows) >= maxListed || len(r.Issues) >= maxListed {
		r.Omitted++
		return
	}
	if row.Verdict != Accept {
		r.Rows = append(r.Rows, row)
	}
	r.Issues = append(r.Issues, row.Issues...)
}

// AddProduct counts a product and its rows. The outcome of one that is not
// accepted is Rejected, whatever the caller says.
func (r *Report) AddProduct(p *Product, outcome Outcome) {
	for _, row := range p.Rows {
		r.AddRow(row)
	}
	result := ProductResult{Handle: p.Handle, Outcome: outcome, Record: p.Rows[0].Record}
	if p.Accepted() {
		result.Variants, result.Images = len(p.Draft.Variants), len(p.Draft.Images)
	} else {
		result.Outcome = Rejected
	}
	r.count(result)
	if len(r.Results) < maxListed {
		r.Results = append(r.Results, result)
	} else {
		r.Omitted++
	}
}

func (r *Report) count(result ProductResult) {
	r.Products.Total++
	r.Variants += result.Variants
	r.Images += result.Images
	switch result.Outcome {
	case Created:
		r.Products.Created++
	case Updated:
		r.Products.Updated++
	case Unchanged:
		r.Products.Unchanged++
	case Rejected:
		r.Products.Rejected++
	}
}

// Sort puts rows and issues into the order of the file.
func (r *Report) Sort() {
	slices.SortStableFunc(r.Rows, func(a, b Row) int { return cmp.Compare(a.Record, b.Record) })
	slices.SortStableFunc(r.Issues, func(a, b Issue) int { return cmp.Compare(a.Record, b.Record) })
}

// WriteTable writes the report for people: one line an issue, then the sums.
func (r *Report) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	if len(r.Issues) > 0 {
		fmt.Fprintln(t, "RECORD\tLINE\tSEVERITY\tHANDLE\tCOLUMN\tREASON")
	}
	for _, i := range r.Issues {
		record := "file"
		if i.Record > 0 {
			record = itoa(i.Record)
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\n", record, i.Line, i.Severity, i.Handle, i.Column, i.Reason)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if r.Omitted > 0 {
		fmt.Fprintf(w, "… and %d more entries that are counted but not listed\n", r.Omitted)
	}
	_, err := fmt.Fprintf(w, "%d records: %d accepted, %d accepted with a warning, %d rejected\n"+
		"%d products: %d created, %d updated, %d unchanged, %d rejected; %d variants, %d images\n",
		r.Records, r.Accepted, r.Warned, r.Rejected, r.Products.Total, r.Products.Created, r.Products.Updated,
		r.Products.Unchanged, r.Products.Rejected, r.Variants, r.Images)
	return err
}
