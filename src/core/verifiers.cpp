#include "core/verifiers.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "jose/base64url.hpp"

namespace signet::core {
namespace {

constexpr std::string_view kPrefix       = "svk_";
constexpr std::size_t      kSecretBytes  = 32;
constexpr std::size_t      kTextBytes    = kPrefix.size() + (kSecretBytes * 4 + 2) / 3;
constexpr std::size_t      kLongestName  = 64;
constexpr std::string_view kNameAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

}  // namespace

bool is_verifier_name(std::string_view text)
{
    return !text.empty() && text.size() <= kLongestName &&
           text.find_first_not_of(kNameAlphabet) == std::string_view::npos;
}

SecretString make_credential(Random& random)
{
    std::array<std::uint8_t, kSecretBytes> bytes{};
    random.fill(bytes);
    auto         text = std::string{kPrefix} + jose::base64url::encode(bytes);
    SecretString credential{text};
    OPENSSL_cleanse(text.data(), text.size());
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return credential;
}

CredentialHash hash_credential(std::string_view credential)
{
    CredentialHash hash;
    SHA256(reinterpret_cast<unsigned char const*>(credential.data()), credential.size(), hash.data());
    return hash;
}

Result<SecretString> add_verifier(Ports const& ports, std::string_view name)
{
    if (!is_verifier_name(name)) return refused(Errc::invalid_name, "of a verifier");
    auto const now        = ports.clock.now();
    auto       credential = make_credential(ports.random);
    TRY(ports.verifiers.add_verifier({.name              = std::string{name},
                                      .credential        = hash_credential(credential.reveal()),
                                      .created_at        = now,
                                      .last_connected_at = std::nullopt},
                                     {.at = now, .event = AuditEvent::verifier_added, .detail = std::string{name}}));
    return credential;
}

Result<void> remove_verifier(Ports const& ports, std::string_view name)
{
    return ports.verifiers.remove_verifier(
        name, {.at = ports.clock.now(), .event = AuditEvent::verifier_removed, .detail = std::string{name}});
}

Result<std::vector<std::string>> VerifierCredentials::follow(VerifierStore& store)
{
    auto                                  all = TRY(store.list_verifiers());
    std::map<CredentialHash, std::string> names;
    for (auto& verifier : all) names.emplace(verifier.credential, std::move(verifier.name));

    std::unique_lock const   lock{mutex_};
    std::vector<std::string> gone;
    for (auto const& [hash, name] : names_)
        if (!names.contains(hash)) gone.push_back(name);
    names_ = std::move(names);
    return gone;
}

std::optional<std::string> VerifierCredentials::find(std::string_view credential) const
{
    if (credential.size() != kTextBytes || !credential.starts_with(kPrefix)) return std::nullopt;
    auto const             hash = hash_credential(credential);
    std::shared_lock const lock{mutex_};
    auto const             found = names_.find(hash);
    return found == names_.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace signet::core
