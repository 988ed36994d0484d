// Any text as the header of a rightly signed token: accepted exactly where RFC 7515
// and our limits allow it, by a reading of its JSON that shares nothing with ours.
#include <optional>

#include "json_referee.hpp"
#include "require.hpp"
#include "signed_text.hpp"

namespace {

using fuzz::Json;
using fuzz::require;
using jose::Errc;

constexpr std::size_t kMostBytes   = 8UL * 1024;
constexpr std::size_t kLongestKid  = 128;
constexpr auto        kExampleType = "at+jwt";

jose::Policy policy(std::string type)
{
    bool const any = type.empty();
    return *jose::Policy::create({.type                             = std::move(type),
                                  .algorithms                       = {jose::Algorithm::hs256},
                                  .max_token_bytes                  = kMostBytes,
                                  .dangerously_allow_missing_expiry = true,
                                  .dangerously_accept_any_issuer    = true,
                                  .dangerously_accept_any_audience  = true,
                                  .dangerously_accept_any_type      = any});
}

bool is_text_or_absent(Json const& header, std::string_view name)
{
    auto const* value = header.find(name);
    return value == nullptr || value->is(Json::Kind::string);
}

std::string_view text_of(Json const& header, std::string_view name)
{
    auto const* value = header.find(name);
    return value == nullptr ? std::string_view{} : value->string;
}

// Why the header is refused, in the order of verify(); nullopt: it is good.
std::optional<Errc> expected(std::string_view text)
{
    if (text.empty()) return Errc::malformed_token;
    auto const header = fuzz::read_json_object(text, {.depth = 8, .members = 64});
    if (!header) return Errc::malformed_header;
    if (!is_text_or_absent(*header, "kid") || !is_text_or_absent(*header, "typ")) return Errc::malformed_header;
    if (text_of(*header, "kid").size() > kLongestKid) return Errc::malformed_header;
    if (header->find("crit") != nullptr || header->find("b64") != nullptr) return Errc::unsupported_critical;
    auto const* alg = header->find("alg");
    if (alg == nullptr || !alg->is_string("HS256")) return Errc::algorithm_not_allowed;
    auto const kid = text_of(*header, "kid");
    if (!kid.empty() && kid != "k") return Errc::unknown_key;
    return std::nullopt;
}

// RFC 7515 4.1.9, letter by letter.
bool is_example_type(std::string_view typ)
{
    std::string small{typ};
    for (auto& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    return small == kExampleType || small == std::string{"application/"} + kExampleType;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    static auto const signer   = fuzz::hs256_signer();
    static auto const any_type = policy("");
    static auto const one_type = policy(kExampleType);

    auto const text  = fuzz::text_of(data, size);
    auto const token = fuzz::sign_bytes(text, "{}", signer);
    if (token.size() > kMostBytes) return 0;

    auto const fault  = expected(text);
    auto const answer = jose::verify(token, signer.keys, any_type, fuzz::kNow);
    require(answer.has_value() == !fault.has_value());
    if (!answer) return require(answer.error().code == *fault), 0;
    require(answer->header_json() == text && answer->algorithm() == jose::Algorithm::hs256);

    auto const header = *fuzz::read_json_object(text, {.depth = 8, .members = 64});
    require(answer->kid() == text_of(header, "kid"));

    // Now the header is one that this thread remembers.
    auto const again = jose::verify(token, signer.keys, one_type, fuzz::kNow);
    require(again.has_value() == is_example_type(text_of(header, "typ")));
    if (!again) require(again.error().code == Errc::type_mismatch);
    // And under no other signature.
    require(!jose::verify(token.substr(0, token.size() - 1), signer.keys, any_type, fuzz::kNow));
    return 0;
}
