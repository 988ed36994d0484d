#include "cli/self_signed_certificate.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "cli/freed.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kBackdated = 1h;         // a clock that is a little behind
constexpr auto kLife      = 397 * 24h;  // browsers take no more of a server
constexpr auto kRenewed   = 24h;

using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key         = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Memory      = std::unique_ptr<BIO, Freed<BIO_free>>;
using Number      = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Extension   = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

void require(bool done)
{
    if (!done) throw std::runtime_error("OpenSSL cannot make a self-signed certificate.");
}

bool is_address(std::string_view host)
{
    std::array<unsigned char, 16> buffer{};
    std::string const             text{host};
    return inet_pton(AF_INET, text.c_str(), buffer.data()) == 1 ||
           inet_pton(AF_INET6, text.c_str(), buffer.data()) == 1;
}

void add_extension(X509* certificate, int kind, std::string const& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    Extension const extension{X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

void set_serial(X509* certificate)
{
    // RFC 5280 4.1.2.2: positive, at most 20 bytes.
    std::array<unsigned char, 16> bytes{};
    require(RAND_bytes(bytes.data(), bytes.size()) == 1);
    bytes[0] &= 0x7F;
    Number const number{BN_bin2bn(bytes.data(), bytes.size(), nullptr)};
    require(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

std::string names_for(std::string_view host)
{
    std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
    if (host == "localhost" || host == "127.0.0.1" || host == "::1") return names;
    return names + (is_address(host) ? ",IP:" : ",DNS:") + std::string{host};
}

template <class Write>
std::string pem(Write const& write)
{
    Memory const memory{BIO_new(BIO_s_mem())};
    require(memory && write(memory.get()) == 1);
    char*      text   = nullptr;
    auto const length = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

std::time_t unix_time(TimePoint at)
{
    return static_cast<std::time_t>(unix_seconds(at));
}

}  // namespace

CertificateAndKey make_self_signed_certificate(std::string_view host, TimePoint now)
{
    Key const         key{EVP_EC_gen("P-256")};
    Certificate const certificate{X509_new()};
    require(key && certificate);
    auto* const x509 = certificate.get();

    require(X509_set_version(x509, X509_VERSION_3) == 1);
    set_serial(x509);
    require(ASN1_TIME_set(X509_getm_notBefore(x509), unix_time(now - kBackdated)) != nullptr);
    require(ASN1_TIME_set(X509_getm_notAfter(x509), unix_time(now - kBackdated + kLife)) != nullptr);

    auto* const                name   = X509_get_subject_name(x509);
    unsigned char const* const common = reinterpret_cast<unsigned char const*>("Signet on this machine");
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0) == 1);
    require(X509_set_issuer_name(x509, name) == 1 && X509_set_pubkey(x509, key.get()) == 1);

    add_extension(x509, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(x509, NID_key_usage, "critical,digitalSignature");
    add_extension(x509, NID_ext_key_usage, "serverAuth");
    add_extension(x509, NID_subject_key_identifier, "hash");
    add_extension(x509, NID_subject_alt_name, names_for(host));
    require(X509_sign(x509, key.get(), EVP_sha256()) > 0);

    return {.certificate = pem([&](BIO* out) { return PEM_write_bio_X509(out, x509); }),
            .private_key = pem([&](BIO* out) {
                return PEM_write_bio_PKCS8PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

bool is_certificate_usable(std::string_view certificate, std::string_view host, TimePoint now)
{
    Memory const      memory{BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size()))};
    Certificate const parsed{memory ? PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr) : nullptr};
    if (!parsed) return false;
    auto today    = unix_time(now);
    auto tomorrow = unix_time(now + kRenewed);
    if (X509_cmp_time(X509_get0_notBefore(parsed.get()), &today) >= 0) return false;
    if (X509_cmp_time(X509_get0_notAfter(parsed.get()), &tomorrow) <= 0) return false;
    if (is_address(host)) return X509_check_ip_asc(parsed.get(), std::string{host}.c_str(), 0) == 1;
    return X509_check_host(parsed.get(), host.data(), host.size(), 0, nullptr) == 1;
}

}  // namespace signet::cli
