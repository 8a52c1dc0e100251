// SPDX-License-Identifier: BSL-1.0
//
// What code in the documents that needs an etcd is compiled with, before prelude.hpp. The members that it names are not
// there: each of its clients is given the one that etcd/with_etcd.sh has started for it.
#pragma once

#include <syncmap/etcd/json.hpp>
#include <syncmap/etcd/map.hpp>

#include <cstdlib>
#include <utility>

namespace syncmap::etcd {

struct client_of_documents : client {
    explicit client_of_documents(options how, on_error errors = {})
        : client(at_hand(std::move(how)), errors) {}

private:
    static options at_hand(options how) {
        const char* const member = std::getenv("SYNCMAP_TEST_ETCD");
        how.endpoints = {member != nullptr ? member : "http://127.0.0.1:2379"};
        return how;
    }
};

}  // namespace syncmap::etcd

#define client client_of_documents
