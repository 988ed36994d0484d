#include "cli/key_files.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/data_folder.hpp"
#include "cli/refusals.hpp"
#include "cli/verification_keys.hpp"
#include "jose/key_set.hpp"

namespace signet::cli {
namespace {

using Text   = std::expected<std::string, std::string>;
using Secret = std::expected<SecretString, std::string>;

constexpr std::size_t kLongestFile = 1024UL * 1024;

bool is_pem(std::string_view content)
{
    return content.find("-----BEGIN") != content.npos;
}

bool is_private_pem(std::string_view content)
{
    return content.find("PRIVATE KEY-----") != content.npos;
}

std::expected<std::optional<jose::Algorithm>, std::string> parse_algorithm(std::string const& name)
{
    if (name.empty()) return std::nullopt;
    auto const algorithm = jose::find_algorithm(name);
    if (!algorithm) return std::unexpected(fmt::format("--algorithm: \"{}\" is not served here.", name));
    return algorithm;
}

// Whether there is a key to sign with; of a set, nothing is converted but its public form.
bool holds_private(std::string_view content)
{
    if (is_pem(content)) return is_private_pem(content);
    json::SecretDocument document;
    auto const           object = document.parse_object(content);
    return object && !object->find("keys") && (object->find("d") || object->find("k"));
}

jose::Result<jose::SigningKey> parse_signing_key(std::string_view content, std::optional<jose::Algorithm> algorithm,
                                                 std::string const& kid = {})
{
    if (!is_pem(content)) return jose::SigningKey::parse_jwk(content, algorithm);
    if (algorithm) return jose::SigningKey::parse_pem(content, *algorithm, kid);
    return std::unexpected(jose::Error{jose::Errc::contradictory_policy, ""});
}

// The keys of the file; one that names no algorithm serves the first of `algorithms` that fits.
jose::Result<jose::KeySet> parse_public_keys(std::string_view content, std::span<jose::Algorithm const> algorithms)
{
    auto const readings = TRY(read_verification_keys(content, algorithms));
    return *std::ranges::max_element(readings, {}, &jose::KeySet::size);
}

// The public half of whatever the file holds.
jose::Result<jose::KeySet> parse_public_halves(std::string_view content, std::span<jose::Algorithm const> algorithms)
{
    auto keys = parse_public_keys(content, algorithms);
    if (keys || keys.error().code != jose::Errc::key_not_for_this_use) return keys;
    auto at  = algorithms.begin();
    auto key = parse_signing_key(content, at == algorithms.end() ? std::nullopt : std::optional{*at++});
    while (!key && at != algorithms.end()) key = parse_signing_key(content, *at++);
    if (!key) return std::unexpected(std::move(key).error());
    return jose::KeySet::from({key->verification_key()});
}

// "key.pem: weak_key (RSA of 1024 bits)." An algorithm that is missing is the caller's to give.
std::string refusal(std::string_view file, jose::Error const& error)
{
    if (error.code == jose::Errc::contradictory_policy)
        return fmt::format("{} is PEM, which names no algorithm; give --algorithm.", file);
    return said(file, error);
}

Text unwrapped(jose::Result<std::string> text, std::string_view what)
{
    if (!text) return std::unexpected(said(what, text.error()));
    return *std::move(text);
}

// Wipes what it takes.
SecretString taken(std::string text)
{
    SecretString secret{text};
    OPENSSL_cleanse(text.data(), text.size());
    return secret;
}

// A JWK ends its line; PEM does so by itself.
Secret private_text(jose::SigningKey const& key, std::string const& form)
{
    if (form == "pem") {
        auto pem = TRY(unwrapped(key.reveal_pem(), "This key has no PEM form"));
        return taken(std::move(pem));
    }
    auto const  jwk = taken(key.reveal_jwk());
    std::string line;
    line.reserve(jwk.size() + 1);  // in one place, so that one is to be wiped
    line.append(jwk.reveal()).append("\n");
    return taken(std::move(line));
}

Text public_text(jose::VerificationKey const& key, std::string const& form)
{
    if (form == "pem") return unwrapped(key.to_pem(), "This key has no public half");
    auto const jwk = TRY(unwrapped(key.to_jwk(), "This key has no public half"));
    return form == "jwks" ? "{\"keys\":[" + jwk + "]}\n" : jwk + "\n";
}

std::unexpected<std::string> there_already(std::string const& file)
{
    return std::unexpected(fmt::format("{} is there already; nothing was overwritten.", file));
}

std::expected<void, std::string> write_new(std::string const& file, std::string_view content)
{
    auto const made = create_private_file(file, content);
    if (!made) return std::unexpected(made.error());
    if (!*made) return there_already(file);
    return {};
}

// For others to read, and like the private half never in the place of another.
std::expected<void, std::string> write_new_public(std::string const& file, std::string_view content)
{
    std::ofstream out(file, std::ios::out | std::ios::noreplace);
    if (!out && std::filesystem::exists(file)) return there_already(file);
    bool const      written = static_cast<bool>((out << content).flush());
    std::error_code why{written ? 0 : errno, std::generic_category()};
    constexpr auto  kReadable = std::filesystem::perms{0644};  // whatever this process makes otherwise
    if (written) std::filesystem::permissions(file, kReadable, why);
    if (!why) return {};
    std::error_code ignored;  // the first trouble is the one to tell
    if (out.is_open()) std::filesystem::remove(file, ignored);
    return std::unexpected(fmt::format("{} cannot be written: {}.", file, why.message()));
}

// Both halves or none.
std::expected<void, std::string> write_both(GenerateOptions const& options, SecretString const& text,
                                            std::string_view half)
{
    // The private half first: where there is one already, no other is put beside it.
    if (!options.out.empty()) TRY(write_new(options.out, text.reveal()));
    if (options.public_out.empty()) return {};
    auto const      done = write_new_public(options.public_out, half);
    std::error_code ignored;  // the first trouble is the one to tell
    if (!done && !options.out.empty()) std::filesystem::remove(options.out, ignored);
    return done;
}

std::expected<void, std::string> generate(GenerateOptions const& options)
{
    auto const algorithm = TRY(parse_algorithm(options.algorithm)).value_or(jose::Algorithm::es256);
    bool const is_rsa    = jose::name(algorithm).starts_with("RS") || jose::name(algorithm).starts_with("PS");
    if (options.rsa_bits && !is_rsa)
        return std::unexpected(fmt::format("--bits is for RSA; a key of {} has one size.", options.algorithm));
    if (!options.out.empty() && options.out == options.public_out)
        return std::unexpected("--out and --public name the same file; the two halves need one each.");
    jose::NewKey wanted{.kid = options.kid};
    wanted.rsa_bits = options.rsa_bits.value_or(wanted.rsa_bits);
    auto const key  = jose::SigningKey::generate(algorithm, wanted);
    if (!key) return std::unexpected(said("No key was made", key.error()));

    auto const      text = TRY(private_text(*key, options.form));
    std::error_code ignored;  // writing it will say why
    if (!options.public_out.empty() && std::filesystem::exists(options.public_out, ignored))
        return there_already(options.public_out);
    auto const half = options.public_out.empty() ? Text{} : public_text(key->verification_key(), options.form);
    if (!half) return std::unexpected(half.error());
    TRY(write_both(options, text, *half));
    if (options.out.empty()) fmt::print("{}", text.reveal());
    return {};
}

std::expected<void, std::string> thumbprints(ThumbprintOptions const& options)
{
    auto const content   = TRY(read_key_file(options.file));
    auto const algorithm = TRY(parse_algorithm(options.algorithm));
    auto const wanted    = algorithm ? std::span{&*algorithm, 1} : jose::all_algorithms();
    auto const keys      = parse_public_halves(content.reveal(), wanted);
    if (!keys) return std::unexpected(refusal(options.file, keys.error()));
    for (auto const& key : keys->keys()) fmt::print("{}\n", options.uri ? key.thumbprint_uri() : key.thumbprint());
    return {};
}

Text public_form(std::string_view content, ConvertOptions const& options, std::optional<jose::Algorithm> algorithm)
{
    if (is_pem(content) && !is_private_pem(content) && algorithm) {
        auto const key = jose::VerificationKey::parse_pem(content, *algorithm, options.kid);
        if (!key) return std::unexpected(said(options.file, key.error()));
        return public_text(*key, options.form);
    }
    if (is_pem(content)) {
        auto const key = parse_signing_key(content, algorithm, options.kid);
        if (!key) return std::unexpected(refusal(options.file, key.error()));
        return public_text(key->verification_key(), options.form);
    }
    auto const wanted = algorithm ? std::span{&*algorithm, 1} : std::span<jose::Algorithm const>{};
    auto const keys   = parse_public_halves(content, wanted);
    if (!keys) return std::unexpected(refusal(options.file, keys.error()));
    if (algorithm &&
        std::ranges::find(keys->keys(), *algorithm, &jose::VerificationKey::algorithm) == keys->keys().end())
        return std::unexpected(fmt::format("{} holds no key for {}.", options.file, options.algorithm));
    if (options.form == "jwks") {
        auto const set = TRY(unwrapped(keys->to_json(), "This key has no public half"));
        return set + "\n";
    }
    if (keys->size() > 1) return std::unexpected(fmt::format("{} holds several keys; take one out.", options.file));
    return public_text(keys->keys().front(), options.form);
}

Secret convert(ConvertOptions const& options)
{
    auto const content   = TRY(read_key_file(options.file));
    auto const algorithm = TRY(parse_algorithm(options.algorithm));
    auto const text      = content.reveal();
    if (!options.kid.empty() && !is_pem(text))
        return std::unexpected("--kid names a key out of PEM; a JWK brings its own.");

    if (!options.public_half && options.form != "jwks" && holds_private(text)) {
        auto const key = parse_signing_key(text, algorithm, options.kid);
        if (!key) return std::unexpected(refusal(options.file, key.error()));
        return private_text(*key, options.form);
    }
    auto half = TRY(public_form(text, options, algorithm));
    return taken(std::move(half));
}

Exit exit_of(std::expected<void, std::string> const& done)
{
    if (done) return kDone;
    complain(done.error());
    return kUsage;
}

}  // namespace

std::string said(std::string_view what, jose::Error const& error)
{
    return fmt::format("{}: {} ({}).", what, jose::name(error.code), error.detail);
}

Secret read_key_file(std::string const& file)
{
    if (file.starts_with('{') || file.contains("-----"))  // a secret, perhaps: not to be said again
        return std::unexpected("A key was given where the path of its file belongs.");
    std::string   content(kLongestFile + 1, '\0');
    std::ifstream in;
    in.rdbuf()->pubsetbuf(nullptr, 0);  // no copy in a buffer that nobody wipes
    in.open(file, std::ios::binary);
    if (!in || !in.read(content.data(), static_cast<std::streamsize>(content.size())).eof())
        return std::unexpected(in ? fmt::format("{} is larger than 1 MiB.", file)
                                  : fmt::format("{} cannot be read. Check the path.", file));
    SecretString secret{std::string_view{content}.substr(0, static_cast<std::size_t>(in.gcount()))};
    OPENSSL_cleanse(content.data(), secret.size());
    return secret;
}

std::expected<jose::SigningKey, std::string> read_signing_key_file(std::string const& file, std::string const& name)
{
    auto const content   = TRY(read_key_file(file));
    auto const algorithm = TRY(parse_algorithm(name));
    auto       key       = parse_signing_key(content.reveal(), algorithm);
    if (!key) return std::unexpected(refusal(file, key.error()));
    return *std::move(key);
}

Exit generate_key(GenerateOptions const& options)
{
    return exit_of(generate(options));
}

Exit print_thumbprint(ThumbprintOptions const& options)
{
    return exit_of(thumbprints(options));
}

Exit convert_key(ConvertOptions const& options)
{
    auto const text = convert(options);
    if (!text) return exit_of(std::unexpected(text.error()));
    fmt::print("{}", text->reveal());
    return kDone;
}

}  // namespace signet::cli
