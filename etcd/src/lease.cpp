// SPDX-License-Identifier: BSL-1.0
#include "syncmap/etcd/lease.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "kept_lease.hpp"
#include "session.hpp"
#include "syncmap/etcd/client.hpp"

namespace syncmap::etcd::inline v0 {

namespace detail {

using std::chrono::milliseconds;

namespace {

/// The body of a request about a lease.
std::string about(const lease_record& r) { return json{{"ID", std::to_string(r.id)}}.dump(); }

/// Renews the lease `r` until it is given up or lost; in the client's thread, which is `s`'s.
void renew(session& s, const std::shared_ptr<lease_record>& r) {
    if (r->is_lost()) return;
    const loop::clock::time_point asked = loop::clock::now();
    const auto again = [&s, r](milliseconds wait) {
        s.thread().after(wait, [&s, r] { renew(s, r); });
    };
    // Once more before it expires, if there is no answer.
    s.call("/v3/lease/keepalive", about(*r), repeat::always, asked + r->ttl / 3,
           [r, asked, again](const reply& answer) {
               if (answer.failed && answer.failed->kind == error_kind::lease_expired) {
                   r->lose();
                   return;
               }
               if (answer.failed) {
                   // With a pause, because a refusal comes at once.
                   again(std::min(milliseconds{500}, r->ttl / 10));
                   return;
               }
               const auto result = answer.body.find("result");
               const std::optional<std::int64_t> left =
                   result == answer.body.end() ? std::nullopt : integer(*result, "TTL");
               if (left && *left == 0) {
                   r->lose();  // etcd does not know it any more
                   return;
               }
               if (left && *left > 0) {
                   r->extend(asked);
               }
               again(r->ttl / 3);
           });
}

}  // namespace

kept_lease::kept_lease(std::shared_ptr<session> s, std::shared_ptr<lease_record> r)
    : session_(std::move(s)), record_(std::move(r)) {
    session_->thread().post(
        [&s = *session_, r = record_] { s.thread().after(r->ttl / 3, [&s, r] { renew(s, r); }); });
}

kept_lease::~kept_lease() {
    if (record_->lose()) {
        session_->tell("/v3/lease/revoke", about(*record_));
    }
}

void kept_lease::revoke(on_error errors) {
    if (!record_->lose()) return;
    // Not known: that is what was wanted.
    const reply answer = session_->ask("/v3/lease/revoke", about(*record_), repeat::always,
                                       loop::clock::now() + session_->deadline());
    if (answer.failed && answer.failed->kind != error_kind::lease_expired) {
        errors.report(answer.failed->kind,
                      answer.failed->message + "; the lease is not renewed any more");
    }
}

}  // namespace detail

lease::lease() noexcept = default;
lease::lease(std::shared_ptr<detail::kept_lease> kept) noexcept : kept_(std::move(kept)) {}
lease::lease(lease&& other) noexcept = default;
lease& lease::operator=(lease&& other) noexcept = default;
lease::~lease() = default;

bool lease::alive() const noexcept { return kept_ && kept_->record().alive(); }
std::chrono::milliseconds lease::time_left() const noexcept {
    return kept_ ? kept_->record().time_left() : std::chrono::milliseconds::zero();
}
std::int64_t lease::id() const noexcept { return kept_ ? kept_->record().id : 0; }
void lease::revoke(on_error errors) {
    if (kept_) kept_->revoke(errors);
}

}  // namespace syncmap::etcd::inline v0
