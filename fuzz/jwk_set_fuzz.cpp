// Any text as a key set. What is accepted is strict JSON, within the limits, with
// one key to a kid and no secret beside public keys; it is written and read again
// as the same set.
#include <set>
#include <string>

#include "jose/key_set.hpp"
#include "json_referee.hpp"
#include "require.hpp"

namespace {

using fuzz::Json;
using fuzz::require;
using jose::Errc;
using jose::KeySet;

constexpr fuzz::JsonLimits kLimits{.depth = 8, .members = 64};
constexpr std::size_t      kMostKeys  = 100;
constexpr std::size_t      kMostBytes = 64UL * 1024;

void check_kids(KeySet const& set)
{
    std::set<std::string_view> kids;
    std::size_t                symmetric = 0;
    for (auto const& key : set.keys()) {
        require(kids.insert(key.kid()).second);
        require(set.size() == 1 || !key.kid().empty());
        require(set.find(key.kid()) == &key);
        symmetric += is_symmetric(key.algorithm()) ? 1 : 0;
    }
    require(symmetric == 0 || symmetric == set.size());
    if (set.size() != 1) require(set.find("") == nullptr && set.find("no such kid \xFF") == nullptr);
}

void check_written(KeySet const& set)
{
    auto const text = set.to_json();
    if (!text) return require(text.error().code == Errc::key_not_for_this_use);
    auto const json = fuzz::read_json_object(*text, kLimits);
    require(json && json->find("keys")->items.size() == set.size());
    for (auto const& item : json->find("keys")->items)
        for (auto const* secret : {"d", "p", "q", "dp", "dq", "qi", "k"}) require(item.find(secret) == nullptr);
    if (text->size() > kMostBytes) return;
    auto const again = KeySet::parse(*text);
    require(again && again->size() == set.size());
    for (std::size_t i = 0; i < set.size(); ++i) {
        auto const& one   = set.keys()[i];
        auto const& other = again->keys()[i];
        require(one.thumbprint() == other.thumbprint() && one.algorithm() == other.algorithm() &&
                one.kid() == other.kid());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    auto const  text = fuzz::text_of(data, size);
    auto const  json = fuzz::read_json_object(text, kLimits);
    auto const* list = json ? json->find("keys") : nullptr;
    bool const  form = list != nullptr && list->is(Json::Kind::array) && size <= kMostBytes;

    auto const strict  = KeySet::parse(text);
    auto const lenient = KeySet::parse(text, jose::Algorithm::rs256);
    for (auto const* set : {&strict, &lenient}) {
        if (!form) require(!*set && set->error().code == Errc::malformed_key);
        if (!*set) continue;
        require(list->items.size() <= kMostKeys && (*set)->size() <= list->items.size());
        check_kids(**set);
        check_written(**set);
    }
    // Reading keys without "alg" adds keys and takes none away.
    if (strict && lenient) require(lenient->size() >= strict->size());
    return 0;
}
