// core/status_list.hpp - whose tokens are refused, as bits that anybody may fetch: draft-ietf-oauth-status-list.
//
// For services that verify tokens by what any JWT library can do. A bit says of a session that none of its tokens is to
// be accepted; it cannot say "none from before", so it is set where the log says that (docs/reference/status-list.md).
//
// Knows:  which indexes make a list, what a token says of its place, the list's claims.
// Knows nothing of:  DEFLATE, how often a list is made.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/ports.hpp"

namespace signet::core {

// Of one list; a list is 16 KiB before it is compressed.
inline constexpr std::size_t          kStatusesOfAList = std::size_t{1} << 17;
// For as long a list may be held before it is fetched again.
inline constexpr std::chrono::seconds kStatusListTtl   = std::chrono::seconds{15};
// No longer is one believed, whoever kept it back.
inline constexpr std::chrono::minutes kStatusListLife  = std::chrono::minutes{5};

using StatusListId = std::uint64_t;

// "https://id.example.com/status-lists/3"
[[nodiscard]] std::string status_list_uri(std::string_view issuer, StatusListId list);

// What a token says of its place, as the value of "status".
[[nodiscard]] std::string status_claim(std::string_view issuer, StatusIndex index);

// One bit for each index of the list, the lowest of a byte first (4.1). Reads storage.
[[nodiscard]] Result<std::string> read_statuses(RevocationStore& log, StatusListId list);

// The list as a token of its own (5.1), signed by the key that signs access tokens. `compressed`: what read_statuses()
// gave, in zlib's format.
[[nodiscard]] Result<std::string> sign_status_list(Ports const& ports, StatusListId list, std::string_view compressed);

}  // namespace signet::core
