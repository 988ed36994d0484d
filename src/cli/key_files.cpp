#include "cli/key_files.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <fstream>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/data_folder.hpp"
#include "cli/refusals.hpp"
#include "cli/verification_keys.hpp"
#include "jose/key_set.hpp"

namespace signet::cli {
namespace {

using Text = std::expected<std::string, std::string>;

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

std::expected<jose::SigningKey, std::string> parse_signing_key(std::string const& content, std::string const& file,
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

std::expected<jose::KeySet, std::string> parse_public_keys(std::string const& content, std::string const& file,
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

Text private_text(jose::SigningKey const& key, std::string const& form)
{
    if (form == "pem") return unwrapped(key.reveal_pem(), "This key has no PEM form");
    return key.reveal_jwk() + "\n";
}

Text public_text(jose::VerificationKey const& key, std::string const& form)
{
    if (form == "pem") return unwrapped(key.to_pem(), "This key has no public half");
    auto const jwk = TRY(unwrapped(key.to_jwk(), "This key has no public half"));
    return form == "jwks" ? "{\"keys\":[" + jwk + "]}\n" : jwk + "\n";
}

std::expected<void, std::string> write_new(std::string const& file, std::string_view content)
{
    auto const made = create_private_file(file, content);
    if (!made) return std::unexpected(made.error());
    if (!*made) return std::unexpected(fmt::format("{} is there already; nothing was overwritten.", file));
    return {};
}

std::expected<void, std::string> generate(GenerateOptions const& options)
{
    auto const algorithm = TRY(parse_algorithm(options.algorithm));
    auto const key       = jose::SigningKey::generate(algorithm.value_or(jose::Algorithm::es256),
                                                      jose::NewKey{.kid = options.kid, .rsa_bits = options.rsa_bits});
    if (!key) return std::unexpected(said("No key was made", key.error()));

    auto               plain = TRY(private_text(*key, options.form));
    SecretString const text{plain};
    OPENSSL_cleanse(plain.data(), plain.size());
    if (!options.public_out.empty()) {
        auto const    half = TRY(public_text(key->verification_key(), options.form));
        std::ofstream out(options.public_out);
        if (!(out << half).flush()) return std::unexpected(fmt::format("{} cannot be written.", options.public_out));
    }
    if (!options.out.empty()) return write_new(options.out, text.reveal());
    fmt::print("{}", text.reveal());
    return {};
}

// The public half of whatever the file holds.
std::expected<jose::KeySet, std::string> public_keys(std::string const& file, std::string const& algorithm)
{
    auto const content = TRY(read_key_file(file));
    auto       keys    = parse_public_keys(content, file, algorithm);
    if (keys) return keys;
    auto const key = parse_signing_key(content, file, algorithm);
    if (!key) return keys;
    auto half = jose::KeySet::from({key->verification_key()});
    if (!half) return std::unexpected(said(file, half.error()));
    return *std::move(half);
}

Text convert(ConvertOptions const& options)
{
    auto const content = TRY(read_key_file(options.file));
    bool const is_set  = !is_pem(content) && content.find("\"keys\"") != content.npos;
    if (is_set) {
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
    if (key && !options.public_half && options.form != "jwks") return private_text(*key, options.form);
    if (key) return public_text(key->verification_key(), options.form);
    auto const keys = TRY(parse_public_keys(content, options.file, options.algorithm));
    return public_text(keys.keys().front(), options.form);
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

Text read_key_file(std::string const& file)
{
    std::ifstream in(file, std::ios::binary);
    std::string   content(kLongestFile + 1, '\0');
    if (!in || !in.read(content.data(), static_cast<std::streamsize>(content.size())).eof())
        return std::unexpected(in ? fmt::format("{} is larger than 1 MiB.", file)
                                  : fmt::format("{} cannot be read. Check the path.", file));
    content.resize(static_cast<std::size_t>(in.gcount()));
    return content;
}

std::expected<jose::SigningKey, std::string> read_signing_key_file(std::string const& file,
                                                                   std::string const& algorithm)
{
    auto const content = TRY(read_key_file(file));
    return parse_signing_key(content, file, algorithm);
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
    fmt::print("{}", *text);
    return kDone;
}

}  // namespace signet::cli
