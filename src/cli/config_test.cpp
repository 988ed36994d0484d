#include "cli/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/data_folder.hpp"
#include "cli/testing/temporary_folder.hpp"

namespace signet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing::TemporaryFolder;
using namespace std::chrono_literals;

// A configuration file with this text, loaded.
class ConfigTest : public ::testing::Test {
protected:
    std::expected<LoadedConfig, Problems> load(std::string_view toml, ConfigSources sources = {})
    {
        sources.file = folder_.write("signet.toml", toml);
        return load_config(sources);
    }
    static std::expected<LoadedConfig, Problems> load_environment(std::string name, std::string value)
    {
        ConfigSources sources;
        sources.environment.emplace_back(std::move(name), std::move(value));
        return load_config(sources);
    }
    // The only problem, which must be of that line.
    std::string problem(std::string_view toml, unsigned line)
    {
        auto const loaded = load(toml);
        if (loaded) return "accepted";
        EXPECT_EQ(loaded.error().size(), 1U) << ::testing::PrintToString(loaded.error());
        auto const origin = (folder_.path() / "signet.toml").string() + ":" + std::to_string(line) + ": ";
        EXPECT_THAT(loaded.error().front(), StartsWith(origin));
        return loaded.error().front();
    }

    TemporaryFolder folder_;
};

TEST_F(ConfigTest, HasADefaultForEverything)
{
    auto const loaded = load_config({});
    ASSERT_TRUE(loaded) << ::testing::PrintToString(loaded.error());
    EXPECT_EQ(loaded->config.rules.sessions.refresh_window, 30s);
    EXPECT_EQ(loaded->config.listen, (HostPort{"localhost", 8443}));
    EXPECT_EQ(loaded->origin("sessions", "refresh_window"), "default");
    EXPECT_THAT(loaded->warnings, IsEmpty());
}

TEST_F(ConfigTest, TakesValuesOfEveryTypeFromTheFile)
{
    auto const loaded = load(
        "[server]\n"
        "issuer = \"https://id.example.com\"\n"
        "listen = \"0.0.0.0:443\"\n"
        "allowed_origins = [\"https://a.example\", \"https://b.example:8443\"]\n"
        "[sessions]\n"
        "refresh_window = \"3s\"\n"
        "[passwords]\n"
        "min_length = 12\n"
        "[signup]\n"
        "enabled = false\n"
        "[tokens]\n"
        "algorithm = \"EdDSA\"\n"
        "[log]\n"
        "format = \"json\"\n");
    ASSERT_TRUE(loaded) << ::testing::PrintToString(loaded.error());
    auto const& config = loaded->config;
    EXPECT_EQ(config.issuer, "https://id.example.com");
    EXPECT_EQ(config.listen, (HostPort{"0.0.0.0", 443}));
    EXPECT_THAT(config.allowed_origins, ElementsAre("https://a.example", "https://b.example:8443"));
    EXPECT_EQ(config.rules.sessions.refresh_window, 3s);
    EXPECT_EQ(config.rules.passwords.min_length, 12U);
    EXPECT_FALSE(config.signup);
    EXPECT_EQ(config.rules.tokens.algorithm, jose::Algorithm::eddsa);
    EXPECT_EQ(config.log_format, log::Format::json);
    EXPECT_THAT(loaded->origin("sessions", "refresh_window"), EndsWith("signet.toml:6"));
}

TEST_F(ConfigTest, TakesAnEmptyFile)
{
    EXPECT_TRUE(load(""));
}

TEST_F(ConfigTest, TheEnvironmentIsOverTheFileAndFlagsAreOverBoth)
{
    ConfigSources sources;
    sources.environment = {{"SIGNET_SERVER_LISTEN", "localhost:2"}, {"SIGNET_SESSIONS_REFRESH_WINDOW", "3s"}};
    sources.flags       = {{"server", "listen", "localhost:3", "--listen"}};
    auto const loaded   = load("[server]\nlisten = \"localhost:1\"\n[sessions]\nrefresh_window = \"9s\"\n", sources);
    ASSERT_TRUE(loaded) << ::testing::PrintToString(loaded.error());
    EXPECT_EQ(loaded->config.listen.port, 3);
    EXPECT_EQ(loaded->config.rules.sessions.refresh_window, 3s);
    EXPECT_EQ(loaded->origin("server", "listen"), "--listen");
    EXPECT_EQ(loaded->origin("sessions", "refresh_window"), "SIGNET_SESSIONS_REFRESH_WINDOW");
}

TEST_F(ConfigTest, ReadsAListFromTheEnvironmentAtItsCommas)
{
    auto const loaded = load_environment("SIGNET_SERVER_ALLOWED_ORIGINS", "https://a.example, https://b.example");
    ASSERT_TRUE(loaded);
    EXPECT_THAT(loaded->config.allowed_origins, ElementsAre("https://a.example", "https://b.example"));
}

TEST_F(ConfigTest, RefusesAnUnknownKeyAndNamesTheNearOne)
{
    EXPECT_THAT(problem("[sessions]\n\nrefresh_widow = \"3s\"\n", 3), HasSubstr("did you mean refresh_window?"));
    EXPECT_THAT(problem("[sessions]\nfrobnicate = 1\n", 2), EndsWith("[sessions] frobnicate is not a setting."));
}

TEST_F(ConfigTest, RefusesAnUnknownSection)
{
    EXPECT_THAT(problem("[sesions]\nrefresh_window = \"3s\"\n", 2), HasSubstr("did you mean sessions?"));
    EXPECT_THAT(problem("\n[xyzzy]\n", 2), HasSubstr("[xyzzy] is not a section."));
    EXPECT_THAT(problem("listen = \"localhost:1\"\n", 1), HasSubstr("stands outside a [section]"));
    EXPECT_THAT(problem("[[server]]\nlisten = \"localhost:1\"\n", 2), HasSubstr("[[server]] must be written [server]"));
    EXPECT_THAT(problem("[[rule]]\npath = \"/\"\n", 2), HasSubstr("[rule] is not a section"));
}

TEST_F(ConfigTest, RefusesAnUnknownVariable)
{
    auto const loaded = load_environment("SIGNET_SESSIONS_REFRESH_WIDOW", "3s");
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error(), ElementsAre("SIGNET_SESSIONS_REFRESH_WIDOW: no setting has this name; did you mean "
                                            "SIGNET_SESSIONS_REFRESH_WINDOW?"));
}

TEST_F(ConfigTest, LeavesTheServiceLinksOfKubernetesAlone)
{
    for (auto const* name :
         {"SIGNET_SERVICE_HOST", "SIGNET_SERVICE_PORT", "SIGNET_PORT", "SIGNET_PORT_8443_TCP_ADDR", "SIGNET_CONFIG"})
        EXPECT_TRUE(load_environment(name, "tcp://10.0.0.1:8443")) << name;
}

TEST_F(ConfigTest, RefusesAValueOfAnotherType)
{
    EXPECT_THAT(problem("[sessions]\nrefresh_window = 30\n", 2), HasSubstr("must be a duration"));
    EXPECT_THAT(problem("[passwords]\nmin_length = \"8\"\n", 2), HasSubstr("must be a number from 8 to 64"));
    EXPECT_THAT(problem("[signup]\nenabled = \"yes\"\n", 2), HasSubstr("must be true or false"));
    EXPECT_THAT(problem("[server]\nallowed_origins = \"https://a.example\"\n", 2), HasSubstr("must be a list"));
    EXPECT_THAT(problem("[server]\nallowed_origins = [1]\n", 2), HasSubstr("must be a list"));
    EXPECT_THAT(problem("[server]\nlisten = 8443\n", 2), HasSubstr("must be an address and port"));
    EXPECT_THAT(problem("[tokens]\nalgorithm = \"none\"\n", 2), HasSubstr("must be one of \"ES256\""));
    EXPECT_THAT(problem("[log]\nlevel = { a = 1 }\n", 2), HasSubstr("must be one of \"debug\""));
}

TEST_F(ConfigTest, RefusesAValueOutOfItsBounds)
{
    EXPECT_THAT(problem("[passwords]\nmin_length = 7\n", 2), HasSubstr("from 8 to 64"));
    EXPECT_THAT(problem("[passwords]\nmin_length = -1\n", 2), HasSubstr("from 8 to 64"));
    EXPECT_THAT(problem("[sessions]\nrefresh_window = \"11m\"\n", 2), HasSubstr("from 0s to 10m"));
    EXPECT_THAT(problem("[tokens]\naccess_lifetime = \"0s\"\n", 2), HasSubstr("from 1s to 24h"));
    EXPECT_THAT(problem("[tokens]\naccess_lifetime = \"1500ms\"\n", 2), HasSubstr("must be whole seconds"));
    EXPECT_THAT(problem("[throttle]\naccount_hard_stop = 101\n", 2), HasSubstr("to 100"));
    EXPECT_THAT(problem("[keys]\npublish_ahead = \"59m\"\n", 2), HasSubstr("from 1h"));
}

TEST_F(ConfigTest, SaysEveryProblemAtOnce)
{
    auto const loaded = load("[sessions]\na = 1\nb = 2\n");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().size(), 2U);
}

TEST_F(ConfigTest, RefusesAFileThatIsNotTomlOrNotThere)
{
    EXPECT_THAT(problem("[server]\nlisten = \n", 2), HasSubstr("is not valid TOML"));
    auto const absent = load_config({.file = "/nonexistent/signet.toml", .environment = {}, .flags = {}});
    ASSERT_FALSE(absent);
    EXPECT_THAT(absent.error(), ElementsAre(HasSubstr("/nonexistent/signet.toml: cannot be read")));
}

// DESIGN 5
// DESIGN 5
TEST_F(ConfigTest, TakesEachAlgorithmThatHasAPublicKey)
{
    for (auto const algorithm : jose::all_algorithms()) {
        using enum jose::Algorithm;
        if (jose::is_symmetric(algorithm) || algorithm == es256k || algorithm == ed25519 || algorithm == ed448)
            continue;
        auto const loaded = load("[tokens]\nalgorithm = \"" + std::string{jose::name(algorithm)} + "\"\n");
        ASSERT_TRUE(loaded) << jose::name(algorithm);
        EXPECT_EQ(loaded->config.rules.tokens.algorithm, algorithm);
    }
}

TEST_F(ConfigTest, RefusesSharedSecretsTogetherWithAPublishedKeySet)
{
    for (std::string const name : {"HS256", "HS384", "HS512"}) {
        auto const setting = "[tokens]\nalgorithm = \"" + name + "\"\n";
        EXPECT_THAT(problem(setting, 2), HasSubstr(name + " cannot be used with a published key set"));
        EXPECT_TRUE(load(setting + "publish_key_set = false\n"));
    }
    EXPECT_THAT(problem("[tokens]\npublish_key_set = false\n", 2), HasSubstr("HS256"));
}

TEST_F(ConfigTest, RefusesStatusListsThatNobodyCouldCheck)
{
    EXPECT_TRUE(load("[tokens]\nstatus_list = true\n"));
    EXPECT_THAT(problem("[tokens]\nalgorithm = \"HS256\"\npublish_key_set = false\nstatus_list = true\n", 4),
                HasSubstr("[tokens] status_list cannot be used with a shared secret"));
}

TEST_F(ConfigTest, WarnsOfAnAccessTokenThatLivesOutside5To15Minutes)
{
    for (auto const* life : {"4m", "16m"}) {
        auto const loaded = load_environment("SIGNET_TOKENS_ACCESS_LIFETIME", life);
        ASSERT_TRUE(loaded);
        EXPECT_THAT(loaded->warnings, ElementsAre(HasSubstr("5m to 15m is advised"))) << life;
    }
    for (auto const* life : {"5m", "15m"}) {
        auto const loaded = load_environment("SIGNET_TOKENS_ACCESS_LIFETIME", life);
        ASSERT_TRUE(loaded);
        EXPECT_THAT(loaded->warnings, IsEmpty()) << life;
    }
}

TEST_F(ConfigTest, RefusesSessionLimitsThatContradictEachOther)
{
    EXPECT_THAT(problem("[sessions]\nmode = \"cookie\"\n", 2), HasSubstr("must be one of \"token\", \"session\""));
    EXPECT_THAT(problem("[sessions]\nidle_limit = \"181d\"\n", 2), HasSubstr("longer than absolute_limit"));
    EXPECT_THAT(
        problem("[sessions]\nidle_limit = \"30m\"\nrefresh_window = \"10m\"\n[tokens]\naccess_lifetime = \"31m\"\n", 5),
        HasSubstr("longer than [sessions] idle_limit"));
    EXPECT_THAT(problem("[sessions]\nidle_limit = \"20m\"\nrefresh_window = \"10m\"\n", 3),
                HasSubstr("half of idle_limit"));
}

// CHECKS C5
TEST_F(ConfigTest, RefusesHashesThatAreTooCheap)
{
    EXPECT_THAT(problem("[passwords]\niterations = 1\n", 2), HasSubstr("at least 2 with memory_kib = 19456"));
    EXPECT_THAT(problem("[passwords]\nmemory_kib = 7168\niterations = 4\n", 3), HasSubstr("at least 5"));
    EXPECT_TRUE(load("[passwords]\nmemory_kib = 47104\niterations = 1\n"));
    EXPECT_TRUE(load("[passwords]\nmemory_kib = 12288\niterations = 3\n"));
    EXPECT_THAT(problem("[passwords]\nmemory_budget_mib = 18\n", 2), HasSubstr("less than one hash needs"));
}

TEST_F(ConfigTest, RefusesThrottleAndKeyTimesThatContradictEachOther)
{
    EXPECT_THAT(problem("[throttle]\naccount_hard_stop = 5\naccount_free = 5\n", 3), HasSubstr("account_hard_stop"));
    EXPECT_THAT(problem("[throttle]\nforget_after = \"1h\"\nlongest_wait = \"2h\"\n", 3), HasSubstr("forget_after"));
    EXPECT_THAT(problem("[keys]\nrotate_every = \"1d\"\npublish_ahead = \"1d\"\n", 2), HasSubstr("publish_ahead"));
}

TEST_F(ConfigTest, RefusesAnIssuerThatIsNotABareHttpsUrl)
{
    for (auto const* issuer : {"id.example.com", "http://id.example.com", "https://", "https://id.example.com/",
                               "https://id.example.com/auth", "https://id.example.com?x", "https://user@id.example.com",
                               "https://ID.example.com", "https://id.example.com:99999", "https://id.example.com:443"})
        EXPECT_FALSE(load_environment("SIGNET_SERVER_ISSUER", issuer)) << issuer;
    for (auto const* issuer : {"https://id.example.com", "https://id.example.com:8443", "http://localhost:8080",
                               "http://127.0.0.1:8080", "https://[::1]:8443", "https://[2001:db8::1]"})
        EXPECT_TRUE(load_environment("SIGNET_SERVER_ISSUER", issuer)) << issuer;
}

// CHECKS D4: origins are compared byte for byte, so only what a browser would send is taken.
TEST_F(ConfigTest, RefusesAnAllowedOriginThatIsNotOne)
{
    for (auto const* origin : {"*", "null", "https://*.example.com", "http://example.com", "https://example.com/",
                               "example.com", "https://a.example https://b.example"})
        EXPECT_FALSE(load_environment("SIGNET_SERVER_ALLOWED_ORIGINS", origin)) << origin;
}

TEST_F(ConfigTest, RefusesAProxyThatIsNotAnAddress)
{
    EXPECT_THAT(problem("[server]\ntrusted_proxies = [\"proxy.example\"]\n", 2), HasSubstr("not an IP address"));
    EXPECT_FALSE(load_environment("SIGNET_SERVER_TRUSTED_PROXIES", "10.0.0.0/33"));
    EXPECT_TRUE(load_environment("SIGNET_SERVER_TRUSTED_PROXIES", "10.0.0.1,2001:db8::1"));
    EXPECT_TRUE(load_environment("SIGNET_SERVER_TRUSTED_PROXIES", "10.0.0.0/8,fd00::/8")) << "as the server does";
}

// CHECKS C11
TEST_F(ConfigTest, RefusesToListenToProxiesThatAreNotNamed)
{
    EXPECT_THAT(problem("[server]\nproxy_protocol = true\n", 2), HasSubstr("trusted_proxies names nobody"));
    EXPECT_THAT(problem("[server]\nforwarded_header = \"Forwarded\"\n", 2), HasSubstr("trusted_proxies names nobody"));
    EXPECT_THAT(problem("[server]\nforwarded_header = \"X-Real-IP\"\n", 2),
                HasSubstr("\"X-Forwarded-For\", \"Forwarded\""));
    EXPECT_TRUE(
        load("[server]\nproxy_protocol = true\nforwarded_header = \"Forwarded\"\ntrusted_proxies = [\"::1\"]\n"));
}

TEST_F(ConfigTest, RefusesPlainHttpInTheOpen)
{
    EXPECT_THAT(problem("[server]\nlisten = \"0.0.0.0:8080\"\nplain_http = true\n", 3), HasSubstr("unencrypted"));
    EXPECT_TRUE(load("[server]\nlisten = \"localhost:8080\"\nplain_http = true\n"));
    EXPECT_TRUE(load("[server]\nlisten = \"0.0.0.0:8080\"\nplain_http = true\ntrusted_proxies = [\"10.0.0.1\"]\n"));
    EXPECT_FALSE(load("[server]\nlisten = \"127.example.com:80\"\nplain_http = true\n"));
}

TEST_F(ConfigTest, RefusesAnAdminListenerThatOthersReach)
{
    EXPECT_THAT(problem("[admin]\nlisten = \"0.0.0.0:8444\"\n", 2), HasSubstr("loopback"));
    EXPECT_THAT(problem("[admin]\nlisten = \"localhost:8443\"\n", 2), HasSubstr("same as [server] listen"));
}

TEST_F(ConfigTest, RefusesACertificateWithoutItsKey)
{
    EXPECT_FALSE(load("[server]\ncertificate = \"/etc/cert.pem\"\n"));
    EXPECT_FALSE(load("[server]\nprivate_key = \"/etc/key.pem\"\n"));
    EXPECT_FALSE(load("[server]\ncertificate = \"/c\"\nprivate_key = \"/k\"\nplain_http = true\n"));
}

TEST_F(ConfigTest, RefusesABrandNameWithControlCharacters)
{
    EXPECT_FALSE(load("[branding]\nname = \"a\\nb\"\n"));
    EXPECT_FALSE(load("[branding]\nname = \"\"\n"));
    EXPECT_TRUE(load("[branding]\nname = \"Zoë's Notes\"\n"));
}

TEST_F(ConfigTest, ServingNeedsAnIssuerAndACertificate)
{
    auto const loaded = load_config({});
    ASSERT_TRUE(loaded);
    EXPECT_THAT(check_serving(*loaded),
                ElementsAre(HasSubstr("[server] certificate is needed"), HasSubstr("[server] issuer is needed")));
}

TEST_F(ConfigTest, ServingRefusesAPrivateKeyThatEveryoneCanRead)
{
    auto const certificate = folder_.write("cert.pem", "");
    auto const key         = folder_.write("key.pem", "");
    auto const loaded      = load("[server]\nissuer = \"https://id.example.com\"\ncertificate = \"" + certificate +
                                  "\"\nprivate_key = \"" + key + "\"\n");
    ASSERT_TRUE(loaded) << ::testing::PrintToString(loaded.error());
    std::filesystem::permissions(key, std::filesystem::perms{0644});
    EXPECT_THAT(check_serving(*loaded), ElementsAre(HasSubstr("every user")));
    std::filesystem::permissions(key, std::filesystem::perms{0640});
    EXPECT_THAT(check_serving(*loaded), IsEmpty());
    std::filesystem::remove(key);
    EXPECT_THAT(check_serving(*loaded), ElementsAre(HasSubstr("is not a file")));
}

TEST_F(ConfigTest, ServingRefusesALogoThatIsNoPicture)
{
    ConfigSources sources;
    sources.dev       = true;
    auto const logo   = folder_.write("logo.png", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    auto const loaded = load("[branding]\nlogo = \"" + logo + "\"\n", sources);
    ASSERT_TRUE(loaded);
    EXPECT_THAT(check_serving(*loaded),
                ElementsAre(EndsWith(":2: [branding] logo is not a PNG, JPEG, or WebP picture.")));
}

TEST_F(ConfigTest, DevNeedsNothingAndAllowsTheExampleSite)
{
    ConfigSources sources;
    sources.dev       = true;
    auto const loaded = load_config(sources);
    ASSERT_TRUE(loaded);
    EXPECT_THAT(check_serving(*loaded), IsEmpty());
    EXPECT_EQ(loaded->config.data, "./signet-data");
    EXPECT_THAT(loaded->config.allowed_origins, ElementsAre("https://localhost:7001", "https://localhost:7002"));
    EXPECT_TRUE(loaded->config.rules.throttle.exempt_loopback_addresses);

    sources.flags    = {{"server", "plain_http", "true", "--plain-http"}};
    auto const plain = load_config(sources);
    ASSERT_TRUE(plain);
    EXPECT_THAT(plain->config.allowed_origins, ElementsAre("http://localhost:7001", "http://localhost:7002"));
}

TEST_F(ConfigTest, DevRefusesPlainHttpInTheOpenToo)
{
    ConfigSources sources;
    sources.dev   = true;
    sources.flags = {{"server", "plain_http", "true", "--plain-http"},
                     {"server", "listen", "0.0.0.0:8080", "--listen"}};
    EXPECT_FALSE(load_config(sources));
}

TEST(ConfigReference, IsTheCheckedInFile)
{
    auto const checked_in = read_text(SIGNET_SOURCE_DIR "/docs/reference/config.md");
    EXPECT_EQ(checked_in, config_reference()) << "run: signet config reference > docs/reference/config.md";
}

}  // namespace
}  // namespace signet::cli
