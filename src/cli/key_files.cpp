#include "cli/key_files.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <filesystem>
#include <fstream>
#include <optional>
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

bool is_set(std::string_view content)
{
    json::SecretDocument document;
    auto const           object = document.parse_object(content);
    return object && object->find("keys");
}

std::expected<jose::SigningKey, std::string> parse_signing_key(std::string_view content, std::string const& file,
                                                               std::string const& name, std::string const& kid = {})
{
    auto const algorithm = TRY(parse_algorithm(name));
    if (is_pem(content) && !algorithm)
        return std::unexpected(fmt::format("{} is PEM, which names no algorithm; give --algorithm.", file));
    auto key = is_pem(content) ? jose::SigningKey::parse_pem(content, *algorithm, kid)
                               : jose::SigningKey::parse_jwk(content, algorithm);
    if (!key) return std::unexpected(said(file, key.error()));
    return *std::move(key);
}

std::expected<jose::KeySet, std::string> parse_public_keys(std::string_view content, std::string const& file,
                                                           std::string const& name)
{
    auto const                   algorithm = TRY(parse_algorithm(name));
    std::vector<jose::Algorithm> algorithms;
    if (algorithm) algorithms.push_back(*algorithm);
    auto keys = read_verification_keys(content, algorithms);
    if (!keys) return std::unexpected(said(file, keys.error()));
    if (keys->size() == 0) return std::unexpected(fmt::format("{} holds no key that can be used here.", file));
    return *std::move(keys);
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
    if (!(out << content).flush()) return std::unexpected(fmt::format("{} cannot be written.", file));
    return {};
}

std::expected<void, std::string> generate(GenerateOptions const& options)
{
    auto const algorithm = TRY(parse_algorithm(options.algorithm));
    auto const key       = jose::SigningKey::generate(algorithm.value_or(jose::Algorithm::es256),
                                                      jose::NewKey{.kid = options.kid, .rsa_bits = options.rsa_bits});
    if (!key) return std::unexpected(said("No key was made", key.error()));

    auto const      text = TRY(private_text(*key, options.form));
    std::error_code ignored;  // writing it will say why
    if (!options.public_out.empty() && std::filesystem::exists(options.public_out, ignored))
        return there_already(options.public_out);
    auto const half = options.public_out.empty() ? Text{} : public_text(key->verification_key(), options.form);
    if (!half) return std::unexpected(half.error());
    // The private half first: where there is one already, no other is put beside it.
    if (!options.out.empty()) TRY(write_new(options.out, text.reveal()));
    if (!options.public_out.empty()) TRY(write_new_public(options.public_out, *half));
    if (options.out.empty()) fmt::print("{}", text.reveal());
    return {};
}

// The public half of whatever the file holds.
std::expected<jose::KeySet, std::string> public_keys(std::string const& file, std::string const& algorithm)
{
    auto const content = TRY(read_key_file(file));
    auto       keys    = parse_public_keys(content.reveal(), file, algorithm);
    if (keys) return keys;
    auto const key = parse_signing_key(content.reveal(), file, algorithm);
    if (!key) return keys;
    auto half = jose::KeySet::from({key->verification_key()});
    if (!half) return std::unexpected(said(file, half.error()));
    return *std::move(half);
}

Text convert_public(std::string_view content, ConvertOptions const& options)
{
    if (is_set(content)) {
        auto const keys = TRY(parse_public_keys(content, options.file, options.algorithm));
        if (options.form == "jwks") return unwrapped(keys.to_json(), options.file);
        if (keys.size() > 1) return std::unexpected(fmt::format("{} holds several keys; take one out.", options.file));
        return public_text(keys.keys().front(), options.form);
    }
    if (is_pem(content) && !is_private_pem(content)) {
        auto const algorithm = TRY(parse_algorithm(options.algorithm));
        if (!algorithm)
            return std::unexpected(fmt::format("{} is PEM, which names no algorithm; give --algorithm.", options.file));
        auto const key = jose::VerificationKey::parse_pem(content, *algorithm, options.kid);
        if (!key) return std::unexpected(said(options.file, key.error()));
        return public_text(*key, options.form);
    }
    auto const key = parse_signing_key(content, options.file, options.algorithm, options.kid);
    if (key) return public_text(key->verification_key(), options.form);
    auto const keys = TRY(parse_public_keys(content, options.file, options.algorithm));
    return public_text(keys.keys().front(), options.form);
}

Secret convert(ConvertOptions const& options)
{
    auto const content   = TRY(read_key_file(options.file));
    auto const text      = content.reveal();
    bool const is_public = is_pem(text) ? !is_private_pem(text) : is_set(text);
    if (!is_public && !options.public_half && options.form != "jwks") {
        auto const key = parse_signing_key(text, options.file, options.algorithm, options.kid);
        if (key) return private_text(*key, options.form);
    }
    auto half = TRY(convert_public(text, options));
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

std::expected<jose::SigningKey, std::string> read_signing_key_file(std::string const& file,
                                                                   std::string const& algorithm)
{
    auto const content = TRY(read_key_file(file));
    return parse_signing_key(content.reveal(), file, algorithm);
}

Exit generate_key(GenerateOptions const& options)
{
    return exit_of(generate(options));
}

Exit print_thumbprint(ThumbprintOptions const& options)
{
    auto const keys = public_keys(options.file, options.algorithm);
    if (!keys) return exit_of(std::unexpected(keys.error()));
    for (auto const& key : keys->keys()) fmt::print("{}\n", options.uri ? key.thumbprint_uri() : key.thumbprint());
    return kDone;
}

Exit convert_key(ConvertOptions const& options)
{
    auto const text = convert(options);
    if (!text) return exit_of(std::unexpected(text.error()));
    fmt::print("{}", text->reveal());
    return kDone;
}

}  // namespace signet::cli
