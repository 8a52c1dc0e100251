// SPDX-License-Identifier: BSL-1.0
//
// Members of a real etcd: cluster.hpp.
#include "cluster.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace rig {

namespace {
std::string member_name(std::size_t i) { return "m" + std::to_string(i); }
}  // namespace

certificates::certificates(const std::filesystem::path& where) {
    const auto file = [&](const std::string& name) { return (where / name).string(); };
    const std::string log = file("openssl.log");
    const auto make = [&](const std::string& name, const std::string& by,
                          const std::string& extensions) {
        std::ofstream(file(name + ".ext")) << extensions << '\n';
        run({"openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out",
             file(name + ".key")},
            log);
        run({"openssl", "req", "-new", "-key", file(name + ".key"), "-subj", "/CN=" + name, "-out",
             file(name + ".csr")},
            log);
        std::vector<std::string> sign{"openssl",
                                      "x509",
                                      "-req",
                                      "-in",
                                      file(name + ".csr"),
                                      "-days",
                                      "2",
                                      "-extfile",
                                      file(name + ".ext"),
                                      "-out",
                                      file(name + ".pem")};
        if (by == name) {
            sign.insert(sign.end(), {"-signkey", file(name + ".key")});
        } else {
            sign.insert(sign.end(),
                        {"-CA", file(by + ".pem"), "-CAkey", file(by + ".key"), "-CAcreateserial"});
        }
        run(sign, log);
        return file(name + ".pem");
    };
    const std::string authority = "basicConstraints=critical,CA:TRUE";
    ca = make("ca", "ca", authority);
    server = make("server", "ca", "subjectAltName=IP:127.0.0.1,DNS:localhost");
    elsewhere = make("elsewhere", "ca", "subjectAltName=IP:127.0.0.2,DNS:elsewhere.invalid");
    client = make("client", "ca", "extendedKeyUsage=clientAuth");
    other_ca = make("other_ca", "other_ca", authority);
    stranger = make("stranger", "other_ca", "extendedKeyUsage=clientAuth");
    server_key = file("server.key");
    elsewhere_key = file("elsewhere.key");
    client_key = file("client.key");
    stranger_key = file("stranger.key");
}

cluster::cluster(cluster_options how) : how_(how), token_(data_.path().filename().string()) {
    for (char** variable = environ; *variable != nullptr;) {
        const std::string name(*variable, std::string(*variable).find('='));
        if (name.starts_with("ETCD")) {
            unsetenv(name.c_str());
        } else {
            ++variable;
        }
    }
    members_.resize(static_cast<std::size_t>(how_.members));
    for (member& m : members_) {
        m.port = free_port();
        m.peer_port = free_port();
    }
    start_all();
}

std::string cluster::endpoint(std::size_t i) const {
    return (how_.tls != nullptr ? "https" : "http") + std::string("://127.0.0.1:") +
           std::to_string(members_[i].port);
}

std::vector<std::string> cluster::endpoints() const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < size(); ++i) all.push_back(endpoint(i));
    return all;
}

access cluster::key() const {
    if (how_.tls == nullptr) return {};
    access a;
    a.verify = false;
    if (how_.client_certificates) {
        a.certificate = how_.tls->client;
        a.key = how_.tls->client_key;
    }
    return a;
}

void cluster::start(std::size_t i) {
    const auto peer = [&](std::size_t j) {
        return "http://127.0.0.1:" + std::to_string(members_[j].peer_port);
    };
    std::string all;
    for (std::size_t j = 0; j < size(); ++j)
        all += (j == 0 ? "" : ",") + member_name(j) + "=" + peer(j);
    const char* const program = std::getenv("SYNCMAP_ETCD_SERVER");
    std::vector<std::string> command{
        program != nullptr ? program : "etcd",
        "--name=" + member_name(i),
        "--data-dir=" + (data_.path() / member_name(i)).string(),
        "--listen-client-urls=" + endpoint(i),
        "--advertise-client-urls=" + endpoint(i),
        "--listen-peer-urls=" + peer(i),
        "--initial-advertise-peer-urls=" + peer(i),
        "--initial-cluster=" + all,
        "--initial-cluster-token=" + token_,
        "--heartbeat-interval=" + std::string(sanitized ? "100" : "50"),
        "--election-timeout=" + std::string(sanitized ? "1000" : "500"),
        "--logger=zap",
        "--log-level=warn",
    };
    if (how_.tls != nullptr) {
        command.push_back("--cert-file=" + how_.tls->server);
        command.push_back("--key-file=" + how_.tls->server_key);
        if (how_.client_certificates)
            command.insert(command.end(),
                           {"--client-cert-auth", "--trusted-ca-file=" + how_.tls->ca});
    }
    if (how_.quota != 0) command.push_back("--quota-backend-bytes=" + std::to_string(how_.quota));
    if (how_.token_seconds != 0)
        command.push_back("--auth-token-ttl=" + std::to_string(how_.token_seconds));
    members_[i].process = child(command, data_.path() / (member_name(i) + ".log"));
}

void cluster::kill_all() {
    for (std::size_t i = 0; i < size(); ++i) kill(i);
}

void cluster::start_all() {
    for (std::size_t i = 0; i < size(); ++i) start(i);
    await_all();
}

void cluster::start_anew(const std::string& token) {
    kill_all();
    token_ = token;
    for (std::size_t i = 0; i < size(); ++i) {
        std::filesystem::remove_all(data_.path() / member_name(i));
    }
    start_all();
}

void cluster::await(std::size_t i) const {
    const std::string all = R"({"key":"YQ==","keys_only":true})";
    if (!eventually([&] {
            const answer a = post(endpoint(i) + "/v3/kv/range", all, 3s, key());
            return a.status == 200 || a.status == 400 || a.status == 401 || a.status == 403;
        }))
        throw std::runtime_error("etcd does not answer: " + log());
}

void cluster::await_all() const {
    for (std::size_t i = 0; i < size(); ++i) await(i);
}

std::size_t cluster::leader() const {
    std::size_t found = 0;
    if (!eventually([&] {
            for (std::size_t i = 0; i < size(); ++i) {
                if (leads(endpoint(i), key()).value_or(false)) {
                    found = i;
                    return true;
                }
            }
            return false;
        }))
        throw std::runtime_error("etcd has no leader: " + log());
    return found;
}

std::string cluster::log() const {
    std::string all;
    for (std::size_t i = 0; i < size(); ++i)
        all += contents(data_.path() / (member_name(i) + ".log"));
    return all;
}

}  // namespace rig
