// verifier/fetch.hpp - one GET to a fixed address, with nothing that surprises.
//
// As transfer_settings.hpp has it, and a bounded answer in a bounded time (CHECKS A40, E10).
#pragma once
#include <chrono>
#include <cstddef>
#include <expected>
#include <stop_token>
#include <string>

#include "verifier/key_set_address.hpp"

namespace signet {

inline constexpr std::size_t               kLargestAnswer = 64UL * 1024;  // bytes
inline constexpr std::chrono::milliseconds kLongestFetch  = std::chrono::seconds{5};

struct FetchRequest {
    KeySetAddress from;
    std::string   ca_file;  // PEM; empty: the system's
    std::string   etag;     // of the answer before, sent as If-None-Match; empty: none
};

struct FetchAnswer {
    long        status;  // 304 only when an etag was sent
    std::string body;
    std::string etag;           // empty when there was none
    std::string cache_control;  // likewise
};

// The answer whatever its status, or one sentence about why there is none.
// Blocks for kLongestFetch at most, and gives up within a second of `stop`.
[[nodiscard]] std::expected<FetchAnswer, std::string> fetch(FetchRequest const& request, std::stop_token const& stop);

}  // namespace signet
