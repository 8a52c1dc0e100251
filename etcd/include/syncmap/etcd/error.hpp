// SPDX-License-Identifier: BSL-1.0
//
// What can go wrong between a process and etcd, as an exception and as a std::error_code.
#pragma once

#include <string>
#include <system_error>
#include <type_traits>

namespace syncmap::etcd::inline v0 {

/// What has become of a call that failed. Only after `uncertain` may a write have been done.
enum class error_kind {
    unavailable = 1,  ///< etcd could not be asked, or refused for lack of means: surely not done
    uncertain,        ///< sent, and no answer came that says so: may have been done, or be done yet
    denied,           ///< certificate, password or permission: surely not done
    too_large,        ///< more than etcd takes in one request (1.5 MB by default): surely not done
    compacted,        ///< etcd has forgotten the revision that was asked for
    bad_value,        ///< what etcd has there is no value of this type: not changed
    lease_expired,    ///< etcd does not know the lease, or not any more: surely not done
};

/// The category of error codes made of an error_kind; its name is "syncmap::etcd".
/// @progress Wait-free. @complexity O(1). @may_throw Nothing.
[[nodiscard]] const std::error_category& category() noexcept;

/// An error code of `kind`.
/// @progress Wait-free. @complexity O(1). @may_throw Nothing.
[[nodiscard]] std::error_code make_error_code(error_kind kind) noexcept;

/// What members throw that are given no std::error_code. what() begins with what happened, says what to do
/// about it where that is not obvious, and never contains a password, a token or a value.
/// @progress Wait-free but for the allocator. @complexity O(1). @may_throw Nothing, but the constructor.
class error : public std::system_error {
public:
    /// An error of `kind`, with `message` in front of the general description of its kind.
    /// @may_throw `std::bad_alloc`.
    error(error_kind kind, const std::string& message);
    ~error() override;                         ///< as of any exception
    error(const error&) = default;             ///< likewise
    error& operator=(const error&) = default;  ///< likewise

    /// What has become of the call.
    /// @progress Wait-free. @complexity O(1). @may_throw Nothing.
    [[nodiscard]] error_kind kind() const noexcept {
        return static_cast<error_kind>(code().value());
    }
};

/// Where a member is to report an error: by throwing, which is the default, or to a std::error_code of the
/// caller's, which is cleared where there is none. Members take it by value as their last parameter; write the
/// std::error_code there. Without exceptions an error that has no std::error_code to go to ends the program.
/// @progress Wait-free. @complexity O(1). @may_throw Nothing, but report().
class on_error {
public:
    /// Throws an `error`.
    on_error() noexcept = default;
    /// Sets `code`, and clears it where all goes well.
    on_error(std::error_code& code) noexcept : code_(&code) {
        code.clear();
    }  // NOLINT(*-explicit-*)

    /// The code that is set, or nullptr: errors are thrown.
    [[nodiscard]] std::error_code* code() const noexcept { return code_; }
    /// Throws `error(kind, message)`, or sets the code. For callers that have no exceptions and no code: says
    /// `message` and ends the program.
    /// @may_throw `error`, without a code.
    void report(error_kind kind, const std::string& message) const;

private:
    std::error_code* code_ = nullptr;
};

}  // namespace syncmap::etcd::inline v0

/// @cond
template <>
struct std::is_error_code_enum<syncmap::etcd::error_kind> : std::true_type {};
/// @endcond
