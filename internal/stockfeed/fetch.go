package stockfeed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// The bounds of fetching.
const (
	fetchTime    = 20 * time.Second // from the first packet to the last byte
	connectTime  = 5 * time.Second
	answerTime   = 10 * time.Second // until the answer begins
	maxHeaders   = 64 << 10
	maxRedirects = 3
)

// Why an address could not be fetched.
var (
	errAddress  = fault.New(fault.Invalid, "address_refused", "The address leads into a private network.")
	errRedirect = fault.New(fault.Invalid, "redirect_refused", "The address leads on to another server.")
	errFetch    = fault.New(fault.Unavailable, "fetch_failed", "The address could not be fetched.")
	errEncoding = fault.New(fault.Invalid, "encoding_refused", "The file came compressed, though that was not asked for.")
)

// fetcher reads what strangers' addresses lead to. Each address that a name
// resolves to is judged right before it is dialled, so that a name which leads
// elsewhere the second time (DNS rebinding) gains nothing. There is no proxy.
type fetcher struct {
	client   *http.Client
	loopback bool
}

func newFetcher(loopback bool) *fetcher {
	f := &fetcher{loopback: loopback}
	dialer := &net.Dialer{Timeout: connectTime, Control: f.control}
	f.client = &http.Client{
		Timeout:       fetchTime,
		CheckRedirect: sameServer,
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    connectTime,
			ResponseHeaderTimeout:  answerTime,
			MaxResponseHeaderBytes: maxHeaders,
			DisableCompression:     true,
			DisableKeepAlives:      true,
			ForceAttemptHTTP2:      true,
		},
	}
	return f
}

// control refuses a connection by the address that it would go to.
func (f *fetcher) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !reachable(to.Addr(), f.loopback) {
		return errAddress
	}
	return nil
}

// reserved are the networks that belong to nobody on the internet, or lead to
// addresses that are written inside of theirs, besides those that netip knows.
func reserved() []netip.Prefix {
	var all []netip.Prefix
	for _, p := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10",
	} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

// reachable reports whether feeds may come from an address.
func reachable(addr netip.Addr, loopback bool) bool {
	addr = addr.Unmap().WithZone("")
	if addr.IsLoopback() {
		return loopback
	}
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return false
	}
	for _, p := range reserved() {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}

// sameServer follows redirects that stay where they are.
func sameServer(next *http.Request, before []*http.Request) error {
	first := before[0].URL
	if len(before) > maxRedirects || next.URL.Scheme != first.Scheme || next.URL.Host != first.Host {
		return errRedirect
	}
	return nil
}

// get reads what an address leads to.
func (f *fetcher) get(ctx context.Context, address string) ([]byte, error) {
	if refusal := checkURL(address, f.loopback); refusal != nil {
		return nil, refusal
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errFetch.Wrap(err)
	}
	request.Header.Set("Accept", "text/csv, application/json")
	request.Header.Set("User-Agent", "souk-stock-feed")
	response, err := f.client.Do(request)
	if err != nil {
		return nil, fetchFault(err)
	}
	defer func() { _ = response.Body.Close() }()
	switch {
	case response.StatusCode != http.StatusOK:
		return nil, fault.Newf(fault.Unavailable, "http_status_"+strconv.Itoa(response.StatusCode), "The server answered with status %d.", response.StatusCode)
	case response.Header.Get("Content-Encoding") != "" && response.Header.Get("Content-Encoding") != "identity":
		return nil, errEncoding
	case response.ContentLength > MaxBytes:
		return nil, errBytes
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, MaxBytes+1))
	switch {
	case err != nil:
		return nil, fetchFault(err)
	case len(body) > MaxBytes:
		return nil, errBytes
	}
	return body, nil
}

// fetchFault keeps refusals of ours, and what else went wrong as a cause that
// does not tell the address.
func fetchFault(err error) error {
	if f, ok := fault.As(err); ok {
		return f
	}
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return errFetch.Wrap(fmt.Errorf("fetch: %w", err))
}
