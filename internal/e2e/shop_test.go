package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// How long things may take on a busy machine. They take seconds.
const (
	startLimit   = 90 * time.Second
	stopLimit    = 20 * time.Second
	commandLimit = 2 * time.Minute
	pollEvery    = 20 * time.Millisecond
)

// shop is a `souk dev` that runs.
type shop struct {
	url      string
	dir      string
	password string
	cmd      *exec.Cmd
	out      *output
	exited   chan struct{}
	err      error // of the process, once it has exited
}

// output is what a process said so far.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// environment is that of a user without any configuration, and settings.
func environment(dir string, settings ...string) []string {
	env := []string{"SOUK_DATA_DIR=" + dir}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "SOUK_PG_BIN"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return append(env, settings...)
}

// start runs `souk dev` over a data directory and returns when it is ready.
func start(dir string, settings ...string) (*shop, error) {
	s, err := launch(dir, settings...)
	if err != nil {
		return nil, err
	}
	if err := s.ready(); err != nil {
		return nil, errors.Join(err, s.kill())
	}
	s.password = staffPassword(dir)
	return s, nil
}

// launch runs `souk dev` and does not wait for anything.
func launch(dir string, settings ...string) (*shop, error) {
	return launchAs("dev", dir, settings...)
}

// launchAs runs one of the commands that serve or work until they are stopped.
func launchAs(command, dir string, settings ...string) (*shop, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &shop{url: "http://" + addr, dir: dir, out: &output{}, exited: make(chan struct{})}
	s.cmd = exec.Command(program, command)
	s.cmd.Env = environment(dir, append(settings, "SOUK_ADDR="+addr)...)
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.exited)
	}()
	return s, nil
}

// open starts a shop that ends with the test.
func openShop(t *testing.T, dir string, settings ...string) *shop {
	t.Helper()
	s, err := start(dir, settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("%v\n%s", err, s.out)
		}
	})
	return s
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// ready waits until the shop says so.
func (s *shop) ready() error {
	asked := func() bool {
		res, err := http.Get(s.url + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	}
	if !s.until(startLimit, asked) {
		return fmt.Errorf("souk dev was not ready:\n%s", s.out)
	}
	return nil
}

// until polls until ok, and gives up at the limit or when the process ends.
func (s *shop) until(limit time.Duration, ok func() bool) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); {
		if ok() {
			return true
		}
		select {
		case <-s.exited:
			return false
		case <-time.After(pollEvery):
		}
	}
	return false
}

// stop asks the shop to end and is content if it does so cleanly.
func (s *shop) stop() error {
	if s.gone() {
		return nil
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-s.exited:
		return s.err
	case <-time.After(stopLimit):
		return errors.Join(fmt.Errorf("souk dev did not stop:\n%s", s.out), s.kill())
	}
}

// kill ends the program at once; its database lives on.
func (s *shop) kill() error {
	if s.gone() {
		return nil
	}
	if err := s.cmd.Process.Kill(); err != nil {
		return err
	}
	<-s.exited
	return nil
}

func (s *shop) gone() bool {
	select {
	case <-s.exited:
		return true
	default:
		return false
	}
}

// databasePID gives the process of the private database, 0 if none runs.
func databasePID(dir string) int {
	text, err := os.ReadFile(filepath.Join(dir, "postgres", "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil || syscall.Kill(pid, 0) != nil {
		return 0
	}
	return pid
}

func staffPassword(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, "staff-password"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// souk runs a command to its end and gives what it printed.
func souk(t *testing.T, env []string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), commandLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var out, problems bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &out, &problems
	err = cmd.Run()
	return out.String(), problems.String(), err
}

// must is souk for commands that have to work.
func must(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, problems, err := souk(t, environment(dir), args...)
	if err != nil {
		t.Fatalf("souk %s: %v\n%s%s", strings.Join(args, " "), err, out, problems)
	}
	return out
}

// answer is what an HTTP request got.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request and reads the answer whole.
func (s *shop) do(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	return s.send(t, req)
}

var client = http.Client{
	Timeout:       30 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (s *shop) send(t *testing.T, req *http.Request) answer {
	t.Helper()
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{status: res.StatusCode, header: res.Header, body: string(body)}
}

const (
	shopAPI  = "/shop/graphql"
	adminAPI = "/admin/graphql"
)

// post sends an operation and gives the answer as it came.
func (s *shop) post(t *testing.T, path, query string, variables map[string]any, headers ...string) answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return s.do(t, http.MethodPost, path, string(body), append(headers, "Content-Type", "application/json")...)
}

// postRaw sends an operation of which the server may die.
func (s *shop) postRaw(ctx context.Context, query string, variables map[string]any) (status int, err error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+shopAPI, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return 0, err
	}
	return res.StatusCode, nil
}

// query asks the shop API and gives the data; errors fail the test.
func (s *shop) query(t *testing.T, query string, variables map[string]any) node {
	t.Helper()
	return data(t, s.post(t, shopAPI, query, variables))
}

// staff asks the admin API as the owner.
func (s *shop) staff(t *testing.T, token, query string, variables map[string]any) node {
	t.Helper()
	return data(t, s.post(t, adminAPI, query, variables, "Authorization", "Bearer "+token))
}

func data(t *testing.T, a answer) node {
	t.Helper()
	var got struct {
		Data   any `json:"data"`
		Errors any `json:"errors"`
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || got.Errors != nil {
		t.Fatalf("%d %v %s", a.status, err, clip(a.body))
	}
	return node{got.Data}
}

const signIn = `mutation($email: String!, $password: String!) {
	staffLogin(email: $email, password: $password) { session { accessToken refreshToken } userErrors { code } } }`

// owner signs in and gives the access token.
func (s *shop) owner(t *testing.T) string {
	t.Helper()
	return s.staff(t, "", signIn, map[string]any{"email": "owner@example.com", "password": s.password}).
		at("staffLogin", "session", "accessToken").text()
}

// node is a place in an answer.
type node struct{ v any }

// at walks by names and indexes; what is not there is an empty node.
func (n node) at(path ...any) node {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := n.v.(map[string]any)
			n.v = m[step]
		case int:
			list, _ := n.v.([]any)
			if step >= len(list) {
				return node{}
			}
			n.v = list[step]
		}
	}
	return n
}

func (n node) list() []node {
	list, _ := n.v.([]any)
	all := make([]node, len(list))
	for i, v := range list {
		all[i] = node{v}
	}
	return all
}

func (n node) text() string {
	text, _ := n.v.(string)
	return text
}

// texts gives one field of each entry of a list.
func (n node) texts(field string) []string {
	var all []string
	for _, each := range n.list() {
		all = append(all, each.at(field).text())
	}
	return all
}

func (n node) number() int {
	switch v := n.v.(type) {
	case float64:
		return int(v)
	case string:
		i, _ := strconv.Atoi(v)
		return i
	}
	return -1
}

func (n node) json() string {
	text, _ := json.Marshal(n.v)
	return string(text)
}

func clip(text string) string {
	if len(text) > 600 {
		return text[:600] + " …"
	}
	return text
}
