// cli/certificate_file.hpp - what the files of a TLS certificate say about it.
#pragma once
#include <expected>
#include <string>

#include "base/clock.hpp"

namespace signet::cli {

struct CertificateFacts {
    TimePoint not_before;
    TimePoint not_after;
    bool      fits_key;   // the private key is this certificate's
    bool      fits_host;  // one of its names, or addresses, is the host asked about
};

struct CertificateFiles {
    std::string certificate;  // PEM, leaf first
    std::string private_key;  // PEM
};

// Of the first certificate in the file. The error is one sentence: which file cannot be read.
[[nodiscard]] std::expected<CertificateFacts, std::string> read_certificate(CertificateFiles const& files,
                                                                            std::string const&      host);

}  // namespace signet::cli
