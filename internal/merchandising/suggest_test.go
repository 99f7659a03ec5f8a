package merchandising

import "testing"

func TestMarked_isMarkupWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		typed []string
		want  string
	}{
		{"Red & white <b>", []string{"red"}, "<mark>Red</mark> &amp; white &lt;b&gt;"},
		{"Café crème", []string{"cafe", "cre"}, "<mark>Café</mark> <mark>crè</mark>me"},
		{"bored redwood", []string{"red"}, "bored <mark>red</mark>wood"},
		{"Straße", []string{"stras"}, "<mark>Straße</mark>"},
		{"shirt", []string{"s", "shi"}, "<mark>shi</mark>rt"},
		{"", []string{"a"}, ""},
	} {
		if got := marked("en", c.text, c.typed); got != c.want {
			t.Errorf("%q typed %v: %s, want %s", c.text, c.typed, got, c.want)
		}
	}
}
