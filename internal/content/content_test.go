package content_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

type house struct {
	*content.Service
	db  *postgres.DB
	log *audit.Log
}

func open(t *testing.T) house {
	t.Helper()
	db := testkit.DB(t)
	log := audit.New(db)
	return house{content.NewService(db, event.NewOutbox(db), log), db, log}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// facts gives the topics and aggregates of the outbox in their order.
func (h house) facts(t *testing.T) []string {
	t.Helper()
	rows, err := h.db.Pool().Query(context.Background(), `SELECT topic || ' ' || aggregate_kind || ' ' || version FROM outbox ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

func TestPage_lifeIsVersionedAuditedAndTold(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := context.Background()
	at := testkit.Started().Add(-time.Hour)
	p := must[content.Page](t)(h.CreatePage(ctx, content.PageInput{Handle: "about", Title: "About", BodyHTML: `<p onclick="x()">Hi</p><script>1</script>`, PublishedAt: &at}))
	if strings.Contains(p.BodyHTML, "script") || strings.Contains(p.BodyHTML, "onclick") {
		t.Errorf("body %q", p.BodyHTML)
	}
	in := content.PageInput{Handle: "about-us", Title: "About us", BodyHTML: "<p>Hello</p>"}
	after := must[content.Page](t)(h.UpdatePage(ctx, p.ID, p.Version, in))
	if after.Version != p.Version+1 || after.PublishedAt != nil {
		t.Errorf("%+v", after)
	}
	in.Title = "Never"
	if _, err := h.UpdatePage(ctx, p.ID, p.Version, in); !errors.Is(err, content.ErrStale) {
		t.Errorf("stale: %v", err)
	}
	gone := must[content.Page](t)(h.ArchivePage(ctx, p.ID, after.Version, true))
	back := must[content.Page](t)(h.ArchivePage(ctx, p.ID, gone.Version, false))
	if gone.ArchivedAt == nil || back.ArchivedAt != nil || back.Title != "About us" {
		t.Errorf("%+v, %+v", gone, back)
	}
	want := "[content.changed page 1 content.changed page 2 content.changed page 3 content.changed page 4]"
	if got := fmt.Sprint(h.facts(t)); got != want {
		t.Errorf("facts %s", got)
	}
	if n, err := h.log.Count(ctx, audit.Filter{SubjectKind: "page", SubjectID: int64(p.ID)}); err != nil || n != 4 {
		t.Errorf("%d audit rows, %v", n, err)
	}
}

func TestWrites_refuseWhatIsThereAlready(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := context.Background()
	blog := must[content.Blog](t)(h.CreateBlog(ctx, content.BlogInput{Handle: "news", Title: "News"}))
	article := content.ArticleInput{Blog: blog.ID, Handle: "first", Title: "First"}
	must[content.Article](t)(h.CreateArticle(ctx, article))
	must[content.Redirect](t)(h.CreateRedirect(ctx, content.RedirectInput{Path: "/old", Target: "/new"}))
	must[content.Menu](t)(h.CreateMenu(ctx, content.MenuInput{Handle: "main", Title: "Main"}))
	none := media.ID(99)
	for name, c := range map[string]struct {
		reason string
		do     func() error
	}{
		"blog":    {"already_exists", func() error { _, err := h.CreateBlog(ctx, content.BlogInput{Handle: "news", Title: "x"}); return err }},
		"article": {"already_exists", func() error { _, err := h.CreateArticle(ctx, article); return err }},
		"redirect": {"already_exists", func() error {
			_, err := h.CreateRedirect(ctx, content.RedirectInput{Path: "/old", Target: "/x"})
			return err
		}},
		"menu": {"already_exists", func() error { _, err := h.CreateMenu(ctx, content.MenuInput{Handle: "main", Title: "x"}); return err }},
		"no blog": {"blog_not_found", func() error {
			_, err := h.CreateArticle(ctx, content.ArticleInput{Blog: 99, Handle: "x", Title: "x"})
			return err
		}},
		"no picture": {"media_not_found", func() error {
			_, err := h.CreateArticle(ctx, content.ArticleInput{Blog: blog.ID, Handle: "x", Title: "x", Media: &none})
			return err
		}},
		"no page": {"content_not_found", func() error {
			_, err := h.UpdatePage(ctx, 99, 1, content.PageInput{Handle: "x", Title: "x"})
			return err
		}},
	} {
		if err := c.do(); !fault.Is(err, c.reason) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMenu_keepsItsTreeAndReplacesItWhole(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := context.Background()
	seven := int64(7)
	link := func(title string, below ...content.MenuItemInput) content.MenuItemInput {
		return content.MenuItemInput{Title: title, Type: content.ItemHTTP, URL: "/" + title, Items: below}
	}
	m := must[content.Menu](t)(h.CreateMenu(ctx, content.MenuInput{Handle: "main", Title: "Main", Items: []content.MenuItemInput{
		link("a", link("a1", link("a1x")), link("a2")),
		{Title: "b", Type: content.ItemCollection, ResourceID: &seven, Tags: []string{"new"}},
	}}))
	if len(m.Items) != 2 || m.Items[0].Items[0].Items[0].Title != "a1x" || *m.Items[1].ResourceID != 7 || m.Items[1].Tags[0] != "new" {
		t.Fatalf("%+v", m)
	}
	after := must[content.Menu](t)(h.UpdateMenu(ctx, m.ID, m.Version, content.MenuInput{Handle: "main", Title: "Main", Items: []content.MenuItemInput{link("c")}}))
	if len(after.Items) != 1 || after.Items[0].Title != "c" {
		t.Errorf("%+v", after)
	}
	if err := h.DeleteMenu(ctx, m.ID, m.Version); !errors.Is(err, content.ErrStale) {
		t.Errorf("stale: %v", err)
	}
	if err := h.DeleteMenu(ctx, m.ID, after.Version); err != nil {
		t.Error(err)
	}
	s, err := h.Menus(ctx, content.Filter{}, content.ByHandle, page.Args{})
	if err != nil || len(s.Items) != 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestMenuInput_refusesWhatABrowserWouldRun(t *testing.T) {
	t.Parallel()
	deep := content.MenuItemInput{Title: "4", Type: content.ItemSearch}
	for range 3 {
		deep = content.MenuItemInput{Title: "x", Type: content.ItemSearch, Items: []content.MenuItemInput{deep}}
	}
	for name, item := range map[string]content.MenuItemInput{
		"invalid_url":  {Title: "x", Type: content.ItemHTTP, URL: "javascript:alert(1)"},
		"invalid_type": {Title: "x", Type: "teleport"},
		"required":     {Title: "x", Type: content.ItemProduct},
		"too_deep":     deep,
	} {
		err := content.MenuInput{Handle: "m", Title: "M", Items: []content.MenuItemInput{item}}.Validate()
		if !fault.Is(err, name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, target := range []string{"//evil.example", "/\\evil.example", "javascript:1", "ftp://x", "/a", "data:text/html,x", ""} {
		if err := (content.RedirectInput{Path: "/a", Target: target}).Validate(); err == nil {
			t.Errorf("a redirect to %q", target)
		}
	}
}

func TestPolicy_isWrittenOnceAndThenByVersion(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := context.Background()
	in := content.PolicyInput{Kind: content.Refund, Title: "Refunds", BodyHTML: "<p>14 days</p>"}
	p := must[content.Policy](t)(h.SetPolicy(ctx, in))
	in.Version, in.BodyHTML = p.Version, "<p>30 days</p>"
	after := must[content.Policy](t)(h.SetPolicy(ctx, in))
	if after.ID != p.ID || after.Version != p.Version+1 {
		t.Errorf("%+v", after)
	}
	if _, err := h.SetPolicy(ctx, in); !errors.Is(err, content.ErrStale) {
		t.Errorf("stale: %v", err)
	}
	rows, err := h.log.List(ctx, audit.Filter{SubjectKind: "policy"}, page.Args{})
	if err != nil || len(rows.Items) != 2 || !strings.Contains(string(rows.Items[0].Before), "14 days") {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestLists_filterSortAndPageBothWays(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := context.Background()
	blog := must[content.Blog](t)(h.CreateBlog(ctx, content.BlogInput{Handle: "news", Title: "News"}))
	for i, author := range []string{"Cy", "Al", "Bo", "Al"} {
		at := testkit.Started().Add(time.Duration(i-2) * time.Hour)
		in := content.ArticleInput{Blog: blog.ID, Handle: fmt.Sprintf("a-%d", i), Title: fmt.Sprintf("Title %d", i), AuthorName: author}
		if i != 3 {
			in.PublishedAt = &at
		}
		must[content.Article](t)(h.CreateArticle(ctx, in))
	}
	now := testkit.Started()
	two := 2
	handles := func(by content.Sort, f content.Filter, args page.Args) string {
		s, err := h.Articles(ctx, f, by, args)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, a := range s.Items {
			out = append(out, a.Handle)
		}
		return strings.Join(out, " ")
	}
	for want, got := range map[string]string{
		"a-1 a-3 a-2 a-0": handles(content.ByAuthor, content.Filter{}, page.Args{}),
		"a-0 a-2 a-3 a-1": handles(content.ByAuthor, content.Filter{}, page.Args{Reverse: true}),
		"a-0 a-1 a-2":     handles(content.ByPublished, content.Filter{VisibleAt: &now}, page.Args{}),
		"a-2 a-3":         handles(content.ByPublished, content.Filter{}, page.Args{Last: &two}),
		"a-1":             handles(content.ByID, content.Filter{Text: "TLE 1"}, page.Args{}),
		"":                handles(content.ByID, content.Filter{Blog: 99}, page.Args{}),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	s, _ := h.Articles(ctx, content.Filter{}, content.ByPublished, page.Args{First: &two})
	if got := handles(content.ByPublished, content.Filter{}, page.Args{First: &two, After: s.Info.EndCursor}); got != "a-2 a-3" {
		t.Errorf("second page %q", got)
	}
	if _, err := h.Redirects(ctx, content.Filter{Handle: "x", Path: "/x"}, content.ByPath, page.Args{}); err != nil {
		t.Errorf("redirects: %v", err)
	}
}

func TestQuery_readsWordsAndConditions(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := context.Background()
	blog := must[content.Blog](t)(h.CreateBlog(ctx, content.BlogInput{Handle: "news", Title: "News"}))
	for i, title := range []string{"Red winter caps", "Blue caps: a guide", "Winter of 100% wool"} {
		at := testkit.Started().AddDate(0, 0, i)
		must[content.Article](t)(h.CreateArticle(ctx, content.ArticleInput{Blog: blog.ID, Handle: fmt.Sprintf("a-%d", i), Title: title,
			AuthorName: []string{"Ann Lee", "Bo", ""}[i], PublishedAt: &at}))
	}
	for query, want := range map[string]string{
		"":                                   "a-0 a-1 a-2",
		"WINTER":                             "a-0 a-2",
		"winter caps":                        "a-0",
		`"caps: a"`:                          "a-1",
		"title:caps":                         "a-0 a-1",
		"-title:caps":                        "a-2",
		"handle:A-1":                         "a-1",
		"handle:a-*":                         "a-0 a-1 a-2",
		`author:"ann lee"`:                   "a-0",
		"author:b*":                          "a-1",
		"-author:bo winter":                  "a-0 a-2",
		"published_at:2026-03-03":            "a-1",
		"published_at:>2026-03-03":           "a-2",
		"published_at:>=2026-03-03":          "a-1 a-2",
		"published_at:<2026-03-03":           "a-0",
		"published_at:<=2026-03-03":          "a-0 a-1",
		"published_at:>2026-03-03T09:00:00Z": "a-2",
		"published_at:2026-03-03T09:00:00Z":  "a-1",
		"updated_at:>2026-03-02":             "",
		"created_at:2026-03-02 blue":         "a-1",
		"created_at:soon":                    "",
		"100%":                               "a-2",
		"color:red":                          "",
		"winter\x00":                         "a-0 a-2",
	} {
		s, err := h.Articles(ctx, content.Filter{Query: query}, content.ByHandle, page.Args{})
		var got []string
		for _, a := range s.Items {
			got = append(got, a.Handle)
		}
		if strings.Join(got, " ") != want || err != nil {
			t.Errorf("%q gives %q, want %q: %v", query, got, want, err)
		}
	}
	if _, err := h.Pages(ctx, content.Filter{Query: strings.Repeat("a ", 21)}, content.ByID, page.Args{}); !fault.Is(err, "query_too_long") {
		t.Errorf("21 words: %v", err)
	}
}

func TestQuery_everyFieldOfEveryListIsThere(t *testing.T) {
	t.Parallel()
	h := open(t)
	dated := "title:a handle:b* -created_at:>2026-01-01 updated_at:<2026-01-01 word "
	for name, count := range map[string]func(query string) (int64, error){
		dated:                             func(q string) (int64, error) { return h.CountMenus(t.Context(), content.Filter{Query: q}) },
		dated + "published_at:2026-01-01": func(q string) (int64, error) { return h.CountPages(t.Context(), content.Filter{Query: q}) },
		dated + " ":                       func(q string) (int64, error) { return h.CountBlogs(t.Context(), content.Filter{Query: q}) },
		"path:/a target:/b* /c":           func(q string) (int64, error) { return h.CountRedirects(t.Context(), content.Filter{Query: q}) },
	} {
		if _, err := count(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestRedirects_byPath(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, path := range []string{"/b", "/a", "/c"} {
		must[content.Redirect](t)(h.CreateRedirect(t.Context(), content.RedirectInput{Path: path, Target: "/x" + path}))
	}
	two := 2
	first, err := h.Redirects(t.Context(), content.Filter{}, content.ByPath, page.Args{First: &two})
	if err != nil || first.Items[0].Path != "/a" || first.Items[1].Path != "/b" {
		t.Errorf("%+v, %v", first, err)
	}
	rest, err := h.Redirects(t.Context(), content.Filter{Query: "target:/x* -path:/zz"}, content.ByPath, page.Args{After: first.Info.EndCursor})
	if err != nil || len(rest.Items) != 1 || rest.Items[0].Path != "/c" {
		t.Errorf("%+v, %v", rest, err)
	}
}
