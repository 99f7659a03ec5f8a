// Package notify writes to people when something happened that they should know
// of. A fact makes one mail, however often it is told: the mail is a row under a
// key of the fact before it is sent, and what was sent stays readable.
package notify

import (
	"context"
	"net/mail"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// ID is a mail's identity.
type ID int64

// State is where a mail stands.
type State string

// The states.
const (
	Queued State = "queued" // not sent yet; LastError says what was in the way
	Sent   State = "sent"   // a server took it, or, without one, it is in the mailbox
	Failed State = "failed" // given up; it is shown to staff
)

// The kinds of mail and of what they are about.
const (
	OrderConfirmation = "order.confirmation"
	AboutOrder        = "order"
	RestockAvailable  = "restock.available"
	AboutRestock      = "restock_request"
)

// Mail is a message of the shop.
type Mail struct {
	ID          ID
	Kind        string // which template
	SubjectKind string // what it is about
	SubjectID   int64
	MessageID   string // the same at every try
	Recipient   string
	Language    locale.Language // it is written in
	Subject     string
	Text        string
	HTML        string
	State       State
	Tries       int
	LastError   string
	SentAt      *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Message is what a mailer is given.
type Message struct {
	ID       string // RFC 5322 Message-ID with its brackets
	From     mail.Address
	To       string
	Date     time.Time
	Language locale.Language
	Subject  string
	Text     string
	HTML     string
}

// Mailer hands messages to the world. No error means that somebody took the
// message over; after an error it may or may not have been taken.
type Mailer interface {
	Send(ctx context.Context, m Message) error
}

// mailbox is the mailer of a shop without a mail server: the row is the mail.
type mailbox struct{}

// Send is done at once.
func (mailbox) Send(context.Context, Message) error { return nil }

// Filter narrows a list; zero fields do not.
type Filter struct {
	State     State
	Kind      string
	Recipient string
}
