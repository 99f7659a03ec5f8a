package translation_test

import (
	"context"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/translation"
)

func open(t *testing.T) *translation.Service {
	t.Helper()
	db := testkit.DB(t)
	return translation.NewService(db, event.NewOutbox(db), audit.New(db))
}

var lamp = translation.Owner{Kind: "product", ID: 7}

func TestFor_theNarrowestLanguageWins(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := context.Background()
	err := s.Set(ctx, lamp, []translation.Text{
		{Language: "pt", Field: "title", Value: "Lâmpada"},
		{Language: "pt", Field: "seo_title", Value: "Lâmpada boa"},
		{Language: "PT-BR", Field: "title", Value: "Luminária"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]string{"pt-br": "Luminária", "pt": "Lâmpada", "de": "Lamp"} {
		texts, err := s.For(ctx, "product", []int64{7, 8}, locale.Language(language))
		if got := texts[7].Or("title", "Lamp"); err != nil || got != want {
			t.Errorf("%s: %s, %v", language, got, err)
		}
	}
	texts, _ := s.For(ctx, "product", []int64{7}, "pt-br")
	if got := texts[7].Or("seo_title", ""); got != "Lâmpada boa" {
		t.Errorf("the wider language is forgotten: %q", got)
	}
}

func TestSet_emptyTakesAwayAndHTMLIsCleaned(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := context.Background()
	for _, value := range []string{`<p>Gut</p><script>1</script>`, ""} {
		if err := s.Set(ctx, lamp, []translation.Text{{Language: "de", Field: "description_html", Value: value}}); err != nil {
			t.Fatal(err)
		}
		texts, err := s.Of(ctx, lamp)
		if err != nil || (value == "") != (len(texts) == 0) {
			t.Errorf("%q: %+v, %v", value, texts, err)
		}
		if len(texts) > 0 && strings.Contains(texts[0].Value, "script") {
			t.Errorf("%q", texts[0].Value)
		}
	}
}

func TestSet_refusesAllIfOneIsWrong(t *testing.T) {
	t.Parallel()
	s := open(t)
	err := s.Set(context.Background(), lamp, []translation.Text{
		{Language: "de", Field: "title", Value: "Lampe"},
		{Language: "de", Field: "handle", Value: "lampe"},
		{Language: "german", Field: "title", Value: "Lampe"},
	})
	if !fault.Is(err, "not_translatable") || len(fault.All(err)) != 2 {
		t.Errorf("%v", err)
	}
	if texts, _ := s.Of(context.Background(), lamp); len(texts) != 0 {
		t.Errorf("%+v", texts)
	}
}
