// SPDX-License-Identifier: BSL-1.0
#include "loop.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "quiet_thread.hpp"

namespace syncmap::etcd::inline v0::detail {

namespace {
/// Whether an alert of TLS says that the server wants another certificate. With TLS 1.3 it comes after the request,
/// of which the server has seen nothing then. Other alerts end connections on which it may have.
bool refuses_certificate(const std::string& problem) {
    const std::size_t alert = problem.find(" alert ");
    if (alert == std::string::npos) return false;
    constexpr std::array reasons{"certificate", "unknown ca", "access denied"};
    return std::any_of(reasons.begin(), reasons.end(), [&](const char* reason) {
        return problem.find(reason, alert) != std::string::npos;
    });
}

void prepare_curl() {
    // Never undone: the program, or another library in it, may be using curl as well.
    static const CURLcode prepared = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (prepared != CURLE_OK) std::abort();  // there is no memory at the program's beginning
}
}  // namespace

struct loop::transfer {
    request wanted;
    ticket number;
    CURL* easy = nullptr;
    curl_slist* headers = nullptr;
    std::size_t read = 0;  // of the body, by curl
    bool sent = false;
    std::size_t length = 0;  // of the answer so far
    bool too_long = false;
    std::string received{};  // and not handed out yet
    std::array<char, CURL_ERROR_SIZE> problem{};

    transfer(request r, ticket t) : wanted(std::move(r)), number(t) {}
    transfer(const transfer&) = delete;
    transfer& operator=(const transfer&) = delete;
    ~transfer() {
        curl_easy_cleanup(easy);
        curl_slist_free_all(headers);
    }

    static std::size_t give(char* to, std::size_t size, std::size_t count, void* self) {
        auto& t = *static_cast<transfer*>(self);
        const std::size_t n = std::min(size * count, t.wanted.body.size() - t.read);
        std::memcpy(to, t.wanted.body.data() + t.read, n);
        t.read += n;
        t.sent = true;
        return n;
    }
    static std::size_t take(const char* from, std::size_t size, std::size_t count, void* self) {
        auto& t = *static_cast<transfer*>(self);
        t.length += size * count;
        t.too_long = t.wanted.longest_answer != 0 && t.length > t.wanted.longest_answer;
        if (t.too_long) return 0;  // breaks it off
        t.received.append(from, size * count);
        return size * count;
    }

    void prepare(const tls_options& tls) {
        easy = curl_easy_init();
        if (easy == nullptr) std::abort();
        const auto set = [this](CURLoption option, auto value) {
            curl_easy_setopt(easy, option, value);
        };
        headers = curl_slist_append(headers, "Content-Type: application/json");
        headers = curl_slist_append(headers, "Expect:");  // no round trip before the body
        if (!wanted.token.empty()) {
            headers = curl_slist_append(headers, ("Authorization: " + wanted.token).c_str());
        }
        set(CURLOPT_URL, wanted.url.c_str());
        set(CURLOPT_HTTPHEADER, headers);
        set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_NOPROXY, "*");
        set(CURLOPT_POST, 1L);
        // curl sends a request once more if a connection that it had kept turns out to be dead, without knowing
        // whether the first has arrived. A write must not be done twice. It refuses where it cannot rewind the
        // body, so this is given by a function, and there is none that rewinds.
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(wanted.body.size()));
        set(CURLOPT_READFUNCTION, give);
        set(CURLOPT_READDATA, this);
        set(CURLOPT_WRITEFUNCTION, take);
        set(CURLOPT_WRITEDATA, this);
        set(CURLOPT_ERRORBUFFER, problem.data());
        set(CURLOPT_PRIVATE, this);
        set(CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
        // A name that nobody resolves is waited for by a thread of curl's. Without this, curl waits for that thread
        // when the request's time is over, and with it all others wait.
        set(CURLOPT_QUICK_EXIT, 1L);
#endif
        set(CURLOPT_TCP_KEEPALIVE, 1L);
        set(CURLOPT_TCP_KEEPIDLE, 15L);
        set(CURLOPT_TCP_KEEPINTVL, 5L);
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(wanted.connect_within.count()));
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(wanted.end_within.count()));
        set(CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L);
        set(CURLOPT_SSL_VERIFYHOST, tls.verify ? 2L : 0L);
        if (!tls.ca_file.empty()) {
            set(CURLOPT_CAINFO, tls.ca_file.c_str());
            set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
        }
        if (!tls.certificate_file.empty()) {
            set(CURLOPT_SSLCERT, tls.certificate_file.c_str());
            set(CURLOPT_SSLKEY, tls.key_file.c_str());
            set(CURLOPT_KEYPASSWD, "");  // otherwise a terminal is asked for it
        }
    }

    [[nodiscard]] ending how_it_ended(CURLcode result) const {
        ending e;
        e.answered = result == CURLE_OK;
        e.sent = sent;
        e.too_long = too_long;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &e.status);
        if (result != CURLE_OK) {
            e.problem = problem[0] != '\0' ? problem.data() : curl_easy_strerror(result);
            e.distrusted = result == CURLE_PEER_FAILED_VERIFICATION ||
                           result == CURLE_SSL_CERTPROBLEM || result == CURLE_SSL_CACERT_BADFILE ||
                           result == CURLE_SSL_ISSUER_ERROR ||
                           (sent ? refuses_certificate(e.problem)
                                 : e.problem.find(" alert ") != std::string::npos);
        }
        return e;
    }
};

loop::loop(const tls_options& tls) : tls_(tls) {
    prepare_curl();
    multi_ = curl_multi_init();
    if (multi_ == nullptr) std::abort();
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 64L);  // that are kept open without a request
#if defined(__cpp_exceptions)
    try {
#endif
        thread_ = quiet_thread([this] { run(); });
#if defined(__cpp_exceptions)
    } catch (...) {
        curl_multi_cleanup(multi_);
        throw;
    }
#endif
}

loop::~loop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
}

void loop::post(task t) {
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(t));
    }
    curl_multi_wakeup(multi_);
}

loop::timer loop::after(std::chrono::milliseconds wait, task t) {
    const timer made(clock::now() + wait, ++last_number_);
    timers_.emplace(made, std::move(t));
    return made;
}

void loop::cancel(const timer& t) { timers_.erase(t); }

loop::ticket loop::start(request r) {
    const ticket number = ++last_number_;
    auto t = std::make_unique<transfer>(std::move(r), number);
    t->prepare(tls_);
    curl_multi_add_handle(multi_, t->easy);
    transfers_.emplace(number, std::move(t));
    return number;
}

void loop::abandon(ticket t) {
    const auto found = transfers_.find(t);
    if (found == transfers_.end()) return;
    curl_multi_remove_handle(multi_, found->second->easy);
    transfers_.erase(found);
}

void loop::run() {
    for (;;) {
        run_tasks();
        run_timers();
        int running = 0;
        curl_multi_perform(multi_, &running);
        hand_out();
        {
            const std::lock_guard lock(mutex_);
            if (!tasks_.empty()) continue;
            if (stopping_) break;
        }
        curl_multi_poll(multi_, nullptr, 0, patience(), nullptr);
    }
    // By this thread: to say goodbye to a server that is gone raises SIGPIPE.
    for (auto& [number, t] : transfers_) curl_multi_remove_handle(multi_, t->easy);
    transfers_.clear();
}

void loop::run_tasks() {
    std::vector<task> now;
    {
        const std::lock_guard lock(mutex_);
        now.swap(tasks_);
    }
    for (task& t : now) t();
}

void loop::run_timers() {
    const clock::time_point now = clock::now();
    while (!timers_.empty() && timers_.begin()->first.first <= now) {
        const task due = std::move(timers_.begin()->second);
        timers_.erase(timers_.begin());
        due();
    }
}

/// Calls what curl's own callbacks must not: functions that start and abandon requests.
void loop::hand_out() {
    std::vector<ticket> with_data;
    for (const auto& [number, t] : transfers_) {
        if (!t->received.empty()) with_data.push_back(number);
    }
    const auto hand_out_data = [this](ticket number) {
        const auto found = transfers_.find(number);
        if (found == transfers_.end()) return;
        // The function may abandon its own transfer.
        const std::string data = std::exchange(found->second->received, {});
        const auto on_data = found->second->wanted.on_data;
        if (!data.empty() && on_data) on_data(data);
    };
    for (const ticket number : with_data) hand_out_data(number);

    int more = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_, &more)) {
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode result = message->data.result;
        transfer* done = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &done);
        const ticket number = done->number;
        hand_out_data(number);
        const auto found = transfers_.find(number);
        if (found == transfers_.end()) continue;  // has been abandoned by its own function
        const std::unique_ptr<transfer> ended = std::move(found->second);
        transfers_.erase(found);
        curl_multi_remove_handle(multi_, ended->easy);
        ended->wanted.on_end(ended->how_it_ended(result));
    }
}

/// For how long there is nothing to do, in milliseconds.
int loop::patience() const {
    constexpr std::chrono::milliseconds longest{60000};
    if (timers_.empty()) return static_cast<int>(longest.count());
    const auto wait =
        std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first.first - clock::now());
    return static_cast<int>(std::clamp(wait, std::chrono::milliseconds{0}, longest).count());
}

}  // namespace syncmap::etcd::inline v0::detail
