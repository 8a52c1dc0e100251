// SPDX-License-Identifier: BSL-1.0

// Reads histories as lines of JSON (json_lines.hpp writes them), checks each with porcupine, and fails if
// its verdict is not the one that the line says was found already. What the members of a map may return
// is written down here a second time, so a mistake in that would show as well.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/anishathalye/porcupine"
)

const (
	lanes     = 3
	wholeKeys = 8
	strands   = 1 + wholeKeys // of each lane
)

// A value of 0 means that there is none.
type values [wholeKeys]uint64

// Where the search is: what is there, and how many calls of each strand have had their moment.
type position struct {
	now  values
	done [lanes][strands]uint16
}

type call struct {
	Call     string
	Thread   int
	Key      int
	Argument uint64
	Expected uint64
	Result   uint64
	Yes      bool
	Begin    int64
	End      int64
}

type history struct {
	Whole     bool  // all keys are one object, rather than each by itself
	Explained bool  // the verdict of the checker that wrote this
	Margin    int64 // by how much the clocks of two threads may differ
	Initial   []uint64
	Calls     []call
}

// What a map does with one key: whether the call may return what it did, and what is there then.
func obeys(now uint64, c *call) (bool, uint64) {
	present := now != 0
	switch c.Call {
	case "load", "visit", "pin", "load_many", "visit_many", "shown", "not_shown":
		return c.Result == now, now
	case "contains":
		return c.Yes == present, now
	case "store":
		return true, c.Argument
	case "load_or_store", "load_or_compute", "try_emplace":
		if present {
			return c.Yes && c.Result == now, now
		}
		return !c.Yes && c.Result == c.Argument, c.Argument
	case "load_and_erase":
		return c.Result == now, 0
	case "erase":
		return c.Yes == present, 0
	case "exchange":
		return c.Result == now, c.Argument
	case "compare_exchange":
		if now == c.Expected {
			return c.Yes, c.Argument
		}
		return !c.Yes, now
	case "compare_and_erase", "erase_if":
		if now == c.Expected {
			return c.Yes, 0
		}
		return !c.Yes, now
	case "update":
		return now == c.Expected && c.Result == c.Argument, c.Argument
	case "erased_if":
		return now == c.Expected || (!c.Yes && !present), 0
	}
	panic("unknown call " + c.Call)
}

// A call and what has to come before it in its own thread: so many calls of each strand. What has to come
// before it in other threads, porcupine is told as times.
type input struct {
	call
	strand int
	after  [strands]uint16
}

func step(state, in, _ interface{}) (bool, interface{}) {
	at := state.(position)
	c := in.(*input)
	done := &at.done[c.Thread]
	for strand, count := range c.after {
		if done[strand] < count {
			return false, at
		}
	}
	done[c.strand]++
	switch c.Call {
	case "clear":
		at.now = values{}
		return true, at
	case "size":
		var entries uint64
		for _, now := range at.now {
			if now != 0 {
				entries++
			}
		}
		return c.Result == entries, at
	}
	ok, then := obeys(at.now[c.Key], &c.call)
	at.now[c.Key] = then
	return ok, at
}

// Calls of a strand follow each other: those of a thread, and what its walks say about one key.
func strandOf(c *call) int {
	switch c.Call {
	case "shown", "not_shown", "erased_if":
		return 1 + c.Key
	}
	return 0
}

func linearizable(initial values, calls []call, margin int64) bool {
	operations := make([]porcupine.Operation, len(calls))
	var ends [lanes][strands][]int64
	for i := range calls {
		c := &input{call: calls[i], strand: strandOf(&calls[i])}
		mine := &ends[c.Thread]
		for strand := range mine {
			before := sort.Search(len(mine[strand]), func(j int) bool { return mine[strand][j] >= c.Begin })
			c.after[strand] = uint16(before)
		}
		mine[c.strand] = append(mine[c.strand], c.End)
		operations[i] = porcupine.Operation{ClientId: c.Thread, Input: c, Call: c.Begin, Return: c.End + margin}
	}
	return porcupine.CheckOperations(porcupine.Model{
		Init: func() interface{} { return position{now: initial} },
		Step: step,
	}, operations)
}

func keyByKey(h *history) bool {
	parts := make([][]call, len(h.Initial))
	for _, c := range h.Calls {
		if c.Call == "clear" {
			for key := range parts {
				parts[key] = append(parts[key], c)
			}
		} else {
			key := c.Key
			c.Key = 0
			parts[key] = append(parts[key], c)
		}
	}
	for key, part := range parts {
		if !linearizable(values{h.Initial[key]}, part, h.Margin) {
			return false
		}
	}
	return true
}

func whole(h *history) bool {
	var initial values
	copy(initial[:], h.Initial)
	return linearizable(initial, h.Calls, h.Margin)
}

func explained(h *history) bool {
	if h.Whole {
		return whole(h)
	}
	return keyByKey(h)
}

func main() {
	lines := make(chan string, 64)
	var histories, calls, disagreements int64
	var checkers sync.WaitGroup
	for i := 0; i < runtime.NumCPU(); i++ {
		checkers.Add(1)
		go func() {
			defer checkers.Done()
			for line := range lines {
				var h history
				if err := json.Unmarshal([]byte(line), &h); err != nil {
					fmt.Println("porcupine: the recorder has ended in the middle of a line")
					os.Exit(1)
				}
				atomic.AddInt64(&histories, 1)
				atomic.AddInt64(&calls, int64(len(h.Calls)))
				if explained(&h) != h.Explained {
					atomic.AddInt64(&disagreements, 1)
					fmt.Printf("porcupine: the checkers disagree about %s\n", line)
				}
			}
		}()
	}
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, 1<<30)
	for input.Scan() {
		lines <- input.Text()
	}
	close(lines)
	checkers.Wait()
	if err := input.Err(); err != nil {
		panic(err)
	}
	fmt.Printf("porcupine: %d calls in %d histories, %d verdicts that differ\n", calls, histories, disagreements)
	if disagreements != 0 {
		os.Exit(1)
	}
}
