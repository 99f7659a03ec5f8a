package checkout

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// mayReturn reports whether a buyer may be sent back to an address: the shop's
// own, a market's, the server's, or one that the operator allows. Anything else
// would let a link of ours lead anywhere.
func (s *Service) mayReturn(address string) bool {
	if address == "" {
		return true
	}
	to, err := url.Parse(address)
	if err != nil || to.Scheme != "https" && to.Scheme != "http" || to.Host == "" || to.User != nil || len(address) > 2048 {
		return false
	}
	host := strings.ToLower(to.Hostname())
	return s.rooms.Loopback && isLoopback(host) || slices.Contains(s.cfg.Returns, host) ||
		host == hostOf(s.rooms.Home) || host == hostOf(s.rooms.Markets.Shop().PrimaryDomain) || s.ofMarket(host)
}

func (s *Service) ofMarket(host string) bool {
	for _, m := range s.rooms.Markets.Active() {
		if slices.Contains(m.Domains, host) {
			return true
		}
	}
	return false
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
