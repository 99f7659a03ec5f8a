package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

func fetchOK(ctx context.Context, address string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// figures is what one measurement came to.
type figures struct {
	perSecond   float64
	p50, p99    time.Duration
	server      time.Duration // CPU of the answering process, per request
	total       time.Duration // and of the database's backends
	answerBytes int
}

// request is one operation, as both servers take it.
type request struct {
	name string
	path string // of the floor
	body []byte // of the shop
}

// measure sends the request over n connections for a while, after a warm-up.
func measure(ctx context.Context, p *process, address string, body []byte, n int, d time.Duration) (figures, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n, MaxConnsPerHost: n}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	if _, _, err := hammer(ctx, client, address, body, n, min(time.Second, d/2)); err != nil {
		return figures{}, err
	}
	server, database := cpu(p.cmd.Process.Pid), databaseCPU(p.database)
	begun := time.Now()
	times, size, err := hammer(ctx, client, address, body, n, d)
	if err != nil {
		return figures{}, err
	}
	took := time.Since(begun)
	count := time.Duration(len(times))
	server, database = cpu(p.cmd.Process.Pid)-server, databaseCPU(p.database)-database
	slices.Sort(times)
	return figures{
		perSecond:   float64(count) / took.Seconds(),
		p50:         times[len(times)/2],
		p99:         times[len(times)*99/100],
		server:      server / count,
		total:       (server + database) / count,
		answerBytes: size,
	}, nil
}

func hammer(ctx context.Context, client *http.Client, address string, body []byte, n int, d time.Duration) ([]time.Duration, int, error) {
	end := time.Now().Add(d)
	var mu sync.Mutex
	var all []time.Duration
	var size int
	var failure error
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			var mine []time.Duration
			var bytesRead int
			var err error
			for time.Now().Before(end) && ctx.Err() == nil && err == nil {
				begun := time.Now()
				bytesRead, err = once(ctx, client, address, body)
				mine = append(mine, time.Since(begun))
			}
			mu.Lock()
			defer mu.Unlock()
			all, size, failure = append(all, mine...), max(size, bytesRead), errors.Join(failure, err)
		})
	}
	wg.Wait()
	if failure == nil && len(all) == 0 {
		failure = errors.New("no request was answered")
	}
	return all, size, failure
}

func once(ctx context.Context, client *http.Client, address string, body []byte) (int, error) {
	method := http.MethodGet
	if body != nil {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	if res.StatusCode != http.StatusOK || bytes.Contains(answer[:min(len(answer), 300)], []byte(`"errors"`)) {
		return 0, fmt.Errorf("%s answered %d: %.300s", address, res.StatusCode, answer)
	}
	return len(answer), nil
}

func graphql(query string, variables map[string]any) []byte {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		panic(err) // a map of strings and numbers marshals
	}
	return body
}

func measureAll(ctx context.Context, o options, s sample, shop, floor *process) error {
	fmt.Printf("| read | conns | souk req/s | p50 | p99 | server CPU | total CPU | floor req/s | p50 | p99 | server CPU | total CPU | server x | total x | bytes souk / floor |\n")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
	for _, r := range s.requests() {
		for _, n := range o.connections {
			// The floor first and last would favour neither; the drift of one
			// measurement is smaller than what the table is read for.
			f, err := measure(ctx, floor, "http://"+floor.address+r.path, nil, n, o.seconds)
			if err != nil {
				return err
			}
			m, err := measure(ctx, shop, "http://"+shop.address+"/shop/graphql", r.body, n, o.seconds)
			if err != nil {
				return err
			}
			fmt.Printf("| %s | %d | %.0f | %s | %s | %s | %s | %.0f | %s | %s | %s | %s | %.2f | %.2f | %d / %d |\n", r.name, n,
				m.perSecond, ms(m.p50), ms(m.p99), us(m.server), us(m.total),
				f.perSecond, ms(f.p50), ms(f.p99), us(f.server), us(f.total),
				float64(m.server)/float64(f.server), float64(m.total)/float64(f.total), m.answerBytes, f.answerBytes)
		}
	}
	return nil
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond)) }

func us(d time.Duration) string { return fmt.Sprintf("%d µs", d.Microseconds()) }
