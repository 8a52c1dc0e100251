// SPDX-License-Identifier: BSL-1.0
#include "session.hpp"

#include <algorithm>
#include <future>
#include <utility>

namespace syncmap::etcd::inline v0::detail {

using std::chrono::milliseconds;

namespace {
milliseconds until_then(time_limit t) {
    return std::chrono::ceil<milliseconds>(t - loop::clock::now());
}
constexpr milliseconds shortest_retry{20};
constexpr milliseconds longest_retry{1000};
constexpr int most_tokens = 3;  // that one call asks for
constexpr std::size_t longest_answer = std::size_t{1}
                                       << 27;  // a page is asked for with much less in mind
}  // namespace

struct session::attempt {
    std::string path{};
    std::string body{};
    repeat again = repeat::always;
    time_limit until{};
    std::function<void(reply&)> then{};

    bool needs_token = true;
    std::string token{};
    std::size_t endpoint = 0;
    std::string answer{};
    std::size_t tries = 0;
    std::size_t distrusted_in_row = 0;
    int tokens = 0;
    milliseconds pause = shortest_retry;
    std::string last_problem{};

    void finish(error_kind kind, const std::string& message, bool no_space = false) const {
        finish(
            {kind, "etcd: " + path.substr(std::string("/v3/").size()) + ": " + message, no_space});
    }
    void finish(failure why) const {
        reply r{std::move(why), {}};
        then(r);
    }
};

session::session(options how)
    : options_(std::move(how)), random_(std::random_device{}()), loop_(options_.tls) {
    // Not all clients ask the same member first.
    if (!options_.endpoints.empty()) preferred_ = random_() % options_.endpoints.size();
}

session::~session() {
    std::unique_lock lock(farewells_mutex_);
    farewells_done_.wait_for(lock, std::min(deadline(), milliseconds{1000}),
                             [this] { return farewells_ == 0; });
}

std::string session::url(std::size_t endpoint, std::string_view path) const {
    return options_.endpoints[endpoint] + std::string(path);
}

std::size_t session::another(std::size_t endpoint) {
    const std::size_t n = endpoints();
    return n < 2 ? endpoint : (endpoint + 1 + random_() % (n - 1)) % n;
}

milliseconds session::around(milliseconds most) {
    const auto half = most.count() / 2;
    return milliseconds(
        half + static_cast<milliseconds::rep>(random_() % static_cast<unsigned long>(half + 1)));
}

void session::call(std::string path, std::string body, repeat r, time_limit until,
                   std::function<void(reply&)> then) {
    auto a = std::make_shared<attempt>();
    a->path = std::move(path);
    a->body = std::move(body);
    a->again = r;
    a->until = until;
    a->then = std::move(then);
    loop_.post([this, a] { begin(a); });
}

reply session::ask(std::string path, std::string body, repeat r, time_limit until) {
    // Shared, because who waits may be gone before set_value() has returned.
    const auto answer = std::make_shared<std::promise<reply>>();
    std::future<reply> answered = answer->get_future();
    call(std::move(path), std::move(body), r, until,
         // Not copied: it may be nested so deeply that this takes more than the stack.
         [answer](reply& given) { answer->set_value(std::move(given)); });
    return answered.get();
}

void session::tell(std::string path, std::string body) {
    {
        const std::lock_guard lock(farewells_mutex_);
        ++farewells_;
    }
    call(std::move(path), std::move(body), repeat::always, loop::clock::now() + deadline(),
         [this](reply&) {
             const std::lock_guard lock(farewells_mutex_);
             --farewells_;
             farewells_done_.notify_all();
         });
}

void session::begin(const std::shared_ptr<attempt>& a) {
    if (options_.endpoints.empty()) {
        a->finish(error_kind::unavailable, "the client has no endpoint");
        return;
    }
    if (!a->needs_token) {
        send(a);
        return;
    }
    // Who waits for a token has a deadline of his own.
    struct waiting {
        bool over = false;
        std::optional<loop::timer> patience{};
    };
    const auto w = std::make_shared<waiting>();
    with_token([this, a, w](const std::string& token, const std::optional<failure>& problem) {
        if (std::exchange(w->over, true)) return;
        if (w->patience) loop_.cancel(*w->patience);
        if (!problem) {
            a->token = token;
            send(a);
        } else if (problem->kind == error_kind::unavailable) {
            a->last_problem = problem->message.substr(std::string("etcd: ").size());
            pause(a);  // has more time than who asked for the token
        } else {
            a->finish(*problem);
        }
    });
    if (!w->over) {
        const milliseconds left = std::max(until_then(a->until), milliseconds::zero());
        w->patience = loop_.after(left, [this, a, w] {
            if (std::exchange(w->over, true)) return;
            const std::string why = authentication_ ? authentication_->last_problem : "";
            a->finish(error_kind::unavailable, why.empty() ? "no token within the deadline" : why);
        });
    }
}

void session::send(const std::shared_ptr<attempt>& a) {
    const milliseconds left = until_then(a->until);
    if (left <= milliseconds::zero()) {
        a->finish(error_kind::unavailable,
                  a->last_problem.empty() ? "the deadline has passed" : a->last_problem);
        return;
    }
    a->endpoint = preferred_;
    a->answer.clear();
    ++a->tries;
    const bool others = endpoints() > 1;
    request r;
    r.url = url(a->endpoint, a->path);
    r.body = a->body;
    r.token = a->token;
    r.connect_within = others ? std::clamp(left / 3, milliseconds{1}, milliseconds{2000}) : left;
    // A member that takes a question and does not answer may be stopped; another may answer in the time that is
    // left.
    r.end_within = a->again == repeat::always && others
                       ? std::max(left / 2, std::min(left, milliseconds{200}))
                       : left;
    r.longest_answer = longest_answer;
    r.on_data = [a](std::string_view data) { a->answer += data; };
    r.on_end = [this, a](const ending& e) { ended(a, e); };
    loop_.start(std::move(r));
}

void session::ended(const std::shared_ptr<attempt>& a, const ending& e) {
    const std::string who = options_.endpoints[a->endpoint] + ": ";
    const auto turn_away = [&] {
        if (preferred_ == a->endpoint) preferred_ = (preferred_ + 1) % endpoints();
    };
    if (!e.answered) {
        turn_away();
        a->last_problem = who + e.problem;
        a->distrusted_in_row = e.distrusted ? a->distrusted_in_row + 1 : 0;
        if (e.too_long && a->again == repeat::always) {
            a->finish(error_kind::too_large, a->last_problem);
        } else if (a->distrusted_in_row >=
                   endpoints()) {  // nobody is left who could think otherwise
            a->finish(error_kind::denied, a->last_problem);
        } else if (e.sent && !e.distrusted && a->again == repeat::if_unsent) {
            a->finish(error_kind::uncertain,
                      a->last_problem +
                          "; it may have been done, or be done yet: load(key, quorum) shows it");
        } else {
            try_again(a);
        }
        return;
    }
    a->distrusted_in_row = 0;
    if (e.status == 200) {
        json body = json::parse(a->answer, nullptr, false);
        if (!body.is_discarded() && body.is_object()) {
            reply r{std::nullopt, std::move(body)};
            a->then(r);
            return;
        }
        turn_away();
        a->last_problem = who + "answered what is no JSON";
        if (a->again == repeat::if_unsent) {
            a->finish(error_kind::uncertain,
                      a->last_problem + "; it may have been done: load(key, quorum) shows it");
        } else {
            try_again(a);
        }
        return;
    }
    refusal r = to_refusal(e.status, a->answer);
    a->last_problem = who + r.message;
    if (r.token_is_bad && !options_.user.empty() && a->needs_token && ++a->tokens < most_tokens) {
        token_is_bad(a->token);
        begin(a);
        return;
    }
    if (r.surely_not_done ? r.worth_another_try
                          : a->again == repeat::always && r.worth_another_try) {
        turn_away();
        try_again(a);
    } else if (r.surely_not_done || a->again == repeat::always) {
        a->finish(r.kind, a->last_problem, r.no_space);
    } else if (r.no_space) {
        a->finish(error_kind::uncertain, a->last_problem, true);
    } else {
        turn_away();
        a->finish(error_kind::uncertain,
                  a->last_problem +
                      "; it may have been done, or be done yet: load(key, quorum) shows it");
    }
}

/// At once as long as there are members that have not been asked; then after longer and longer pauses.
void session::try_again(const std::shared_ptr<attempt>& a) {
    if (a->tries % endpoints() != 0) {
        begin(a);
    } else {
        pause(a);
    }
}

void session::pause(const std::shared_ptr<attempt>& a) {
    const milliseconds left = until_then(a->until);
    const milliseconds wait = around(a->pause);
    a->pause = std::min(a->pause * 2, longest_retry);
    if (left <= milliseconds::zero()) {
        a->finish(error_kind::unavailable, a->last_problem);
        return;
    }
    loop_.after(std::min(wait, left), [this, a] { begin(a); });
}

void session::with_token(
    std::function<void(const std::string&, const std::optional<failure>&)> then) {
    if (options_.user.empty() || needs_no_token_ || !token_.empty()) {
        then(token_, std::nullopt);
        return;
    }
    waiting_for_token_.push_back(std::move(then));
    if (!authentication_) authenticate();
}

void session::token_is_bad(const std::string& token) {
    if (token == token_) token_.clear();
    needs_no_token_ = false;
}

void session::authenticate() {
    auto a = std::make_shared<attempt>();
    authentication_ = a;
    a->path = "/v3/auth/authenticate";
    a->body = json{{"name", options_.user}, {"password", options_.password}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
    a->until = loop::clock::now() + deadline();
    a->needs_token = false;
    a->then = [this](reply& r) {
        authentication_.reset();
        std::optional<failure> problem = r.failed;
        if (!problem) {
            const auto found = r.body.find("token");
            if (found != r.body.end() && found->is_string()) {
                token_ = found->get<std::string>();
            } else {
                problem = failure{error_kind::unavailable,
                                  "etcd: the answer to name and password is no token"};
            }
        } else if (problem->message.find("authentication is not enabled") != std::string::npos) {
            needs_no_token_ = true;
            problem.reset();
        }
        const auto waiting = std::exchange(waiting_for_token_, {});
        for (const auto& then : waiting) then(token_, problem);
    };
    begin(a);
}

}  // namespace syncmap::etcd::inline v0::detail
