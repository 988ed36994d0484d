// One side of an exchange of encrypted texts with another implementation.
//
//     jwe_peer encrypt FOLDER     writes KIND.key (a private JWK) and KIND.ENC.ours for each pair that fits
//     jwe_peer decrypt FOLDER     opens each KIND.ENC.theirs with KIND.key, and prints how many
//
// Each text holds its own name, KIND.ENC.
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <vector>

#include "jose/jose.hpp"

namespace {

using jose::ContentEncryption;
using jose::KeyManagement;

template <class T>
T must(jose::Result<T> result)
{
    if (result) return std::move(*result);
    std::cerr << name(result.error().code) << ": " << result.error().detail << '\n';
    std::_Exit(1);
}

constexpr std::array kEncryptions{ContentEncryption::a128gcm, ContentEncryption::a256gcm,
                                  ContentEncryption::a128cbc_hs256, ContentEncryption::a256cbc_hs512};

struct Kind {
    KeyManagement                    algorithm;
    std::string                      curve{};
    std::optional<ContentEncryption> only{};

    [[nodiscard]] std::string label() const
    {
        return std::string(name(algorithm)) + "_" + curve + (only ? std::string(name(*only)) : "");
    }
    [[nodiscard]] bool serves(ContentEncryption encryption) const { return !only || *only == encryption; }
};

std::vector<Kind> kinds()
{
    using enum KeyManagement;
    std::vector<Kind> out{{a128kw}, {a256kw}, {rsa_oaep_256}};
    for (auto const encryption : kEncryptions) out.push_back({.algorithm = dir, .only = encryption});
    for (auto const algorithm : {ecdh_es, ecdh_es_a128kw, ecdh_es_a256kw})
        for (auto const* curve : {"P-256", "P-384", "P-521", "X25519"})
            out.push_back({.algorithm = algorithm, .curve = curve});
    return out;
}

template <class Visit>
void for_each_pair(Visit const& visit)
{
    for (auto const& kind : kinds())
        for (auto const encryption : kEncryptions)
            if (kind.serves(encryption)) visit(kind, encryption, kind.label() + "." + std::string(name(encryption)));
}

std::string read(std::filesystem::path const& path)
{
    std::ifstream      in(path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void encrypt_all(std::filesystem::path const& folder)
{
    for (auto const& kind : kinds()) {
        auto const key =
            must(jose::DecryptionKey::generate(kind.algorithm, {.curve = kind.curve, .encryption = kind.only}));
        std::ofstream(folder / (kind.label() + ".key")) << key.reveal_jwk();
    }
    for_each_pair([&](Kind const& kind, ContentEncryption encryption, std::string const& label) {
        auto const            key = must(jose::DecryptionKey::parse_jwk(read(folder / (kind.label() + ".key"))));
        jose::JweHeaderFields fields{.content_type = "text/plain"};
        if (!kind.curve.empty()) {
            fields.apu = "Alice";
            fields.apv = "Bob";
        }
        std::ofstream(folder / (label + ".ours")) << must(encrypt(label, key.encryption_key(), encryption, fields));
    });
}

int decrypt_all(std::filesystem::path const& folder)
{
    int opened = 0;
    for_each_pair([&](Kind const& kind, ContentEncryption encryption, std::string const& label) {
        auto const key    = must(jose::DecryptionKey::parse_jwk(read(folder / (kind.label() + ".key"))));
        auto const policy = must(jose::JwePolicy::create({.algorithm = kind.algorithm, .encryptions = {encryption}}));
        auto const plain  = must(decrypt(read(folder / (label + ".theirs")), key, policy));
        if (plain.bytes() == label) ++opened;
    });
    return opened;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 3) return 2;
    if (std::string_view{argv[1]} == "encrypt")
        encrypt_all(argv[2]);
    else
        std::cout << decrypt_all(argv[2]) << '\n';
}
