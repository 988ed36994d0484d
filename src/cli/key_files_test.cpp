#include "cli/key_files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "cli/testing/temporary_folder.hpp"
#include "storage/test_file.hpp"

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

TEST_F(KeyFiles, AreBothMadeOrNone)
{
    auto const refused = [&](GenerateOptions const& o) { return complaint([&] { return generate_key(o); }, kUsage); };
    EXPECT_TRUE(refused({.kid = {}, .out = path("k"), .public_out = path("none/k")}).contains("No such file"));
    EXPECT_FALSE(fs::exists(path("k")));
    EXPECT_TRUE(refused({.kid = {}, .out = path("k"), .public_out = path("k")}).contains("same file"));
    EXPECT_FALSE(fs::exists(path("k")));
    EXPECT_TRUE(refused({.kid = {}, .rsa_bits = 3072, .out = path("k"), .public_out = {}}).contains("--bits"));
    EXPECT_FALSE(fs::exists(path("k")));
}

TEST_F(KeyFiles, LeaveNothingWhereTheDiskRefuses)
{
    Exit exit = kDone;
    {
        storage::RefusingDisk const disk;
        exit = generate_key({.kid = {}, .out = {}, .public_out = path("p")});
    }
    EXPECT_EQ(exit, kUsage);
    EXPECT_FALSE(fs::exists(path("p")));
}

TEST_F(KeyFiles, LetOthersReadThePublicHalf)
{
    auto const old = umask(S_IRWXG | S_IRWXO);
    ASSERT_EQ(generate_key({.kid = {}, .out = path("k"), .public_out = path("p")}), kDone);
    umask(old);
    EXPECT_EQ(fs::status(path("p")).permissions(), fs::perms{0644});
}

TEST_F(KeyFiles, HaveAThumbprintWhateverTheAlgorithm)
{
    for (auto const* algorithm : {"RS256", "PS512", "ES384", "Ed25519", "Ed448"}) {
        std::vector<std::string> seen;
        for (auto const* form : {"jwk", "pem"}) {
            GenerateOptions const options{.algorithm  = algorithm,
                                          .kid        = {},
                                          .form       = form,
                                          .out        = path(std::string{algorithm} + form),
                                          .public_out = path(std::string{algorithm} + form + ".pub")};
            ASSERT_EQ(generate_key(options), kDone);
            for (auto const& file : {options.out, options.public_out}) {
                ::testing::internal::CaptureStdout();
                EXPECT_EQ(print_thumbprint({.file = file, .algorithm = {}}), kDone) << file;
                seen.push_back(::testing::internal::GetCapturedStdout());
                EXPECT_EQ(seen.back().size(), 44U) << seen.back();
            }
            EXPECT_EQ(seen[seen.size() - 2], seen.back()) << algorithm << form;
        }
    }
}

TEST_F(KeyFiles, SayWhatIsWrongWithThePrivateKeyItself)
{
    ASSERT_EQ(generate_key({.kid = {}, .out = path("k"), .public_out = path("p")}), kDone);
    auto const convert = [&](ConvertOptions const& o) { return complaint([&] { return convert_key(o); }, kUsage); };
    EXPECT_TRUE(
        convert({.file = path("k"), .algorithm = "ES384", .kid = {}, .form = "pem"}).contains("algorithm_mismatch"));
    EXPECT_TRUE(
        convert({.file = path("k"), .algorithm = "ES384", .kid = {}, .form = "jwks"}).contains("algorithm_mismatch"));
    EXPECT_TRUE(
        convert({.file = path("p"), .algorithm = "ES384", .kid = {}, .form = "jwk"}).contains("no key for ES384"));
    EXPECT_TRUE(convert({.file = path("k"), .algorithm = {}, .kid = "x", .form = "jwk"}).contains("--kid"));
}

// It may be a private key.
TEST_F(KeyFiles, NeverSayAgainWhatWasGivenInPlaceOfAPath)
{
    for (auto const* key : {R"({"k":"c2VjcmV0"})", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0"}) {
        auto const said = complaint([&] { return print_thumbprint({.file = key, .algorithm = {}}); }, kUsage);
        EXPECT_FALSE(said.contains("c2VjcmV0")) << said;
        EXPECT_TRUE(said.contains("path of its file")) << said;
    }
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
