#include "cli/age_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/result.hpp"
#include "core/testing/time_and_chance.hpp"

namespace signet::cli {
namespace {

using ::testing::HasSubstr;

// By age-keygen and age 1.1.1.
constexpr auto kRecipient = "age12y8dm6fmq3cewsnut6m6cgvypfwfvjx8cvhhkktquu5s4qz80adqkp9jxv";
constexpr auto kIdentity  = "AGE-SECRET-KEY-1Y84YZQGMRAURMJUHNEVGU59DUWZHQWWEHHTAT0L8YT4YFKDNDU2QW20ANY";
constexpr auto kByAge =
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBuVnREd0lkbHI3S21lS2twNTdRbFFrSUFtWm5tQlRQcEtlUjRtdEFQMWt3Cms0bGNGUTZK"
    "clIxZUw5SE9sei92S1cvODV0aUpjbzQyQThFMlVUWDdvNWMKLS0tIG5KM2NvZEtQTXZRK25qSnR4Q2VFa0RPcUwyb1djbHRuTzRYOHJPQmZpNGcK"
    "P/lzHPh4QIVlbi447L75959Pp8pv4+TQ3jCcKWwXN4Yb5dTo9uZIkmlQ6Ek";

struct AgeFile : ::testing::Test {
    core::testing::CountingRandom random;
    SecretString                  file_key   = make_file_key(random);
    std::vector<AgeIdentity>      identities = parse_identities(kIdentity).value();
    AgePassphrase                 passphrase{.text = SecretString{"a passphrase"}, .log_n = 4};

    AgeReader::Opener by_identity = [this](auto header) { return unwrap(header, identities); };
    AgeReader::Opener by_phrase   = [this](auto header) { return unwrap(header, passphrase); };

    std::string encrypted(std::string const& plain, std::vector<AgeStanza> const& stanzas)
    {
        std::string file;
        AgeWriter   out(file_key, stanzas, random, [&](std::string_view bytes) { return file.append(bytes), true; });
        // In pieces that fit nothing.
        for (std::size_t at = 0; at < plain.size(); at += 1000) EXPECT_TRUE(out.write(plain.substr(at, 1000)));
        EXPECT_TRUE(out.finish());
        return file;
    }
    std::string to_recipient(std::string const& plain)
    {
        return encrypted(plain, {wrap(file_key, *parse_recipient(kRecipient), random)});
    }
    std::string to_phrase(std::string const& plain) { return encrypted(plain, {wrap(file_key, passphrase, random)}); }

    static std::expected<std::string, Trouble> decrypted(std::string const& file, AgeReader::Opener const& opener)
    {
        std::istringstream in(file);
        auto               reader = TRY(AgeReader::open(in, opener));
        std::string        plain;
        std::string        buffer(777, '\0');
        while (true) {
            auto const some = TRY(reader.read(buffer));
            plain.append(buffer, 0, some);
            if (some < buffer.size()) return plain;
        }
    }
    static std::string trouble(std::string const& file, AgeReader::Opener const& opener)
    {
        auto const plain = decrypted(file, opener);
        return plain ? "" : plain.error();
    }
};

std::string bytes(std::size_t size)
{
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 256);
    return text;
}

TEST_F(AgeFile, OpensWhatAgeWrote)
{
    EXPECT_EQ(decrypted(*decode_base64(kByAge), by_identity).value(), "a plain text");
}

TEST_F(AgeFile, ComesBackWhateverItsSize)
{
    for (std::size_t const size : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 131072UL, 200000UL}) {
        auto const plain = bytes(size);
        EXPECT_EQ(decrypted(to_recipient(plain), by_identity).value(), plain) << size;
        EXPECT_EQ(decrypted(to_phrase(plain), by_phrase).value(), plain) << size;
    }
}

TEST_F(AgeFile, HidesWhatIsInItAndIsNeverTheSameTwice)
{
    auto const file = to_phrase("a plain text");
    EXPECT_EQ(file.find("plain"), std::string::npos);
    EXPECT_NE(to_phrase("a plain text"), file);
}

TEST_F(AgeFile, OpensForEachOfItsRecipients)
{
    core::testing::CountingRandom other;
    AgeRecipient                  stranger{};
    stranger.key.fill(9);
    auto const file =
        encrypted("text", {wrap(file_key, stranger, random), wrap(file_key, *parse_recipient(kRecipient), random)});
    EXPECT_EQ(decrypted(file, by_identity).value(), "text");
    EXPECT_THAT(trouble(encrypted("text", {wrap(file_key, stranger, random)}), by_identity),
                HasSubstr("to another recipient"));
}

// CHECKS E30: an altered file is refused, whichever byte it is.
TEST_F(AgeFile, RefusesAnyChangedByte)
{
    for (auto const& file : {to_recipient("a plain text"), to_phrase("a plain text")}) {
        auto const& opener = file.contains("scrypt") ? by_phrase : by_identity;
        for (std::size_t i = 0; i < file.size(); ++i) {
            auto changed = file;
            changed[i]   = static_cast<char>(changed[i] ^ 1);
            EXPECT_NE(trouble(changed, opener), "") << i;
        }
    }
}

// CHECKS E30: also where a chunk ends.
TEST_F(AgeFile, RefusesAFileCutShort)
{
    auto const small = to_recipient("a plain text");
    for (std::size_t size = 0; size < small.size(); ++size)
        EXPECT_NE(trouble(small.substr(0, size), by_identity), "") << size;

    auto const large = to_recipient(bytes(3UL * 65536));
    auto const chunk = 65536UL + 16;
    auto const head  = large.size() - 3 * chunk;
    for (std::size_t const size :
         {head, head + chunk, head + 2 * chunk, head + 2 * chunk + 16, large.size() - 1, large.size() - 16})
        EXPECT_THAT(trouble(large.substr(0, size), by_identity), HasSubstr("altered or cut short")) << size;
}

TEST_F(AgeFile, RefusesChunksMovedRepeatedOrAppended)
{
    auto const large  = to_recipient(bytes(3UL * 65536));
    auto const size   = 65536UL + 16;
    auto const head   = large.substr(0, large.size() - 3 * size);
    auto const first  = large.substr(head.size(), size);
    auto const second = large.substr(head.size() + size, size);
    auto const third  = large.substr(head.size() + 2 * size);
    ASSERT_EQ(trouble(head + first + second + third, by_identity), "");
    for (auto const& body : {second + first + third, first + first + third, first + second + third + third,
                             first + second + third + "x", third, first + third})
        EXPECT_THAT(trouble(head + body, by_identity), HasSubstr("altered or cut short"));
}

TEST_F(AgeFile, RefusesAnotherPassphraseOrIdentity)
{
    AgePassphrase const other{.text = SecretString{"a passphrasE"}, .log_n = 4};
    EXPECT_THAT(trouble(to_phrase("text"), [&](auto header) { return unwrap(header, other); }),
                HasSubstr("passphrase is wrong"));
    EXPECT_THAT(trouble(to_phrase("text"), by_identity), HasSubstr("leave --identity out"));
    EXPECT_THAT(trouble(to_recipient("text"), by_phrase), HasSubstr("give --identity"));
}

TEST_F(AgeFile, RefusesAHeaderThatWantsTooMuchOrSaysTwoThings)
{
    auto stanza         = wrap(file_key, passphrase, random);
    stanza.arguments[2] = "23";
    EXPECT_THAT(trouble(encrypted("x", {stanza}), by_phrase), HasSubstr("4 GiB"));
    for (auto const* const work : {"", "0", "04", "-4", "4x", "99999999999999"}) {
        stanza.arguments[2] = work;
        EXPECT_NE(trouble(encrypted("x", {stanza}), by_phrase), "") << work;
    }
    auto const two =
        encrypted("x", {wrap(file_key, passphrase, random), wrap(file_key, *parse_recipient(kRecipient), random)});
    EXPECT_THAT(trouble(two, by_phrase), HasSubstr("not one of age"));
    EXPECT_NE(trouble(two, by_identity), "");
}

TEST_F(AgeFile, RefusesWhatIsNoAgeFile)
{
    for (std::string const& file : {std::string{}, std::string{"age-encryption.org/v2\n"}, std::string(100'000, 'a'),
                                    std::string{"age-encryption.org/v1\n--- AAAA\n"}})
        EXPECT_THAT(trouble(file, by_phrase), HasSubstr("not a file of age"));
}

TEST_F(AgeFile, StopsWhenTheSinkDoes)
{
    int       calls = 0;
    AgeWriter out(file_key, std::vector{wrap(file_key, passphrase, random)}, random,
                  [&](std::string_view) { return ++calls < 2; });
    EXPECT_TRUE(out.write("text"));
    EXPECT_FALSE(out.finish());
    EXPECT_FALSE(out.write(bytes(200'000)));
    EXPECT_EQ(calls, 2);
}

TEST(AgeKeys, AreReadAsAgeKeygenWritesThem)
{
    std::string const recipient = kRecipient;
    ASSERT_TRUE(parse_recipient(recipient));
    for (std::size_t i = 0; i < recipient.size(); ++i) {
        auto changed = recipient;
        changed[i]   = changed[i] == 'q' ? 'p' : 'q';
        EXPECT_FALSE(parse_recipient(changed)) << i;
        EXPECT_FALSE(parse_recipient(recipient.substr(0, i)));
    }
    auto mixed = recipient;
    mixed[5]   = 'Y';
    EXPECT_FALSE(parse_recipient(mixed));
    EXPECT_FALSE(parse_recipient(kIdentity));

    auto const file = std::string{"# created: today\n# public key: …\r\n\n"} + kIdentity + "\r\n" + kIdentity;
    EXPECT_EQ(parse_identities(file)->size(), 2U);
    EXPECT_FALSE(parse_identities("# nothing\n"));
    EXPECT_FALSE(parse_identities(recipient));
}

// RFC 5869 A.1, its first 32 bytes, and A.3 (no salt, no info).
TEST(AgeKeys, DeriveAsRfc5869Says)
{
    auto const hex = [](SecretString const& text) {
        std::string out;
        for (char const c : text.reveal())
            for (int const nibble : {static_cast<std::uint8_t>(c) >> 4, c & 15}) out += "0123456789abcdef"[nibble];
        return out;
    };
    std::string const material(22, '\x0b');
    std::string       salt;
    std::string       info;
    for (char c = 0; c < 13; ++c) salt += c;
    for (int c = 0xf0; c < 0xfa; ++c) info += static_cast<char>(c);
    EXPECT_EQ(hex(hkdf_sha256(material, salt, info)),
              "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    EXPECT_EQ(hex(hkdf_sha256(material, "", "")), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

}  // namespace
}  // namespace signet::cli
