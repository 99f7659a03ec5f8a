package playground_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/graph/gql/playground"
)

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	h, err := playground.New(playground.Config{
		Title: "Shop </script><b>", Endpoint: "/shop/graphql",
		Examples: []playground.Example{{Name: "A name", Query: "{ shop { name } }"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Result(), string(body)
}

func TestPage_loadsNothingFromOtherHosts(t *testing.T) {
	t.Parallel()
	resp, body := get(t, "/")
	if p := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(p, "default-src 'none'") || strings.Contains(p, "http") {
		t.Errorf("policy %q", p)
	}
	if strings.Contains(body, "//") {
		t.Errorf("the page names another host: %s", body)
	}
}

func TestPage_escapesItsConfig(t *testing.T) {
	t.Parallel()
	if _, body := get(t, "/"); strings.Contains(body, "</script><b>") {
		t.Error("the title ends the script element")
	}
}

func TestPage_assetsItNamesAreServed(t *testing.T) {
	t.Parallel()
	_, body := get(t, "/any/path")
	links := regexp.MustCompile(`"\?asset=([^"]+)"`).FindAllStringSubmatch(body, -1)
	if len(links) != 2 {
		t.Fatalf("links %v", links)
	}
	for _, link := range links {
		resp, text := get(t, "/any/path?asset="+strings.ReplaceAll(link[1], "&amp;", "&"))
		if resp.StatusCode != http.StatusOK || len(text) < 10_000 {
			t.Errorf("%s: status %d, %d bytes", link[1], resp.StatusCode, len(text))
		}
	}
	if resp, _ := get(t, "/?asset=../playground.go"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a file that is no asset: status %d", resp.StatusCode)
	}
}
