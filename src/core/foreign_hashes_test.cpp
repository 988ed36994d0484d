#include "core/foreign_hashes.hpp"

#include <gtest/gtest.h>

#include "core/passwords.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

// "correct horse", by passlib 1.7.4, bcrypt 3.2.2, and the argon2 command of Debian 12.
constexpr std::string_view kPassword = "correct horse";
constexpr char const*      kHashes[] = {
    "$2a$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu",
    "$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu",
    "$2y$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu",
    "$argon2id$v=19$m=7168,t=5,p=1$c29tZXNhbHRzb21lc2FsdA$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
    "$argon2id$v=19$m=16384,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$1RUw1/knx965AMDOyhmNxvbuLz+VLT0J/G5+DrBYnFM",
    "$argon2i$v=19$m=16384,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$wGvPsrrPrYYUEhYDpJkWG+o/9IFyOqkiOVVKI18WNtI",
    "$scrypt$ln=14,r=8,p=1$8PHy8/T19vf4+fr7/P3+/w$ZJTo6Jd3JtMhqhVm9hyx2q9OgqHmSzfx2yuOJ7B/A0I",
    "$pbkdf2-sha256$600000$8PHy8/T19vf4.fr7/P3./w$5U2tn26sw22afKKabm/VovoZLhU.mJgYs6P3cKRrEN0",
    "$pbkdf2-sha512$210000$MDEyMzQ1Njc4OWFiY2RlZg$k8YH0Yn3oOV/55BXLWBweWK4tppWYEpSjRW0XrRWj."
         "KlhCNUXY/Sq/rSYmjEoC0m/4O1k8u7ZDR6pPsFXzu6/w",
    "pbkdf2_sha256$600000$NaClNaClNaCl$EAmB3JRukCR83pJTL9x7vj3IU0RMV75r6CV7rUAJ5Kw=",
};

bool matches(std::string_view password, std::string const& hash)
{
    auto const answer = foreign_hash_matches(SecretString{password}, {hash});
    EXPECT_TRUE(answer) << hash;
    return answer.value_or(false);
}

std::string refusal(std::string hash)
{
    auto const checked = check_foreign_hash({std::move(hash)});
    if (checked) return "accepted";
    EXPECT_EQ(checked.error().code, Errc::unsupported_hash);
    return checked.error().detail;
}

// CHECKS C5
TEST(ForeignHashes, VerifyWhatOthersMade)
{
    for (std::string const hash : kHashes) {
        EXPECT_EQ(refusal(hash), "accepted") << hash;
        EXPECT_TRUE(matches(kPassword, hash)) << hash;
        EXPECT_FALSE(matches("correct horsf", hash)) << hash;
        EXPECT_FALSE(matches("", hash)) << hash;
    }
}

TEST(ForeignHashes, AreRehashedAtTheFirstSignIn)
{
    Passwords const passwords{testing::cheap_settings().passwords};
    for (std::string const hash : kHashes) {
        EXPECT_EQ(is_foreign_hash({hash}), !hash.starts_with("$argon2id$")) << hash;
        bool const ours_already = hash.starts_with("$argon2id$") && hash.find("p=1$") != std::string::npos;
        EXPECT_EQ(passwords.needs_rehash({hash}), !ours_already) << hash;
    }
}

TEST(ForeignHashes, RefuseAnyChangedLastCharacters)
{
    for (std::string hash : kHashes) {
        auto& last = hash[hash.size() - 4];
        last       = last == 'b' ? 'c' : 'b';
        EXPECT_FALSE(matches(kPassword, hash)) << hash;
    }
}

// NB: that is what bcrypt does; at the first sign-in the account gets a hash of the whole password.
TEST(ForeignHashes, KnowOf72BytesInBcrypt)
{
    std::string const hash = "$2b$10$abcdefghijklmnopqrstuuiYfj.JCH/8Hff5KmeyaPABzfEqwvS.a";  // 72 × 'a'
    EXPECT_TRUE(matches(std::string(72, 'a'), hash));
    EXPECT_TRUE(matches(std::string(72, 'a') + "b", hash));
    EXPECT_FALSE(matches(std::string(71, 'a'), hash));
}

// CHECKS C2
TEST(ForeignHashes, MatchNoPasswordWithANulInBcrypt)
{
    EXPECT_FALSE(matches(std::string_view{"correct horse\0", 14}, kHashes[1]));
    EXPECT_FALSE(matches(std::string_view{"correct horse\0xyz", 17}, kHashes[1]));
}

struct Refused {
    char const* hash;
    char const* reason;
};

constexpr Refused kRefused[] = {
    {"", "neither Argon2, bcrypt, scrypt, nor PBKDF2-SHA256 or -SHA512"},
    {"correct horse", "neither Argon2, bcrypt, scrypt, nor PBKDF2-SHA256 or -SHA512"},
    {"5f4dcc3b5aa765d61d8327deb882cf99", "neither Argon2, bcrypt, scrypt, nor PBKDF2-SHA256 or -SHA512"},
    {"$1$salt$qJH7.N4xYta3aEG/dfqo/0", "neither Argon2, bcrypt, scrypt, nor PBKDF2-SHA256 or -SHA512"},
    {"$6$salt$hash", "neither Argon2, bcrypt, scrypt, nor PBKDF2-SHA256 or -SHA512"},
    {"$2x$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu",
     "neither Argon2, bcrypt, scrypt, nor PBKDF2-SHA256 or -SHA512"},
    {"$pbkdf2$100000$8PHy8/T19vf4.fr7/P3./w$MqPxC4BydD9t5kB3PlRREdH6A2s",
     "neither Argon2, bcrypt, scrypt, nor PBKDF2-SHA256 or -SHA512"},
    {"$argon2d$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
     "neither Argon2, bcrypt, scrypt, nor PBKDF2-SHA256 or -SHA512"},
    // bcrypt
    {"$2b$09$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu", "bcrypt with a cost below 10"},
    {"$2b$15$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu", "bcrypt with a cost above 14"},
    {"$2b$31$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu", "bcrypt with a cost above 14"},
    {"$2b$1x$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu", "not a bcrypt text"},
    {"$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3X", "not a bcrypt text"},
    {"$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xuu", "not a bcrypt text"},
    {"$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3X+", "not a bcrypt text"},
    {"$2b$10$", "not a bcrypt text"},
    // Argon2
    {"$argon2id$v=16$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
     "not an Argon2 PHC string of version 19"},
    {"$argon2id$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
     "not an Argon2 PHC string of version 19"},
    {"$argon2id$v=19$m=65536,t=3$c29tZXNhbHRzb21lc2FsdA$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
     "not an Argon2 PHC string of version 19"},
    {"$argon2id$v=19$m=99999999999,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
     "not an Argon2 PHC string of version 19"},
    {"$argon2id$v=19$m=-1,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
     "not an Argon2 PHC string of version 19"},
    {"$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA==$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
     "not an Argon2 PHC string of version 19"},
    {"$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$", "hash shorter than 16 bytes"},
    {"$argon2id$v=19$m=65536,t=3,p=1$c29tZQ$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM", "salt shorter than 8 bytes"},
    {"$argon2id$v=19$m=7168,t=4,p=1$c29tZXNhbHRzb21lc2FsdA$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
     "Argon2 too weak"},
    {"$argon2id$v=19$m=7167,t=9,p=1$c29tZXNhbHRzb21lc2FsdA$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
     "Argon2 too weak"},
    {"$argon2id$v=19$m=131073,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
     "Argon2 too costly"},
    {"$argon2id$v=19$m=65536,t=4294967295,p=1$c29tZXNhbHRzb21lc2FsdA$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
     "Argon2 too costly"},
    {"$argon2id$v=19$m=65536,t=3,p=17$c29tZXNhbHRzb21lc2FsdA$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
     "Argon2 with p outside 1 to 16"},
    {"$argon2id$v=19$m=65536,t=3,p=0$c29tZXNhbHRzb21lc2FsdA$Ab6+sBE+Tsn+6D2ktLNSwf7zGnZPIzn8umPKJj3WcwM",
     "Argon2 with p outside 1 to 16"},
    // scrypt
    {"$scrypt$ln=14,r=8$8PHy8/T19vf4+fr7/P3+/w$ZJTo6Jd3JtMhqhVm9hyx2q9OgqHmSzfx2yuOJ7B/A0I",
     "not an scrypt PHC string"},
    {"$scrypt$ln=14,r=8,p=1$8PHy8/T19vf4+fr7/P3+/w", "not an scrypt PHC string"},
    {"$scrypt$ln=13,r=8,p=1$8PHy8/T19vf4+fr7/P3+/w$ZJTo6Jd3JtMhqhVm9hyx2q9OgqHmSzfx2yuOJ7B/A0I", "scrypt too weak"},
    {"$scrypt$ln=18,r=8,p=1$8PHy8/T19vf4+fr7/P3+/w$ZJTo6Jd3JtMhqhVm9hyx2q9OgqHmSzfx2yuOJ7B/A0I", "scrypt too costly"},
    {"$scrypt$ln=17,r=8,p=3$8PHy8/T19vf4+fr7/P3+/w$ZJTo6Jd3JtMhqhVm9hyx2q9OgqHmSzfx2yuOJ7B/A0I", "scrypt too costly"},
    {"$scrypt$ln=63,r=8,p=1$8PHy8/T19vf4+fr7/P3+/w$ZJTo6Jd3JtMhqhVm9hyx2q9OgqHmSzfx2yuOJ7B/A0I",
     "scrypt parameters out of range"},
    {"$scrypt$ln=14,r=4294967295,p=1$8PHy8/T19vf4+fr7/P3+/w$ZJTo6Jd3JtMhqhVm9hyx2q9OgqHmSzfx2yuOJ7B/A0I",
     "scrypt parameters out of range"},
    {"$scrypt$ln=0,r=8,p=1$8PHy8/T19vf4+fr7/P3+/w$ZJTo6Jd3JtMhqhVm9hyx2q9OgqHmSzfx2yuOJ7B/A0I",
     "scrypt parameters out of range"},
    // PBKDF2
    {"$pbkdf2-sha256$599999$8PHy8/T19vf4.fr7/P3./w$MqPxC4BydD9t5kB3PlRREdH6A2vC6fuN9A5Euf9thyU",
     "PBKDF2 with fewer than 600000 rounds"},
    {"pbkdf2_sha256$599999$NaClNaClNaCl$hKZf4BimN8ha+gEemjXloOhR6YzuFE6MZ9xSRFZeGVo=",
     "PBKDF2 with fewer than 600000 rounds"},
    {"$pbkdf2-sha512$209999$8PHy8/T19vf4.fr7/P3./w$MqPxC4BydD9t5kB3PlRREdH6A2vC6fuN9A5Euf9thyU",
     "PBKDF2 with fewer than 210000 rounds"},
    {"$pbkdf2-sha256$5000001$8PHy8/T19vf4.fr7/P3./w$MqPxC4BydD9t5kB3PlRREdH6A2vC6fuN9A5Euf9thyU",
     "PBKDF2 with more than 5000000 rounds"},
    {"$pbkdf2-sha256$0100000$8PHy8/T19vf4.fr7/P3./w$MqPxC4BydD9t5kB3PlRREdH6A2vC6fuN9A5Euf9thyU", "not a PBKDF2 text"},
    {"$pbkdf2-sha256$100000$8PHy8/T19vf4+fr7/P3+/w$MqPxC4BydD9t5kB3PlRREdH6A2vC6fuN9A5Euf9thyU", "not a PBKDF2 text"},
    {"$pbkdf2-sha256$100000$8PHy8/T19vf4.fr7/P3./w", "not a PBKDF2 text"},
    {"pbkdf2_sha256$100000$NaClNaClNaCl$hKZf4BimN8ha+gEemjXloOhR6YzuFE6MZ9xSRFZeGVo", "not a PBKDF2 text"},
    {"pbkdf2_sha256$600000$NaCl$hKZf4BimN8ha+gEemjXloOhR6YzuFE6MZ9xSRFZeGVo=", "salt shorter than 8 bytes"},
};

TEST(ForeignHashes, AreRefusedWithTheReason)
{
    for (auto const& c : kRefused) EXPECT_EQ(refusal(c.hash), c.reason) << c.hash;
}

TEST(ForeignHashes, SayWhatMemoryTheyTake)
{
    EXPECT_EQ(hash_memory_bytes({kHashes[0]}), 0U);
    EXPECT_EQ(hash_memory_bytes({kHashes[3]}), 7168U * 1024);
    EXPECT_EQ(hash_memory_bytes({kHashes[6]}), 128U * 8 << 14);
    EXPECT_EQ(hash_memory_bytes({kHashes[7]}), 0U);
    EXPECT_EQ(hash_memory_bytes({"nonsense"}), 0U);
}

TEST(ForeignHashes, AreRefusedWithANulOrAMegabyte)
{
    EXPECT_EQ(refusal(std::string{kHashes[3]} + '\0'), "NUL in the text");
    EXPECT_EQ(refusal("$argon2id$v=19$m=65536,t=3,p=1$" + std::string(1'000'000, 'A') + "$AAAA"),
              "not an Argon2 PHC string of version 19");
    EXPECT_EQ(refusal("$scrypt$" + std::string(1'000'000, '$')), "not an scrypt PHC string");
}

TEST(ForeignHashes, AreUnavailableWhenStorageHoldsSomethingElse)
{
    for (std::string const hash : {"nonsense", "$scrypt$x", "$pbkdf2-sha256$x", "$argon2i$x"}) {
        auto const answer = foreign_hash_matches(SecretString{kPassword}, {hash});
        ASSERT_FALSE(answer) << hash;
        EXPECT_EQ(answer.error().code, Errc::unavailable) << hash;
    }
    EXPECT_FALSE(matches(kPassword, "$2b$broken"));
}

}  // namespace
}  // namespace signet::core
