#include "cli/gateway_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "cli/testing/temporary_folder.hpp"

namespace signet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing::TemporaryFolder;

class GatewayConfigTest : public ::testing::Test {
protected:
    GatewayConfigTest() { chmod(credential_.c_str(), S_IRUSR | S_IWUSR); }

    // The first five lines are those without which nothing starts; `toml` begins at the sixth.
    std::expected<LoadedGateway, Problems> load(std::string_view toml)
    {
        return load_text(
            "[gateway]\nproxy = \"nginx\"\n[tokens]\nissuer = \"https://id.example.com\"\ncredential_file = \"" +
            credential_ + "\"\n" + std::string{toml});
    }
    std::expected<LoadedGateway, Problems> load_text(std::string_view text)
    {
        return load_gateway_config(folder_.write("gateway.toml", text));
    }
    // The only problem, which must be of that line; of the file as a whole for 0.
    std::string problem_of(std::expected<LoadedGateway, Problems> const& loaded, unsigned line)
    {
        if (loaded) return "accepted";
        EXPECT_EQ(loaded.error().size(), 1U) << ::testing::PrintToString(loaded.error());
        auto const file = (folder_.path() / "gateway.toml").string();
        EXPECT_THAT(loaded.error().front(),
                    StartsWith(file + ":" + (line == 0 ? "" : std::to_string(line) + ":") + " "));
        return loaded.error().front();
    }
    std::string problem(std::string_view toml, unsigned line) { return problem_of(load(toml), line); }

    TemporaryFolder folder_;
    std::string     credential_ = folder_.write("credential", "svk_0123456789\n");
};

TEST_F(GatewayConfigTest, HasADefaultForAllButThreeSettings)
{
    auto const loaded = load("");
    ASSERT_TRUE(loaded) << ::testing::PrintToString(loaded.error());
    auto const& config = loaded->config;
    EXPECT_EQ(config.listen, (HostPort{"127.0.0.1", 4180}));
    EXPECT_EQ(config.admin_listen, (HostPort{"127.0.0.1", 4181}));
    EXPECT_EQ(config.proxy, gateway::Proxy::nginx);
    EXPECT_EQ(config.mode, core::SessionMode::token);
    EXPECT_EQ(config.audience, "https://id.example.com") << "as Signet's own default";
    EXPECT_EQ(config.when_stale, WhenStale::until_expiry);
    EXPECT_EQ(loaded->credential.reveal(), "svk_0123456789");
    EXPECT_EQ(loaded->rules.find("GET", "/").access, gateway::Access::signed_in);
    EXPECT_THAT(loaded->warnings, IsEmpty());
}

TEST_F(GatewayConfigTest, TakesEverySetting)
{
    auto const ca     = folder_.write("ca.pem", "");
    auto const loaded = load_text(
        "[gateway]\nlisten = \"localhost:1\"\nproxy = \"envoy\"\nmode = \"session\"\nsign_in_url = "
        "\"https://id.example.com/login?x=y\"\n"
        "[admin]\nlisten = \"[::1]:2\"\n"
        "[tokens]\nissuer = \"https://id.example.com\"\naudience = \"notes\"\ncredential_file = \"" +
        credential_ + "\"\nca_file = \"" + ca +
        "\"\nalgorithms = [\"EdDSA\", \"ES256\"]\nwhen_stale = \"fail_closed\"\n"
        "[log]\nlevel = \"error\"\nformat = \"json\"\n"
        "[[rule]]\npath = \"/static\"\naccess = \"open\"\n"
        "[[rule]]\npath = \"/notes\"\nmethods = [\"POST\"]\nroles = [\"writer\"]\nscopes = [\"notes:write\"]\n"
        "when_stale = \"until_expiry\"\n"
        "[[rule]]\npath = \"/notes\"\n");
    ASSERT_TRUE(loaded) << ::testing::PrintToString(loaded.error());
    auto const& config = loaded->config;
    EXPECT_EQ(config.listen, (HostPort{"localhost", 1}));
    EXPECT_EQ(config.admin_listen, (HostPort{"::1", 2}));
    EXPECT_EQ(config.proxy, gateway::Proxy::envoy);
    EXPECT_EQ(config.mode, core::SessionMode::session);
    EXPECT_EQ(config.sign_in_url, "https://id.example.com/login?x=y");
    EXPECT_EQ(config.audience, "notes");
    EXPECT_EQ(config.ca_file, ca);
    EXPECT_THAT(config.algorithms, ElementsAre(jose::Algorithm::eddsa, jose::Algorithm::es256));
    EXPECT_EQ(config.log_level, log::Level::error);
    EXPECT_EQ(config.log_format, log::Format::json);
    EXPECT_EQ(loaded->rules.find("GET", "/static/x").access, gateway::Access::open);
    auto const& write = loaded->rules.find("POST", "/notes/7");
    EXPECT_THAT(write.roles, ElementsAre("writer"));
    EXPECT_THAT(write.scopes, ElementsAre("notes:write"));
    EXPECT_EQ(write.when_stale, WhenStale::until_expiry);
    EXPECT_EQ(loaded->rules.find("GET", "/notes").when_stale, WhenStale::fail_closed) << "of [tokens] when_stale";
    EXPECT_EQ(loaded->rules.find("GET", "/").when_stale, WhenStale::fail_closed);
    EXPECT_THAT(loaded->warnings, IsEmpty());
}

TEST_F(GatewayConfigTest, RefusesAFileThatIsNotThere)
{
    auto const loaded = load_gateway_config("/nowhere/gateway.toml");
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error(), ElementsAre(HasSubstr("cannot be read")));
}

TEST_F(GatewayConfigTest, SaysAllThatIsNeeded)
{
    auto const loaded = load_text("");
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error(),
                ElementsAre(EndsWith("[gateway] proxy is needed."), EndsWith("[tokens] issuer is needed."),
                            EndsWith("[tokens] credential_file is needed.")));
}

TEST_F(GatewayConfigTest, RefusesWhatItDoesNotKnow)
{
    EXPECT_THAT(problem("issuers = \"x\"\n", 6), HasSubstr("[tokens] issuers is not a setting; did you mean issuer?"));
    EXPECT_THAT(problem("[logs]\nlevel = \"info\"\n", 7), HasSubstr("[logs] is not a section; did you mean log?"));
    EXPECT_THAT(problem("[[log]]\nlevel = \"info\"\n", 7), HasSubstr("[[log]] must be written [log]"));
    EXPECT_THAT(problem("[admin]\n", 6), HasSubstr("[admin] is empty"));
    EXPECT_THAT(problem("[[rule]]\npath = \"/\"\nrole = [\"a\"]\n", 8), HasSubstr("did you mean roles?"));
    EXPECT_THAT(problem("[[rule]]\n", 6), HasSubstr("[[rule]] is empty"));
    EXPECT_THAT(problem("[rule]\npath = \"/\"\n", 7), HasSubstr("[rule] must be written [[rule]]"));
    EXPECT_THAT(problem_of(load_text("proxy = \"nginx\"\n"), 1), HasSubstr("stands outside a [section]"));
    EXPECT_THAT(problem("[log]\nlevel = \"info\"\nlevel = \"info\"\n", 8), HasSubstr("is not valid TOML"));
}

TEST_F(GatewayConfigTest, RefusesAValueOfAnotherType)
{
    EXPECT_THAT(problem("audience = [\"a\"]\n", 6), HasSubstr("[tokens] audience must be a string"));
    EXPECT_THAT(problem("algorithms = \"ES256\"\n", 6), HasSubstr("must be a list of \"ES256\""));
    EXPECT_THAT(problem("algorithms = []\n", 6), HasSubstr("must be a list of \"ES256\""));
    EXPECT_THAT(problem("algorithms = [\"none\"]\n", 6), HasSubstr("must be a list of \"ES256\""));
    EXPECT_THAT(problem("when_stale = \"open\"\n", 6), HasSubstr("one of \"fail_closed\", \"until_expiry\""));
    EXPECT_THAT(problem("[[rule]]\npath = \"/\"\naccess = \"anybody\"\n", 8),
                HasSubstr("[[rule]] access must be one of \"open\", \"signed_in\""));
    EXPECT_THAT(problem("[[rule]]\npath = \"/\"\nroles = \"admin\"\n", 8), HasSubstr("must be a list of strings"));
    EXPECT_THAT(problem_of(load_text("[gateway]\nproxy = \"traefik\"\n"), 2),
                HasSubstr("one of \"nginx\", \"forwarded\", \"envoy\""));
}

TEST_F(GatewayConfigTest, RefusesPlainHttpWhereOthersReachIt)
{
    auto const with_listen = [&](std::string_view listen) {
        return load_text("[gateway]\nproxy = \"nginx\"\nlisten = \"" + std::string{listen} +
                         "\"\n[tokens]\nissuer = \"https://id.example.com\"\ncredential_file = \"" + credential_ +
                         "\"\n");
    };
    for (auto const* listen : {"0.0.0.0:4180", "[::]:4180", "192.0.2.1:4180", "gateway.example.com:4180"})
        EXPECT_THAT(problem_of(with_listen(listen), 3), HasSubstr("[gateway] listen must be a loopback address"))
            << listen;
    EXPECT_THAT(problem_of(with_listen("127.0.0.1:4181"), 0), HasSubstr("is the same as [gateway] listen"));
    EXPECT_THAT(problem("[admin]\nlisten = \"0.0.0.0:1\"\n", 7), HasSubstr("must be a loopback address"));
}

TEST_F(GatewayConfigTest, RefusesWhatIsNotSafe)
{
    EXPECT_THAT(problem("algorithms = [\"ES256\", \"HS256\"]\n", 6),
                HasSubstr("has HS256, whose key cannot be published"));
    EXPECT_THAT(problem("ca_file = \"/nowhere\"\n", 6), HasSubstr("is not a file"));
    auto const with_issuer = [&](std::string_view issuer) {
        return load_text("[gateway]\nproxy = \"nginx\"\n[tokens]\nissuer = \"" + std::string{issuer} +
                         "\"\ncredential_file = \"" + credential_ + "\"\n");
    };
    for (auto const* issuer :
         {"http://id.example.com", "id.example.com", "https://id.example.com/", "https://ID.example.com"})
        EXPECT_THAT(problem_of(with_issuer(issuer), 4), HasSubstr("[tokens] issuer")) << issuer;
    EXPECT_TRUE(with_issuer("http://localhost:8443"));
}

TEST_F(GatewayConfigTest, RefusesASignInPageThatIsNone)
{
    for (auto const* url : {"/login", "https://id.example.com", "http://id.example.com/login", "javascript:alert(1)",
                            "https://id.example.com/a b", "https://id.example.com/login#x",
                            "https://a@id.example.com/login", "https://id.example.com/%"})
        EXPECT_THAT(
            problem_of(load_text("[tokens]\nissuer = \"https://id.example.com\"\ncredential_file = \"" + credential_ +
                                 "\"\n[gateway]\nproxy = \"nginx\"\nsign_in_url = \"" + url + "\"\n"),
                       6),
            HasSubstr("[gateway] sign_in_url"))
            << url;
}

TEST_F(GatewayConfigTest, RefusesACredentialThatOthersCanRead)
{
    chmod(credential_.c_str(), S_IRUSR | S_IWUSR | S_IRGRP);
    EXPECT_THAT(problem("", 5), HasSubstr("chmod 600"));
    // Handed over by systemd, whose folder guards it. NOLINTBEGIN(concurrency-mt-unsafe): there is one thread.
    setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1);
    EXPECT_TRUE(load(""));
    setenv("CREDENTIALS_DIRECTORY", "/run/credentials", 1);
    EXPECT_THAT(problem("", 5), HasSubstr("chmod 600"));
    unsetenv("CREDENTIALS_DIRECTORY");
    // NOLINTEND(concurrency-mt-unsafe)
}

TEST_F(GatewayConfigTest, RefusesAFileThatHoldsNoCredential)
{
    for (auto const* content : {"", "\n", "svk_a svk_b\n", "svk_a\nsvk_b\n", "svk_a\r\n", "\u00fc"}) {
        std::ofstream{credential_} << content;
        EXPECT_THAT(problem("", 5), HasSubstr("holds no credential")) << content;
    }
    unlink(credential_.c_str());
    EXPECT_THAT(problem("", 5), HasSubstr("No such file"));
}

TEST_F(GatewayConfigTest, NamesTheLineOfEachRuleThatIsWrong)
{
    auto const loaded = load(
        "[[rule]]\npath = \"/a\"\n"
        "[[rule]]\nroles = [\"admin\"]\npath = \"/b/\"\n"
        "[[rule]]\npath = \"/a\"\n");
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error(), ElementsAre(HasSubstr("gateway.toml:10: [[rule]] has the path \"/b/\""),
                                            HasSubstr("gateway.toml:12: [[rule]] is the second one of /a.")));
    EXPECT_THAT(problem("[[rule]]\naccess = \"open\"\n", 7), HasSubstr("[[rule]] path is needed"));
}

TEST_F(GatewayConfigTest, WarnsOfARoleForSomeMethodsAlone)
{
    auto const loaded = load("[[rule]]\npath = \"/a\"\nmethods = [\"POST\"]\nroles = [\"admin\"]\n");
    ASSERT_TRUE(loaded) << ::testing::PrintToString(loaded.error());
    EXPECT_THAT(loaded->warnings, ElementsAre(HasSubstr("gateway.toml:7: [[rule]] is of some methods alone")));
}

TEST(GatewayReference, IsWhatTheDocumentationSays)
{
    std::ifstream      file(SIGNET_SOURCE_DIR "/docs/reference/gateway.md");
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), gateway_reference()) << "run: signet config reference --gateway > docs/reference/gateway.md";
}

TEST(GatewayReference, HasEverySetting)
{
    auto const text = gateway_reference();
    for (auto const& setting : gateway_settings())
        EXPECT_THAT(text, HasSubstr("\n### " + std::string{setting.key} + "\n"));
    for (auto const& setting : rule_settings())
        EXPECT_THAT(text, HasSubstr("\n### " + std::string{setting.key} + "\n"));
}

}  // namespace
}  // namespace signet::cli
