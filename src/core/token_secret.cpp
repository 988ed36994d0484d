#include "core/token_secret.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "core/keyring.hpp"
#include "core/master_key.hpp"

namespace signet::core {
namespace {

SecretString text_of(RootKey const& root)
{
    auto const bytes = root.reveal();
    return SecretString{{reinterpret_cast<char const*>(bytes.data()), bytes.size()}};
}

Result<TokenSecret> open_secret(std::string_view sealed, MasterKey const& master_key)
{
    auto const text = TRY(master_key.open(sealed, secret_context(kTokenSecretName)));
    if (text.size() != RootKey::kBytes) return refused(Errc::unavailable, "the token secret has another length");
    DerivedKey bytes;
    std::ranges::copy(text.reveal(), bytes.bytes.begin());
    return TokenSecret{RootKey{bytes.bytes}};
}

// Databases of before authenticated their tokens by the master key itself: that stays so, or everyone would be
// signed out. Only its own master key may become their secret.
Result<TokenSecret> first_secret(TokenSecretPlace const& place)
{
    auto const records = TRY(place.signing_keys.list_keys(place.now));
    if (records.empty()) return TokenSecret::generate(place.random);
    TRY(place.master_key.open(records.back().sealed, sealing_context(records.back().kid)));
    return TokenSecret{RootKey{place.master_key.root().reveal()}};
}

}  // namespace

TokenSecret TokenSecret::generate(Random& random)
{
    DerivedKey bytes;
    random.fill(bytes.bytes);
    return TokenSecret{RootKey{bytes.bytes}};
}

std::array<std::uint8_t, 32> TokenSecret::mac(std::string_view purpose, std::string_view message) const
{
    auto const key = root_.derive(purpose);
    return hmac_sha256(key.bytes, message);
}

bool TokenSecret::mac_matches(std::string_view purpose, std::string_view message, std::string_view tag) const
{
    auto const expected = mac(purpose, message);
    return tag.size() == expected.size() && CRYPTO_memcmp(expected.data(), tag.data(), expected.size()) == 0;
}

std::string TokenSecret::seal(MasterKey const& master_key, Random& random) const
{
    return master_key.seal(text_of(root_), secret_context(kTokenSecretName), random);
}

std::string secret_context(std::string_view name)
{
    return std::string{"secret\n"}.append(name);
}

Result<TokenSecret> load_token_secret(TokenSecretPlace const& place)
{
    auto kept = TRY(place.sealed.find_secret(kTokenSecretName));
    if (kept) return open_secret(*kept, place.master_key);

    auto const first = TRY(first_secret(place));
    TRY(place.sealed.add_secret(kTokenSecretName, first.seal(place.master_key, place.random)));
    // Another process may have been first.
    auto added = TRY(place.sealed.find_secret(kTokenSecretName));
    if (!added) return refused(Errc::unavailable, "storage keeps no token secret");
    return open_secret(*added, place.master_key);
}

}  // namespace signet::core
