package gql

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/99designs/gqlgen/graphql"
)

// socketProtocol is the one protocol that sockets speak.
const socketProtocol = "graphql-transport-ws"

// The close codes of the protocol.
const (
	closeInvalid   websocket.StatusCode = 4400
	closeNoInit    websocket.StatusCode = 4401
	closeForbidden websocket.StatusCode = 4403
	closeProtocol  websocket.StatusCode = 4406
	closeTooLate   websocket.StatusCode = 4408
	closeDuplicate websocket.StatusCode = 4409
	closeTooMany   websocket.StatusCode = 4429
)

// message is what both sides send.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// longestID bounds the names that clients give to subscriptions.
const longestID = 128

func upgrades(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// socket answers a WebSocket until one of the sides has enough.
func (h *Handler) socket(w http.ResponseWriter, r *http.Request) {
	s := h.streams
	if s == nil {
		h.refuse(w, r, &refused{status: http.StatusBadRequest, fault: errNoSockets})
		return
	}
	if !take(&s.sockets, s.cfg.Total) {
		w.Header().Set("Retry-After", "5")
		h.refuse(w, r, &refused{status: http.StatusServiceUnavailable, fault: errBusy})
		return
	}
	defer s.sockets.Add(-1)
	s.running.Add(1)
	defer s.running.Done()
	wire, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{socketProtocol}, InsecureSkipVerify: true, // see Streaming: sockets are given no cookie
	})
	if err != nil { // Accept has answered
		return
	}
	defer func() { _ = wire.CloseNow() }()
	wire.SetReadLimit(h.engine.limits.Body)
	ctx, cancel := s.within(r.Context())
	defer cancel()
	c := &connection{h: h, wire: wire, header: r.Header, active: map[string]context.CancelFunc{}, ctx: ctx, cancel: cancel}
	c.serve()
}

// connection is one open socket. Its reader is one goroutine, each subscription
// another.
type connection struct {
	h      *Handler
	wire   *websocket.Conn
	header http.Header
	ctx    context.Context //nolint:containedctx // the life of the connection
	cancel context.CancelFunc

	mu     sync.Mutex
	active map[string]context.CancelFunc
	work   sync.WaitGroup
}

// serve reads until the end, and leaves nothing running.
func (c *connection) serve() {
	defer c.work.Wait()
	defer c.cancel()
	if c.wire.Subprotocol() != socketProtocol {
		c.close(closeProtocol, "Subprotocol not acceptable")
		return
	}
	if !c.greet() {
		return
	}
	c.work.Go(c.keepAlive)
	c.work.Go(func() { // a read ends only with its socket
		<-c.ctx.Done()
		c.close(websocket.StatusGoingAway, "The server stops")
	})
	for {
		m, ok := c.read(context.WithoutCancel(c.ctx))
		if !ok || !c.answer(m) {
			return
		}
	}
}

// close says goodbye without waiting for the other side to do so.
func (c *connection) close(code websocket.StatusCode, reason string) {
	_ = c.wire.Close(code, reason)
}

// read gives the next message; false when there is none, or it is no message.
func (c *connection) read(ctx context.Context) (message, bool) {
	var m message
	kind, raw, err := c.wire.Read(ctx)
	if err != nil {
		return m, false
	}
	if kind != websocket.MessageText || decode(raw, &m) != nil || m.Type == "" || len(m.ID) > longestID {
		c.close(closeInvalid, "Invalid message received")
		return m, false
	}
	return m, true
}

// greet waits for connection_init.
func (c *connection) greet() bool {
	timer := time.AfterFunc(c.h.streams.cfg.InitTimeout, func() { c.close(closeTooLate, "Connection initialisation timeout") })
	m, ok := c.read(context.WithoutCancel(c.ctx))
	if !timer.Stop() || !ok {
		return false
	}
	if m.Type != "connection_init" {
		c.close(closeNoInit, "Unauthorized")
		return false
	}
	if !c.known(m.Payload) {
		c.close(closeForbidden, "Forbidden")
		return false
	}
	return c.send(message{Type: "connection_ack"}) == nil
}

// known learns who opened the socket; false if nobody may.
func (c *connection) known(payload json.RawMessage) bool {
	greet := c.h.streams.cfg.Greet
	if greet == nil {
		return true
	}
	var said map[string]any
	if len(payload) > 0 && decode(payload, &said) != nil {
		return false
	}
	ctx, err := greet(c.ctx, said)
	if err == nil {
		c.ctx = ctx
	}
	return err == nil
}

// answer does what a message asks; false ends the connection.
func (c *connection) answer(m message) bool {
	switch m.Type {
	case "ping":
		return c.send(message{Type: "pong"}) == nil
	case "pong":
		return true
	case "complete":
		c.forget(m.ID)
		return true
	case "subscribe":
		return c.subscribe(m)
	case "connection_init":
		c.close(closeTooMany, "Too many initialisation requests")
	default:
		c.close(closeInvalid, "Invalid message received")
	}
	return false
}

// subscribe begins a subscription under the client's name for it.
func (c *connection) subscribe(m message) bool {
	c.mu.Lock()
	_, taken := c.active[m.ID]
	full := len(c.active) >= c.h.streams.cfg.PerSocket
	c.mu.Unlock()
	switch {
	case m.ID == "":
		c.close(closeInvalid, "Invalid message received")
		return false
	case taken:
		c.close(closeDuplicate, "Subscriber for "+clipped(m.ID)+" already exists")
		return false
	case full:
		return c.refuse(m.ID, refusal(errTooMany))
	case !take(&c.h.streams.open, c.h.streams.cfg.Total):
		return c.refuse(m.ID, refusal(errBusy))
	}
	params := &graphql.RawParams{Headers: c.header}
	if decode(m.Payload, params) != nil {
		c.h.streams.open.Add(-1)
		c.close(closeInvalid, "Invalid message received")
		return false
	}
	op, errs := c.h.prepare(graphql.StartOperationTrace(c.ctx), params)
	if len(errs) > 0 {
		c.h.streams.open.Add(-1)
		return c.fail(m.ID, errs)
	}
	ctx, cancel := context.WithCancel(graphql.StartOperationTrace(c.ctx))
	c.mu.Lock()
	c.active[m.ID] = cancel
	c.mu.Unlock()
	c.work.Go(func() { c.follow(ctx, m.ID, op) })
	return true
}

// follow sends what a subscription has to say, to its end.
func (c *connection) follow(ctx context.Context, id string, op *graphql.OperationContext) {
	defer c.h.streams.open.Add(-1)
	err := c.h.subscribe(ctx, op, func(body []byte) error {
		return c.send(message{ID: id, Type: "next", Payload: body})
	})
	stopped := ctx.Err() != nil
	c.forget(id)
	if err == nil && !stopped {
		_ = c.send(message{ID: id, Type: "complete"})
	}
}

// forget ends the subscription of a name, if there is one.
func (c *connection) forget(id string) {
	c.mu.Lock()
	cancel := c.active[id]
	delete(c.active, id)
	c.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// refuse presents errors and sends them.
func (c *connection) refuse(id string, errs gqlerror.List) bool {
	return c.fail(id, c.h.engine.DispatchError(graphql.WithOperationContext(c.ctx, &graphql.OperationContext{}), errs).Errors)
}

// fail says why a subscription does not begin; false when that cannot be said.
func (c *connection) fail(id string, errs gqlerror.List) bool {
	payload, err := json.Marshal(errs[:min(len(errs), maxErrors)])
	return err == nil && c.send(message{ID: id, Type: "error", Payload: payload}) == nil
}

// send writes one message. A client that does not read loses its connection.
func (c *connection) send(m message) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), c.h.streams.cfg.WriteWait)
	defer cancel()
	if err := c.wire.Write(ctx, websocket.MessageText, raw); err != nil {
		c.cancel()
		return err
	}
	return nil
}

// keepAlive asks the other side for a sign of life now and then.
func (c *connection) keepAlive() {
	tick := time.NewTicker(c.h.streams.cfg.KeepAlive)
	defer tick.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-tick.C:
			ctx, cancel := context.WithTimeout(c.ctx, c.h.streams.cfg.WriteWait)
			err := c.wire.Ping(ctx)
			cancel()
			if err != nil {
				c.cancel()
				return
			}
		}
	}
}

func clipped(s string) string { return s[:min(len(s), 64)] }
