#include "cli/verification_keys.hpp"

#include <optional>

#include "base/json.hpp"
#include "base/result.hpp"

namespace signet::cli {
namespace {

using jose::Algorithm;
using jose::KeySet;
using jose::VerificationKey;

// The first that takes the key. The key's own word comes first; the last refusal is the one given.
template <class Read>
jose::Result<VerificationKey> first_fitting(std::span<Algorithm const> algorithms, Read const& read)
{
    jose::Result<VerificationKey> latest = std::unexpected(
        jose::Error{jose::Errc::contradictory_policy, "this key names no algorithm; give --algorithms"});
    for (auto const algorithm : algorithms) {
        latest = read(algorithm);
        if (latest) return latest;
    }
    return latest;
}

jose::Result<KeySet> read_one(jose::Result<VerificationKey> key)
{
    auto good = TRY(std::move(key));
    return KeySet::from({std::move(good)});
}

jose::Result<KeySet> read_jwk(std::string_view json, bool names_algorithm, std::span<Algorithm const> algorithms)
{
    auto const own = VerificationKey::parse_jwk(json);
    if (own || names_algorithm || algorithms.empty()) return read_one(own);
    return read_one(first_fitting(algorithms, [&](Algorithm a) { return VerificationKey::parse_jwk(json, a); }));
}

// Keys of a set that name no algorithm are skipped unless one fits: the reading that serves most keys.
jose::Result<KeySet> read_set(std::string_view json, std::span<Algorithm const> algorithms)
{
    auto best = KeySet::parse(json);
    for (auto const algorithm : algorithms) {
        auto other = KeySet::parse(json, algorithm);
        if (other && best && other->size() > best->size()) best = std::move(other);
    }
    return best;
}

}  // namespace

jose::Result<KeySet> read_verification_keys(std::string_view content, std::span<Algorithm const> algorithms)
{
    if (content.find("-----BEGIN") != content.npos)
        return read_one(first_fitting(algorithms, [&](Algorithm a) { return VerificationKey::parse_pem(content, a); }));
    json::SecretDocument document;
    auto const           object = document.parse_object(content);
    if (!object) return std::unexpected(jose::Error{jose::Errc::malformed_key, "neither PEM nor one JSON object"});
    bool const is_set          = object->find("keys").has_value();
    bool const names_algorithm = object->find("alg").has_value();
    return is_set ? read_set(content, algorithms) : read_jwk(content, names_algorithm, algorithms);
}

}  // namespace signet::cli
