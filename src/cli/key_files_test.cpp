#include "cli/key_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json.hpp"
#include "cli/testing/temporary_folder.hpp"

namespace signet::cli {
namespace {

namespace fs = std::filesystem;

class KeyFiles : public ::testing::Test {
protected:
    std::string path(std::string_view name) const { return folder_.path() / name; }
    std::string content(std::string_view name) const
    {
        std::ifstream in(path(name));
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    // What `verb` says on standard error.
    template <class Verb>
    static std::string complaint(Verb const& verb, Exit expected)
    {
        ::testing::internal::CaptureStderr();
        EXPECT_EQ(verb(), expected);
        return ::testing::internal::GetCapturedStderr();
    }

private:
    testing::TemporaryFolder folder_;
};

TEST_F(KeyFiles, AreNeverOverwrittenNeitherHalf)
{
    GenerateOptions const options{.kid = {}, .out = path("k.jwk"), .public_out = path("k.pub")};
    ASSERT_EQ(generate_key(options), kDone);
    auto const half = content("k.pub");
    EXPECT_FALSE(half.empty());
    auto const mine = content("k.jwk");
    EXPECT_EQ(fs::status(path("k.jwk")).permissions(), fs::perms::owner_read | fs::perms::owner_write);

    auto const again = [&](GenerateOptions const& o) { return complaint([&] { return generate_key(o); }, kUsage); };
    EXPECT_TRUE(again(options).contains("is there already; nothing was overwritten"));
    EXPECT_TRUE(
        again({.kid = {}, .out = path("k.jwk"), .public_out = path("new.pub")}).contains("k.jwk is there already"));
    EXPECT_TRUE(
        again({.kid = {}, .out = path("new.jwk"), .public_out = path("k.pub")}).contains("k.pub is there already"));
    EXPECT_TRUE(again({.algorithm = "HS256", .kid = {}, .out = path("h.jwk"), .public_out = path("h.pub")})
                    .contains("no public"));

    EXPECT_EQ(content("k.pub"), half);
    EXPECT_EQ(content("k.jwk"), mine);
    for (auto const* name : {"new.pub", "new.jwk", "h.jwk", "h.pub"}) EXPECT_FALSE(fs::exists(path(name))) << name;
}

// The word "keys" makes no set.
TEST_F(KeyFiles, ConvertsAKeyOfAnyName)
{
    ASSERT_EQ(generate_key({.kid = "keys", .out = path("k.jwk"), .public_out = {}}), kDone);
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(convert_key({.file = path("k.jwk"), .algorithm = {}, .kid = {}, .form = "pem"}), kDone);
    EXPECT_TRUE(::testing::internal::GetCapturedStdout().starts_with("-----BEGIN PRIVATE KEY-----"));
}

// A key out of the network may say anything.
TEST_F(KeyFiles, SayNothingThatATerminalObeys)
{
    std::ofstream(path("k.jwk")) << R"({"kty":"EC","alg":"\u001b[2J\nVerified: yes\u009b"})";
    auto const said = complaint([&] { return print_thumbprint({.file = path("k.jwk"), .algorithm = {}}); }, kUsage);
    EXPECT_TRUE(said.contains("unsupported_key")) << said;
    EXPECT_FALSE(said.contains('\x1B'));
    EXPECT_FALSE(said.contains("\xC2\x9B"));
    EXPECT_EQ(said.find('\n'), said.size() - 1);
}

}  // namespace
}  // namespace signet::cli
