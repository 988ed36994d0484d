// The proof types, and how they keep claims.
#include <algorithm>
#include <array>

#include "base/result.hpp"
#include "jose/base64url_into.hpp"
#include "jose/refuse.hpp"
#include "jose/signature.hpp"
#include "jose/token_access.hpp"
#include "jose/token_state.hpp"

namespace jose {
namespace detail {

namespace {

constexpr std::size_t kMostKept       = 4 * 1024;  // bytes of claims; memory of larger tokens is given back
constexpr std::size_t kSparesOfThread = 4;

// Whether this thread's spares are gone; outlives them, being trivial.
thread_local bool spares_are_gone = false;

struct Spares {
    std::array<TokenAccess::State*, kSparesOfThread> states{};
    std::size_t                                      size = 0;

    Spares() = default;
    ~Spares()
    {
        spares_are_gone = true;
        std::for_each_n(states.begin(), size, [](auto* state) { delete state; });
    }
    Spares(Spares const&)            = delete;
    Spares& operator=(Spares const&) = delete;
};

thread_local Spares spares;

}  // namespace
}  // namespace detail

using detail::spares;
using signet::json::Kind;

TokenAccess::Owner TokenAccess::new_state()
{
    if (detail::spares_are_gone || spares.size == 0) return Owner{new State};
    return Owner{spares.states[--spares.size]};
}

void VerifiedToken::Recycle::operator()(State* state) const noexcept
{
    bool const keep =
        !detail::spares_are_gone && spares.size < spares.states.size() && state->claims.capacity() <= detail::kMostKept;
    if (keep)
        spares.states[spares.size++] = state;
    else
        delete state;
}

VerifiedToken::VerifiedToken(std::unique_ptr<State, Recycle> state) : state_(std::move(state)) {}
VerifiedToken::VerifiedToken(VerifiedToken&&) noexcept            = default;
VerifiedToken& VerifiedToken::operator=(VerifiedToken&&) noexcept = default;
VerifiedToken::~VerifiedToken()                                   = default;

std::string_view VerifiedToken::issuer() const
{
    return find_string("iss").value_or("");
}
std::string_view VerifiedToken::subject() const
{
    return find_string("sub").value_or("");
}
std::string_view VerifiedToken::token_id() const
{
    return find_string("jti").value_or("");
}
std::string_view VerifiedToken::kid() const
{
    return state_->kid;
}
Algorithm VerifiedToken::algorithm() const
{
    return state_->algorithm;
}
std::optional<Time> VerifiedToken::expires_at() const
{
    return state_->expires_at;
}
std::optional<Time> VerifiedToken::issued_at() const
{
    return state_->issued_at;
}
std::string_view VerifiedToken::header_json() const
{
    return state_->header;
}
std::string_view VerifiedToken::claims_json() const
{
    return state_->claims;
}

std::optional<std::string_view> VerifiedToken::find_string(std::string_view claim) const
{
    auto const* found = state_->index.find(claim);
    return found == nullptr ? std::nullopt : found->string();
}

std::optional<std::int64_t> VerifiedToken::find_integer(std::string_view claim) const
{
    auto const* found = state_->index.find(claim);
    return found == nullptr ? std::nullopt : found->integer();
}

std::optional<double> VerifiedToken::find_number(std::string_view claim) const
{
    auto const* found = state_->index.find(claim);
    return found == nullptr ? std::nullopt : found->number();
}

std::optional<bool> VerifiedToken::find_boolean(std::string_view claim) const
{
    auto const* found = state_->index.find(claim);
    return found == nullptr ? std::nullopt : found->boolean();
}

std::optional<std::vector<std::string>> VerifiedToken::find_strings(std::string_view claim) const
{
    auto const* found = state_->index.find(claim);
    if (found == nullptr || found->kind() != Kind::array) return std::nullopt;
    std::vector<std::string> out;
    bool const               all_strings = found->for_each_item([&](signet::json::Value const& item) {
        auto const text = item.string();
        if (text) out.emplace_back(*text);
        return text.has_value();
    });
    if (!all_strings) return std::nullopt;
    return out;
}

std::optional<std::string_view> VerifiedToken::find_json(std::string_view claim) const
{
    auto const position = state_->index.position(claim);
    if (!position) return std::nullopt;
    return detail::member_text(state_->claims, *position);
}

Result<UnverifiedToken> UnverifiedToken::parse(std::string_view compact, std::size_t max_bytes)
{
    return detail::refuse_when_out_of_memory([&]() -> Result<UnverifiedToken> {
        auto&           bench = detail::Workbench::of_this_thread();
        UnverifiedToken out;
        auto const      parts = TRY(detail::decode_compact(compact, max_bytes, out.claims_, bench.signature));
        if (!base64url::decode_into(out.header_, parts.header))
            return detail::refuse(Errc::malformed_token, "header: not base64url");
        if (auto const header = bench.claims.parse_object(out.header_, detail::kHeaderLimits); !header)
            return detail::refuse(Errc::malformed_header, std::string(signet::json::name(header.error())));
        if (auto const claims = bench.claims.parse_object(out.claims_, {.bytes = max_bytes, .depth = 16}); !claims)
            return detail::refuse(Errc::malformed_claims, std::string(signet::json::name(claims.error())));
        return out;
    });
}

}  // namespace jose
