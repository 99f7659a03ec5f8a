package track

import "strings"

// watchers are what the user agents of programs say that look at shops for
// others, besides the words of their trade. Libraries are none of them: a
// storefront's own server asks with one.
var watchers = []string{
	"bot", "crawl", "spider", "preview", "monitor", "headless", "lighthouse", "pagespeed",
	"slurp", "mediapartners", "facebookexternalhit", "whatsapp", "embedly", "pingdom", "uptime", "archiver",
}

// phones have names that sound like a bot's.
var phones = strings.NewReplacer("cubot", "")

// IsBot reports whether a user agent says that nobody is looking.
func IsBot(userAgent string) bool {
	agent := phones.Replace(strings.ToLower(userAgent))
	for _, w := range watchers {
		if strings.Contains(agent, w) {
			return true
		}
	}
	return false
}
