package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path"
	"strconv"
	"time"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/internal/importer"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/staff"
)

// importType is the type of an import in global ids.
const importType = "ImportRun"

// importID reads the id of an import: global, or the plain number of its
// address.
func importID(text string) int64 {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	n, err := gql.UnmarshalGID(text, importType)
	if err != nil {
		return 0
	}
	return n
}

// startImport takes a product file: the body is the file, gzip or not, its name
// a parameter. The answer comes as soon as the file is there whole and the run
// is in the books; how it goes on is at the address it names.
func (a *API) startImport(w http.ResponseWriter, r *http.Request) {
	if !a.allowed(w, r, staff.ImportsWrite) {
		return
	}
	if !isFile(r) {
		refuse(w, r, errNotAFile)
		return
	}
	limits := a.rooms.ImportLimits
	spool, err := importer.NewSpool(http.MaxBytesReader(w, r.Body, limits.FileBytes+1), a.rooms.SpoolDir, limits)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		err = errTooLarge
	}
	if err != nil {
		refuse(w, r, err)
		return
	}
	id, err := a.begin(r.Context(), fileName(r), spool)
	if err != nil {
		refuse(w, r, err)
		return
	}
	location := "/admin/imports/" + strconv.FormatInt(id, 10)
	w.Header().Set("Location", location)
	answerJSON(w, http.StatusAccepted, map[string]any{
		"id": gid.Format(importType, id), "state": importer.RunRunning, "url": location,
	})
}

func fileName(r *http.Request) string {
	name := path.Base(r.URL.Query().Get("filename"))
	if name == "." || name == "/" || len(name) > 255 {
		return "upload.csv"
	}
	return name
}

// begin starts the import in the background, as who sent it, and waits until it
// has an id or has failed without one.
func (a *API) begin(ctx context.Context, name string, spool *importer.Spool) (int64, error) {
	who := actor.From(ctx)
	started, failed := make(chan int64, 1), make(chan error, 1)
	a.rooms.Background("import", func(ctx context.Context) {
		defer func() { _ = spool.Close() }()
		_, _, err := a.rooms.Imports.Import(actor.With(ctx, who), importer.Input{
			Name: name, Source: spool, Size: spool.Size(), Limits: a.rooms.ImportLimits,
			Started: func(id int64) { started <- id },
		})
		if err != nil && len(fault.All(err)) == 0 {
			a.rooms.Logger.ErrorContext(ctx, "import failed", slog.String("file", name), slog.Any("error", err))
		}
		failed <- err
	})
	select {
	case id := <-started:
		return id, nil
	case err := <-failed:
		return early(started, err)
	case <-ctx.Done():
		return 0, fmt.Errorf("begin import: %w", ctx.Err())
	}
}

// early settles a run that was over before anybody looked: one that has an id
// tells itself how it went.
func early(started <-chan int64, err error) (int64, error) {
	select {
	case id := <-started:
		return id, nil
	default:
		return 0, err
	}
}

// showImport gives an import with its report, as JSON or as a table.
func (a *API) showImport(w http.ResponseWriter, r *http.Request) {
	if !a.allowed(w, r, "") {
		return
	}
	run, err := a.rooms.Imports.ByID(r.Context(), importID(r.PathValue("id")))
	if err != nil {
		refuse(w, r, err)
		return
	}
	report, err := a.rooms.Imports.Report(r.Context(), run.ID)
	if err != nil {
		refuse(w, r, err)
		return
	}
	if r.URL.Query().Get("format") == "text" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_ = writeRun(w, run, report)
		return
	}
	answerJSON(w, http.StatusOK, runJSON{
		ID: gid.Format(importType, run.ID), FileName: run.FileName, State: run.State, Actor: run.Actor,
		Records: run.Records, Products: run.Products, Created: run.Created, Updated: run.Updated,
		Unchanged: run.Unchanged, Rejected: run.Rejected, Failure: run.Failure,
		StartedAt: run.StartedAt, FinishedAt: run.FinishedAt, Report: report,
	})
}

// runJSON is an import as its address shows it, in the words of the schema.
type runJSON struct {
	ID         string           `json:"id"`
	FileName   string           `json:"fileName"`
	State      string           `json:"state"`
	Actor      string           `json:"actor"`
	Records    int64            `json:"records"`
	Products   int64            `json:"products"`
	Created    int64            `json:"created"`
	Updated    int64            `json:"updated"`
	Unchanged  int64            `json:"unchanged"`
	Rejected   int64            `json:"rejected"`
	Failure    string           `json:"failure,omitempty"`
	StartedAt  time.Time        `json:"startedAt"`
	FinishedAt *time.Time       `json:"finishedAt"`
	Report     *importer.Report `json:"report"`
}

func writeRun(w io.Writer, run importer.Run, report *importer.Report) error {
	if _, err := fmt.Fprintf(w, "%s: %s\n", run.FileName, run.State); err != nil {
		return err
	}
	if run.Failure != "" {
		_, _ = fmt.Fprintln(w, run.Failure)
	}
	if report == nil {
		_, err := fmt.Fprintf(w, "%d records, %d products so far\n", run.Records, run.Products)
		return err
	}
	return report.WriteTable(w)
}

// exportProducts streams all products in the format that imports read.
func (a *API) exportProducts(w http.ResponseWriter, r *http.Request) {
	if !a.allowed(w, r, "") {
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="products.csv"`)
	w.Header().Set("Cache-Control", "no-store")
	if err := a.rooms.Imports.Export(r.Context(), w, nil); err != nil {
		a.rooms.Logger.ErrorContext(r.Context(), "export failed", slog.Any("error", err))
		panic(http.ErrAbortHandler) // the client must not take the part for the whole
	}
}
