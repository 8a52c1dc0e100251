// SPDX-License-Identifier: BSL-1.0
//
// Moving entries to the next table, a unit of buckets at a time, while others load and write (successor.hpp,
// find() and write() in engine.hpp, move_home() and help() in tables.hpp).
//
// A table of 2^b buckets is `read`; its successor, once there is one, has twice as many, as many, or half.
// A unit is one bucket of the smaller table and all that cover the same hashes in the other. A mover locks
// the unit's sources, copies what is in them to the heirs, and sets the sources' `moved` flags. From then on
// loads and writes go on in the successor. Writers move the unit at their key's home, and others if nobody
// is in the way, and so do loads that have met a moved bucket. Movers count what has moved before they
// unlock it; who finds that it is all promotes, whoever has moved the last one. Several may find that.
//
// Proved: a load returns what was true at some moment between its begin and its end; a writer finds, under
// its lock, what the last writer left (no update is lost); nobody waits for ever; moved tables are promoted.
// Not here: a bucket's slots (slot_reuse.pml; here each key has a slot of its own), clear()
// (promote_clear.pml), and that no table is freed while somebody is in it (reclaim.pml).

// A table's buckets, as a power of 2. The first table that is given has 2^BITS0, and so on.
#if !defined(BITS0)
#define BITS0 1
#define BITS1 0
#endif
#ifdef BITS2
#define TABLES 3
#else
#define TABLES 2
#define BITS2 0
#endif
#define BITS(t) (t == 0 -> BITS0 : (t == 1 -> BITS1 : BITS2))
#ifndef WRITES
#define WRITES 2       /* by each of two writers, one for each key */
#endif
#ifndef LOADS
#define LOADS 1
#endif
#define WIDTH 4                            /* buckets of the widest table */
#define KEYS 2                             /* the first and the last of all hashes */
#define NONE 255
#define bucket(t, key) ((t) * WIDTH + (key == 0 -> 0 : (1 << BITS(t)) - 1))
#define slot(t, key) ((t) * KEYS + (key))

byte read;                                 // the table where every operation begins
byte successor[TABLES] = NONE;
byte moved_count[TABLES];
bool moved[TABLES * WIDTH], locked[TABLES * WIDTH];
bool live[TABLES * KEYS];                  // the tag
byte value[TABLES * KEYS];

byte truth[KEYS];      // 0 while there is no such key; otherwise its value
byte written[KEYS];    // values are 1, 2, ...
byte legal;            // a bit for each value that the key which is being loaded has had meanwhile
byte loading = NONE;
byte finished;

#define lock(b) d_step { !locked[b] -> locked[b] = true }   /* waits */
#define unlock(b) locked[b] = false

// A unit's sources, when `from` moves to `to`: `count` buckets beginning with `first`.
#define common_bits (BITS(from) < BITS(to) -> BITS(from) : BITS(to))
#define sources (1 << (BITS(from) - common_bits))
#define units (1 << common_bits)
#define first_source(unit) (from * WIDTH + (unit) * sources)
#define in_unit(key, unit) ((key == 0 -> 0 : units - 1) == (unit))
// What a mover works with.
#define MOVER \
    byte from, to, unit, count, i, k; \
    bool mine, helped

inline set_flags() {
    i = 0;
    do
    :: d_step {
        i < sources ->
#ifndef DEFECT_ASCENDING_FLAGS
        moved[first_source(unit) + sources - 1 - i] = true;   // (B3) the first last: it stands for the unit
#else
        moved[first_source(unit) + i] = true;
#endif
        i++
    }
    :: i == sources -> break
    od;
    i = 0;
    printf("%d: the flags of unit %d of table %d are set\n", _pid, unit, from)
}

// With all sources locked. May fail on the way, for want of memory: `mine` says whether it succeeded.
inline move_locked() {
    mine = true;
#ifdef DEFECT_FLAG_BEFORE_COPY
    set_flags();
#endif
    atomic {   // the sources are locked and the heirs out of reach, so nobody sees the steps of this
        k = 0;
        do
        :: k < KEYS && in_unit(k, unit) && live[slot(from, k)] ->
            value[slot(to, k)] = value[slot(from, k)];
            live[slot(to, k)] = true;
            printf("%d: has copied key %d = %d to table %d\n", _pid, k, value[slot(to, k)], to);
            k++
        :: k < KEYS && !(in_unit(k, unit) && live[slot(from, k)]) -> k++
        :: k == KEYS -> break
#ifndef DEFECT_FLAG_BEFORE_COPY
        :: k == KEYS - 1 ->
            mine = false;
            printf("%d: fails to move unit %d of table %d\n", _pid, unit, from);
#ifndef DEFECT_HALF_A_MOVE
            for (k : 0 .. KEYS - 1) {
                if
                :: in_unit(k, unit) -> live[slot(to, k)] = false
                :: else
                fi
            }
#endif
            break
#endif
        od;
        k = 0
    }
#ifndef DEFECT_FLAG_BEFORE_COPY
    if
    :: mine -> set_flags()
    :: else
    fi
#endif
}

inline unlock_sources() {   // the first `count`
    d_step {
        i = 0;
        do
        :: i < count -> unlock(first_source(unit) + i); i++
        :: else -> break
        od;
        i = 0;
        count = 0
    }
}

// Leaves in `mine` whether the unit has moved: in other hands, or here.
inline move_and_unlock() {
    mine = moved[first_source(unit)];   // while we waited for the locks
#ifdef DEFECT_UNIT_NOT_LOOKED_AT_AGAIN
    mine = false;
#endif
    if
    :: mine -> count = sources; unlock_sources()
    :: else ->
        move_locked();
        if
        :: mine -> moved_count[from] = moved_count[from] + sources   // (N4)
        :: else
        fi;
        count = sources; unlock_sources()
    fi
}

#ifdef DEFECT_PROMOTE_EARLY
#define all_moved (moved_count[from] + sources >= (1 << BITS(from)))
#else
#define all_moved (moved_count[from] == (1 << BITS(from)))
#endif
inline promote() {
    d_step {                            // (N2) a compare-exchange: see promote_clear.pml
        if
#ifdef DEFECT_PROMOTION_NOT_COMPARED
        :: true ->
#else
        :: read == from ->
#endif
            assert(read == from);
            read = to;
            printf("%d: promotes table %d\n", _pid, to)
        :: else
        fi
    }
}

// Before a write: the unit of its bucket.
inline move_home(key) {
    unit = (key == 0 -> 0 : units - 1);
    mine = moved[first_source(unit)];
    if
    :: mine
    :: else ->
        i = 0;
        do
        :: i < sources ->
#ifndef DEFECT_LOCKS_IN_ANY_ORDER
            lock(first_source(unit) + i);
#else
            lock(first_source(unit) + (key == 0 -> i : sources - 1 - i));
#endif
            i++
        :: else -> break
        od;
        i = 0;
        move_and_unlock()
    fi
}

// After a write, and after a load that met a moved bucket: what can be moved without waiting.
inline help(may_not_promote) {
    from = read;
    to = successor[from];
    if
    :: to != NONE ->
        unit = 0;
        do
        :: unit < units && moved[first_source(unit)] -> unit++
        :: unit < units && !moved[first_source(unit)] ->
            i = 0;
            mine = true;
            do
            :: i < sources && mine ->
                d_step {
                    mine = !locked[first_source(unit) + i];
                    locked[first_source(unit) + i] = true;
                    i = i + (mine -> 1 : 0)
                }
            :: !mine || i == sources -> break
            od;
            if
            :: mine -> i = 0; move_and_unlock()
            :: !mine && i > 0 -> count = i; unlock_sources()
            :: else
            fi;
            unit++
        :: unit >= units -> break
        od;
        unit = 0;
        if
        :: all_moved -> promote()
        :: may_not_promote              // a load for which the lock of the garbage is not free
        :: else
        fi
    :: else
    fi;
    d_step { from = 0; to = 0; mine = false }
}

inline change(key, t) {
    // Under the lock, so nobody but a load can tell the one from the other of these steps.
    assert((live[slot(t, key)] -> value[slot(t, key)] : 0) == truth[key]);
    if
    :: live[slot(t, key)] ->
        d_step { truth[key] = 0; live[slot(t, key)] = false; note_truth(key) }
    :: live[slot(t, key)] ->
        d_step { written[key]++; truth[key] = written[key]; value[slot(t, key)] = truth[key]; note_truth(key) }
    :: !live[slot(t, key)] ->
        d_step { written[key]++; value[slot(t, key)] = written[key] }
        d_step { truth[key] = written[key]; live[slot(t, key)] = true; note_truth(key) }
    fi
}
inline note_truth(key) {
    legal = legal | (loading == key -> 1 << truth[key] : 0);
    printf("%d: key %d is now %d (0: erased) in table %d\n", _pid, key, truth[key], t)
}

proctype writer(byte key) {
    MOVER;
    byte t, writes;
    do
    :: writes < WRITES ->
        writes++;
        t = read;
        do
        ::
            from = t;
            to = successor[t];
            if
            :: to != NONE -> move_home(key)
            :: else -> mine = false
            fi;
            if
            :: mine -> t = to
            :: else ->   // no successor, or it cannot be moved: the bucket is still true where it is
                lock(bucket(t, key));
#ifndef DEFECT_NOT_LOOKED_AT_AGAIN
                if
                :: moved[bucket(t, key)] -> unlock(bucket(t, key)); t = successor[t]
                :: else ->
#endif
                    change(key, t);
                    unlock(bucket(t, key));
                    break
#ifndef DEFECT_NOT_LOOKED_AT_AGAIN
                fi
#endif
            fi
        od;
        t = 0;
        help(false)
    :: else -> break
    od;
    finished++
}

proctype reader() {
    MOVER;
    byte t, key, loads, found;
    do
    :: loads < LOADS ->
        loads++;
        if
        :: key = 0
        :: key = 1
        fi;
        d_step { loading = key; legal = 1 << truth[key]; printf("%d: begins to look for key %d\n", _pid, key) }
        t = read;
        do
        :: moved[bucket(t, key)] -> t = successor[t]; helped = true   // (B1), (N1)
        :: !moved[bucket(t, key)] -> break
        od;
        if
        :: live[slot(t, key)] -> found = value[slot(t, key)]
        :: !live[slot(t, key)] -> found = 0
        fi;
        d_step {
            printf("%d: finds %d (0: nothing) in table %d\n", _pid, found, t);
            assert(legal & (1 << found));
            loading = NONE;
            legal = 0;
            found = 0;
            t = 0;
            key = 0
        }
        if
        :: helped -> helped = false; help(true)
        :: else
        fi
    :: else -> break
    od;
    finished++
}

// Somebody whose write finds that another table is due.
proctype grower() {
    byte t;
    do
    :: d_step {
        t < TABLES - 1 && read == t ->
        successor[t] = t + 1;
        t++;
        printf("%d: table %d is the successor\n", _pid, t)
    }
    :: true -> break
    od;
    finished++
}

proctype last() {
    MOVER;
    byte t;
    finished == 4;
    help(false);                                    // who comes next promotes, if it is all that is left to do
    for (k : 0 .. KEYS - 1) {
        t = read;
        do
        :: moved[bucket(t, k)] -> t = successor[t]
        :: else -> break
        od;
        assert((live[slot(t, k)] -> value[slot(t, k)] : 0) == truth[k])
    }
    assert(moved_count[read] < (1 << BITS(read)))   // else nobody would ever promote its successor
}

init {
    atomic {
        run writer(0);
        run writer(1);
        run reader();
        run grower();
        run last()
    }
}
