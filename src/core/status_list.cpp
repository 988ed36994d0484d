#include "core/status_list.hpp"

#include "base/json.hpp"
#include "core/keyring.hpp"
#include "core/settings.hpp"
#include "jose/base64url.hpp"
#include "jose/jwt.hpp"

namespace signet::core {
namespace {

constexpr std::string_view kType        = "statuslist+jwt";
constexpr std::size_t      kBitsOfAByte = 8;

}  // namespace

std::string status_list_uri(std::string_view issuer, StatusListId list)
{
    return std::string{issuer} + "/status-lists/" + std::to_string(list);
}

std::string status_claim(std::string_view issuer, StatusIndex index)
{
    json::Object place;
    place.set("idx", static_cast<std::int64_t>(index % kStatusesOfAList))
        .set("uri", status_list_uri(issuer, index / kStatusesOfAList));
    json::Object status;
    status.set("status_list", place);
    return status.text();
}

Result<std::string> read_statuses(RevocationStore& log, StatusListId list)
{
    auto const  first   = list * kStatusesOfAList;
    auto const  revoked = TRY(log.list_revoked_statuses(first, kStatusesOfAList));
    std::string bytes(kStatusesOfAList / kBitsOfAByte, '\0');
    for (auto const index : revoked) {
        auto const place = index - first;
        auto&      byte  = bytes[place / kBitsOfAByte];
        byte             = static_cast<char>(static_cast<unsigned char>(byte) | 1U << place % kBitsOfAByte);
    }
    return bytes;
}

Result<std::string> sign_status_list(Ports const& ports, StatusListId list, std::string_view compressed)
{
    auto const keys = ports.keyring.current();
    if (!keys) return refused(Errc::unavailable, "no signing key");

    json::Object statuses;
    statuses.set("bits", 1).set("lst", jose::base64url::encode(compressed));
    auto const   now = ports.clock.now();
    jose::Claims claims;
    claims.subject(status_list_uri(ports.settings.tokens.issuer, list))
        .issued_at(now)
        .expires_at(now + kStatusListLife)
        .set("ttl", std::int64_t{kStatusListTtl.count()})
        .set_json("status_list", statuses.text());
    auto text = jose::sign(claims, *keys->signing, kType);
    if (!text) return refused(Errc::unavailable, "signing: " + text.error().detail);
    return *std::move(text);
}

}  // namespace signet::core
