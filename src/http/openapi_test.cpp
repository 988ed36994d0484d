#include <gtest/gtest.h>

#include <cctype>
#include <set>

#include "http/errors.hpp"
#include "http/testing/site.hpp"

namespace signet::http {
namespace {

// The document as it is served; a test reads it through one parser.
class Openapi : public ::testing::Test {
protected:
    Openapi() : served_(site_.ask(testing::get("/openapi.json")))
    {
        root_ = parser_.parse_object(served_.static_body, {.bytes = 1024 * 1024}).value();
    }

    // {"$ref":"#/components/…"} followed once.
    json::Value resolve(json::Value value) const
    {
        auto const ref = value.find("$ref");
        if (!ref) return value;
        auto        path  = ref->string()->substr(2);
        json::Value found = root_;
        while (!path.empty()) {
            auto const slash = path.find('/');
            auto const next  = found.find(path.substr(0, slash));
            if (!next) throw std::logic_error("a reference to nothing: " + std::string{*ref->string()});
            found = *next;
            path  = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
        }
        return found;
    }
    std::optional<json::Value> operation(Route const& row) const
    {
        std::string method{name(row.method)};
        for (auto& c : method) c = static_cast<char>(std::tolower(c));
        auto const path = root_.find("paths")->find(row.path);
        return path ? path->find(method) : std::nullopt;
    }
    static bool needs_query(json::Value const& operation)
    {
        bool       needs      = false;
        auto const parameters = operation.find("parameters");
        if (!parameters) return false;
        parameters->for_each_item([&](json::Value item) {
            auto const required = item.find("required");
            needs = needs || (item.find("in")->string() == "query" && required && required->boolean() == true);
            return true;
        });
        return needs;
    }
    static bool takes(json::Value const& operation, std::string_view status)
    {
        return operation.find("responses")->find(status).has_value();
    }

    testing::Site  site_;
    Response       served_;
    json::Document parser_;
    json::Value    root_;
};

TEST_F(Openapi, IsVersion31)
{
    EXPECT_EQ(root_.find("openapi")->string(), "3.1.0");
    EXPECT_EQ(testing::header(served_, "Access-Control-Allow-Origin"), "*");
}

TEST_F(Openapi, HasAnOperationForEveryRow)
{
    for (auto const& row : routes()) EXPECT_TRUE(operation(row)) << name(row.method) << " " << row.path;
}

TEST_F(Openapi, HasARowForEveryOperation)
{
    std::set<std::string> ids;
    std::size_t           operations = 0;
    root_.find("paths")->for_each_member([&](std::string_view path, json::Value methods) {
        return methods.for_each_member([&](std::string_view method, json::Value operation) {
            ++operations;
            bool known = false;
            for (auto const& row : routes()) known = known || (row.path == path && same_name(name(row.method), method));
            EXPECT_TRUE(known) << method << " " << path;
            EXPECT_TRUE(ids.emplace(*operation.find("operationId")->string()).second) << path;
            return true;
        });
    });
    EXPECT_EQ(operations, routes().size());
}

TEST_F(Openapi, NamesTheRefusalsOfEveryGuard)
{
    for (auto const& row : routes()) {
        auto const found = operation(row);
        ASSERT_TRUE(found);
        SCOPED_TRACE(std::string{name(row.method)} + " " + std::string{row.path});
        EXPECT_TRUE(takes(*found, "default"));
        EXPECT_EQ(takes(*found, "403"), row.method != Method::get);
        EXPECT_EQ(takes(*found, "415"), row.body != Body::none);
        EXPECT_EQ(takes(*found, "413"), row.body != Body::none);
        EXPECT_EQ(takes(*found, "400"), row.body != Body::none || needs_query(*found));
        EXPECT_EQ(takes(*found, "503"), row.work != Work::inline_);
        EXPECT_EQ(takes(*found, "429"), row.work == Work::hashing);
        if (row.access != Access::open) {
            EXPECT_TRUE(takes(*found, "401"));
            EXPECT_TRUE(found->find("security"));
        }
    }
}

TEST_F(Openapi, DescribesTheMembersOfEveryBody)
{
    for (auto const& row : routes()) {
        auto const found = operation(row);
        ASSERT_TRUE(found);
        SCOPED_TRACE(std::string{row.path});
        auto const body = found->find("requestBody");
        ASSERT_EQ(body.has_value(), row.body != Body::none);
        if (!body) continue;
        auto const type   = row.body == Body::json ? "application/json" : "application/x-www-form-urlencoded";
        auto const schema = resolve(*body->find("content")->find(type)->find("schema"));

        std::set<std::string_view> required;
        schema.find("required")->for_each_item([&](json::Value item) {
            return required.insert(*item.string()).second;
        });
        std::set<std::string_view> known;
        schema.find("properties")->for_each_member([&](std::string_view member, json::Value) {
            return known.insert(member).second;
        });
        EXPECT_EQ(known.size(), row.members.size());
        for (auto const& member : row.members) {
            EXPECT_TRUE(known.contains(member.name)) << member.name;
            EXPECT_EQ(required.contains(member.name), member.need == Need::required) << member.name;
            auto const form = schema.find("properties")->find(member.name)->find("type")->string();
            EXPECT_EQ(form, member.form == Form::integer ? "integer" : "string") << member.name;
        }
        EXPECT_EQ(body->find("required")->boolean(), !required.empty());
    }
}

TEST_F(Openapi, GivesEveryRefusalTheOneShapeOrAPage)
{
    for (auto const& row : routes())
        operation(row)->find("responses")->for_each_member([&](std::string_view status, json::Value response) {
            if (status != "default" && status < "400") return true;
            auto const content = resolve(response).find("content");
            EXPECT_TRUE(content &&
                        (content->find("application/json") || (row.body == Body::form && content->find("text/html"))))
                << row.path << " " << status;
            return true;
        });
}

TEST_F(Openapi, ListsExactlyTheCodesOfTheTable)
{
    std::set<std::string_view> listed;
    resolve(*root_.find("components")->find("schemas")->find("Error"))
        .find("properties")
        ->find("error")
        ->find("enum")
        ->for_each_item([&](json::Value item) { return listed.insert(*item.string()).second; });
    EXPECT_EQ(listed.size(), error_rows().size());
    for (auto const& row : error_rows()) EXPECT_TRUE(listed.contains(row.code)) << row.code;
}

}  // namespace
}  // namespace signet::http
