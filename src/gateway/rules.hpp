// gateway/rules.hpp - who may ask a service for what.
//
// Knows nothing of:  proxies, tokens, files.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "signet/verifier.hpp"

namespace signet::gateway {

enum class Access : std::uint8_t {
    open,       // anybody; who is signed in is told to the service all the same
    signed_in,  // whoever has a valid token
};

struct Rule {
    std::string              path;  // as parse_asked_path() gives it, without a slash at the end but "/"
    // Empty: all that no other rule of the path names. "GET" is HEAD too.
    std::vector<std::string> methods    = {};
    Access                   access     = Access::signed_in;
    std::vector<std::string> roles      = {};  // any of them will do; empty: none is needed
    std::vector<std::string> scopes     = {};  // all of them are needed
    WhenStale                when_stale = WhenStale::until_expiry;
};

// Of the rule at `index` of those given; the sentence begins with a verb: "has the path \"x\", which …".
struct RuleFault {
    std::size_t index;
    std::string sentence;
};

inline constexpr std::size_t kMostRules = 1000;

// The rules of one service. Immutable; safe from many threads.
//
// A rule is of its path and all below it, by whole segments: that of /admin is of /admin/x, not of /administrator. The
// longest path decides, whatever the order; of two rules with one path, the one that names the method. Where no rule
// is, who asks must be signed in.
class Rules {
public:
    // All faults at once: a path not in its form, a method that is none, the same path and method twice, an open rule
    // that asks for a role, …
    [[nodiscard]] static std::expected<Rules, std::vector<RuleFault>> make(std::vector<Rule> rules,
                                                                           WhenStale         when_no_rule);

    // `path` as parse_asked_path() gives it. Cost: a comparison for each rule. Lives as long as this.
    [[nodiscard]] Rule const& find(std::string_view method, std::string_view path) const;

    // What is allowed, yet easily meant otherwise: a rule that asks for a role of some methods alone, or that somebody
    // is signed in where a shorter path is open, while others of its path are decided by that.
    [[nodiscard]] static std::vector<RuleFault> warnings(std::span<Rule const> rules);

private:
    Rules(std::vector<Rule> rules, WhenStale when_no_rule);

    std::vector<Rule> rules_;  // longest path first; of one path those that name methods first
    Rule              otherwise_;
};

// What of `rule` somebody with these roles and scopes lacks, for WWW-Authenticate: "roles: admin editor",
// "scopes: notes:write"; nullopt: nothing.
[[nodiscard]] std::optional<std::string> find_lacking(Rule const& rule, std::span<std::string const> roles,
                                                      std::span<std::string const> scopes);

}  // namespace signet::gateway
