// SPDX-License-Identifier: BSL-1.0
//
// Everything that the operations of one cell need, made before they are timed: keys, values, and for each
// thread its stream of keys in the order of use.
#pragma once

#include "types.hpp"
#include "workload.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// A dataset of any types.
class any_dataset {
public:
    any_dataset() = default;
    any_dataset(const any_dataset&) = delete;
    any_dataset& operator=(const any_dataset&) = delete;
    virtual ~any_dataset() = default;

    /// Replaces the streams by those of these scripts, and grows the table of keys as needed.
    virtual void load(std::vector<script> scripts, std::uint64_t key_numbers) = 0;
};

template <class Key>
inline constexpr bool kept_in_stream = sizeof(Key) <= 8;

/// The keys of one thread in the order of use. Small ones stand in the stream, so that it is read from
/// beginning to end; others are looked up in the table of all keys.
template <class Key>
class key_stream {
public:
    key_stream(const std::vector<Key>& all, const std::vector<std::uint32_t>& numbers)
        : all_(&all) {
        stream_.reserve(numbers.size());
        for (const std::uint32_t i : numbers) {
            if constexpr (kept_in_stream<Key>) {
                stream_.push_back(all[i]);
            } else {
                stream_.push_back(i);
            }
        }
    }

    std::size_t size() const { return stream_.size(); }
    const Key& operator[](std::size_t i) const {
        if constexpr (kept_in_stream<Key>) {
            return stream_[i];
        } else {
            return (*all_)[stream_[i]];
        }
    }
    const Key* data() const
        requires kept_in_stream<Key>
    {
        return stream_.data();
    }

private:
    const std::vector<Key>* all_;
    std::vector<std::conditional_t<kept_in_stream<Key>, Key, std::uint32_t>> stream_;
};

template <class Key, class T>
class dataset final : public any_dataset {
public:
    struct stream {
        key_stream<Key> keys;
        std::vector<op> ops;
        op only;
        std::string role;
    };

    /// `keys`: all there are, in place of those that types.hpp makes.
    explicit dataset(std::vector<Key> keys = {}) : keys_(std::move(keys)) {
        for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = make_value<T>(i);
    }

    void load(std::vector<script> scripts, std::uint64_t key_numbers) override {
        streams_.clear();
        keys_.reserve(key_numbers);
        while (keys_.size() < key_numbers) keys_.push_back(make_key<Key>(keys_.size()));
        for (script& s : scripts) {
            streams_.push_back(
                {key_stream<Key>(keys_, s.keys), std::move(s.ops), s.only, std::move(s.role)});
            s.keys = {};
        }
    }

    const std::vector<Key>& keys() const { return keys_; }
    const std::vector<stream>& streams() const { return streams_; }
    const T& value(std::size_t i) const { return values_[i % count]; }

private:
    static constexpr std::size_t count = 64;

    std::vector<Key> keys_;
    std::array<T, count> values_;
    std::vector<stream> streams_;
};

}  // namespace bench
