// SPDX-License-Identifier: BSL-1.0
#include "watcher.hpp"

#include <algorithm>
#include <future>
#include <unordered_map>
#include <utility>

namespace syncmap::etcd::inline v0::detail {

using std::chrono::milliseconds;

namespace {
constexpr milliseconds first_pause{50};
constexpr milliseconds longest_pause{2000};
constexpr milliseconds to_open{2000};  // for a member to say that there is a watch
constexpr milliseconds between_pulses{1000};
constexpr milliseconds first_urge{50};
constexpr milliseconds last_urge{800};
constexpr milliseconds silence{250};  // of a watch that should have said something
constexpr int differs_for_good = 5;
constexpr std::size_t page_bytes = std::size_t{1} << 20;  // about: so much is asked for at once
constexpr std::size_t smallest_page = 16;                 // unless it is too large
constexpr std::size_t largest_page = 1024;
constexpr milliseconds short_lived{1000};
constexpr std::size_t longest_line = std::size_t{1} << 27;

milliseconds grow(milliseconds pause) { return std::clamp(pause * 2, first_pause, longest_pause); }
}  // namespace

// --- from other threads ---

void watcher::start(std::function<void(const std::optional<failure>&)> filled) {
    etcd_.thread().post([self = shared_from_this(), f = std::move(filled)] {
        self->on_filled_ = f;
        self->endpoint_ = self->etcd_.preferred();
        self->fill();
    });
}

void watcher::stop() noexcept {
    // Shared, because who waits may be gone before set_value() has returned.
    const auto done = std::make_shared<std::promise<void>>();
    etcd_.thread().post([this, done] {
        stopped_ = true;
        close();
        disarm(retry_timer_);
        disarm(pulse_timer_);
        disarm(urge_timer_);
        done->set_value();
    });
    done->get_future().wait();
}

void watcher::hurry(std::int64_t revision) {
    etcd_.thread().post(later([this, revision] {
        if (revision > this->revision() && (revision > wanted_ || !urge_timer_)) want(revision);
    }));
}

void watcher::arm(std::optional<loop::timer>& which, milliseconds wait, void (watcher::*what)()) {
    disarm(which);
    which = etcd_.thread().after(wait, later([this, &which, what] {
                                     which.reset();
                                     (this->*what)();
                                 }));
}

void watcher::disarm(std::optional<loop::timer>& which) {
    if (which) etcd_.thread().cancel(*which);
    which.reset();
}

// --- filling ---

struct watcher::filling {
    std::int64_t revision = 0;  // of all pages
    clock::time_point asked{};  // for the first
    std::string next{};
    int begun = 0;          // how often
    bool directly = false;  // into a mirror that was empty: there is nothing to compare
    std::vector<key_value> entries{};
};

void watcher::fill() {
    if (filling_) return;
    filling_ = true;
    close();
    disarm(urge_timer_);
    begin_filling(std::make_shared<filling>());
}

/// Fills again, because of a watch: after a pause if the mirror has just been filled, and should not need it.
void watcher::fill_soon() {
    if (clock::now() - filled_ > short_lived) {
        fill();
        return;
    }
    pause_ = longer_pause();
    close();
    arm(retry_timer_, etcd_.around(longest_pause), &watcher::fill);
}

void watcher::begin_filling(const std::shared_ptr<filling>& f) {
    ++f->begun;
    f->revision = 0;
    f->next = state_.keys.key;
    f->asked = clock::now();
    f->directly = revision() == 0 && mirror_.count() == 0 && state_.bad.empty();
    f->entries.clear();
    next_page(f);
}

void watcher::next_page(const std::shared_ptr<filling>& f) {
    etcd_.call("/v3/kv/range", range_request(f->next, state_.keys.end, page_size_, f->revision),
               repeat::always, clock::now() + etcd_.deadline(),
               later([this, f](const reply& r) { take_page(f, r); }));
}

void watcher::take_page(const std::shared_ptr<filling>& f, const reply& r) {
    if (r.failed) {
        const error_kind why = r.failed->kind;
        if ((why == error_kind::too_large && page_size_ > 1) ||
            (why == error_kind::unavailable && page_size_ > smallest_page)) {
            // Larger values have come than before: more, maybe, than can be fetched in time.
            page_size_ = why == error_kind::too_large ? std::max<std::size_t>(page_size_ / 4, 1)
                                                      : std::max(page_size_ / 4, smallest_page);
            next_page(f);
        } else if (why == error_kind::compacted && f->begun < 3) {
            begin_filling(f);
        } else {
            not_filled(*r.failed);
        }
        return;
    }
#if defined(__cpp_exceptions)
    try {
#endif
        std::optional<page> p = to_page(r.body);
        if (p && is_next_page(*f, *p)) {
            use_page(f, *std::move(p));
        } else {
            not_filled(
                {error_kind::unavailable, "etcd: kv/range: the answer is none to that question"});
        }
#if defined(__cpp_exceptions)
    } catch (...) {  // there is no memory, or a T that cannot be moved
        not_filled({error_kind::unavailable, "etcd: kv/range: there is no memory for the answer"});
    }
#endif
}

/// Whether all keys are after those of the pages before, and in order, as only these questions end.
bool watcher::is_next_page(const filling& f, const page& p) const {
    if (p.more && p.entries.empty()) return false;
    std::string_view least = f.next;
    for (const key_value& e : p.entries) {
        if (!e.key.starts_with(state_.prefix) || e.key < least) return false;
        least = e.key;
    }
    return true;
}

void watcher::use_page(const std::shared_ptr<filling>& f, page p) {
    if (f->revision == 0) {
        f->revision = p.revision;
        if (!cluster_.empty() && p.cluster != cluster_) other_history_ = true;
        cluster_ = p.cluster;
    }
    if (p.more) {
        std::size_t bytes = 1;
        for (const key_value& e : p.entries) bytes += e.key.size() + e.value.size();
        f->next = p.entries.back().key + '\0';
        page_size_ = std::clamp<std::size_t>(p.entries.size() * page_bytes / bytes, 1,
                                             std::min(page_size_ * 4, largest_page));
    }
    if (f->directly) {
        for (const key_value& e : p.entries) put(e.key, e.value, e.revision);
    } else {
        std::move(p.entries.begin(), p.entries.end(), std::back_inserter(f->entries));
    }
    if (p.more) {
        next_page(f);
        return;
    }
    if (!f->directly) compare(*f);
    other_history_ = false;
    filled(f->revision, f->asked);
}

/// Makes the mirror what has been read. What was erased goes first, as nobody knows when it was; then the rest,
/// in order.
void watcher::compare(filling& f) {
    std::unordered_map<std::string_view, std::int64_t> there;
    there.reserve(f.entries.size());
    for (const key_value& e : f.entries) {
        there.emplace(std::string_view(e.key).substr(state_.prefix.size()), e.revision);
    }
    std::vector<std::string> shown = mirror_.keys();
    for (const auto& [key, value] : state_.bad) shown.push_back(key);
    for (const std::string& key : shown) {
        if (there.find(key) == there.end()) remove(state_.prefix + key);
    }
    std::sort(f.entries.begin(), f.entries.end(),
              [](const key_value& a, const key_value& b) { return a.revision < b.revision; });
    for (const key_value& e : f.entries) put(e.key, e.value, e.revision);
    if (revision() != 0) state_.resyncs.fetch_add(1, std::memory_order_relaxed);
}

void watcher::filled(std::int64_t revision, clock::time_point asked) {
    filling_ = false;
    filled_ = clock::now();
    pause_ = milliseconds{0};
    told_revision_ = 0;
    const bool somebody_waits = revision < wanted_;
    reached(revision);
    proved(asked);
    if (on_filled_) std::exchange(on_filled_, nullptr)(std::nullopt);
    if (!pulse_timer_) arm(pulse_timer_, etcd_.around(between_pulses), &watcher::beat);
    if (somebody_waits) want(wanted_);
    open(false);
}

void watcher::not_filled(const failure& why) {
    filling_ = false;
    if (on_filled_) std::exchange(on_filled_, nullptr)(why);
    pause_ = grow(pause_);
    arm(retry_timer_, etcd_.around(pause_), &watcher::fill);
}

// --- following ---

void watcher::open(bool elsewhere) {
    close();
    if (elsewhere) endpoint_ = etcd_.another(endpoint_);
    is_open_ = false;
    etcd_.with_token(later(
        [this, turn = turn_](const std::string& token, const std::optional<failure>& problem) {
            if (turn != turn_) return;  // has been closed meanwhile
            if (problem) {
                reopen(longest_pause);
            } else {
                open_as(token);
            }
        }));
}

void watcher::open_as(const std::string& token) {
    token_ = token;
    request r;
    r.url = etcd_.url(endpoint_, "/v3/watch");
    r.body = watch_request(state_.keys, revision() + 1);
    r.token = token;
    r.on_data = later([this](std::string_view data) {
#if defined(__cpp_exceptions)
        try {
            take_data(data);
        } catch (...) {  // there is no memory; it is asked for again
            reopen(longest_pause);
        }
#else
        take_data(data);
#endif
    });
    r.on_end = later([this, token](const ending& e) {
        stream_.reset();
        if (e.answered && e.status != 200) {
            const refusal why = to_refusal(e.status, line_);
            if (why.token_is_bad || why.kind == error_kind::denied) etcd_.token_is_bad(token);
        }
        // At once where it has been following: most streams end because their member does.
        reopen(is_open_ && clock::now() - opened_ > short_lived ? milliseconds{0} : longer_pause());
    });
    stream_ = etcd_.thread().start(std::move(r));
    open_timer_ = etcd_.thread().after(to_open, later([this] {
                                           open_timer_.reset();
                                           reopen(longer_pause());
                                       }));
}

milliseconds watcher::longer_pause() {
    if (is_open_ && clock::now() - opened_ > short_lived) pause_ = milliseconds{0};
    return grow(pause_);
}

void watcher::reopen(milliseconds wait) {
    close();
    state_.reconnects.fetch_add(1, std::memory_order_relaxed);
    pause_ = wait;
    retry_timer_ =
        etcd_.thread().after(etcd_.around(std::max(wait, milliseconds{10})), later([this] {
                                 retry_timer_.reset();
                                 open(true);
                             }));
}

void watcher::close() {
    ++turn_;
    if (stream_) etcd_.thread().abandon(*stream_);
    stream_.reset();
    disarm(open_timer_);
    disarm(retry_timer_);
    line_.clear();
    fragments_.clear();
}

void watcher::take_data(std::string_view data) {
    heard_ = clock::now();
    std::size_t begin = 0;
    std::size_t looked_at = line_.size();
    line_ += data;
    for (;;) {
        const std::size_t end = line_.find('\n', std::max(begin, looked_at));
        if (end == std::string::npos) break;
        const std::string_view line(line_.data() + begin, end - begin);
        begin = end + 1;
        if (line.empty()) continue;
        std::optional<watch_message> m = to_watch_message(line);
        if (!m) {
            reopen(longer_pause());
            return;
        }
        const std::optional<loop::ticket> before = stream_;
        take_message(*std::move(m));
        if (stream_ != before || !stream_) return;  // what follows is not of this stream any more
    }
    line_.erase(0, begin);
    if (line_.size() > longest_line) reopen(longer_pause());
}

void watcher::take_message(watch_message m) {
    if (m.created) {
        is_open_ = true;
        opened_ = clock::now();
        disarm(open_timer_);
    }
    if (m.compacted || is_of_another_cluster(m)) {
        fill_soon();
    } else if (m.canceled) {
        if (m.reason.find("auth") != std::string::npos ||
            m.reason.find("ermission") != std::string::npos) {
            etcd_.token_is_bad(token_);
        }
        reopen(std::max(longer_pause(), milliseconds{500}));
    } else if (!m.events.empty()) {
        std::move(m.events.begin(), m.events.end(), std::back_inserter(fragments_));
        if (!m.fragment) apply(std::exchange(fragments_, {}));
    }
}

bool watcher::is_of_another_cluster(const watch_message& m) const {
    return !m.cluster.empty() && !cluster_.empty() && m.cluster != cluster_;
}

void watcher::apply(const std::vector<event>& events) {
    std::int64_t last = revision();
#if defined(__cpp_exceptions)
    try {
#endif
        for (const event& e : events) {
            if (e.revision <= revision()) continue;  // (I2)
            apply(e);
            last = std::max(last, e.revision);
        }
#if defined(__cpp_exceptions)
    } catch (...) {  // no memory; what has been applied is told again, and does nothing then
        reopen(longest_pause);
        return;
    }
#endif
    reached(last);
}

void watcher::apply(const event& e) {
    if (e.value) {
        put(e.key, *e.value, e.revision);
    } else {
        remove(e.key);
    }
}

void watcher::put(const std::string& key, std::string_view bytes, std::int64_t revision) {
    if (!key.starts_with(state_.prefix)) return;
    const std::string_view name = std::string_view(key).substr(state_.prefix.size());
    const auto bad = state_.bad.find(name);
    const std::int64_t shown =
        bad != state_.bad.end() ? bad->second.revision : mirror_.revision_of(name);
    if (shown == revision && !other_history_) return;
    state_.changes.fetch_add(1, std::memory_order_relaxed);
    if (mirror_.put(name, bytes, revision)) {
        if (bad != state_.bad.end()) {
            const std::lock_guard lock(state_.bad_mutex);
            state_.bad.erase(bad);
        }
        return;
    }
    mirror_.remove(name);
    const std::lock_guard lock(
        state_.bad_mutex);  // until it has been posted, so that a new handler is told once
    state_.bad.insert_or_assign(std::string(name),
                                mirror::state::bad_value{std::string(bytes), revision});
    for (const auto& h : state_.on_bad_value.now()) {
        etcd_.handlers().post(
            &mirror_, [h, k = std::string(name), b = std::string(bytes)] { h->call(k, b); });
    }
}

void watcher::remove(const std::string& key) {
    if (!key.starts_with(state_.prefix)) return;
    const std::string_view name = std::string_view(key).substr(state_.prefix.size());
    state_.changes.fetch_add(1, std::memory_order_relaxed);
    if (const auto bad = state_.bad.find(name); bad != state_.bad.end()) {
        const std::lock_guard lock(state_.bad_mutex);
        state_.bad.erase(bad);
        return;
    }
    mirror_.remove(name);
}

void watcher::reached(std::int64_t revision) {
    {
        const std::lock_guard lock(state_.mutex);
        state_.revision.store(revision, std::memory_order_release);
    }
    state_.grown.notify_all();
    if (revision >= wanted_) disarm(urge_timer_);
    if (told_revision_ != 0 && revision >= told_revision_) {
        told_revision_ = 0;
        proved(told_asked_);
    }
}

// --- being sure ---

void watcher::beat() { pulse(false); }

void watcher::pulse(bool urgent) {
    const clock::time_point asked = clock::now();
    const std::int64_t at = revision();
    const auto then = later([this, urgent, asked, at](const reply& r) {
        if (!urgent) arm(pulse_timer_, etcd_.around(between_pulses), &watcher::beat);
        if (r.failed) return;
        const std::optional<std::int64_t> now = header_revision(r.body);
        if (!now) return;
        if (*now < at) {
            other_history_ = true;
            fill();
        } else if (*now <= revision()) {
            proved(asked);
        } else {
            // What is on its way may prove it, when it has come.
            told_revision_ = *now;
            told_asked_ = asked;
            if (urgent || clock::now() >= next_look_) look();
        }
    });
    etcd_.call("/v3/kv/range", get_request(state_.keys.key, true), repeat::always,
               asked + between_pulses, then);
}

void watcher::look() {
    if (looking_ || filling_) return;
    looking_ = true;
    const clock::time_point asked = clock::now();
    const std::int64_t at = revision();
    const std::size_t count = mirror_.count() + state_.bad.size();
    etcd_.call("/v3/kv/txn", nothing_new_request(state_.keys, at), repeat::always,
               asked + etcd_.deadline() / 2, later([this, at, count, asked](const reply& r) {
                   looking_ = false;
                   // Many keys take etcd long: no more than a twentieth of its time.
                   next_look_ = clock::now() + (clock::now() - asked) * 20;
                   if (!r.failed) take_look(r, at, count, asked);
               }));
}

void watcher::take_look(const reply& r, std::int64_t at, std::size_t count,
                        clock::time_point asked) {
    // A change that has come meanwhile may be one that is undone before what has been seen.
    if (at != revision() || !stream_) return;
    const std::optional<std::int64_t> now = header_revision(r.body);
    if (!now || *now < at) return;
    if (truth(r.body, "succeeded")) {
        const auto responses = r.body.find("responses");
        if (responses == r.body.end() || !responses->is_array() || responses->size() != 1) return;
        const auto range = (*responses)[0].find("response_range");
        if (range == (*responses)[0].end()) return;
        if (integer(*range, "count") == static_cast<std::int64_t>(count)) {
            reached(*now);
            proved(asked);
            return;
        }
    }
    if (differs_at_ != at) {
        differs_at_ = at;
        differs_since_ = clock::now();
        differed_ = 0;
    }
    ++differed_;
    if (differed_ >= differs_for_good) {
        differed_ = 0;
        fill();  // another watch has not helped either
    } else if (clock::now() - std::max(heard_, differs_since_) > silence) {
        reopen(milliseconds{0});
    }
    // Look again soon, also if nobody waits.
    if (revision() >= wanted_ || !urge_timer_) want(at + 1);
}

void watcher::proved(clock::time_point asked) {
    state_.proved.store(std::max(asked, state_.proved.load(std::memory_order_relaxed)),
                        std::memory_order_relaxed);
}

void watcher::want(std::int64_t revision) {
    wanted_ = revision;
    urging_ = first_urge;
    arm(urge_timer_, urging_, &watcher::urge);
}

/// What somebody waits for should have come, but for other keys' having brought the revision about, or a silent
/// member. After some times it is left to beat(): it may be a revision that is not there yet.
void watcher::urge() {
    if (revision() >= wanted_) return;
    if (stream_) pulse(true);
    urging_ *= 2;
    if (urging_ <= last_urge) arm(urge_timer_, urging_, &watcher::urge);
}

}  // namespace syncmap::etcd::inline v0::detail
