// cli/token.hpp - `signet token …`: tokens looked at, verified, and signed, without a server.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_codes.hpp"

namespace signet::cli {

inline constexpr std::size_t kMostTokenBytes = 1024UL * 1024;  // that are looked at at all

struct DecodeOptions {
    std::string token;  // "-": one line of standard input
    bool        json = false;
};

struct VerifyOptions {
    std::string                 key_file;  // JWK, JWK Set, or PEM public key; or, when empty,
    std::string                 jwks;      // the URL of a JWK Set
    std::string                 ca_file;   // PEM, for that URL; empty: the system's
    std::vector<std::string>    algorithms;
    // None: not checked.
    std::optional<std::string>  issuer;
    std::optional<std::string>  audience;
    std::optional<std::string>  type;
    std::int64_t                leeway_seconds = 0;
    std::optional<std::int64_t> now;                                // Unix seconds; else the clock's
    std::size_t                 max_bytes            = 8UL * 1024;  // of a token
    bool                        allow_missing_expiry = false;
    bool                        jws                  = false;  // signature only, any payload
};

struct SignOptions {
    std::string                 claims_file;  // one JSON object; "-": standard input
    std::string                 key_file;     // private JWK, symmetric JWK, or PEM private key
    std::string                 algorithm;    // needed unless the key names its own
    std::string                 type = "JWT";
    std::optional<std::int64_t> expires_in_seconds;  // sets iat and exp
    std::optional<std::int64_t> now;                 // Unix seconds; else the clock's
    bool                        allow_missing_expiry = false;
};

// Shows header and claims. Says that nothing was checked.
[[nodiscard]] Exit decode_token(DecodeOptions const& options);

// One token per line of standard input, one JSON object per line of standard output:
// {"ok":true,"header":{…},"claims":{…}} or {"ok":false,"error":"expired","detail":"…"}.
// A line may end in CR LF.
// Input without a line is kUsage: nothing was asked, so nothing is valid.
[[nodiscard]] Exit verify_tokens(VerifyOptions const& options);

// The token, on one line of standard output.
[[nodiscard]] Exit sign_token(SignOptions const& options);

}  // namespace signet::cli
