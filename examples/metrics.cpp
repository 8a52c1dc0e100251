// SPDX-License-Identifier: BSL-1.0
// A store of documents over HTTP, which counts its requests, and shows the counters and what its
// maps tell about themselves at /metrics: the page that Prometheus fetches.
//
// Why this way: a counter is an atomic that try_emplace() makes once for each name with labels. Who
// counts keeps the handle, so counting is no look-up, and /metrics walks over the same map with
// for_each(), which stops nobody. Watch out: what was counted once is an entry for ever, so labels
// must have few values. Never use what a client sends as one, such as a path.
//
//   metrics --port 8080      then look at http://127.0.0.1:8080/metrics, and end it with Ctrl-C
//   metrics --self-test      listens where it may, asks itself over HTTP, and checks the answers
#include "prometheus.hpp"

#include <syncmap/map.hpp>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <httplib.h>

namespace {

using httplib::Request;
using httplib::Response;

// Maps show their values as const, since they are replaced and not changed. This one is changed: an atomic, because
// a plain number would be shown as a copy.
struct counter {
    mutable std::atomic<std::uint64_t> count = 0;
    void add() const { count.fetch_add(1, std::memory_order_relaxed); }
};
using counters = syncmap::map<std::pair<std::string, std::string>, counter>;  // by name and labels

void append_counters(std::string& page, const counters& all) {
    // Sorted, because all samples of one metric have to stand together.
    std::map<std::string, std::map<std::string, std::uint64_t>> sorted;
    all.for_each([&](const auto& id, const counter& c) {
        sorted[id.first][id.second] = c.count.load(std::memory_order_relaxed);
    });
    for (const auto& [name, samples] : sorted) {
        prometheus::append_head(page, name, "counter", "Since the start.");
        for (const auto& [labels, count] : samples)
            prometheus::append_sample(page, name, labels, count);
    }
}

class service {
public:
    service() {
        server.Get("/doc/(.+)", [this](const Request& request, Response& response) {
            const bool found = documents_.visit(request.matches[1].str(), [&](const auto& text) {
                response.set_content(text, "text/plain");
            });
            response.status = found ? 200 : 404;
            (found ? found_ : missed_)->add();
        });
        server.Put("/doc/(.+)", [this](const Request& request, Response& response) {
            documents_.store(request.matches[1].str(), request.body);
            response.status = 204;
            stored_->add();
        });
        server.Get("/metrics", [this](const Request&, Response& response) {
            std::string page;
            append_counters(page, counters_);
            const prometheus::named_stats maps[] = {{"documents", documents_.stats()},
                                                    {"counters", counters_.stats()}};
            prometheus::append_stats(page, maps);
            response.set_content(page, "text/plain; version=0.0.4");
        });
    }

    httplib::Server server;

private:
    syncmap::pinned<counter> requests(std::string labels) {
        return counters_.try_emplace(std::pair("document_requests_total", std::move(labels))).first;
    }

    syncmap::map<std::string, std::string> documents_;
    counters counters_;  // before the handles to what is in it
    const syncmap::pinned<counter> found_ = requests(R"(method="GET",code="200")");
    const syncmap::pinned<counter> missed_ = requests(R"(method="GET",code="404")");
    const syncmap::pinned<counter> stored_ = requests(R"(method="PUT",code="204")");
};

bool self_test(int port) {
    std::atomic<int> wrong = 0;
    const auto use = [&](const std::string& name) {
        httplib::Client client("127.0.0.1", port);
        const auto stored = client.Put("/doc/" + name, "text of " + name, "text/plain");
        wrong += !stored || stored->status != 204;
        for (int i = 0; i < 10; ++i) {
            const auto found = client.Get("/doc/" + name);
            wrong += !found || found->status != 200 || found->body != "text of " + name;
        }
        const auto missed = client.Get("/doc/no-" + name);
        wrong += !missed || missed->status != 404;
    };
    {
        std::vector<std::jthread> clients;
        for (const char* name : {"a", "b", "c", "d"}) clients.emplace_back(use, name);
    }
    const auto scraped = httplib::Client("127.0.0.1", port).Get("/metrics");
    const std::string page = scraped ? scraped->body : "nobody answers\n";
    std::fputs(page.c_str(), stdout);
    const auto shows = [&](std::string_view text) { return page.find(text) != page.npos; };
    return wrong == 0 && shows(R"(# TYPE document_requests_total counter
document_requests_total{method="GET",code="200"} 40
document_requests_total{method="GET",code="404"} 4
document_requests_total{method="PUT",code="204"} 4
)") && shows(R"(# TYPE syncmap_entries gauge
syncmap_entries{map="documents"} 4
syncmap_entries{map="counters"} 3
)") && prometheus::quoted("\" \\ \n") == R"("\" \\ \n")";
}

}  // namespace

int main(int argc, char** argv) {
    int port = 8080;
    bool test = false;
    CLI::App app("a store of documents with metrics for Prometheus");
    app.add_option("--port", port, "where to listen; 0: anywhere")->check(CLI::Range(0, 65535));
    app.add_flag("--self-test", test, "listen anywhere, ask oneself, and check the answers");
    CLI11_PARSE(app, argc, argv);

    service documents;
    httplib::Server& server = documents.server;
    if (test || port == 0)
        port = server.bind_to_any_port("127.0.0.1");
    else if (!server.bind_to_port("127.0.0.1", port))
        port = -1;
    std::printf(port < 0 ? "cannot listen there\n" : "http://127.0.0.1:%d/metrics\n", port);
    std::fflush(stdout);
    if (port < 0 || !test) return port < 0 || !server.listen_after_bind();

    const std::jthread serving([&] { server.listen_after_bind(); });
    const bool right = self_test(port);
    while (!server.is_running()) std::this_thread::yield();
    server.stop();
    return right ? 0 : 1;
}
