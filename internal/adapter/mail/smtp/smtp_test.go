package smtp

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/notify"
)

// server is as much of a mail server as the mailer speaks with.
type server struct {
	listener net.Listener
	tls      *tls.Config // nil: it offers none
	refuse   string      // the command that it refuses
	silent   bool        // it never greets

	mu       sync.Mutex
	commands []string
	secure   []bool // whether each command came over TLS
	mails    []string
}

func serve(t *testing.T, s *server) *server {
	t.Helper()
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.listener.Close() })
	go func() {
		for {
			conn, err := s.listener.Accept()
			if err != nil {
				return
			}
			go s.talk(conn)
		}
	}()
	return s
}

func (s *server) url(user string) string {
	return "smtp://" + user + s.listener.Addr().String()
}

func (s *server) talk(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	if s.silent {
		_, _ = io.Copy(io.Discard, conn)
		return
	}
	r, secure := bufio.NewReader(conn), false
	say := func(line string) { _, _ = fmt.Fprintf(conn, "%s\r\n", line) }
	say("220 loopback")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		s.mu.Lock()
		s.commands, s.secure = append(s.commands, line), append(s.secure, secure)
		s.mu.Unlock()
		verb := strings.ToUpper(strings.Fields(line + " .")[0])
		switch {
		case verb == s.refuse:
			say("550 no")
		case verb == "EHLO" && s.tls != nil && !secure:
			say("250-loopback\r\n250-STARTTLS\r\n250 AUTH PLAIN")
		case verb == "EHLO":
			say("250-loopback\r\n250 AUTH PLAIN")
		case verb == "STARTTLS":
			say("220 go")
			upgraded := tls.Server(conn, s.tls)
			conn, r, secure = upgraded, bufio.NewReader(upgraded), true
		case verb == "AUTH":
			say("235 welcome")
		case verb == "DATA":
			say("354 go")
			s.take(r)
			say("250 taken")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

func (s *server) take(r *bufio.Reader) {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil || line == ".\r\n" {
			break
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, b.String())
}

func message() notify.Message {
	return notify.Message{
		ID: "<abc@shop.example>", From: mail.Address{Name: "Bücher & Söhne", Address: "shop@example.com"}, To: "ada@example.com",
		Date: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Language: "de",
		Subject: "Ihre Bestellung ist bestätigt", Text: "Grüße\n.\nEnde\n", HTML: "<p>Grüße</p>\n",
	}
}

func mailer(t *testing.T, rawURL string) *Mailer {
	t.Helper()
	m, err := New(Config{URL: rawURL})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSend_arrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := serve(t, &server{})
	if err := mailer(t, s.url("")).Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	got, err := mail.ReadMessage(strings.NewReader(s.mails[0]))
	if err != nil {
		t.Fatal(err)
	}
	from, err := got.Header.AddressList("From")
	if err != nil || from[0].Name != "Bücher & Söhne" || from[0].Address != "shop@example.com" {
		t.Errorf("from %v, %v", from, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != "Ihre Bestellung ist bestätigt" || got.Header.Get("Message-ID") != "<abc@shop.example>" {
		t.Errorf("%q, %v", subject, got.Header)
	}
	_, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(got.Body, params["boundary"])
	for _, want := range []string{"Grüße\r\n.\r\nEnde\r\n", "<p>Grüße</p>\r\n"} {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil || string(body) != want {
			t.Errorf("part %q, %v", body, err)
		}
	}
}

func TestSend_tellsThePasswordOverTLSOnly(t *testing.T) {
	t.Parallel()
	https := httptest.NewUnstartedServer(nil) // for its certificate
	https.StartTLS()
	t.Cleanup(https.Close)
	s := serve(t, &server{tls: https.TLS})
	m := mailer(t, s.url("ada:s%40cret@"))
	m.tls.RootCAs = x509.NewCertPool()
	m.tls.RootCAs.AddCert(https.Certificate())
	if err := m.Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	for i, c := range s.commands {
		if strings.HasPrefix(c, "AUTH") {
			said, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(c, "AUTH PLAIN "))
			if !s.secure[i] || string(said) != "\x00ada\x00s@cret" {
				t.Errorf("%q over TLS: %v", said, s.secure[i])
			}
			return
		}
	}
	t.Errorf("never signed in: %q", s.commands)
}

func TestSend_refusesACertificateOfSomebodyElse(t *testing.T) {
	t.Parallel()
	https := httptest.NewUnstartedServer(nil)
	https.StartTLS()
	t.Cleanup(https.Close)
	s := serve(t, &server{tls: https.TLS})
	if err := mailer(t, s.url("")).Send(t.Context(), message()); err == nil || len(s.mails) > 0 {
		t.Errorf("sent to anybody: %v", err)
	}
}

// A header ends with its line; whatever somebody types stays in it.
func TestSend_nothingTypedBecomesAHeaderOrACommand(t *testing.T) {
	t.Parallel()
	const evil = "x\r\nBcc: eve@example.com\r\n\r\nboo\n.\nMAIL FROM:<eve@example.com>"
	for name, spoil := range map[string]func(m *notify.Message){
		"subject": func(m *notify.Message) { m.Subject = evil },
		"long":    func(m *notify.Message) { m.Subject = strings.Repeat("ü", 500) + evil },
		"name":    func(m *notify.Message) { m.From.Name = evil },
		"text":    func(m *notify.Message) { m.Text = evil },
		"to":      func(m *notify.Message) { m.To = "ada@example.com" + evil },
		"two":     func(m *notify.Message) { m.To = "ada@example.com, eve@example.com" },
		"from":    func(m *notify.Message) { m.From.Address = "shop@example.com" + evil },
		"id":      func(m *notify.Message) { m.ID += evil },
		"lang":    func(m *notify.Message) { m.Language += evil },
	} {
		s := serve(t, &server{})
		m := message()
		spoil(&m)
		err := mailer(t, s.url("")).Send(t.Context(), m)
		for _, c := range s.commands {
			if strings.Contains(c, "eve@") {
				t.Errorf("%s: command %q", name, c)
			}
		}
		if err != nil && name != "subject" && name != "long" && name != "text" && name != "name" {
			continue // refused as a whole
		}
		if err != nil || len(s.mails) != 1 {
			t.Errorf("%s: %v, %d mails", name, err, len(s.mails))
			continue
		}
		got, err := mail.ReadMessage(strings.NewReader(s.mails[0]))
		if err != nil || len(got.Header) != 9 || got.Header.Get("Bcc") != "" {
			t.Errorf("%s: %v, %v", name, got.Header, err)
		}
	}
}

func TestSend_anInternationalDomainGoesAsDNSHasIt(t *testing.T) {
	t.Parallel()
	s := serve(t, &server{})
	m := message()
	m.To = "ada@bücher.example"
	if err := mailer(t, s.url("")).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.commands, "\n"); !strings.Contains(got, "RCPT TO:<ada@xn--bcher-kva.example>") {
		t.Error(got)
	}
}

func TestSend_saysWhenItWasNotTaken(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"MAIL", "RCPT", "DATA"} {
		s := serve(t, &server{refuse: verb})
		if err := mailer(t, s.url("")).Send(t.Context(), message()); err == nil {
			t.Errorf("%s was refused and nobody said so", verb)
		}
	}
	s := serve(t, &server{})
	_ = s.listener.Close()
	if err := mailer(t, s.url("")).Send(t.Context(), message()); err == nil {
		t.Error("nobody was there and nobody said so")
	}
}

func TestSend_endsWithItsContext(t *testing.T) {
	t.Parallel()
	s := serve(t, &server{silent: true})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- mailer(t, s.url("")).Send(ctx, message()) }()
	select {
	case err := <-done:
		if err == nil {
			t.Error("sent to a server that says nothing")
		}
	case <-time.After(10 * time.Second):
		t.Error("still waits for a server that says nothing")
	}
}

func TestNew_readsAddresses(t *testing.T) {
	t.Parallel()
	for text, addr := range map[string]string{"smtp://mail.example": "mail.example:587", "smtps://a:b@mail.example": "mail.example:465", "smtp://[::1]:25": "[::1]:25"} {
		if m, err := New(Config{URL: text}); err != nil || m.addr != addr {
			t.Errorf("%s: %v, %v", text, m, err)
		}
	}
	for _, text := range []string{"", "mail.example:25", "http://mail.example", "smtp://", "smtp://ada:s3cret@mail.example:port"} {
		_, err := New(Config{URL: text})
		if !errors.Is(err, errURL) || strings.Contains(fmt.Sprint(err), "s3cret") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
