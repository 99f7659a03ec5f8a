package hosted

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strings"

	"golang.org/x/text/language"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

//go:embed messages templates style.css
var files embed.FS

// fallback is the language of those whose own the pages do not speak.
const fallback locale.Language = "en"

// speech is the messages of each language that the pages speak.
type speech map[locale.Language]words

// words are the messages of one language.
type words map[string]string

func readSpeech() (speech, error) {
	entries, err := files.ReadDir("messages")
	if err != nil {
		return nil, err
	}
	all := speech{}
	for _, entry := range entries {
		text, err := files.ReadFile(path.Join("messages", entry.Name()))
		if err != nil {
			return nil, err
		}
		var w words
		if err := json.Unmarshal(text, &w); err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name(), err)
		}
		all[locale.Language(strings.TrimSuffix(entry.Name(), ".json"))] = w
	}
	return all, nil
}

// spoken gives the nearest language that the pages speak.
func (s speech) spoken(l locale.Language) locale.Language {
	for _, candidate := range append([]locale.Language{l}, locale.Fallbacks(l)...) {
		if _, ok := s[candidate]; ok {
			return candidate
		}
	}
	return fallback
}

// heard gives the language that a browser asks for, where no checkout says it.
func (s speech) heard(r *http.Request) locale.Language {
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return fallback
	}
	for _, tag := range tags {
		base, _ := tag.Base()
		if _, ok := s[locale.Language(base.String())]; ok {
			return locale.Language(base.String())
		}
	}
	return fallback
}

// text gives a message, its {names} replaced by the values of the pairs.
func (w words) text(key string, pairs ...any) string {
	text, ok := w[key]
	if !ok {
		return key
	}
	names := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		names = append(names, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return strings.NewReplacer(names...).Replace(text) // at once, so that no value is read for names
}

// count gives a message about a number of things.
func (w words) count(key string, n int) string {
	if n == 1 {
		return w.text(key+".one", "n", n)
	}
	return w.text(key+".other", "n", n)
}

// or gives a message, and another text where there is no such message.
func (w words) or(key, otherwise string) string {
	if text, ok := w[key]; ok {
		return text
	}
	return otherwise
}
