// cli/self_signed_certificate.hpp - a TLS certificate for trying things on one machine.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace signet::cli {

struct CertificateAndKey {
    std::string certificate;  // PEM
    std::string private_key;  // PEM, PKCS #8
};

// An ECDSA P-256 certificate for localhost, 127.0.0.1, ::1, and `host`, signed by its own key, valid from an hour
// before `now` for 397 days. For servers only: it cannot sign other certificates.
// Throws std::runtime_error when OpenSSL cannot.
[[nodiscard]] CertificateAndKey make_self_signed_certificate(std::string_view host, TimePoint now);

// Whether `certificate` (PEM) can be read, is valid at `now` and for a day more, and names `host`.
[[nodiscard]] bool is_certificate_usable(std::string_view certificate, std::string_view host, TimePoint now);

}  // namespace signet::cli
