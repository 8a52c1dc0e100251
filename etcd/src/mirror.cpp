// SPDX-License-Identifier: BSL-1.0
#include "syncmap/etcd/detail/mirror.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "mirror_state.hpp"
#include "watcher.hpp"

namespace syncmap::etcd::inline v0::detail {

using std::chrono::milliseconds;

namespace {
std::string not_followed(std::int64_t revision) {
    return "etcd: the mirror has not followed to revision " + std::to_string(revision) +
           " within the deadline";
}
}  // namespace

mirror::mirror(client& c, std::string prefix)
    : state_(std::make_unique<state>(c.session_, std::move(prefix))) {
    state_->following = std::make_shared<watcher>(*this, *state_);
}

mirror::~mirror() = default;

void mirror::follow(on_error errors) {
    const auto answer = std::make_shared<std::promise<std::optional<failure>>>();
    std::future<std::optional<failure>> filled = answer->get_future();
    state_->following->start([answer](const std::optional<failure>& f) { answer->set_value(f); });
    if (const std::optional<failure> problem = filled.get()) {
        if (errors.code() == nullptr) leave();  // there will be no map
        errors.report(problem->kind, problem->message);
    }
}

void mirror::leave() noexcept {
    state_->following->stop();
    state_->etcd->handlers().forget(this);
}

// --- transactions ---

time_limit mirror::limit() const { return loop::clock::now() + state_->etcd->deadline(); }

/// etcd's keys are not empty; what is not one has been reported.
bool mirror::is_key(std::string_view key, on_error errors) const {
    const bool is = !state_->prefix.empty() || !key.empty();
    if (!is) errors.report(error_kind::bad_value, "etcd: a key must not be empty");
    return is;
}

std::optional<outcome> mirror::transact(std::string_view key, const transaction& t,
                                        time_limit until, on_error errors) {
    if (!is_key(key, errors)) return std::nullopt;
    const bool writes = t.then != transaction::action::nothing;
    // A member whose disk is full refuses transactions, but still erases.
    const bool just_erases =
        t.when == transaction::condition::none && t.then == transaction::action::erase;
    const std::string full_key = state_->prefix + std::string(key);
    const std::int64_t before = revision();
    const reply r =
        state_->etcd->ask(just_erases ? "/v3/kv/deleterange" : "/v3/kv/txn",
                          just_erases ? erase_request(full_key) : transaction_request(full_key, t),
                          writes ? repeat::if_unsent : repeat::always, until);
    if (r.failed) {
        if (r.failed->no_space && writes) {
            report_no_space(key, *r.failed, before, until, errors);
        } else {
            errors.report(r.failed->kind, r.failed->message);
        }
        return std::nullopt;
    }
    std::optional<transaction_answer> answer =
        just_erases ? to_erasure(r.body) : to_outcome(r.body, t);
    if (!answer) {
        errors.report(writes ? error_kind::uncertain : error_kind::unavailable,
                      "etcd: the answer is none to that question; load(key, quorum) shows "
                      "what has been done");
        return std::nullopt;
    }
    outcome& o = answer->what;
    const bool changed = o.done && (t.then == transaction::action::put || o.erased);
    std::int64_t to_show = 0;
    if (changed) {
        to_show = answer->revision;
    } else if (o.found) {
        to_show = o.found->revision;
    } else if (o.done && t.when == transaction::condition::revision && t.revision != 0) {
        to_show = t.revision;  // which is there still
    } else if (revision_of(key) != 0) {
        to_show = answer->revision;  // by then there is none any more
    }
    if (!wait_for(to_show, until)) {
        const std::string message = not_followed(to_show);
        if (changed) {
            errors.report(error_kind::uncertain, message + "; etcd has done it");
        } else {
            errors.report(error_kind::unavailable, message);
        }
        return std::nullopt;
    }
    return o;
}

/// A write has been refused for lack of space, by a member that may have done it all the same. It has not if the
/// key has not been written since `before`, or nothing has.
void mirror::report_no_space(std::string_view key, const failure& why, std::int64_t before,
                             time_limit until, on_error errors) const {
    const reply r =
        state_->etcd->ask("/v3/kv/range", get_request(state_->prefix + std::string(key), true),
                          repeat::always, until);
    const std::optional<page> now = r.failed ? std::nullopt : to_page(r.body);
    const bool surely_not_done =
        now && (now->revision <= before ||
                (now->entries.size() == 1 && now->entries[0].revision <= before));
    if (surely_not_done) {
        errors.report(error_kind::unavailable, why.message);
    } else {
        errors.report(error_kind::uncertain,
                      why.message +
                          "; etcd may have done it all the same: load(key, quorum) shows it");
    }
}

finding mirror::read(std::string_view key, shown s, time_limit until, on_error errors) const {
    if (!is_key(key, errors)) return {};
    const reply r =
        state_->etcd->ask("/v3/kv/range", get_request(state_->prefix + std::string(key), false),
                          repeat::always, until);
    if (r.failed) {
        errors.report(r.failed->kind, r.failed->message);
        return {};
    }
    std::optional<page> p = to_page(r.body);
    if (!p || p->entries.size() > 1) {
        errors.report(error_kind::unavailable,
                      "etcd: kv/range: the answer is none to that question");
        return {};
    }
    finding f;
    f.answered = true;
    if (!p->entries.empty()) {
        f.found = versioned{std::move(p->entries[0].value), p->entries[0].revision};
    }
    if (s == shown::by_the_mirror) {
        const std::int64_t to_show = f.found                 ? f.found->revision
                                     : revision_of(key) != 0 ? p->revision
                                                             : 0;
        if (!wait_for(to_show, until)) {
            errors.report(error_kind::unavailable, not_followed(to_show));
            return {};
        }
    }
    return f;
}

void mirror::clear(on_error errors) {
    const time_limit until = limit();
    const reply r = state_->etcd->ask("/v3/kv/deleterange", erase_all_request(state_->keys),
                                      repeat::if_unsent, until);
    if (r.failed) {
        errors.report(r.failed->kind, r.failed->message);
        return;
    }
    const std::optional<transaction_answer> answer = to_erasure(r.body);
    if (!answer) {
        errors.report(error_kind::uncertain,
                      "etcd: kv/deleterange: the answer is none to that question");
    } else if (!wait_for(answer->what.erased || count() > 0 ? answer->revision : 0, until)) {
        errors.report(error_kind::uncertain, not_followed(answer->revision) + "; etcd has done it");
    }
}

void mirror::report_bad_value(std::string_view key, on_error errors) const {
    errors.report(error_kind::bad_value, "etcd: the value of `" +
                                             printable(state_->prefix + std::string(key)) +
                                             "' is none of this map's type");
}

void mirror::report_contention(std::string_view key, on_error errors) const {
    errors.report(error_kind::unavailable, "etcd: others have changed `" +
                                               printable(state_->prefix + std::string(key)) +
                                               "' again and again until the deadline");
}

// --- where the mirror stands ---

std::int64_t mirror::revision() const noexcept {
    return state_->revision.load(std::memory_order_acquire);
}

bool mirror::wait_for(std::int64_t revision, time_limit until) const {
    if (this->revision() >= revision) return true;
    state_->following->hurry(revision);
    std::unique_lock lock(state_->mutex);
    return state_->grown.wait_until(lock, until, [&] { return this->revision() >= revision; });
}

milliseconds mirror::stale_for() const noexcept {
    return std::chrono::duration_cast<milliseconds>(loop::clock::now() -
                                                    state_->proved.load(std::memory_order_relaxed));
}

const std::string& mirror::prefix() const noexcept { return state_->prefix; }

void mirror::fill_in(map_stats& stats) const {
    stats.revision = revision();
    stats.changes = state_->changes.load(std::memory_order_relaxed);
    stats.reconnects = state_->reconnects.load(std::memory_order_relaxed);
    stats.resyncs = state_->resyncs.load(std::memory_order_relaxed);
    const std::lock_guard lock(state_->bad_mutex);
    stats.bad_values = state_->bad.size();
}

// --- handlers ---

subscription mirror::on_change(std::function<void(const announcement&)> f) {
    state_->etcd->handlers().start();
    const std::lock_guard lock(state_->changing);
    return handler::subscribe(state_->on_change.add(std::move(f)));
}

subscription mirror::on_bad_value(std::function<void(std::string_view, std::string_view)> f) {
    state_->etcd->handlers().start();
    const std::lock_guard lock(state_->bad_mutex);  // none is added meanwhile
    const auto made = state_->on_bad_value.add(std::move(f));
    for (const auto& [key, value] : state_->bad) {
        state_->etcd->handlers().post(this, [made, k = key, b = value.bytes] { made->call(k, b); });
    }
    return handler::subscribe(made);
}

std::unique_lock<std::mutex> mirror::hold_listeners() const {
    return std::unique_lock(state_->changing);
}

bool mirror::somebody_listens() const noexcept { return state_->on_change.any(); }

void mirror::announce(std::function<announcement()> change) {
    // Those that are there now: who subscribes later has not been there.
    state_->etcd->handlers().post(this,
                                  [listeners = state_->on_change.now(), c = std::move(change)] {
                                      const announcement made = c();
                                      for (const auto& h : listeners) h->call(made);
                                  });
}

}  // namespace syncmap::etcd::inline v0::detail
