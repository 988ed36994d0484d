#include "cli/certificate_file.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

#include "cli/freed.hpp"

namespace signet::cli {
namespace {

using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key         = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using File        = std::unique_ptr<BIO, Freed<BIO_free>>;

TimePoint moment(ASN1_TIME const* time)
{
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return TimePoint{std::chrono::seconds{timegm(&parts)}};
}

bool fits(X509* certificate, std::string const& host)
{
    return X509_check_host(certificate, host.data(), host.size(), 0, nullptr) == 1 ||
           X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
}

// Asks nobody: a key under a passphrase cannot be read.
int no_passphrase(char*, int, int, void*)
{
    return -1;
}

}  // namespace

std::expected<CertificateFacts, std::string> read_certificate(CertificateFiles const& files, std::string const& host)
{
    File const        certificate_file{BIO_new_file(files.certificate.c_str(), "r")};
    Certificate const certificate{
        certificate_file ? PEM_read_bio_X509(certificate_file.get(), nullptr, no_passphrase, nullptr) : nullptr};
    File const key_file{BIO_new_file(files.private_key.c_str(), "r")};
    Key const  key{key_file ? PEM_read_bio_PrivateKey(key_file.get(), nullptr, no_passphrase, nullptr) : nullptr};
    ERR_clear_error();
    if (!certificate)
        return std::unexpected(fmt::format("The certificate {} cannot be read as PEM.", files.certificate));
    if (!key) return std::unexpected(fmt::format("The private key {} cannot be read as PEM.", files.private_key));

    bool const fits_key = X509_check_private_key(certificate.get(), key.get()) == 1;
    ERR_clear_error();
    return CertificateFacts{.not_before = moment(X509_get0_notBefore(certificate.get())),
                            .not_after  = moment(X509_get0_notAfter(certificate.get())),
                            .fits_key   = fits_key,
                            .fits_host  = fits(certificate.get(), host)};
}

}  // namespace signet::cli
