package inventory

import (
	"context"
	"crypto/sha256"
	"slices"
	"strconv"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/platform/sheet"
)

// The bounds of a file of adjustments.
const (
	MaxSheetBytes = 5 << 20
	MaxSheetLines = 20_000
)

// Sheet is a CSV file of adjustments: a line of column names, then one level a
// line. A line names its variant by "variant" (an id), "sku" or "barcode", its
// place by "location" (a handle; without the column it is the default location),
// and has either a "delta" or what is "on_hand". A "reason" may be given. Columns
// are separated by commas, semicolons or tabs.
type Sheet struct {
	Content []byte
	DryRun  bool // only says what would become of it
}

// SheetReport is what became of a file, line by line.
type SheetReport struct {
	Lines     int
	Changed   int
	Unchanged int
	Refused   int
	DryRun    bool
	Ignored   []string // columns that mean nothing here
	Rows      []SheetRow
}

// SheetRow is what became of one line.
type SheetRow struct {
	Line int    // in the file, from 1
	Item string // what the line calls the variant
	Outcome
}

// The columns of a file. Of those that name a variant the first that is filled
// in decides.
const (
	columnVariant  = "variant"
	columnSKU      = "sku"
	columnBarcode  = "barcode"
	columnLocation = "location"
	columnDelta    = "delta"
	columnOnHand   = "on_hand"
	columnReason   = "reason"
)

var (
	errNoItemColumn = fault.Newf(fault.Invalid, "missing_column", "The file needs a column %s, %s or %s.", columnVariant, columnSKU, columnBarcode)
	errNoQuantity   = fault.Newf(fault.Invalid, "missing_column", "The file needs a column %s or %s.", columnDelta, columnOnHand)
)

// AdjustSheet adjusts stock as a file says. What is wrong with a line is said of
// that line, and the others are applied. MaxAdjust lines at a time are a
// transaction with a key of its own: when the shop ends in the middle, the same
// file under the same key goes on where it stopped, and the report is that of
// both. The key is remembered for idempotency.Life; a dry run needs none.
func (s *Service) AdjustSheet(ctx context.Context, why Cause, file Sheet) (SheetReport, error) {
	if why.Key == "" && !file.DryRun {
		return SheetReport{}, ErrKeyRequired
	}
	table, err := sheet.Read(file.Content, sheet.Limits{Bytes: MaxSheetBytes, Lines: MaxSheetLines})
	if err != nil {
		return SheetReport{}, err
	}
	if err := checkColumns(table); err != nil {
		return SheetReport{}, err
	}
	rows := readRows(table)
	if err := s.resolve(ctx, rows, table.Has(columnLocation)); err != nil {
		return SheetReport{}, err
	}
	report := SheetReport{DryRun: file.DryRun, Ignored: table.Ignored(
		columnVariant, columnSKU, columnBarcode, columnLocation, columnDelta, columnOnHand, columnReason)}
	digest := sha256.Sum256(file.Content)
	number := 0
	for chunk := range slices.Chunk(rows, MaxAdjust) {
		outcomes, err := s.adjustChunk(ctx, why, chunk, portion{Digest: digest[:], Number: number, dry: file.DryRun})
		if err != nil {
			return report, err
		}
		report.add(chunk, outcomes)
		number++
	}
	return report, nil
}

func checkColumns(t *sheet.Table) error {
	switch {
	case !t.Has(columnVariant) && !t.Has(columnSKU) && !t.Has(columnBarcode):
		return errNoItemColumn
	case !t.Has(columnDelta) && !t.Has(columnOnHand):
		return errNoQuantity
	}
	return nil
}

// portion says which part of which file is adjusted. It is what the key's input
// is compared by: the lines may resolve otherwise when they are sent again.
type portion struct {
	Digest []byte
	Number int
	Why    Cause
	dry    bool
}

func (s *Service) adjustChunk(ctx context.Context, why Cause, rows []sheetRow, p portion) ([]Outcome, error) {
	lines, refusals := make([]AdjustLine, len(rows)), make([]*fault.Error, len(rows))
	for i, r := range rows {
		lines[i], refusals[i] = r.AdjustLine, r.refusal
	}
	if p.dry {
		t := newTrial(why, lines, refusals)
		return t.outcomes, s.look(ctx, t)
	}
	p.Why = why
	request := idempotency.Request{Scope: scope(ctx), Operation: "stock.adjust_sheet", Key: why.Key + "/" + strconv.Itoa(p.Number), Input: p}
	outcomes, _, err := idempotency.Do(ctx, s.keys, request, func(ctx context.Context) ([]Outcome, error) {
		t := newTrial(why, lines, refusals)
		if err := s.settle(ctx, t); err != nil {
			return nil, err
		}
		return t.outcomes, s.adjust(ctx, t)
	})
	return outcomes, err
}

func (r *SheetReport) add(rows []sheetRow, outcomes []Outcome) {
	for i, o := range outcomes {
		r.Lines++
		switch {
		case o.Refusal != nil:
			r.Refused++
		case o.Moved != 0:
			r.Changed++
		default:
			r.Unchanged++
		}
		r.Rows = append(r.Rows, SheetRow{Line: rows[i].number, Item: rows[i].item(), Outcome: o})
	}
}
