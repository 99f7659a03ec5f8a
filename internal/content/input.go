package content

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/media"
)

// MenuInput is what a menu is made of. Updates replace the whole tree.
type MenuInput struct {
	Handle string
	Title  string
	Items  []MenuItemInput
}

// MenuItemInput is one link of a menu.
type MenuItemInput struct {
	Title      string
	Type       ItemType
	ResourceID *int64
	URL        string
	Tags       []string
	Items      []MenuItemInput
}

// Bounds of a menu.
const (
	maxMenuDepth = 3
	maxMenuItems = 500
)

// PageInput is what a page is made of.
type PageInput struct {
	Handle         string
	Title          string
	BodyHTML       string
	SEOTitle       string
	SEODescription string
	PublishedAt    *time.Time
}

// BlogInput is what a blog is made of.
type BlogInput struct {
	Handle         string
	Title          string
	SEOTitle       string
	SEODescription string
}

// ArticleInput is what an article is made of.
type ArticleInput struct {
	Blog           BlogID
	Handle         string
	Title          string
	BodyHTML       string
	Excerpt        string
	AuthorName     string
	Media          *media.ID
	SEOTitle       string
	SEODescription string
	PublishedAt    *time.Time
}

// PolicyInput is what a policy is made of.
type PolicyInput struct {
	Kind     PolicyKind
	Title    string
	BodyHTML string
	Version  int64 // the one that was seen; 0: whatever stands there
}

// RedirectInput is what a redirect is made of.
type RedirectInput struct {
	Path   string
	Target string
}

var handle = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// maxBody bounds a text, in bytes.
const maxBody = 500_000

func checkHandle(s string) *fault.Error {
	if !handle.MatchString(s) || len(s) > 255 {
		return fault.New(fault.Invalid, "invalid_handle", "A handle is made of small letters, digits and single hyphens.").At("handle")
	}
	return nil
}

func checkTitle(s string) *fault.Error {
	if strings.TrimSpace(s) == "" || len(s) > 1000 {
		return fault.New(fault.Invalid, "required", "A title has 1 to 1,000 characters.").At("title")
	}
	return nil
}

func checkBody(s string) *fault.Error {
	if len(s) > maxBody {
		return fault.Newf(fault.Invalid, "too_long", "A text has at most %d bytes.", maxBody).At("body")
	}
	return nil
}

func collect(faults ...*fault.Error) error {
	var list fault.List
	for _, f := range faults {
		list.Add(f)
	}
	return list.Err()
}

// Validate reports every fault of the input at once.
func (in PageInput) Validate() error {
	return collect(checkHandle(in.Handle), checkTitle(in.Title), checkBody(in.BodyHTML))
}

// Validate reports every fault of the input at once.
func (in BlogInput) Validate() error { return collect(checkHandle(in.Handle), checkTitle(in.Title)) }

// Validate reports every fault of the input at once.
func (in ArticleInput) Validate() error {
	return collect(checkHandle(in.Handle), checkTitle(in.Title), checkBody(in.BodyHTML))
}

// Validate reports every fault of the input at once.
func (in PolicyInput) Validate() error {
	var kind *fault.Error
	if in.Kind.Handle() == string(in.Kind) {
		kind = fault.Newf(fault.Invalid, "invalid_kind", "%q is no kind of policy.", string(in.Kind)).At("kind")
	}
	return collect(kind, checkTitle(in.Title), checkBody(in.BodyHTML))
}

// Validate reports every fault of the input at once.
func (in RedirectInput) Validate() error {
	var path, target *fault.Error
	if !strings.HasPrefix(in.Path, "/") || strings.HasPrefix(in.Path, "//") || len(in.Path) > 2000 {
		path = fault.New(fault.Invalid, "invalid_path", "A path begins with one slash.").At("path")
	}
	if !isLink(in.Target) || in.Target == in.Path {
		target = fault.New(fault.Invalid, "invalid_target", "A target is another path of the shop, or an http or https address.").At("target")
	}
	return collect(path, target)
}

// isLink accepts a path of the shop and an http or https address, and nothing
// that a browser would run.
func isLink(s string) bool {
	if len(s) > 2000 || strings.ContainsAny(s, "\x00\r\n\t \\") {
		return false
	}
	return strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") ||
		strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// Validate reports every fault of the input at once.
func (in MenuInput) Validate() error {
	var faults fault.List
	faults.Add(checkHandle(in.Handle))
	faults.Add(checkTitle(in.Title))
	count := 0
	checkItems(&faults, in.Items, []string{"items"}, &count)
	if count > maxMenuItems {
		faults.Add(fault.Newf(fault.Invalid, "too_many", "A menu has at most %d items.", maxMenuItems).At("items"))
	}
	return faults.Err()
}

func checkItems(faults *fault.List, items []MenuItemInput, path []string, count *int) {
	if len(items) > 0 && len(path) > 2*maxMenuDepth {
		faults.Add(fault.Newf(fault.Invalid, "too_deep", "A menu has at most %d levels.", maxMenuDepth).At(path...))
		return
	}
	for i, it := range items {
		*count++
		at := append(append([]string{}, path...), fmt.Sprint(i))
		switch {
		case strings.TrimSpace(it.Title) == "":
			faults.Add(fault.New(fault.Invalid, "required", "A menu item needs a title.").At(append(at, "title")...))
		case !pointing[it.Type] && !plain[it.Type]:
			faults.Add(fault.Newf(fault.Invalid, "invalid_type", "%q is no type of menu item.", string(it.Type)).At(append(at, "type")...))
		case pointing[it.Type] && it.ResourceID == nil:
			faults.Add(fault.New(fault.Invalid, "required", "This type of menu item needs what it points at.").At(append(at, "resourceId")...))
		case it.Type == ItemHTTP && !isLink(it.URL):
			faults.Add(fault.New(fault.Invalid, "invalid_url", "A link is a path of the shop, or an http or https address.").At(append(at, "url")...))
		}
		checkItems(faults, it.Items, append(at, "items"), count)
	}
}
