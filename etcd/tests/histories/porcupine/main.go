// SPDX-License-Identifier: BSL-1.0

// Reads histories of one key each as lines of JSON (history.hpp writes them), checks each with porcupine, and fails if its
// verdict is not the one that the line says was found already. What the members of a map may return is
// written down here a second time, so a mistake in that would show as well.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/anishathalye/porcupine"
)

type call struct {
	Call     string
	Lane     int
	Argument uint64
	Expected uint64
	Result   uint64
	Yes      bool
	Open     bool // it is not known whether it was done: at any time after its beginning, or never
	Begin    int64
	End      int64
}

type history struct {
	Explained bool
	Calls     []call
}

// Whether the call may return what it did where the value is now (0: none), and the value then.
func step(state, in, _ interface{}) (bool, interface{}) {
	now := state.(uint64)
	c := in.(*call)
	present := now != 0
	equal := now == c.Expected
	switch c.Call {
	case "load":
		return c.Open || c.Result == now, now
	case "store":
		return true, c.Argument
	case "load_or_store":
		if present {
			return c.Open || (c.Yes && c.Result == now), now
		}
		return c.Open || (!c.Yes && c.Result == c.Argument), c.Argument
	case "exchange":
		return c.Open || c.Result == now, c.Argument
	case "compare_exchange":
		if equal {
			return c.Open || c.Yes, c.Argument
		}
		return c.Open || !c.Yes, now
	case "compare_and_erase":
		if equal {
			return c.Open || c.Yes, uint64(0)
		}
		return c.Open || !c.Yes, now
	case "erase":
		return c.Open || c.Yes == present, uint64(0)
	case "load_and_erase":
		return c.Open || c.Result == now, uint64(0)
	case "update":
		if equal {
			return c.Open || c.Result == c.Argument, c.Argument
		}
		return c.Open, now
	case "clear":
		return true, uint64(0)
	}
	panic("unknown call " + c.Call)
}

var model = porcupine.Model{
	Init: func() interface{} { return uint64(0) },
	Step: step,
}

// What may be done at any time or never, is done at the end of all times where it need not be done: nobody sees it.
func verdict(h *history) porcupine.CheckResult {
	operations := make([]porcupine.Operation, len(h.Calls))
	for i := range h.Calls {
		c := &h.Calls[i]
		end := c.End
		if c.Open {
			end = math.MaxInt64
		}
		operations[i] = porcupine.Operation{ClientId: c.Lane, Input: c, Call: c.Begin, Return: end}
	}
	return porcupine.CheckOperationsTimeout(model, operations, 60*time.Second)
}

func main() {
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, 1<<30)
	histories, calls, undecided, differ := 0, 0, 0, 0
	for input.Scan() {
		var h history
		if err := json.Unmarshal(input.Bytes(), &h); err != nil {
			fmt.Println("porcupine: a line that is no history:", err)
			os.Exit(1)
		}
		histories++
		calls += len(h.Calls)
		switch v := verdict(&h); {
		case v == porcupine.Unknown:
			undecided++
		case (v == porcupine.Ok) != h.Explained:
			differ++
			fmt.Printf("porcupine: the checkers disagree about history %d\n", histories)
		}
	}
	if err := input.Err(); err != nil {
		panic(err)
	}
	fmt.Printf("porcupine: %d calls in %d histories, %d not decided, %d verdicts that differ\n",
		calls, histories, undecided, differ)
	if differ != 0 {
		os.Exit(1)
	}
}
