package admin

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/souk-commerce/souk/graph/gql/access"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/staff"
)

// transferTime is how long an upload or a download may take. The server's own
// limits are made for small requests.
const transferTime = time.Hour

// allowed judges a transfer as @access judges a field, and makes time for it.
func (a *API) allowed(w http.ResponseWriter, r *http.Request, p actor.Permission) bool {
	rule := access.Rule{Kind: access.Staff, Permission: p}
	if err := rule.Allows(actor.From(r.Context())); err != nil {
		refuse(w, r, err)
		return false
	}
	until := a.rooms.Clock.Now().Add(transferTime)
	c := http.NewResponseController(w)
	if err := errors.Join(c.SetReadDeadline(until), c.SetWriteDeadline(until)); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		refuse(w, r, err)
		return false
	}
	return true
}

// uploadMedia takes a picture in: the body is the file, filename and alt are
// parameters.
func (a *API) uploadMedia(w http.ResponseWriter, r *http.Request) {
	if !a.allowed(w, r, staff.MediaWrite) {
		return
	}
	q := r.URL.Query()
	asset, err := a.rooms.Media.Upload(r.Context(), q.Get("filename"), q.Get("alt"), http.MaxBytesReader(w, r.Body, media.MaxFile+1))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		err = errTooLarge
	}
	if err != nil {
		refuse(w, r, err)
		return
	}
	answerJSON(w, http.StatusCreated, map[string]any{
		"id": gid.Format("MediaImage", int64(asset.ID)), "url": (&Resolver{rooms: a.rooms}).mediaURL(asset), "alt": asset.Alt,
		"width": asset.Width, "height": asset.Height, "contentType": asset.ContentType, "bytes": asset.Bytes,
	})
}

var (
	errTooLarge = fault.New(fault.Exhausted, "body_too_large", "The file is too large.")
	errNotAFile = fault.New(fault.Invalid, "unsupported_media_type", "Send the file itself as the body, as text/csv, application/gzip or application/octet-stream.")
)

// isFile reports whether the body is a file as it is. A form of another site
// could send anything else without asking first.
func isFile(r *http.Request) bool {
	typ, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return false
	}
	switch typ {
	case "text/csv", "application/csv", "application/gzip", "application/x-gzip", "application/octet-stream":
		return true
	}
	return false
}

// refuse answers a request that is not served, in the shape of GraphQL's errors.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	type shown struct {
		Message    string         `json:"message"`
		Extensions map[string]any `json:"extensions"`
	}
	var list []shown
	status := http.StatusInternalServerError
	for _, f := range fault.All(err) {
		if f.Kind == fault.Internal {
			break
		}
		status = statusOf(f)
		list = append(list, shown{f.Message, map[string]any{"code": strings.ToUpper(f.Reason), "field": f.Path}})
	}
	if len(list) == 0 {
		list = append(list, shown{"Something went wrong.", map[string]any{"code": "INTERNAL"}})
	}
	answerJSON(w, status, map[string]any{"errors": list})
}

func statusOf(f *fault.Error) int {
	switch f.Reason {
	case "body_too_large", "file_too_large", "picture_too_large":
		return http.StatusRequestEntityTooLarge
	case "unsupported_media_type", "not_a_picture":
		return http.StatusUnsupportedMediaType
	}
	switch f.Kind {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Exhausted:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // only channels, functions and cycles: a mistake of ours
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
