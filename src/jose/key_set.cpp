#include "jose/key_set.hpp"

#include <algorithm>
#include <array>
#include <atomic>

#include "base/json.hpp"
#include "base/result.hpp"
#include "jose/key_material.hpp"
#include "jose/refuse.hpp"

namespace jose {
namespace {

using namespace detail;

constexpr std::size_t kMostBytes = 64 * 1024;  // CHECKS A40
constexpr std::size_t kMostKeys  = 100;

// RFC 7517 5: "Implementations SHOULD ignore JWKs within a JWK Set that use
// "kty" values that are not understood by them".
bool is_served(Jwk const& jwk, std::optional<Algorithm> for_keys_without_alg)
{
    auto const rows     = algorithms();
    auto const of_curve = [&](AlgorithmRow const& row) { return row.kty == jwk.kty && row.crv == jwk.crv; };
    if (!jwk.crv.empty() && std::ranges::none_of(rows, of_curve)) return false;
    if (jwk.alg) return find_row(*jwk.alg) != nullptr;
    return !jwk.crv.empty() || (for_keys_without_alg && row_of(*for_keys_without_alg).kty == jwk.kty);
}

// A key that names no alg serves the caller's where it can, and else its curve's.
std::optional<Algorithm> wanted(Jwk const& jwk, std::optional<Algorithm> for_keys_without_alg)
{
    if (jwk.alg || !for_keys_without_alg) return std::nullopt;
    if (jwk.crv.empty()) return for_keys_without_alg;
    return row_of(*for_keys_without_alg, jwk.crv).crv == jwk.crv ? for_keys_without_alg : std::nullopt;
}

// Nobody may overlook a secret among keys, be it for what is not served here (CHECKS A21).
Result<void> check_skipped(Jwk const& jwk)
{
    if (jwk.kty == "oct") return refuse(Errc::unsupported_key, "an oct key that names no alg served here");
    return check_no_private_members(jwk);
}

// Null when the key is of a kind that is not served here.
Result<std::optional<VerificationKey>> read_key(signet::json::Value const& item,
                                                std::optional<Algorithm>   for_keys_without_alg)
{
    if (item.kind() != signet::json::Kind::object) return refuse(Errc::malformed_key, "a key that is not an object");
    auto const jwk = TRY(read_jwk(item));
    if (!is_served(jwk, for_keys_without_alg)) {
        TRY(check_skipped(jwk));
        return std::nullopt;
    }
    auto key = TRY(load_key(jwk, wanted(jwk, for_keys_without_alg), Purpose::verify));
    return KeyAccess::wrap(std::move(key));
}

// RFC 7517 4.5 asks for distinct kids; here they must be (CHECKS A21).
Result<void> check_kids(std::vector<VerificationKey> const& keys)
{
    std::vector<std::string_view> kids;
    for (auto const& key : keys) kids.push_back(key.kid());
    std::ranges::sort(kids);
    if (kids.size() > 1 && kids.front().empty()) return refuse(Errc::malformed_key, "a key without kid among several");
    auto const twin = std::ranges::adjacent_find(kids);
    if (twin != kids.end()) return refuse(Errc::duplicate_kid, excerpt(*twin));
    return {};
}

// What a thread saw last of the shared sets. Each set has one slot; a ninth shares
// the first one's, and a thread that reads both by turns takes their locks.
struct Seen {
    std::uint64_t version = 0;  // 0 is no version
    KeySet        keys;
};
constexpr std::size_t kSlots = 8;

std::array<Seen, kSlots>& seen_by_this_thread()
{
    thread_local std::array<Seen, kSlots> seen;
    return seen;
}

// Versions are unique among all shared sets, so that one number tells whose set
// a slot holds, and which.
std::uint64_t next_version()
{
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

std::size_t next_slot()
{
    static std::atomic<std::size_t> last{0};
    return ++last % kSlots;
}

Result<KeySet> parse_set(std::string_view json, std::optional<Algorithm> for_keys_without_alg)
{
    // The set of a single server may be symmetric, and then its text is secret.
    signet::json::SecretDocument document;
    auto const                   object = document.parse_object(json, {.bytes = kMostBytes, .depth = 8, .members = 64});
    if (!object) return refuse(Errc::malformed_key, std::string(signet::json::name(object.error())));
    auto const items = object->find("keys");
    if (!items || items->kind() != signet::json::Kind::array)
        return refuse(Errc::malformed_key, "keys is missing or not an array");

    std::vector<VerificationKey> keys;
    std::size_t                  seen = 0;
    Result<void>                 good;
    items->for_each_item([&](signet::json::Value const& item) {
        auto key = read_key(item, for_keys_without_alg);
        if (++seen > kMostKeys)
            good = refuse(Errc::malformed_key, "more than 100 keys");
        else if (!key)
            good = std::unexpected(std::move(key).error());
        else if (*key)
            keys.push_back(std::move(**key));
        return good.has_value();
    });
    TRY(std::move(good));
    return KeySet::from(std::move(keys));
}

}  // namespace

KeySet::KeySet() : keys_(std::make_shared<std::vector<VerificationKey> const>()) {}

Result<KeySet> KeySet::from(std::vector<VerificationKey> keys)
{
    return refuse_when_out_of_memory([&]() -> Result<KeySet> {
        TRY(check_kids(keys));
        auto const symmetric =
            std::ranges::count_if(keys, [](auto const& key) { return is_symmetric(key.algorithm()); });
        if (symmetric != 0 && static_cast<std::size_t>(symmetric) != keys.size())
            return refuse(Errc::key_not_for_this_use, "symmetric keys next to public ones");
        KeySet set;
        set.keys_ = std::make_shared<std::vector<VerificationKey> const>(std::move(keys));
        return set;
    });
}

Result<KeySet> KeySet::parse(std::string_view json, std::optional<Algorithm> for_keys_without_alg)
{
    return refuse_when_out_of_memory([&] { return parse_set(json, for_keys_without_alg); });
}

VerificationKey const* KeySet::find(std::string_view kid) const
{
    if (keys_->size() == 1 && (kid.empty() || keys_->front().kid().empty())) return &keys_->front();
    if (kid.empty()) return nullptr;
    auto const found = std::ranges::find(*keys_, kid, &VerificationKey::kid);
    return found == keys_->end() ? nullptr : &*found;
}

std::size_t KeySet::size() const
{
    return keys_->size();
}
std::span<VerificationKey const> KeySet::keys() const
{
    return *keys_;
}

Result<std::string> KeySet::to_json() const
{
    return refuse_when_out_of_memory([&]() -> Result<std::string> {
        std::string out = "{\"keys\":[";
        for (auto const& key : *keys_) {
            auto const jwk = TRY(key.to_jwk());
            if (out.back() != '[') out += ',';
            out += jwk;
        }
        return out + "]}";
    });
}

KeySet KeySet::detached() const
{
    KeySet out;
    // The holder has a count of its own and keeps the keys alive by theirs.
    auto   holder = std::make_shared<KeySet const>(*this);
    out.keys_     = {holder, keys_.get()};
    return out;
}

SharedKeySet::SharedKeySet(KeySet keys) : version_(next_version()), slot_(next_slot()), keys_(std::move(keys)) {}

KeySet SharedKeySet::current() const
{
    auto& seen = seen_by_this_thread()[slot_];
    if (seen.version != version_.load(std::memory_order_acquire)) [[unlikely]] {
        std::scoped_lock const lock{mutex_};
        seen.keys    = keys_.detached();
        seen.version = version_.load(std::memory_order_relaxed);
    }
    return seen.keys;
}

void SharedKeySet::replace(KeySet keys)
{
    {
        std::scoped_lock const lock{mutex_};
        std::swap(keys_, keys);
        version_.store(next_version(), std::memory_order_release);
    }
    // The set replaced dies here, outside the lock, or with its last reader.
}

}  // namespace jose
