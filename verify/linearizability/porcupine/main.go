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
	"sync"
	"sync/atomic"

	"github.com/anishathalye/porcupine"
)

const wholeKeys = 8

// A value of 0 means that there is none.
type values [wholeKeys]uint64

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
	Whole     bool // all keys are one object, too
	Explained bool // the verdict of the checker that wrote this
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
	case "compare_and_erase":
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

func step(state, input, _ interface{}) (bool, interface{}) {
	now := state.(values)
	c := input.(*call)
	if c.Call == "clear" {
		return true, values{}
	}
	ok, then := obeys(now[c.Key], c)
	now[c.Key] = then
	return ok, now
}

func linearizable(initial values, operations []porcupine.Operation) bool {
	return porcupine.CheckOperations(porcupine.Model{
		Init: func() interface{} { return initial },
		Step: step,
	}, operations)
}

func operation(c *call) porcupine.Operation {
	return porcupine.Operation{ClientId: c.Thread, Input: c, Call: c.Begin, Return: c.End}
}

func keyByKey(h *history) bool {
	parts := make([][]porcupine.Operation, len(h.Initial))
	for i := range h.Calls {
		c := &h.Calls[i]
		if c.Call == "clear" {
			for key := range parts {
				parts[key] = append(parts[key], operation(c))
			}
		} else {
			part := *c
			part.Key = 0
			parts[c.Key] = append(parts[c.Key], operation(&part))
		}
	}
	for key, part := range parts {
		if !linearizable(values{h.Initial[key]}, part) {
			return false
		}
	}
	return true
}

func whole(h *history) bool {
	var initial values
	copy(initial[:], h.Initial)
	var operations []porcupine.Operation
	for i := range h.Calls {
		if c := &h.Calls[i]; c.Call != "shown" && c.Call != "not_shown" {
			operations = append(operations, operation(c))
		}
	}
	return linearizable(initial, operations)
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
				if (keyByKey(&h) && (!h.Whole || whole(&h))) != h.Explained {
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
