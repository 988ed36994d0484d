// jose/jwe_header.hpp - the five parts and the protected header of a JWE, read strictly. RFC 7516 4 and 7.1.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "jose/jwe_algorithms.hpp"
#include "jose/jwk.hpp"
#include "jose/result.hpp"

namespace jose::detail {

struct JweParts {
    std::string_view encoded_header;  // as received: what the tag covers, RFC 7516 5.2 step 14
    std::string      header;          // and the five decoded
    std::string      encrypted_key;   // empty where the algorithm has none
    std::string      iv;
    std::string      ciphertext;  // empty for an empty content with GCM
    std::string      tag;
};

// Errc::token_too_large before anything is read, else Errc::malformed_token for
// anything but five base64url parts of which header, IV, and tag are not empty.
[[nodiscard]] Result<JweParts> split_jwe(std::string_view text, std::size_t max_bytes);

struct JweHeader {
    KeyManagementRow const* row        = nullptr;  // never null in a header that was read
    ContentRow const*       encryption = nullptr;  // nor this
    std::string             kid;                   // empty when absent
    std::string             cty;                   // empty when absent
    // For the agreements alone; elsewhere names like any unknown one.
    std::optional<Jwk>      epk;
    std::string             apu;  // decoded
    std::string             apv;
};

// Errc::malformed_header, unsupported_critical, algorithm_not_allowed, or
// encryption_not_allowed.
[[nodiscard]] Result<JweHeader> read_jwe_header(std::string_view json);

}  // namespace jose::detail
