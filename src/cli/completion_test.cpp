#include "cli/completion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::cli {
namespace {

using ::testing::HasSubstr;

// Real shells are asked in tests/package/completion.test.mjs; here is what no verb of ours has today.
Verb const kTree{.name        = "signet",
                 .what        = "",
                 .options     = {{.names = {"--version"}, .what = "Say [which]: it's", .value = {}, .choices = {}}},
                 .positionals = {},
                 .verbs       = {{.name        = "set-it",
                                  .what        = "Set: what's told",
                                  .options     = {{.names   = {"-f", "--form"},
                                                   .what    = "A form",
                                                   .value   = "FORM",
                                                   .choices = {"jwk", "pem"},
                                                   .repeats = true}},
                                  .positionals = {},
                                  .verbs       = {}}}};

TEST(Completion, QuotesForBash)
{
    auto const script = completion_script("bash", kTree).value();
    EXPECT_THAT(script, HasSubstr("'signet set-it') path+="));
    EXPECT_THAT(script, HasSubstr("'signet set-it -f' | 'signet set-it --form') others='jwk pem' ;;"));
}

TEST(Completion, QuotesForZsh)
{
    auto const script = completion_script("zsh", kTree).value();
    EXPECT_THAT(script, HasSubstr(R"('--version[Say \[which\]\: it'\''s]')"));
    EXPECT_THAT(script, HasSubstr("'*--form=[A form]:FORM:(jwk pem)'"));
    EXPECT_THAT(script, HasSubstr("'*-f[A form]:FORM:(jwk pem)'"));
    EXPECT_THAT(script, HasSubstr(R"('set-it:Set: what'\''s told')"));
    EXPECT_THAT(script, HasSubstr("set-it) _signet_set_it ;;"));
}

TEST(Completion, QuotesForFish)
{
    auto const script = completion_script("fish", kTree).value();
    EXPECT_THAT(script, HasSubstr(R"(-a set-it -d 'Set: what\'s told')"));
    EXPECT_THAT(script, HasSubstr("-s f -l form -x -a 'jwk pem' -d 'A form'"));
}

TEST(Completion, KnowsThreeShells)
{
    EXPECT_FALSE(completion_script("csh", kTree));
}

}  // namespace
}  // namespace signet::cli
