// http/refusal.hpp - why what arrived never became a request.
#pragma once
#include <string_view>

namespace signet::http {

// A status and the stable code of its error answer. After any of these the
// connection ends: where the next request would begin is not known for sure.
struct Refusal {
    int              status;
    std::string_view code;

    bool operator==(Refusal const&) const = default;
};

inline constexpr Refusal kBadRequest{400, "bad_request"};
inline constexpr Refusal kMethodNotAllowed{405, "method_not_allowed"};
inline constexpr Refusal kRequestTimeout{408, "request_timeout"};
inline constexpr Refusal kPayloadTooLarge{413, "payload_too_large"};
inline constexpr Refusal kUriTooLong{414, "uri_too_long"};
inline constexpr Refusal kTlsRequired{421, "tls_required"};
inline constexpr Refusal kHeaderTooLarge{431, "header_too_large"};
inline constexpr Refusal kInternal{500, "internal"};
inline constexpr Refusal kNotImplemented{501, "not_implemented"};
inline constexpr Refusal kVersionNotSupported{505, "http_version_not_supported"};

}  // namespace signet::http
