// revocation/message.hpp - what the feed says, as the issuer signed it: docs/reference/revocation-feed.md.
//
// Both ways, for who writes and for who reads. What comes out of read_message() holds in itself: a verifier has only
// to ask whether it goes on from where the verifier stands.
//
// Knows:  the claims, which of them hang together how, the signature.
// Knows nothing of:  what was said before, freshness, HTTP.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "jose/key.hpp"
#include "jose/key_set.hpp"
#include "jose/result.hpp"
#include "revocation/entry.hpp"
#include "revocation/revocation_set.hpp"

namespace signet::revocation {

inline constexpr std::size_t      kLargestMessage = 64UL * 1024;  // bytes of the signed text
inline constexpr std::size_t      kMostEntries    = 256;          // of a delta: they fit, however long their lines are
inline constexpr std::string_view kMessageType    = "secevent+jwt";

// The entries behind a place in the log.
struct Delta {
    Hash               before{};  // the hash before the first of them
    Position           after;     // where the last of them leads
    std::vector<Entry> entries;   // at least one; their sequences lead up to after.sequence without a gap
};

// Of one run of a server; of two runs it says nothing.
using Uptime = std::chrono::milliseconds;

// Where the log stands now.
struct Heartbeat {
    Position    at;
    TimePoint   time;  // the server's clock
    // Which run of the server says so, a text as is_nonce() has it, and for how long it has run.
    std::string run;
    Uptime      up{};
    std::string stream{};  // the name of the stream that it comes on, empty where it has said so already
    std::string nonce{};   // what the subscriber sent, likewise
};

// The first line of a snapshot, about the others.
struct SnapshotHead {
    Position      at;
    TimePoint     time;
    std::uint64_t count = 0;
    Hash          digest{};  // SHA-256 of all that follows the first line feed
};

using Message = std::variant<Delta, Heartbeat, SnapshotHead>;

struct Signing {
    std::string_view        issuer;
    TimePoint               now;
    Random&                 random;
    jose::SigningKey const& key;  // EdDSA
};

// The signed text. Errc::token_too_large where it would be longer than kLargestMessage. Whether what is said holds is
// for the caller to know: read_message() would refuse it. Cost: one signature.
[[nodiscard]] jose::Result<std::string> sign_delta(Delta const& delta, Signing const& signing);
[[nodiscard]] jose::Result<std::string> sign_heartbeat(Heartbeat const& heartbeat, Signing const& signing);
[[nodiscard]] jose::Result<std::string> sign_snapshot_head(SnapshotHead const& head, Signing const& signing);

// Whom to believe.
struct Speaker {
    jose::KeySet const&  keys;
    std::string_view     issuer;             // exact bytes of "iss"
    RevocationSet const* revoked = nullptr;  // a key that is in there signs nothing any more
};

// The message, if that issuer signed it, and it says what one of them says and nothing else. jose::verify()'s codes;
// unknown_key, also of a revoked key, asks for another look at the keys; what does not hang together is
// malformed_claims. Looks at no clock. Cost: one check of a signature, and one hash for each entry.
[[nodiscard]] jose::Result<Message> read_message(std::string_view compact, Speaker const& speaker);

// The same of claims whose signature and issuer were checked. For read_message(), and whoever tests it.
[[nodiscard]] jose::Result<Message> read_claims(std::string_view json);

// 16 to 64 characters of base64url.
[[nodiscard]] bool is_nonce(std::string_view text);

}  // namespace signet::revocation
