// SPDX-License-Identifier: BSL-1.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// waited tells how long all threads of this process have waited for a processor that somebody else had; 0
// where the system does not tell. No more of them run at a time than GOMAXPROCS.
func waited() time.Duration {
	var sum time.Duration
	threads, _ := filepath.Glob("/proc/self/task/*/schedstat")
	for _, file := range threads {
		text, _ := os.ReadFile(file)
		if fields := bytes.Fields(text); len(fields) > 1 {
			ns, _ := strconv.ParseInt(string(fields[1]), 10, 64)
			sum += time.Duration(ns)
		}
	}
	return sum
}
