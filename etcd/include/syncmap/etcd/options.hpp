// SPDX-License-Identifier: BSL-1.0
//
// What a client has to know about an etcd.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace syncmap::etcd::inline v0 {

/// How to trust, and to be trusted, over `https`.
struct tls_options {
    std::string ca_file{};           ///< PEM; empty: the authorities that this system trusts
    std::string certificate_file{};  ///< PEM, this client's own; empty: none
    std::string key_file{};          ///< PEM, the key of that certificate
    bool verify = true;              ///< whether the server's certificate and name are checked
};

/// Who to talk to, and for how long. Proxies named by environment variables are not used.
struct options {
    /// `http://HOST:PORT` or `https://HOST:PORT` of some or all members; when one fails, the next is asked.
    std::vector<std::string> endpoints{};
    /// How long a call may take, tries at all endpoints together. At least 1 ms.
    std::chrono::milliseconds deadline{5000};
    /// For endpoints with `https`.
    tls_options tls{};
    /// The user, where etcd asks for one; empty: none.
    std::string user{};
    /// That user's password. Appears in no message.
    std::string password{};
};

}  // namespace syncmap::etcd::inline v0
