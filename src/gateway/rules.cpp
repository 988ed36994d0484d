#include "gateway/rules.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "base/utf8.hpp"
#include "core/user.hpp"
#include "gateway/asked.hpp"
#include "gateway/asked_path.hpp"

namespace signet::gateway {
namespace {

// Whether `path` is `of` or below it.
bool covers(std::string_view of, std::string_view path)
{
    if (of == "/") return true;
    return path.starts_with(of) && (path.size() == of.size() || path[of.size()] == '/');
}

// A rule is written as the path reads once it is decoded; what must be encoded there has no other form.
std::optional<std::string> fault_of_path(std::string const& path)
{
    if (path.contains('%')) return "is percent-encoded: write it as it reads";
    if (path.contains('*')) return "has a *: a path covers all below it as it is";
    if (path.contains('?')) return "has a query, which no rule looks at";
    if (path.size() > 1 && path.ends_with('/')) return "ends with a slash: without, it covers itself and all below it";
    if (!utf8::is_valid(path)) return "is not UTF-8";
    std::string ascii;
    for (char const c : path) ascii += c == ' ' || static_cast<unsigned char>(c) > 0x7F ? 'x' : c;
    if (auto const asked = parse_asked_path(ascii); !asked)
        return "can never be asked for: " + std::string{name(asked.error())};
    return std::nullopt;
}

// RFC 6749 3.3: scope-token.
bool is_scope(std::string_view text)
{
    return !text.empty() &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; });
}

std::optional<std::string> fault_of_methods(std::vector<std::string> const& methods)
{
    for (auto const& method : methods) {
        if (!is_method(method)) return "has the method \"" + method + "\"; write it in capital letters, as \"GET\".";
        if (method == "HEAD") return "names HEAD, which goes with GET.";
        if (std::ranges::count(methods, method) > 1) return "names " + method + " twice.";
    }
    return std::nullopt;
}

std::optional<std::string> fault_of(Rule const& rule)
{
    if (auto const fault = fault_of_path(rule.path)) return "has the path \"" + rule.path + "\", which " + *fault + ".";
    if (auto fault = fault_of_methods(rule.methods)) return fault;
    if (rule.access == Access::open && !(rule.roles.empty() && rule.scopes.empty()))
        return "is open to anybody and asks for a role or scope.";
    for (auto const& role : rule.roles)
        if (!core::parse_role(role)) return "asks for the role \"" + role + "\", which nobody can have.";
    for (auto const& scope : rule.scopes)
        if (!is_scope(scope)) return "asks for the scope \"" + scope + "\", which no token can have.";
    return std::nullopt;
}

std::string label(std::string_view path, std::string_view method)
{
    return std::string{path} + (method.empty() ? "" : " " + std::string{method});
}

std::string listed(std::string_view what, std::span<std::string const> items)
{
    std::string out{what};
    for (auto const& item : items) out += " " + item;
    return out;
}

bool contains(std::span<std::string const> items, std::string_view wanted)
{
    return std::ranges::find(items, wanted) != items.end();
}

// Which rule decides what `rule`, of some methods alone, leaves of its path; null: that of somebody who is signed in.
Rule const* find_rest(std::span<Rule const> rules, Rule const& rule)
{
    Rule const* found = nullptr;
    for (auto const& other : rules) {
        if (!other.methods.empty() || !covers(other.path, rule.path)) continue;
        if (found == nullptr || other.path.size() > found->path.size()) found = &other;
    }
    return found;
}

}  // namespace

std::expected<Rules, std::vector<RuleFault>> Rules::make(std::vector<Rule> rules, WhenStale when_no_rule)
{
    std::vector<RuleFault>                                  faults;
    std::set<std::pair<std::string_view, std::string_view>> seen;  // path and method, empty for the others
    for (std::size_t index = 0; index < rules.size(); ++index) {
        auto const& rule = rules[index];
        if (auto fault = fault_of(rule)) {
            faults.push_back({index, *std::move(fault)});
            continue;
        }
        auto const take = [&](std::string_view method) {
            if (!seen.insert({rule.path, method}).second)
                faults.push_back({index, "is the second one of " + label(rule.path, method) + "."});
        };
        if (rule.methods.empty()) take("");
        for (auto const& method : rule.methods) take(method);
    }
    if (rules.size() > kMostRules)
        faults.push_back({kMostRules, "is one too many: there are " + std::to_string(kMostRules) + " at most."});
    if (!faults.empty()) return std::unexpected(std::move(faults));
    return Rules{std::move(rules), when_no_rule};
}

Rules::Rules(std::vector<Rule> rules, WhenStale when_no_rule)
    : rules_(std::move(rules)), otherwise_{.path = "/", .when_stale = when_no_rule}
{
    auto const rank = [](Rule const& rule) { return std::tuple(-std::ssize(rule.path), rule.methods.empty()); };
    std::ranges::sort(rules_, {}, rank);  // two of the same rank never concern the same request
}

Rule const& Rules::find(std::string_view method, std::string_view path) const
{
    auto const asked = method == "HEAD" ? "GET" : method;
    for (auto const& rule : rules_)
        if (covers(rule.path, path) && (rule.methods.empty() || contains(rule.methods, asked))) return rule;
    return otherwise_;
}

std::vector<RuleFault> Rules::warnings(std::span<Rule const> rules)
{
    std::vector<RuleFault> found;
    for (std::size_t index = 0; index < rules.size(); ++index) {
        auto const& rule = rules[index];
        if (rule.methods.empty() || rule.access == Access::open) continue;
        auto const* const rest = find_rest(rules, rule);
        if (rest != nullptr && rest->path == rule.path) continue;
        bool const asks_for_more = !rule.roles.empty() || !rule.scopes.empty();
        bool const is_open       = rest != nullptr && rest->access == Access::open;
        if (!asks_for_more && !is_open) continue;
        found.push_back({index, "is of some methods alone: for the others of " + rule.path +
                                    " a shorter path decides, or that somebody is signed in."});
    }
    return found;
}

std::optional<std::string> find_lacking(Rule const& rule, std::span<std::string const> roles,
                                        std::span<std::string const> scopes)
{
    bool const has_role = std::ranges::any_of(rule.roles, [&](auto const& role) { return contains(roles, role); });
    if (!rule.roles.empty() && !has_role) return listed("roles:", rule.roles);
    bool const has_scopes =
        std::ranges::all_of(rule.scopes, [&](auto const& scope) { return contains(scopes, scope); });
    if (!has_scopes) return listed("scopes:", rule.scopes);
    return std::nullopt;
}

}  // namespace signet::gateway
