// cli/token.hpp - `signet token …`: tokens looked at and verified, without a server or a network.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_codes.hpp"

namespace signet::cli {

struct DecodeOptions {
    std::string token;  // "-": one line of standard input
    bool        json = false;
};

struct VerifyOptions {
    std::string                 key_file;  // JWK, JWK Set, or PEM public key
    std::vector<std::string>    algorithms;
    std::string                 issuer;
    std::string                 audience;
    std::string                 type;
    std::int64_t                leeway_seconds = 0;
    std::optional<std::int64_t> now;  // Unix seconds; else the clock's
    bool                        allow_missing_expiry = false;
    bool                        jws                  = false;  // signature only, any payload
};

// Shows header and claims. Says that nothing was checked.
[[nodiscard]] Exit decode_token(DecodeOptions const& options);

// One token per line of standard input, one JSON object per line of standard output:
// {"ok":true,"header":{…},"claims":{…}} or {"ok":false,"error":"expired","detail":"…"}.
[[nodiscard]] Exit verify_tokens(VerifyOptions const& options);

}  // namespace signet::cli
