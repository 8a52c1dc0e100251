// SPDX-License-Identifier: BSL-1.0
//
// A bucket's lock (lock.hpp): taken and given back by read-modify-writes; who waits long sleeps in a futex.
//
// Whoever is about to sleep makes the state `awaited` first; whoever finds that when giving back wakes one
// sleeper. That one does not know whether there are others, so it takes the lock as `awaited` too. A load
// that helps to move must not make a system call, not even to wake somebody: it takes the lock as `lent`, on
// which nobody sleeps, and gives it back by a plain store, which may lie in its store buffer for a while.
// Those who sleep already, while a load has the lock, are not forgotten: to be lent the lock was free, so
// one of them has been woken, and is now among those who yield until the load is done.
//
// Proved: no two threads hold the lock; no thread is left asleep for ever; everybody comes to an end,
// however often a thread is woken for nothing; a load comes to an end without having waited or woken.
// Not here: spinning, which is another attempt to take the lock; several locks at once (move.pml).

#ifndef WRITERS
#define WRITERS 3
#endif
#ifndef LOADS
#define LOADS 1
#endif
#ifndef TIMES
#define TIMES 2      /* how often each writer takes the lock, and each load tries to */
#endif

mtype = { FREE, HELD, AWAITED, LENT };
mtype state = FREE;          // as all see it
byte giving_back;            // which load's store of FREE is on its way to memory, 0 none
bool asleep[WRITERS];        // in the futex
byte inside;                 // how many hold the lock
byte signals = 1;            // that may wake somebody for no reason

inline take(as, mine) {      // (B4) a compare-exchange
    d_step {
        mine = state == FREE;
#ifdef DEFECT_TAKEN_IN_TWO_STEPS
    }
    d_step {
#endif
        state = (mine -> as : state)
    }
}

// Compares and sleeps in one step, as the kernel does: nobody wakes in between.
inline sleep_while(expected, me) {
    d_step {
        asleep[me] = state == expected;
        printf("%d: sleeps: %d\n", me, asleep[me])
    }
    if
    :: !asleep[me]
    :: d_step { signals > 0 -> signals--; asleep[me] = false }
    fi
}

inline lock_slowly(me, mine, now) {
    do
    ::
#ifdef DEFECT_TAKEN_AS_HELD
        take(HELD, mine);
#else
        take(AWAITED, mine);
#endif
        if
        :: mine -> break
        :: else
        fi;
        d_step {             // a compare-exchange of HELD by AWAITED
            now = state;
#if defined(DEFECT_AWAITED_OVER_LENT)
            state = (now == HELD || now == LENT -> AWAITED : now)
#elif !defined(DEFECT_AWAITED_NOT_SAID)
            state = (now == HELD -> AWAITED : now)
#endif
        }
        if
#if defined(DEFECT_AWAITED_OVER_LENT)
        :: now == LENT -> sleep_while(AWAITED, me)
#elif defined(DEFECT_SLEEPS_ON_LENT)
        :: now == LENT -> sleep_while(LENT, me)
#else
        :: now == LENT -> state != LENT   // yields until then
#endif
#ifdef DEFECT_AWAITED_NOT_SAID
        :: now == HELD -> sleep_while(HELD, me)
#else
        :: now == HELD || now == AWAITED -> sleep_while(AWAITED, me)
#endif
        :: now == FREE       // meanwhile
        fi
    od
}

inline wake_one() {
    d_step {
        if
        :: asleep[0] -> asleep[0] = false
#if WRITERS > 1
        :: asleep[1] -> asleep[1] = false
#endif
#if WRITERS > 2
        :: asleep[2] -> asleep[2] = false
#endif
#if WRITERS > 3
        :: asleep[3] -> asleep[3] = false
#endif
        :: else
        fi
    }
}

inline unlock(me, now) {
#ifdef DEFECT_LOOKS_BEFORE_UNLOCKING
    now = state;
#endif
    d_step {                 // (B5) an exchange
#ifndef DEFECT_LOOKS_BEFORE_UNLOCKING
        now = state;
#endif
        assert(state == HELD || state == AWAITED);
        state = FREE;
        inside--;
        printf("%d: gives the lock back, %e\n", me, now)
    }
#ifndef DEFECT_UNLOCK_DOES_NOT_WAKE
    if
    :: now == AWAITED -> wake_one()
    :: else
    fi
#endif
}

inline is_inside(me) {
    d_step {
        printf("%d: has the lock\n", me);
        inside++;
        assert(inside == 1)
    }
}

proctype writer(byte me) {
    byte times;
    mtype now;
    bool mine;
    do
    :: times < TIMES ->
        times++;
        take(HELD, mine);
        if
        :: mine
        :: else -> lock_slowly(me, mine, now)
        fi;
        mine = false;
        is_inside(me);
        unlock(me, now);
        now = 0
    :: else -> break
    od
}

proctype load(byte me) {
    byte times;
    bool mine;
    do
    :: times < TIMES ->
        d_step { giving_back != me -> times++ }   // a read-modify-write empties the own buffer before
        take(LENT, mine);
        if
        :: mine ->
            is_inside(me);
            d_step { inside--; giving_back = me; mine = false; printf("%d: gives the lock back\n", me) }
        :: else              // and does without
        fi
    :: else -> break
    od
}

// A store reaches memory whenever it likes.
active proctype memory() {
end:
    do
    :: d_step { giving_back != 0 -> giving_back = 0; state = FREE }
    od
}

init {
    byte t;
    atomic {
        for (t : 0 .. WRITERS - 1) {
            run writer(t)
        }
        for (t : WRITERS .. WRITERS + LOADS - 1) {
            run load(t)
        }
    }
}
