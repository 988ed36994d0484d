// jose/jwk.hpp - the form of a JSON Web Key: its members, typed. RFC 7517 4.
//
// Knows nothing of which values make a good key; the key files do.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/secret.hpp"
#include "jose/result.hpp"

namespace jose::detail {

inline constexpr std::size_t kLongestKid = 128;  // bytes (CHECKS A19)

struct Jwk {
    std::string                                              kty;
    std::string                                              crv;
    std::string                                              kid;
    std::optional<std::string>                               alg;
    std::optional<std::string>                               use;
    std::optional<std::vector<std::string>>                  key_ops;
    // n, e, d, x, y, k and so on: decoded. Wiped, since some are secret.
    std::map<std::string, signet::SecretString, std::less<>> numbers;

    // Takes the bytes of a member and wipes the caller's.
    void set(std::string_view name, std::string&& bytes);

    [[nodiscard]] bool                     has(std::string_view name) const { return numbers.contains(name); }
    // The decoded member, or Errc::malformed_key when it is absent.
    [[nodiscard]] Result<std::string_view> number(std::string_view name) const;
};

// Name and value of JWK members, values as they stand in the JSON string. Wiped,
// since some are secret.
class Members {
public:
    Members()                   = default;
    Members(Members&&) noexcept = default;
    ~Members();
    Members(Members const&)            = delete;
    Members& operator=(Members const&) = delete;
    Members& operator=(Members&&)      = delete;

    Members& add(std::string_view name, std::string value)
    {
        list_.emplace_back(name, std::move(value));
        return *this;
    }
    [[nodiscard]] auto begin() const { return list_.begin(); }
    [[nodiscard]] auto end() const { return list_.end(); }

private:
    std::vector<std::pair<std::string_view, std::string>> list_;
};

// RFC 7638 3 with SHA-256, of the members that it names, in its order.
[[nodiscard]] std::string thumbprint_of(Members const& members);

// Errc::malformed_key for one that is too long, or that no JSON could hold.
[[nodiscard]] Result<void> check_kid(std::string_view kid);

// The kid of a key that was given none: its thumbprint, or 43 random characters where that is a hash of a secret, which
// every token would carry (RFC 7638 7).
[[nodiscard]] std::string new_kid(bool is_shared, Members const& identity);

// Errc::key_not_for_this_use for the members of a private key.
[[nodiscard]] Result<void> check_no_private_members(Jwk const& jwk);

// The text of one JWK; what parsing it left in memory is wiped.
[[nodiscard]] Result<Jwk> parse_jwk(std::string_view json);

// Errc::malformed_key for a member of the wrong type, base64url that is not
// canonical, or a kid that is too long. Unknown members are ignored, and so are all
// but the common ones (RFC 7517 4) of a kind of key that is not known here.
[[nodiscard]] Result<Jwk> read_jwk(signet::json::Value const& object);

}  // namespace jose::detail
