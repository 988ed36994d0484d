#include "cli/token.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "cli/key_files.hpp"
#include "cli/refusals.hpp"
#include "cli/terminal_text.hpp"
#include "cli/verification_keys.hpp"
#include "jose/base64url.hpp"
#include "jose/jws.hpp"
#include "jose/jwt.hpp"
#include "verifier/fetch.hpp"

namespace signet::cli {
namespace {

constexpr std::size_t kLongest = kMostTokenBytes;

// Claims that are times; shown as a date too.
constexpr auto kTimes = std::to_array<std::string_view>({"exp", "iat", "nbf", "auth_time"});

// What stands by itself as the name of a claim; all else is shown in quotes.
bool is_word(std::string_view name)
{
    static constexpr std::string_view kSigns = "-_.:/#@";
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kSigns.contains(c);
    });
}

void print_members(std::string_view title, std::string_view json_text)
{
    fmt::print("{}\n", title);
    auto const object = json::parse_object(json_text, {.bytes = kLongest});
    if (!object) {
        fmt::print("  {}\n\n", for_terminal(json::quote(json_text)));
        return;
    }
    object->for_each_member([](std::string_view name, json::Value value) {
        std::string date;
        auto const  seconds = value.integer();
        bool const  is_time = std::ranges::find(kTimes, name) != kTimes.end();
        if (is_time && seconds && *seconds >= 0 && *seconds < 253'402'300'800)  // the year 10000
            date = fmt::format("   ({:%Y-%m-%d %H:%M:%S} UTC)", fmt::gmtime(static_cast<std::time_t>(*seconds)));
        fmt::print("  {:<12} {}{}\n", is_word(name) ? std::string{name} : for_terminal(json::quote(name)),
                   for_terminal(value.text()), date);
        return true;
    });
    fmt::print("\n");
}

// What every line of standard input is held against.
struct Bench {
    std::vector<jose::KeySet>    key_sets;  // cli/verification_keys.hpp: a token is for one of them at most
    std::vector<jose::Algorithm> algorithms;
    std::size_t                  max_bytes = 0;
    std::optional<jose::Policy>  policy{};  // none: the signature alone
    std::optional<jose::Time>    now{};
};

json::Object refusal(jose::Error const& error)
{
    json::Object out;
    out.set("ok", false).set("error", jose::name(error.code)).set("detail", error.detail);
    return out;
}

// With --jws: the signature and the algorithm, and the payload as it is.
jose::Result<json::Object> verify_signature(Bench const& bench, jose::KeySet const& keys, std::string_view token)
{
    auto const payload = TRY(jose::verify_payload(token, keys, bench.max_bytes));
    auto const object  = json::parse_object(payload.header_json(), {.bytes = kLongest});
    auto const alg     = object ? object->find("alg") : std::nullopt;
    auto const name    = std::string{alg ? alg->string().value_or("") : ""};
    auto const known   = jose::find_algorithm(name);
    if (!known || std::ranges::find(bench.algorithms, *known) == bench.algorithms.end())
        return std::unexpected(jose::Error{jose::Errc::algorithm_not_allowed, "alg " + name});
    json::Object out;
    out.set("ok", true)
        .set_raw("header", json::minify(payload.header_json()))
        .set("payload", jose::base64url::encode(payload.bytes()));
    return out;
}

jose::Result<json::Object> verify_claims(Bench const& bench, jose::KeySet const& keys, std::string_view token)
{
    auto const   verified = TRY(jose::verify(token, keys, *bench.policy, bench.now.value_or(SystemClock{}.now())));
    json::Object out;
    out.set("ok", true)
        .set_raw("header", json::minify(verified.header_json()))
        .set_raw("claims", json::minify(verified.claims_json()));
    return out;
}

jose::Result<json::Object> verify_one(Bench const& bench, std::string_view token)
{
    jose::Result<json::Object> answer = std::unexpected(jose::Error{jose::Errc::algorithm_mismatch, ""});
    for (auto const& keys : bench.key_sets) {
        answer = bench.policy ? verify_claims(bench, keys, token) : verify_signature(bench, keys, token);
        if (answer || answer.error().code != jose::Errc::algorithm_mismatch) break;
    }
    return answer;
}

std::expected<std::vector<jose::Algorithm>, std::string> parse_algorithms(std::vector<std::string> const& names)
{
    std::vector<jose::Algorithm> out;
    for (auto const& name : names) {
        auto const algorithm = jose::find_algorithm(name);
        if (!algorithm) return std::unexpected(fmt::format("--algorithms: \"{}\" is not served here.", name));
        out.push_back(*algorithm);
    }
    return out;
}

jose::Result<jose::Policy> make_policy(VerifyOptions const& options, std::vector<jose::Algorithm> const& algorithms)
{
    return jose::Policy::create({.issuer                           = options.issuer.value_or(""),
                                 .audience                         = options.audience.value_or(""),
                                 .type                             = options.type.value_or(""),
                                 .algorithms                       = algorithms,
                                 .clock_skew                       = std::chrono::seconds{options.leeway_seconds},
                                 .max_token_bytes                  = options.max_bytes,
                                 .dangerously_allow_missing_expiry = options.allow_missing_expiry,
                                 .dangerously_accept_any_issuer    = !options.issuer,
                                 .dangerously_accept_any_audience  = !options.audience,
                                 .dangerously_accept_any_type      = !options.type});
}

// What stands at --jwks.
std::expected<SecretString, std::string> fetch_keys(VerifyOptions const& options)
{
    auto address = key_set_url(options.jwks);
    if (!address) return std::unexpected(fmt::format("--jwks: {}.", address.error()));
    auto answer = fetch({.from = *std::move(address), .ca_file = options.ca_file, .etag = {}}, {});
    if (!answer) return std::unexpected(fmt::format("{} gave no key set: {}.", options.jwks, answer.error()));
    if (answer->status != 200)
        return std::unexpected(fmt::format("{} gave no key set: it answered {}.", options.jwks, answer->status));
    return SecretString{answer->body};
}

// As in signet::Verifier: a secret that is published is none.
bool is_published_secret(VerifyOptions const& options, jose::KeySet const& keys)
{
    return !options.jwks.empty() &&
           std::ranges::any_of(keys.keys(), jose::is_symmetric, &jose::VerificationKey::algorithm);
}

std::expected<Bench, std::string> make_bench(VerifyOptions const& options)
{
    auto const& source  = options.jwks.empty() ? options.key_file : options.jwks;
    auto const  content = TRY(options.jwks.empty() ? read_key_file(options.key_file) : fetch_keys(options));

    auto algorithms = TRY(parse_algorithms(options.algorithms));
    auto key_sets   = read_verification_keys(content.reveal(), algorithms);
    if (!key_sets && algorithms.empty() && key_sets.error().code == jose::Errc::contradictory_policy)
        return std::unexpected(fmt::format("{}: {}; give --algorithms.", source, key_sets.error().detail));
    if (!key_sets) return std::unexpected(said(source, key_sets.error()));
    if (is_published_secret(options, key_sets->front()))
        return std::unexpected(fmt::format("{} publishes a symmetric key, which is a secret no more.", source));
    // Without --algorithms: those of the keys, each bound to its own when it was read.
    if (algorithms.empty())
        for (auto const& key : key_sets->front().keys()) algorithms.push_back(key.algorithm());

    Bench bench{.key_sets = *std::move(key_sets), .algorithms = std::move(algorithms), .max_bytes = options.max_bytes};
    if (options.now) bench.now = from_unix_milliseconds(*options.now * 1000);
    if (options.jws) return bench;
    auto policy = make_policy(options, bench.algorithms);
    if (!policy) return std::unexpected(said("These options do not go together", policy.error()));
    bench.policy = std::move(*policy);
    return bench;
}

// One line of standard input, whole or its first bytes: more than kLongest are taken off it, and too long for a token.
// False at the end.
bool read_line(std::string& line)
{
    line.clear();
    auto* const in = std::cin.rdbuf();
    for (int c = in->sbumpc(); c != '\n'; c = in->sbumpc()) {
        if (c == std::char_traits<char>::eof()) return !line.empty();
        if (line.size() <= kLongest) line += static_cast<char>(c);
    }
    if (line.ends_with('\r')) line.pop_back();
    return true;
}

}  // namespace

Exit decode_token(DecodeOptions const& options)
{
    auto text = options.token;
    if (text == "-") read_line(text);
    auto const token = jose::UnverifiedToken::parse(text, kLongest);
    if (!token) {
        complain(said("This is not a token", token.error()));
        return kRefused;
    }
    if (options.json) {
        json::Object out;
        out.set("verified", false)
            .set_raw("header", json::minify(token->header_json()))
            .set_raw("claims", json::minify(token->claims_json()));
        fmt::print("{}\n", for_terminal(out.text()));
        return kDone;
    }
    print_members("Header", token->header_json());
    print_members("Claims", token->claims_json());
    fmt::print("Nothing was verified: anyone can write such a token. To check one: signet token verify --key FILE\n");
    return kDone;
}

Exit verify_tokens(VerifyOptions const& options)
{
    auto const bench = make_bench(options);
    if (!bench) {
        complain(bench.error());
        return kUsage;
    }
    std::size_t lines = 0;
    std::size_t good  = 0;
    std::string line;
    for (; read_line(line); ++lines) {
        auto const answer = verify_one(*bench, line);
        good += answer.has_value() ? 1 : 0;
        fmt::print("{}\n", for_terminal(answer ? answer->text() : refusal(answer.error()).text()));
        static_cast<void>(std::fflush(stdout));  // who asks token by token gets an answer each time
    }
    if (lines == 0) {
        complain("No token came on standard input, one per line; so none is valid.");
        return kUsage;
    }
    return good == lines ? kDone : kRefused;
}

}  // namespace signet::cli
