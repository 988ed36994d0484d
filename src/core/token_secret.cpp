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

struct Kept {
    std::string_view name;
    std::string      sealed;
};

Result<std::optional<Kept>> find_kept(SealedStore& sealed)
{
    for (auto const name : {kTokenSecretName, kTokenSecretBeforeChain}) {
        auto found = TRY(sealed.find_secret(name));
        if (found) return Kept{name, *std::move(found)};
    }
    return std::nullopt;
}

Result<TokenSecret> open_secret(Kept const& kept, MasterKey const& master_key)
{
    auto const text = TRY(master_key.open(kept.sealed, secret_context(kept.name)));
    if (text.size() != RootKey::kBytes) return refused(Errc::unavailable, "the token secret has another length");
    WipedDigest bytes;
    std::ranges::copy(text.reveal(), bytes.bytes.begin());
    return TokenSecret{RootKey{bytes.bytes}};
}

// Databases of before authenticated their tokens by the master key itself: that stays so, or everyone would be
// signed out. Only its own master key may become their secret.
Result<Kept> make_first(TokenSecretPlace const& place)
{
    auto const records = TRY(place.signing_keys.list_keys(place.now));
    if (records.empty())
        return Kept{kTokenSecretName, TokenSecret::generate(place.random).seal(place.master_key, place.random)};
    auto const& latest = records.back();
    TRY(place.master_key.open(latest.sealed, sealing_context(latest.purpose, latest.kid)));
    auto const root = text_of(place.master_key.root());
    return Kept{kTokenSecretBeforeChain,
                place.master_key.seal(root, secret_context(kTokenSecretBeforeChain), place.random)};
}

}  // namespace

TokenSecret TokenSecret::generate(Random& random)
{
    WipedDigest bytes;
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

bool TokenSecret::is_root_of(MasterKey const& master_key) const
{
    return CRYPTO_memcmp(root_.reveal().data(), master_key.root().reveal().data(), RootKey::kBytes) == 0;
}

std::string secret_context(std::string_view name)
{
    return std::string{"secret\n"}.append(name);
}

Result<std::string> seal_beside_chain(MasterKey const& master_key, std::string_view sealed, Random& random)
{
    auto const text = TRY(master_key.open(sealed, secret_context(kTokenSecretBeforeChain)));
    return master_key.seal(text, secret_context(kTokenSecretName), random);
}

Result<TokenSecret> load_token_secret(TokenSecretPlace const& place)
{
    auto const kept = TRY(find_kept(place.sealed));
    if (kept) return open_secret(*kept, place.master_key);

    auto const first = TRY(make_first(place));
    TRY(place.sealed.add_secret(first.name, first.sealed));
    // Another process may have been first.
    auto const added = TRY(find_kept(place.sealed));
    if (!added) return refused(Errc::unavailable, "storage keeps no token secret");
    return open_secret(*added, place.master_key);
}

}  // namespace signet::core
