// jose/signature.hpp - from a compact text to bytes whose signature was checked.
#pragma once
#include <string>
#include <string_view>

#include "jose/compact.hpp"
#include "jose/header.hpp"
#include "jose/key_set.hpp"

namespace jose::detail {

// Memory that decoding uses again, one per thread.
struct Workbench {
    HeaderReader           headers;
    signet::json::Document claims;
    std::string            signature;

    [[nodiscard]] static Workbench& of_this_thread();
};

// Splits the text and decodes payload and signature before anything is believed:
// Errc::token_too_large or malformed_token.
[[nodiscard]] Result<Compact> decode_compact(std::string_view text, std::size_t max_bytes, std::string& payload,
                                             std::string& signature);

// Finds the key and checks the signature: Errc::unknown_key, algorithm_mismatch,
// or bad_signature.
[[nodiscard]] Result<void> verify_signature(Header const& header, Compact const& compact, std::string_view signature,
                                            KeySet const& keys);

// header.payload.signature with the header {"alg","kid","typ"}.
[[nodiscard]] Result<std::string> sign_compact(std::string_view payload, SigningKey const& key, std::string_view type);

}  // namespace jose::detail
