// Package smtp hands mails to a mail server. It takes care that nothing which
// somebody typed becomes a header or a command.
package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/smtp"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/notify"
)

// Config says where the server is.
type Config struct {
	URL string `env:"SOUK_SMTP_URL" secret:"url" doc:"the mail server, smtp://user:password@host:587 (TLS where the server offers it) or smtps://user:password@host:465; empty keeps mails in the mailbox"`
}

// patience bounds one delivery, from the first packet to the last.
const patience = 20 * time.Second

var errURL = fault.New(fault.Invalid, "variable_refused", "SOUK_SMTP_URL cannot be read: it should look like smtp://user:password@host:587 or smtps://user:password@host:465.").At("SOUK_SMTP_URL")

// Mailer sends through one server, with one connection for each mail.
type Mailer struct {
	addr, host string
	implicit   bool // TLS from the first byte on
	auth       smtp.Auth
	tls        *tls.Config
}

// New gives the mailer of a server. It does not connect: a shop starts and
// sells while its mail server is down.
func New(cfg Config) (*Mailer, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil {
		return nil, errURL // without the cause, which tells the password
	}
	ports := map[string]string{"smtp": "587", "smtps": "465"}
	port, ok := ports[u.Scheme]
	if !ok || u.Hostname() == "" {
		return nil, errURL
	}
	if u.Port() != "" {
		port = u.Port()
	}
	m := &Mailer{host: u.Hostname(), addr: net.JoinHostPort(u.Hostname(), port), implicit: u.Scheme == "smtps",
		tls: &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}}
	if password, has := u.User.Password(); has {
		// It refuses to tell the password without TLS, but to this machine.
		m.auth = smtp.PlainAuth("", u.User.Username(), password, u.Hostname())
	}
	return m, nil
}

// Send hands the message over. No error means that the server took it.
func (m *Mailer) Send(ctx context.Context, msg notify.Message) error {
	to, err := recipient(msg.To)
	if err != nil {
		return fmt.Errorf("read recipient: %w", err)
	}
	raw, err := compose(msg, to)
	if err != nil {
		return fmt.Errorf("compose mail: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := m.dial(ctx)
	if err != nil {
		return fmt.Errorf("reach mail server: %w", err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // the past: whatever waits, ends
	defer stop()
	return m.hand(conn, msg.From.Address, to.Address, raw)
}

// recipient reads one bare address; a domain beyond ASCII is put as DNS has it.
func recipient(text string) (*mail.Address, error) {
	a, err := mail.ParseAddress(text)
	if err != nil {
		return nil, err
	}
	at := strings.LastIndex(a.Address, "@")
	domain, err := idna.Lookup.ToASCII(a.Address[at+1:])
	if err != nil {
		return nil, err
	}
	return &mail.Address{Address: a.Address[:at+1] + domain}, nil
}

func (m *Mailer) dial(ctx context.Context) (net.Conn, error) {
	if m.implicit {
		return (&tls.Dialer{Config: m.tls}).DialContext(ctx, "tcp", m.addr)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", m.addr)
}

// hand speaks with the server.
func (m *Mailer) hand(conn net.Conn, from, to string, raw []byte) error {
	c, err := smtp.NewClient(conn, m.host)
	if err != nil {
		return fmt.Errorf("greet mail server: %w", err)
	}
	if err := m.introduce(c); err != nil {
		return err
	}
	if err := c.Mail(from); err != nil {
		return fmt.Errorf("name sender: %w", err)
	}
	if err := c.Rcpt(to); err != nil {
		return fmt.Errorf("name recipient: %w", err)
	}
	w, err := c.Data()
	if err != nil {
		return fmt.Errorf("begin mail: %w", err)
	}
	_, err = w.Write(raw)
	if err := errors.Join(err, w.Close()); err != nil {
		return fmt.Errorf("hand mail over: %w", err)
	}
	_ = c.Quit() // it is taken, whatever comes now
	return nil
}

func (m *Mailer) introduce(c *smtp.Client) error {
	if ok, _ := c.Extension("STARTTLS"); ok && !m.implicit {
		if err := c.StartTLS(m.tls); err != nil {
			return fmt.Errorf("begin TLS: %w", err)
		}
	}
	if m.auth == nil {
		return nil
	}
	if err := c.Auth(m.auth); err != nil {
		return fmt.Errorf("sign in to mail server: %w", err)
	}
	return nil
}
