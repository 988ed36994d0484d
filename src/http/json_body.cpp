#include "http/json_body.hpp"

#include <algorithm>
#include <string>

#include "http/errors.hpp"

namespace signet::http {
namespace {

std::string_view sentence(json::Fault fault)
{
    switch (fault) {
        case json::Fault::malformed:
            return "The body is not valid JSON.";
        case json::Fault::invalid_utf8:
            return "The body is not valid UTF-8.";
        case json::Fault::duplicate_member:
            return "The body has a member twice.";
        case json::Fault::too_deep:
            return "The body is nested deeper than 32 levels.";
        case json::Fault::too_many_members:
            return "The body has too many members.";
        case json::Fault::too_large:
            return "The body is larger than 64 KiB.";
        case json::Fault::not_an_object:
            return "The body is not a JSON object.";
    }
    return {};
}

std::unexpected<Response> refuse_member(Member const& member, std::string_view complaint)
{
    return std::unexpected(
        refuse(Errc::invalid_request, "The member \"" + std::string{member.name} + "\" " + std::string{complaint}));
}

// Wipes a document however the scope ends.
struct Wiper {
    json::Document& document;

    ~Wiper() { document.wipe(); }
};

}  // namespace

std::expected<Fields, Response> read_json_body(std::string_view body, std::span<Member const> members)
{
    thread_local json::Document document;
    return read_json_body(document, body, members);
}

std::expected<Fields, Response> read_json_body(json::Document& document, std::string_view body,
                                               std::span<Member const> members)
{
    Fields fields;
    if (body.empty() && std::ranges::none_of(members, [](Member const& m) { return m.need == Need::required; }))
        return fields;

    Wiper const wiper{document};
    auto const  object = document.parse_object(body);
    if (!object) return std::unexpected(refuse(Errc::malformed_json, sentence(object.error())));

    for (auto const& member : members) {
        auto const value = object->find(member.name);
        if (!value) {
            if (member.need == Need::optional) continue;
            return refuse_member(member, "is missing.");
        }
        if (member.form == Form::integer) {
            auto const number = value->integer();
            if (!number) return refuse_member(member, "must be an integer.");
            fields.set(member.name, std::to_string(*number));
            continue;
        }
        auto const text = value->string();
        if (!text) return refuse_member(member, "must be a string.");
        fields.set(member.name, *text);
    }
    return fields;
}

}  // namespace signet::http
