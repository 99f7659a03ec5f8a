package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// tolerated is how much worse a figure may get.
const tolerated = .005

// baseline is the figures that a change must not spoil, by engine and figure.
type baseline map[string]map[string]map[string]float64

func readBaseline(path string) (baseline, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read baseline: %w", err)
	}
	var b baseline
	if err := json.Unmarshal(raw, &b); err != nil {
		return nil, fmt.Errorf("read baseline: %w", err)
	}
	return b, nil
}

func (b baseline) write(path string) error {
	raw, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	if err := os.WriteFile(path, append(raw, '\n'), 0o644); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	return nil
}

// guarded are the figures of a trial that the baseline keeps.
func (t *trial) guarded() map[string]map[string]float64 {
	all := map[string]map[string]float64{}
	for _, name := range t.names {
		f, of := t.figures[name], map[string]float64{}
		for what, m := range map[string]mean{"nDCG@10": f.NDCG, "condensed": f.Condensed, "known item": f.Known} {
			if m.n > 0 {
				of[what] = round(m.value())
			}
		}
		of["zero results"] = round(f.Zero.value())
		all[name] = of
	}
	return all
}

func round(v float64) float64 { return float64(int(v*10_000+.5)) / 10_000 }

// worse lists what got worse than the baseline.
func (b baseline) worse(engine string, now map[string]map[string]float64) []string {
	var all []string
	for name, figures := range b[engine] {
		for what, was := range figures {
			is, ok := now[name][what]
			drop := was - is
			if what == "zero results" {
				drop = -drop
			}
			if !ok || drop > tolerated {
				all = append(all, fmt.Sprintf("%s, %s: %s was %.4f and is %.4f", engine, name, what, was, is))
			}
		}
	}
	return all
}
