#include "cli/verification_keys.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/json.hpp"
#include "base/result.hpp"

namespace signet::cli {
namespace {

using jose::Algorithm;
using jose::Errc;
using jose::KeySet;
using jose::VerificationKey;
using Wanted = std::optional<Algorithm>;

enum class Form { pem, jwk, jwk_set };

jose::Result<Form> form_of(std::string_view content)
{
    if (content.contains("-----BEGIN")) return Form::pem;
    json::SecretDocument document;
    auto const           object = document.parse_object(content);
    if (!object)
        return std::unexpected(jose::Error{
            Errc::malformed_key, fmt::format("neither PEM nor one JSON object: {}", json::name(object.error()))});
    return object->find("keys") ? Form::jwk_set : Form::jwk;
}

jose::Result<VerificationKey> read_key(std::string_view content, Form form, Wanted wanted)
{
    if (form == Form::jwk) return VerificationKey::parse_jwk(content, wanted);
    if (wanted) return VerificationKey::parse_pem(content, *wanted);
    return std::unexpected(jose::Error{Errc::contradictory_policy, "PEM names no algorithm"});
}

jose::Result<KeySet> read_for(std::string_view content, Form form, Wanted wanted)
{
    if (form != Form::jwk_set) {
        auto key = TRY(read_key(content, form, wanted));
        return KeySet::from({std::move(key)});
    }
    auto keys = TRY(KeySet::parse(content, wanted));
    if (keys.size() == 0)
        return std::unexpected(jose::Error{Errc::unsupported_key, "none of its keys names an algorithm served here"});
    return keys;
}

// What is wrong with the key itself tells more than that one of several algorithms does not fit it.
bool tells_more(jose::Error const& one, jose::Error const& other)
{
    auto const is_of_the_key = [](Errc code) { return code == Errc::weak_key || code == Errc::key_not_for_this_use; };
    return is_of_the_key(one.code) && !is_of_the_key(other.code);
}

}  // namespace

jose::Result<std::vector<KeySet>> read_verification_keys(std::string_view           content,
                                                         std::span<Algorithm const> algorithms)
{
    auto const form = TRY(form_of(content));

    std::vector<KeySet>        out;
    std::optional<jose::Error> refused;
    auto const                 read = [&](Wanted wanted) {
        auto keys = read_for(content, form, wanted);
        if (keys)
            out.push_back(*std::move(keys));
        else if (!refused || tells_more(keys.error(), *refused))
            refused = std::move(keys).error();
    };
    for (auto const algorithm : algorithms) read(algorithm);
    if (out.empty()) read(std::nullopt);  // what the keys say for themselves
    if (out.empty()) return std::unexpected(*std::move(refused));
    return out;
}

}  // namespace signet::cli
