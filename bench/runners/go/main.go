// SPDX-License-Identifier: BSL-1.0

// Measures sync.Map with some of the workloads of syncmap-bench, one repetition a run:
//
//	workloads WORKLOAD TYPE KEYS THREADS SECONDS
//
// prints "WORKLOAD TYPE KEYS THREADS PEER NS": nanoseconds of a thread's time for each operation. The
// benchmarks of sync.Map itself are in benchmarks_test.go.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const chunk = 64 // operations between two looks at the clock

type result struct {
	operations uint64
	took       time.Duration
	sum        uint64
	_          [64]byte
}

type measurement[K comparable, V any] struct {
	w       workload
	of      kind[K, V]
	keys    []K // all
	values  [chunk]V
	scripts []stream[K]
}

// stream is a script with the keys themselves, in the order of use.
type stream[K comparable] struct {
	keys []K
	ops  []op
}

func (m *measurement[K, V]) filled() *sync.Map {
	var filled sync.Map
	for i := range m.w.filled {
		filled.Store(m.keys[i], m.values[i%chunk])
	}
	return &filled
}

func (m *measurement[K, V]) perform(on *sync.Map, s *stream[K], from, to int, sum *uint64) {
	for i := from; i < to; i++ {
		k := s.keys[i]
		switch s.ops[i] {
		case load:
			if v, ok := on.Load(k); ok {
				*sum += m.of.first(v.(V))
			}
		case store:
			on.Store(k, m.values[i%chunk])
		case insert:
			if _, loaded := on.LoadOrStore(k, m.values[i%chunk]); !loaded {
				*sum++
			}
		case erase:
			on.Delete(k)
		}
	}
}

// endless performs the scripts again and again: first to warm up, then for the time asked for.
func (m *measurement[K, V]) endless(wanted time.Duration) ([]result, time.Duration) {
	const (
		warmUp = iota
		measure
		end
	)
	on := m.filled()
	runtime.GC()
	var phase atomic.Int32
	var done sync.WaitGroup
	results := make([]result, len(m.scripts))
	for t := range m.scripts {
		done.Add(1)
		go func() {
			defer done.Done()
			s, mine, at := &m.scripts[t], &results[t], 0
			step := func() {
				to := min(at+chunk, len(s.keys))
				m.perform(on, s, at, to, &mine.sum)
				mine.operations += uint64(to - at)
				if at = to; at == len(s.keys) {
					at = 0
				}
			}
			for phase.Load() == warmUp {
				step()
			}
			mine.operations = 0
			begin := time.Now()
			for phase.Load() == measure {
				step()
			}
			mine.took = time.Since(begin)
		}()
	}
	time.Sleep(wanted / 4)
	before := waited()
	phase.Store(measure)
	time.Sleep(wanted)
	phase.Store(end)
	done.Wait()
	return results, waited() - before
}

// passes performs the scripts once on each of many maps, until the time is over.
func (m *measurement[K, V]) passes(wanted time.Duration) ([]result, time.Duration) {
	results := make([]result, len(m.scripts))
	var waiting time.Duration
	for results[0].took < wanted {
		on := m.filled()
		var begin, done sync.WaitGroup
		begin.Add(1)
		for t := range m.scripts {
			done.Add(1)
			go func() {
				defer done.Done()
				s, mine := &m.scripts[t], &results[t]
				begin.Wait()
				start := time.Now()
				m.perform(on, s, 0, len(s.keys), &mine.sum)
				mine.took += time.Since(start)
				mine.operations += uint64(len(s.keys))
			}()
		}
		before := waited()
		begin.Done()
		done.Wait()
		waiting += waited() - before
	}
	return results, waiting
}

func run[K comparable, V any](of kind[K, V], w workload, threads uint64, wanted time.Duration) float64 {
	m := measurement[K, V]{w: w, of: of, keys: make([]K, w.all)}
	for i := range m.keys {
		m.keys[i] = of.key(uint64(i))
	}
	for i := range m.values {
		m.values[i] = of.value(uint64(i))
	}
	for t := range threads {
		s := w.make(t)
		keys := make([]K, len(s.keys))
		for i, number := range s.keys {
			keys[i] = m.keys[number]
		}
		m.scripts = append(m.scripts, stream[K]{keys, s.ops})
	}
	var results []result
	var waiting time.Duration
	if w.once {
		results, waiting = m.passes(wanted)
	} else {
		results, waiting = m.endless(wanted)
	}
	var operations uint64
	var took time.Duration
	for _, r := range results {
		operations += r.operations
		took += r.took
	}
	if threads <= uint64(runtime.NumCPU()) { // otherwise waiting belongs to the picture
		took = max(took-waiting, took/100)
	}
	return float64(took.Nanoseconds()) / float64(operations)
}

func measure(arguments []string) error {
	if len(arguments) != 5 {
		return fmt.Errorf("usage: workloads WORKLOAD TYPE KEYS THREADS SECONDS")
	}
	keys, badKeys := strconv.ParseUint(arguments[2], 10, 32)
	threads, badThreads := strconv.ParseUint(arguments[3], 10, 16)
	seconds, badSeconds := strconv.ParseFloat(arguments[4], 64)
	for _, err := range []error{badKeys, badThreads, badSeconds} {
		if err != nil {
			return err
		}
	}
	if keys == 0 || threads == 0 {
		return fmt.Errorf("there must be a key and a thread")
	}
	w, err := newWorkload(arguments[0], keys, threads)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(int(threads)) // as `go test -cpu`: the garbage collector gets no processor of its own
	wanted := time.Duration(seconds * float64(time.Second))
	var ns float64
	switch arguments[1] {
	case "u64:u64":
		ns = run(numbers, w, threads, wanted)
	case "string:string":
		ns = run(strings, w, threads, wanted)
	default:
		return fmt.Errorf("no types %q here", arguments[1])
	}
	fmt.Printf("%s %s %d %d Go-sync.Map %.3f\n", arguments[0], arguments[1], keys, threads, ns)
	return nil
}

func main() {
	if err := measure(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
