// SPDX-License-Identifier: BSL-1.0
//
// Reclamation (garbage.hpp, epoch.hpp, hazard.hpp): what has been unlinked is destroyed, but not while
// somebody looks at it.
//
// One place links one object. Writers replace it, and retire what was there. Readers look it up inside a
// section; some announce it in a hazard pointer, leave the section, and go on looking, for as long as they
// like. Each writer has a limbo of its own: retired objects go from `fresh` to `waiting` when a ticket is taken
// for them, to `ready` when that is fenced for and all sections are newer than the fence's stamp, and are
// destroyed unless announced. A fence is for all tickets that there are, and whoever finds it due has it made.
//
// Proved: nobody looks at a destroyed object; none is destroyed twice; in the end all have been destroyed.
// Not here: the weights and limits, which say how soon and how many; limbos that are taken over, which is done
// under locks. A writer is in a section too, while it replaces; that only delays the destroying, so it is left out.

#ifndef READERS
#define READERS 1
#endif
#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef OBJECTS
#define OBJECTS 4        /* all but the first replace another, in whichever writer's hands */
#endif
#ifndef LOOKS
#define LOOKS 1          /* by each reader */
#endif
#define THREADS READERS

#include "epochs.pml"

mtype = { UNUSED, LINKED, FRESH, WAITING, READY, ANNOUNCED, IN_HAND, DESTROYED };
mtype state[OBJECTS + 1] = UNUSED;   // objects are numbered from 1
byte current = 1;                    // the linked one
byte used = 1;
bool locked;                         // the bucket
byte finished;

// The limbos: whose an object is, and its list in `state`.
byte limbo_of[OBJECTS + 1];

byte tickets;       // the weight of all that have been taken
byte claimed;       // of these, what somebody fences for, or has
byte fenced;        // of these, what has been fenced for
byte fence_stamp;   // the last stamp of those fences
byte over;          // the last of them that nobody is left under

inline use(me, object) {
    assert(state[object] != DESTROYED);
    printf("reader %d: looks at object %d\n", me, object)
}

proctype reader(byte me) {
    byte object, now, looks;
    do
    :: looks < LOOKS ->
        looks++;
        enter(me, now);
        object = current;
        use(me, object);
        if
        :: leave(me)
        ::
#ifndef DEFECT_HAZARD_AFTER_SECTION
            buffer[me]!HAZARD, object;   // (H2) inside the section, so seen before its end
            printf("reader %d: announces object %d\n", me, object);
            leave(me);
#else
            leave(me);
            buffer[me]!HAZARD, object;
            printf("reader %d: announces object %d\n", me, object);
#endif
            use(me, object);             // the user's callback: may take an hour
            buffer[me]!HAZARD, 0         // (H3)
        fi;
        object = 0
    :: else -> break
    od;
    finished++
}

// What the garbage's inlines work with: `mine` is what a thread has in hand, `held` what it has found announced.
#define LOCALS \
    bool mine[OBJECTS + 1], held[OBJECTS + 1], any, passed; \
    byte s, first, i, o, ticket, taken

inline splice(me, from, to, any, o) {   // any: whether there was something
    any = false;
    for (o : 1 .. OBJECTS) {
        if
        :: state[o] == from && limbo_of[o] == me -> state[o] = to; any = true
        :: else
        fi
    }
    o = 0
}
inline take_in_hand(me, from, o) {      // of all limbos if `me` is 0
    for (o : 1 .. OBJECTS) {
        if
        :: state[o] == from && (me == 0 || limbo_of[o] == me) -> state[o] = IN_HAND; mine[o] = true
        :: else
        fi
    }
    o = 0
}
inline look_at_hazards() {
    i = 0;
    do
    :: d_step { i < THREADS -> held[hazard[i]] = true; i++ }   // (H1)
    :: i == THREADS -> break
    od;
    i = 0;
    held[0] = false
}
inline destroy_in_hand() {
    o = 1;
    do
    :: d_step {
        o <= OBJECTS ->
        if
        :: mine[o] && held[o] -> state[o] = ANNOUNCED   // gets another chance with what passes next
        :: mine[o] && !held[o] ->
            assert(state[o] == IN_HAND);
            state[o] = DESTROYED;
            printf("writer: destroys object %d\n", o)
        :: else
        fi;
        mine[o] = false;
        held[o] = false;
        o++
    }
    :: o > OBJECTS -> break
    od;
    o = 0
}

// For all tickets that there are, unless somebody else does it already.
inline fence_if_due() {
    taken = tickets;
    d_step {
        any = taken > claimed;
        if
        :: any -> claimed = taken
        :: else
        fi
    }
    if
    :: any ->
#ifdef DEFECT_FENCED_BEFORE_FENCE
        d_step { fence_stamp = (epoch > fence_stamp -> epoch : fence_stamp) }
        d_step { fenced = (taken > fenced -> taken : fenced) }
#endif
        stamp(s, i);
#ifdef DEFECT_ALL_TICKETS_FENCED
        taken = tickets;
#endif
#ifdef DEFECT_FENCED_BEFORE_STAMP
        d_step { fenced = (taken > fenced -> taken : fenced) }
#endif
        d_step { fence_stamp = (s > fence_stamp -> s : fence_stamp) }
        d_step { fenced = (taken > fenced -> taken : fenced) }
        s = 0
    :: else
    fi;
    any = false;
    taken = 0
}

inline is_over(ticket) {
    passed = false;
    if
    :: fenced < ticket -> fence_if_due()
    :: else
    fi;
    if
    :: fenced >= ticket ->
        s = fence_stamp;
        if
        :: s <= over -> passed = true
        :: else ->
            oldest(first, i);
#ifndef DEFECT_NOT_NEWER
            passed = s < first;
#else
            passed = s <= first;
#endif
            d_step { over = (passed && s > over -> s : over) }
            first = 0
        fi;
        s = 0
    :: else
    fi
}

// A writer does this when its write is over.
inline tend(me) {
    d_step {
        any = false;
        for (o : 1 .. OBJECTS) {
            any = any || (state[o] == WAITING && limbo_of[o] == me)
        }
        o = 0
    }
#ifndef DEFECT_FRESH_JOINS_WAITING
    if
    :: !any ->
#endif
        // What is unlinked by now: one step, for nobody else touches this limbo's lists.
        d_step {
            splice(me, FRESH, WAITING, any, o);
            if
#ifndef DEFECT_FRESH_JOINS_WAITING
            :: any -> tickets++; ticket = tickets
#else
            :: any && ticket == 0 -> tickets++; ticket = tickets
#endif
            :: else
            fi;
            any = false
        }
#ifndef DEFECT_FRESH_JOINS_WAITING
    :: else
    fi;
#endif
#ifdef DEFECT_HAZARDS_BEFORE_SECTIONS
    look_at_hazards();
#endif
    if
    :: ticket != 0 -> is_over(ticket)
    :: else
    fi;
    d_step {
        if
        :: passed ->
            splice(me, ANNOUNCED, READY, any, o);
            splice(me, WAITING, READY, any, o);
            ticket = 0
        :: else
        fi;
        take_in_hand(me, READY, o);
        any = false;
        passed = false
    }
#ifndef DEFECT_HAZARDS_BEFORE_SECTIONS
    look_at_hazards();   // after the sections: what was announced inside one is seen by now
#endif
    destroy_in_hand()
}

// reclaim(): everything, after waiting until nobody sees it.
inline reclaim() {
    d_step {
        take_in_hand(0, ANNOUNCED, o);
        take_in_hand(0, READY, o);
        take_in_hand(0, WAITING, o);
        take_in_hand(0, FRESH, o)
    }
    stamp(s, i);
    do
    :: first <= s -> oldest(first, i)
    :: else -> break
    od;
    look_at_hazards();
    destroy_in_hand()
}

proctype writer(byte me) {
    LOCALS;
    byte old, new;
    do
    ::  // Under the bucket's lock, so one step, but for a writer that retires before it unlinks.
        d_step {
            used < OBJECTS && !locked ->
            used++;
            new = used;
            old = current;
            state[new] = LINKED;
#ifdef DEFECT_RETIRE_BEFORE_UNLINK
            state[old] = FRESH;
            limbo_of[old] = me;
            locked = true
        }
        tend(me);
        d_step {
            locked = false;
#endif
            current = new;
            printf("writer: unlinks object %d\n", old);
#ifndef DEFECT_RETIRE_BEFORE_UNLINK
            state[old] = FRESH;
            limbo_of[old] = me;
#endif
            old = 0;
            new = 0
        }
#ifndef DEFECT_RETIRE_BEFORE_UNLINK
        tend(me)
#endif
    :: used == OBJECTS -> break
    od;
    finished++
}

proctype last() {
    LOCALS;
    finished == READERS + WRITERS;
    for (i : 0 .. THREADS - 1) {
        empty(buffer[i])
    }
    i = 0;
    reclaim();
    for (o : 1 .. OBJECTS) {
        assert(state[o] == (o == current -> LINKED : DESTROYED))
    }
}

init {
    byte i;
    atomic {
        state[1] = LINKED;
        for (i : 0 .. READERS - 1) {
            run reader(i);
            run memory(i)
        }
        for (i : 1 .. WRITERS) {
            run writer(i)
        }
        run last()
    }
}
