package importer_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// What comes in while an export runs has categories and metafields that its
// header and its tables do not know: it must stay out whole.
func TestExport_showsTheShopAsItWas(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.take("Handle,Title,Variant Price\nfirst,First,1.00\n")
	want := s.export()
	var out bytes.Buffer
	err := s.Export(context.Background(), &out, func(products int) {
		if products == 1 {
			s.take("Handle,Title,Product Category,Variant Price\nsecond,Second,Garden > Chairs,2.00\n")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != want {
		t.Errorf("an import got into a running export:\n%s", out.String())
	}
	if !strings.Contains(s.export(), "Garden > Chairs") {
		t.Error("the import did not happen")
	}
}
