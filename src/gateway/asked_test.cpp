#include "gateway/asked.hpp"

#include <gtest/gtest.h>

namespace signet::gateway {
namespace {

using http::Header;
using http::Method;
using http::Request;

Request request(std::vector<Header> headers)
{
    Request made;
    made.path    = kDecisionPath;
    made.headers = std::move(headers);
    return made;
}

// As Envoy repeats it.
Request repeated(Method method, std::string_view path, std::string_view query = "")
{
    Request made;
    made.method = method;
    made.path   = std::string{kDecisionPath} + std::string{path};
    made.query  = query;
    return made;
}

void expect_fault(Proxy proxy, Request const& asking, AskedFault fault)
{
    auto const asked = read_asked(proxy, asking);
    ASSERT_FALSE(asked) << asked->path;
    EXPECT_EQ(asked.error().fault, fault) << asked.error().sentence;
}

TEST(Asked, OfNginxStandsInItsHeaders)
{
    auto const asking = request({{"X-Original-Method", "DELETE"}, {"x-original-uri", "/notes/%61?day=1?2"}});
    auto const asked  = read_asked(Proxy::nginx, asking);
    ASSERT_TRUE(asked) << asked.error().sentence;
    EXPECT_EQ(asked->method, "DELETE");
    EXPECT_EQ(asked->path, "/notes/a");
    EXPECT_EQ(asked->raw_path, "/notes/%61");
    EXPECT_EQ(asked->query, "day=1?2");
}

TEST(Asked, OfTraefikAndCaddyStandsInTheirs)
{
    auto const asking = request({{"X-Forwarded-Method", "PROPFIND"}, {"X-Forwarded-Uri", "/notes"}});
    auto const asked  = read_asked(Proxy::forwarded, asking);
    ASSERT_TRUE(asked) << asked.error().sentence;
    EXPECT_EQ(asked->method, "PROPFIND");
    EXPECT_EQ(asked->path, "/notes");
    EXPECT_EQ(asked->query, "");
}

TEST(Asked, OfEnvoyIsTheRequestItself)
{
    auto const asking = repeated(Method::post, "/notes/7", "day=1");
    auto const asked  = read_asked(Proxy::envoy, asking);
    ASSERT_TRUE(asked) << asked.error().sentence;
    EXPECT_EQ(asked->method, "POST");
    EXPECT_EQ(asked->path, "/notes/7");
    EXPECT_EQ(asked->query, "day=1");
}

// Whoever asks through one proxy may send the headers of another.
TEST(Asked, IsReadFromTheNamedProxyAlone)
{
    std::vector<Header> const forged{{"X-Forwarded-Method", "GET"}, {"X-Forwarded-Uri", "/public"}};
    auto                      through_nginx = forged;
    through_nginx.insert(through_nginx.end(), {{"X-Original-Method", "POST"}, {"X-Original-URI", "/admin"}});
    auto const by_nginx = request(through_nginx);
    EXPECT_EQ(read_asked(Proxy::nginx, by_nginx)->path, "/admin");
    EXPECT_EQ(read_asked(Proxy::nginx, by_nginx)->method, "POST");
    auto by_envoy    = repeated(Method::post, "/admin");
    by_envoy.headers = through_nginx;
    EXPECT_EQ(read_asked(Proxy::envoy, by_envoy)->path, "/admin");
    expect_fault(Proxy::nginx, request(forged), AskedFault::header_missing);
}

TEST(Asked, IsRefusedWhereAHeaderIsMissingOrThereTwice)
{
    Header const method{"X-Original-Method", "GET"};
    Header const target{"X-Original-URI", "/"};
    expect_fault(Proxy::nginx, request({}), AskedFault::header_missing);
    expect_fault(Proxy::nginx, request({method}), AskedFault::header_missing);
    expect_fault(Proxy::nginx, request({target}), AskedFault::header_missing);
    expect_fault(Proxy::nginx, request({method, target, target}), AskedFault::header_repeated);
    expect_fault(Proxy::nginx, request({method, target, {"x-original-method", "POST"}}), AskedFault::header_repeated);
    expect_fault(Proxy::forwarded, request({{"X-Forwarded-Method", "GET"}}), AskedFault::header_missing);
    expect_fault(Proxy::forwarded,
                 request({{"X-Forwarded-Uri", "/"}, {"X-Forwarded-Method", "GET"}, {"X-Forwarded-Uri", "/x"}}),
                 AskedFault::header_repeated);
}

TEST(Asked, IsRefusedWhereTheMethodIsNone)
{
    for (auto const* method : {"", "get", "Get", "GET ", "GET, POST", "GET\t", "G/T", "*"})
        expect_fault(Proxy::nginx, request({{"X-Original-Method", method}, {"X-Original-URI", "/"}}),
                     AskedFault::bad_method);
    EXPECT_TRUE(is_method("M-SEARCH"));
    EXPECT_TRUE(is_method(std::string(32, 'A')));
    EXPECT_FALSE(is_method(std::string(33, 'A')));
}

TEST(Asked, IsRefusedWhereThePathIsUnclear)
{
    for (auto const* target : {"", "*", "/a//b", "/a/../b", "/a%2fb", "/a;b", "https://example.com/"})
        expect_fault(Proxy::forwarded, request({{"X-Forwarded-Method", "GET"}, {"X-Forwarded-Uri", target}}),
                     AskedFault::bad_path);
    for (auto const* path : {"", "/../x", "//x", "/a%2fb"})
        expect_fault(Proxy::envoy, repeated(Method::get, path), AskedFault::bad_path);
}

TEST(Asked, IsAskedForAtOnePath)
{
    EXPECT_TRUE(is_for_decision(Proxy::nginx, request({})));
    EXPECT_FALSE(is_for_decision(Proxy::nginx, repeated(Method::get, "/x")));
    EXPECT_TRUE(is_for_decision(Proxy::envoy, repeated(Method::get, "/x")));
    EXPECT_TRUE(is_for_decision(Proxy::envoy, repeated(Method::get, "")));
    EXPECT_FALSE(is_for_decision(Proxy::envoy, repeated(Method::get, "s")));
    Request other;
    other.path = "/healthz";
    EXPECT_FALSE(is_for_decision(Proxy::envoy, other));
    EXPECT_FALSE(is_for_decision(Proxy::forwarded, other));
}

}  // namespace
}  // namespace signet::gateway
