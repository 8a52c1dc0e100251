// SPDX-License-Identifier: BSL-1.0
//
// A bucket's lock (lock.hpp): taken by a read-modify-write, given back by a plain store, which may lie in the
// store buffer of its processor while the same thread already looks at who is parked. So whoever is
// about to park empties all the buffers, by membarrier, between announcing itself and looking at the lock again.
//
// Proved: no two threads hold the lock; no thread is left parked while nobody holds the lock; everybody comes
// to an end, however often a wake-up comes too early.
// Not here: spinning, which adds nothing but time; locks that share a count, which adds wake-ups for nothing.

#ifndef THREADS
#define THREADS 3
#endif
#ifndef TIMES
#define TIMES 2      /* how often each takes the lock */
#endif

bool held;                   // as others see it
bool giving_back[THREADS];   // a store of `free` that is on its way to memory
byte parked;                 // how many have announced that they park
bool asleep[THREADS];        // in the futex
byte inside;                 // how many hold the lock

inline reach_memory(thread) {
    if
    :: giving_back[thread] -> giving_back[thread] = false; held = false
    :: else
    fi
}

// A store reaches memory whenever it likes. One at a time: the lock cannot be taken, and given back, again before.
active proctype memory() {
end:
    do
    :: d_step { giving_back[0] -> reach_memory(0) }
    :: d_step { giving_back[1] -> reach_memory(1) }
#if THREADS > 2
    :: d_step { giving_back[2] -> reach_memory(2) }
#endif
#if THREADS > 3
    :: d_step { giving_back[3] -> reach_memory(3) }
#endif
    od
}

inline try_lock(me, mine) {      // (B4) a locked instruction: empties the own buffer before
    d_step {
        reach_memory(me);
        mine = !held;
        held = true
    }
}

inline membarrier(i) {           // (B7) one processor after the other
    i = 0;
    do
    :: d_step { i < THREADS -> reach_memory(i); i++ }
    :: i == THREADS -> break
    od;
    i = 0
}

inline lock_slowly(me, mine, i) {
#ifdef DEFECT_MEMBARRIER_BEFORE_PARKED
    membarrier(i);
#endif
    d_step { reach_memory(me); parked++ }
    printf("%d: is about to park\n", me);
#if !defined(DEFECT_NO_MEMBARRIER_TO_PARK) && !defined(DEFECT_MEMBARRIER_BEFORE_PARKED)
    membarrier(i);
#endif
    do
    :: try_lock(me, mine);
        if
        :: mine -> break
        :: else
        fi;
        d_step {                 // the kernel looks again, and then nobody wakes before this one sleeps
            asleep[me] = held;
            printf("%d: parks: %d\n", me, asleep[me])
        }
        !asleep[me]
    od;
    printf("%d: is not parked any more\n", me);
#ifdef DEFECT_PARKED_SET_TO_NONE
    d_step { reach_memory(me); parked = 0 }
#else
    d_step { reach_memory(me); parked-- }
#endif
}

inline wake_one() {
    d_step {
        reach_memory(me);        // a system call
        if
        :: asleep[0] -> asleep[0] = false
        :: asleep[1] -> asleep[1] = false
#if THREADS > 2
        :: asleep[2] -> asleep[2] = false
#endif
#if THREADS > 3
        :: asleep[3] -> asleep[3] = false
#endif
        :: else
        fi
    }
}

inline unlock(me, seen) {
#ifdef DEFECT_LOOKS_BEFORE_UNLOCKING
    seen = parked;
#endif
    d_step {
        inside--;
        giving_back[me] = true;  // (B5)
        printf("%d: gives the lock back\n", me)
    }
#ifndef DEFECT_LOOKS_BEFORE_UNLOCKING
    seen = parked;               // (B6)
#endif
#ifndef DEFECT_UNLOCK_DOES_NOT_WAKE
    if
    :: seen != 0 -> wake_one()
    :: else
    fi;
#endif
    seen = 0
}

proctype writer(byte me) {
    byte times, i, seen;
    bool mine;
    do
    :: times == TIMES -> break
    :: else ->
        try_lock(me, mine);
        if
        :: mine
        :: else -> lock_slowly(me, mine, i)
        fi;
        mine = false;
        d_step {
            printf("%d: has the lock\n", me);
            inside++;
            assert(inside == 1)
        }
        unlock(me, seen);
        times++
    od
}

init {
    atomic {
        byte t = 0;
        do
        :: t < THREADS -> run writer(t); t++
        :: t == THREADS -> break
        od
    }
}
