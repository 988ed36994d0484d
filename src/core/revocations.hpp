// core/revocations.hpp - what this server knows to be revoked.
//
// Its own memory of the log: /api/v1/me asks no database, and still refuses a
// token that was revoked, here or in another process.
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>

#include "core/named_tokens.hpp"
#include "core/ports.hpp"
#include "revocation/revocation_set.hpp"

namespace signet::core {

// A part of the log without a gap, for whoever tells others.
struct RevocationNews {
    revocation::Position before;  // its entries follow this,
    revocation::Position head;    // and lead to this
    Revoked              entries;
};

// Thread-safe. find() and version() wait for nobody.
class Revocations {
public:
    // At once after a deed, so that this server refuses before it answers. follow() gives the entries all the same.
    void add(std::span<revocation::Entry const> revoked);

    // Takes over what has been written since the last call, whoever wrote it, and gives it, each entry once; at the
    // first call, and should another log have begun, all of it that is whole. Forgets what no token is left of.
    // Errc::unavailable when the log cannot be read, or its lines do not lead to its hash: it was edited. What those
    // name is refused all the same, and the next call begins with them again. Call every second, and whenever something
    // was written. Without news it costs one row.
    [[nodiscard]] Result<RevocationNews> follow(RevocationStore& log, TimePoint now);

    [[nodiscard]] std::optional<revocation::Kind> find(revocation::TokenKeys const& token) const
    {
        return set_.find(token);
    }
    // Whoever was passed by find() since it had this version is passed.
    [[nodiscard]] std::uint64_t version() const { return set_.version(); }

    // Tokens that were revoked one by one since this process began.
    [[nodiscard]] NamedTokens& named_tokens() { return named_tokens_; }

    // `now`, or the first millisecond after it whose tokens are not refused for their time: for one that is issued
    // after what revoked those before it, though within the same millisecond (CHECKS F3).
    [[nodiscard]] TimePoint find_issue_time(UserId user, std::string_view client_id, TimePoint now) const;

    [[nodiscard]] std::size_t size() const { return set_.size(); }

private:
    // How long follow() has been called, without the clock's jumps: a clock set forward must not make us forget what
    // matters again when it is set back (CHECKS E26). The set's own times are of this clock.
    using Age = std::chrono::milliseconds;

    void grow_older(TimePoint now);

    revocation::RevocationSet set_;
    std::atomic<Age::rep>     age_ = 0;
    NamedTokens               named_tokens_;

    std::mutex           following_;  // guards what follows
    revocation::Position position_;
    TimePoint            followed_at_{};
    Age                  forgotten_at_{};
    Age                  owed_{};  // by which the clock was set back and has not caught up yet
};

}  // namespace signet::core
