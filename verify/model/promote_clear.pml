// SPDX-License-Identifier: BSL-1.0
//
// Who may change `read`: the first table, promotion, clear(), and the successors in between (tables.hpp).
//
// The tables since the last clear are a generation. clear() takes `read` away in one exchange; operations
// that found a table before belong before the clear, and may go on in it, but must not bring it back. So
// promotion, which is done by whoever finds that all has moved, is a compare-exchange that expects the table
// which has been moved; the first table is made `read` by one that expects none; and a table gets a successor
// once, and only while it is `read`.
//
// Proved: a load returns what was true at some moment between its begin and its end, where a write into a
// generation that has been cleared meanwhile counts as done just before that; no write is lost; each table
// that is out of use is retired once, with its generation or by who promoted its successor; `read` is not
// left behind a successor that is complete.
// Not here: the parts of a move, which is one step here for a table of one bucket (move.pml).

#ifndef STORES
#define STORES 2      /* by all writers together */
#endif
#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef CLEARS
#define CLEARS 1
#endif
#ifndef RESIZES
#define RESIZES 2     /* tables that are made to be successors */
#endif
#define TABLES (STORES + RESIZES)
#define NONE 0

byte read = NONE;                       // tables are numbered from 1
byte successor[TABLES + 1] = NONE;
bool moved[TABLES + 1], locked[TABLES + 1];
byte value[TABLES + 1];                 // of the one key, 0 while there is none
byte generation[TABLES + 1];
byte retired[TABLES + 1];               // how many times
byte made, stores, resizes, finished;

byte now;                               // the present generation
byte root[CLEARS + 1];                  // the table that a clear found, in each generation
byte truth[CLEARS + 1];                 // the key's value in each generation
byte load_began = 255;                  // the generation in which the running load began
byte legal;                             // a bit for each value that was true since

inline retire(which) {
    retired[which]++;
    printf("%d: retires table %d\n", _pid, which)
}
inline note_truth(g) {
    legal = legal | (load_began <= g -> 1 << truth[g] : 0)
}

inline first_table() {
    d_step { made++; next = made }
    d_step {
        if
#ifdef DEFECT_FIRST_TABLE_NOT_COMPARED
        :: true ->
#else
        :: read == NONE ->              // (N2) a compare-exchange
#endif
            t = next;
            read = t;
            generation[t] = now;
            printf("%d: makes table %d\n", _pid, t)
        :: else ->
            t = read;
            retire(next)                // nobody has seen it: freed at once
        fi;
        next = NONE
    }
}

// Moves the table's only bucket, with its lock held, unless it has moved meanwhile.
inline move_and_unlock(from, to) {
    d_step {
        if
        :: !moved[from] -> value[to] = value[from]; moved[from] = true; printf("%d: moves table %d to %d\n", _pid, from, to)
        :: else
        fi;
        locked[from] = false
    }
}
// Whoever finds that a table has moved does this, so several may.
inline promote(from, to) {
    d_step {
        if
#ifdef DEFECT_PROMOTION_NOT_COMPARED
        :: true ->
#else
        :: read == from ->              // (N2) a compare-exchange
#endif
            read = to;
            printf("%d: promotes table %d\n", _pid, to);
            retire(from)
        :: else ->
            printf("%d: finds table %d promoted or cleared\n", _pid, from);
#ifdef DEFECT_CLEARED_AND_RETIRED
            retire(from)
#endif
        fi
    }
}

// resize_if_due(): looks, makes a table, and links it.
inline resize(t) {
    if
#ifdef DEFECT_SUCCESSOR_OF_DIRTY
    :: successor[t] == NONE ->
#else
    :: read == t && successor[t] == NONE ->
#endif
        if
        :: d_step { resizes < RESIZES -> resizes++; made++; next = made }
            d_step {
                if
#ifdef DEFECT_SUCCESSOR_NOT_COMPARED
                :: true ->
#else
                :: successor[t] == NONE ->   // a compare-exchange
#endif
                    successor[t] = next;
                    generation[next] = generation[t];
                    printf("%d: makes table %d, the successor of %d\n", _pid, next, t)
                :: else -> retire(next)
                fi;
                next = NONE
            }
        :: resizes == RESIZES                // there is no memory
        fi
    :: true                                  // it is not due
    fi
}

proctype writer() {
    byte t, next;
    do
    :: d_step { stores < STORES -> stores++ }
        t = read;                       // (N1)
        do
        ::
            if
            :: t == NONE -> first_table()
            :: else
            fi;
            next = successor[t];
            if
            :: next != NONE && moved[t] -> t = next
            :: next != NONE && !moved[t] ->
                d_step { !locked[t] -> locked[t] = true }
                move_and_unlock(t, next);
                t = next
            :: next == NONE ->
                d_step { !locked[t] -> locked[t] = true }
                if
                :: moved[t] -> d_step { locked[t] = false; t = successor[t] }
                :: else -> break
                fi
            fi;
            next = NONE
        od;
        next = NONE;
        d_step {
            assert(value[t] == truth[generation[t]]);
            value[t] = 1 + value[t];
            truth[generation[t]] = value[t];
            note_truth(generation[t]);
            locked[t] = false;
            printf("%d: stores %d in table %d\n", _pid, value[t], t)
        }
        resize(t);
        t = read;                       // help(), which never waits
        if
        :: t != NONE ->
            next = successor[t];
            if
            :: next != NONE && !moved[t] ->
                if
                :: d_step { !locked[t] -> locked[t] = true } move_and_unlock(t, next)
                :: locked[t]
                fi
            :: else
            fi;
            if
            :: next != NONE && moved[t] -> promote(t, next)
            :: else
            fi
        :: else
        fi;
        d_step { t = NONE; next = NONE }
    :: stores == STORES -> break
    od;
    finished++
}

proctype clearer() {
    byte clears, t;
    do
    :: clears < CLEARS ->
        clears++;
        d_step {
            t = read;                   // (N3) an exchange
#ifdef DEFECT_CLEAR_IN_TWO_STEPS
        }
        d_step {
#endif
            read = NONE;
            root[now] = t;
            now++;
            note_truth(now);
            printf("%d: clears, and finds table %d (0: none)\n", _pid, t)
        }
    :: else -> break
    od;
    finished++
}
proctype reader() {
    byte t, found;
    d_step { load_began = now; legal = 1 << truth[now]; printf("%d: begins to look\n", _pid) }
    t = read;                           // (N1)
    do
    :: t != NONE && moved[t] -> t = successor[t]
    :: t == NONE || !moved[t] -> break
    od;
    if
    :: t != NONE -> found = value[t]
    :: else
    fi;
    d_step {
        printf("%d: finds %d (0: nothing) in table %d\n", _pid, found, t);
        assert(legal & (1 << found));
        load_began = 255;
        legal = 0;
        found = 0;
        t = NONE
    }
    finished++
}

// When all is over the cleared generations are destroyed, each with its table and that one's successor.
proctype last() {
    byte t, g;
    finished == WRITERS + 2;
    d_step {
        for (g : 0 .. CLEARS) {
            if
            :: root[g] != NONE ->
                retire(root[g]);
                if
                :: successor[root[g]] != NONE -> retire(successor[root[g]])
                :: else
                fi
            :: else
            fi
        }
        assert(read == NONE || !moved[read]);
        for (t : 1 .. TABLES) {
            assert(retired[t] == (t > made || (read != NONE && (t == read || t == successor[read])) -> 0 : 1))
        }
    }
}

init {
    byte i;
    atomic {
        run reader();
        run clearer();
        for (i : 1 .. WRITERS) {
            run writer()
        }
        run last()
    }
}
