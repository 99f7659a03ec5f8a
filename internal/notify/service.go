package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/job"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/restock"
)

const (
	// maxTries bounds how often a mail is tried: with the pauses of its job,
	// attempt⁴ seconds, for about a day and a half.
	maxTries = 15
	// lease is how long a try that nothing was heard of keeps others from
	// trying. It is longer than any job may run.
	lease = 2 * time.Minute
	// settleLimit is for noting how a try ended, which outlives the try.
	settleLimit = 5 * time.Second
)

// Config says who writes.
type Config struct {
	From string `env:"SOUK_MAIL_FROM" doc:"the sender of mails, such as Shop <shop@example.com>; empty takes the name and address of the shop"`
}

// Rooms is what this one stands on.
type Rooms struct {
	DB        *postgres.DB
	Orders    *order.Service
	Markets   *market.Service
	Restock   *restock.Service // nil: nobody waits for stock
	Goods     *listing.Service // asked for what is in stock again, as its Buyers see it
	Buyers    *listing.Buyers
	Mailer    Mailer // nil: mails stay in the mailbox
	PublicURL string // how the shop is reached from outside, for links; no slash at its end
	Config    Config
	Log       *slog.Logger // nil is silent
}

// Service holds the use cases.
type Service struct {
	db        *postgres.DB
	orders    *order.Service
	markets   *market.Service
	restock   *restock.Service
	goods     *listing.Service
	buyers    *listing.Buyers
	mailer    Mailer
	publicURL string
	from      *mail.Address // nil: the shop's own
	templates templates
	log       *slog.Logger
}

// NewService wires the room. It refuses a sender that is no address.
func NewService(r Rooms) (*Service, error) {
	s := &Service{db: r.DB, orders: r.Orders, markets: r.Markets, restock: r.Restock, goods: r.Goods, buyers: r.Buyers,
		mailer: r.Mailer, publicURL: r.PublicURL, log: r.Log}
	if s.mailer == nil {
		s.mailer = mailbox{}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if r.Config.From != "" {
		if s.from, err = mail.ParseAddress(r.Config.From); err != nil {
			return nil, errFrom.Wrap(err)
		}
	}
	if s.templates, err = readTemplates(); err != nil {
		return nil, fmt.Errorf("read mail templates: %w", err)
	}
	return s, nil
}

// Subscribers are the mails with the facts that call for them.
func (s *Service) Subscribers() []job.Subscriber {
	all := []job.Subscriber{{Name: "order-confirmation", Topics: []string{order.Placed{}.Topic()}, Handle: s.confirmOrder}}
	if s.restock != nil {
		all = append(all, job.Subscriber{Name: "restock-mail", Topics: []string{restock.Available{}.Topic()}, Handle: s.tellOfStock})
	}
	return all
}

// confirmOrder tells the buyer that the order was placed.
func (s *Service) confirmOrder(ctx context.Context, e event.Envelope) error {
	var placed order.Placed
	if err := e.Decode(&placed); err != nil {
		return err
	}
	key := fmt.Sprintf("%s/%d", OrderConfirmation, placed.Order)
	m, known, err := s.byKey(ctx, key)
	if err != nil {
		return err
	}
	if !known {
		o, err := s.orders.ByID(ctx, placed.Order)
		if err != nil {
			return fmt.Errorf("read the order to confirm: %w", err)
		}
		if o.Email == "" {
			return nil // staff took it by telephone
		}
		if m, err = s.writeConfirmation(ctx, key, o); err != nil {
			return err
		}
	}
	return s.deliver(ctx, m)
}

// writeConfirmation keeps the mail, once for its key.
func (s *Service) writeConfirmation(ctx context.Context, key string, o order.Order) (Mail, error) {
	shop, err := s.markets.Shop(ctx)
	if err != nil {
		return Mail{}, fmt.Errorf("read the shop that confirms: %w", err)
	}
	m, err := s.templates.confirmation(o, shop, s.publicURL+"/orders/"+s.orders.Token(o))
	if err != nil {
		return Mail{}, fmt.Errorf("write confirmation of order %d: %w", o.Number, err)
	}
	m.MessageID = messageID(s.sender(shop))
	return s.keep(ctx, key, m)
}

// deliver makes one try. Of two at once one goes on; a try that ended without a
// word (the process died) is made again after the lease, with the same
// Message-ID, so that a server or a reader can tell that it is the same mail.
func (s *Service) deliver(ctx context.Context, m Mail) error {
	if m.State != Queued {
		return nil
	}
	tries, err := s.claim(ctx, m.ID)
	if err != nil {
		return err
	}
	sending := s.send(ctx, m)
	// How it ended is noted even when the try ran out of time.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()
	switch {
	case sending == nil:
		return s.markSent(ctx, m.ID)
	case tries < maxTries:
		return fmt.Errorf("send mail %d: %w", m.ID, errors.Join(sending, s.markTried(ctx, m.ID, Queued, sending)))
	}
	s.log.ErrorContext(ctx, "mail given up", "mail", int64(m.ID), "tries", tries, "error", sending)
	return s.markTried(ctx, m.ID, Failed, sending)
}

func (s *Service) send(ctx context.Context, m Mail) error {
	shop, err := s.markets.Shop(ctx)
	if err != nil {
		return fmt.Errorf("read the shop that writes: %w", err)
	}
	return s.mailer.Send(ctx, Message{ID: m.MessageID, From: s.sender(shop), To: m.Recipient, Date: m.CreatedAt,
		Language: m.Language, Subject: m.Subject, Text: m.Text, HTML: m.HTML})
}

// sender is the configured one, else the shop, else nobody who could be
// answered.
func (s *Service) sender(shop market.Shop) mail.Address {
	switch {
	case s.from != nil:
		return *s.from
	case shop.Email != "":
		return mail.Address{Name: shop.Name, Address: shop.Email}
	}
	host := "localhost"
	if u, err := url.Parse(s.publicURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return mail.Address{Name: shop.Name, Address: "no-reply@" + host}
}

// messageID tells nothing of the mail but where it comes from.
func messageID(from mail.Address) string {
	_, host, _ := strings.Cut(from.Address, "@")
	return "<" + secret.Token() + "@" + host + ">"
}
