#include "revocation/snapshot.hpp"

#include <gtest/gtest.h>

#include "revocation/test_log.hpp"

namespace signet::revocation {
namespace {

using jose::Errc;
using test::Issuer;
using test::kNow;
using test::kRun;
using test::Log;

class Snapshots : public ::testing::Test {
protected:
    Snapshots()
    {
        for (auto const* subject : {"s1", "s2", "s3", "s4"}) log.add(Kind::session, subject);
    }

    jose::Result<Snapshot> read(std::string_view text, std::size_t piece = 1UL << 20)
    {
        SnapshotReader reader{issuer.keys(), issuer.name};
        for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
            if (auto const taken = reader.take(text.substr(0, piece)); !taken) {
                auto const after = reader.finish();
                EXPECT_FALSE(after) << "once refused, refused for good";
                return std::unexpected(taken.error());
            }
        return reader.finish();
    }
    Errc refused(std::string_view text)
    {
        auto const snapshot = read(text);
        EXPECT_FALSE(snapshot);
        return snapshot ? Errc{255} : snapshot.error().code;
    }
    // Lines that the issuer never had, under a head that counts and hashes them rightly.
    std::string signed_lines(std::vector<std::string> const& lines)
    {
        return *format_snapshot(log.end(), lines, issuer.signing());
    }

    Issuer issuer;
    Log    log;
};

TEST_F(Snapshots, AreReadInWhateverPiecesTheyCome)
{
    auto const text = issuer.snapshot(log);
    for (std::size_t piece : {1UL, 2UL, 3UL, 7UL, 64UL, 1UL << 20}) {
        auto const snapshot = read(text, piece);
        ASSERT_TRUE(snapshot) << snapshot.error().detail;
        EXPECT_EQ(snapshot->head.at, log.end());
        EXPECT_EQ(snapshot->head.time, kNow);
        EXPECT_EQ(snapshot->entries, log.entries());
    }
}

TEST_F(Snapshots, MayBeEmptyAndMayHaveForgottenSome)
{
    auto const empty = read(issuer.snapshot(Log{}));
    ASSERT_TRUE(empty) << empty.error().detail;
    EXPECT_TRUE(empty->entries.empty());

    auto lines = log.lines();
    lines.erase(lines.begin() + 1);
    lines.pop_back();
    auto const some = read(signed_lines(lines));
    ASSERT_TRUE(some) << some.error().detail;
    EXPECT_EQ(some->entries.size(), 2U);
    EXPECT_EQ(some->head.at, log.end());
}

TEST_F(Snapshots, AreRefusedUnlessEveryByteIsThere)
{
    auto const text = issuer.snapshot(log);
    for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(read(text.substr(0, size))) << size;
    EXPECT_EQ(refused(text.substr(0, text.size() - 1)), Errc::malformed_claims);
    EXPECT_EQ(refused(text + "5 session s5 1 2\n"), Errc::malformed_claims);
    EXPECT_EQ(refused(text + "\n"), Errc::malformed_claims);
    EXPECT_EQ(refused(text + "x"), Errc::malformed_claims);
}

TEST_F(Snapshots, AreRefusedWithAnyLineChanged)
{
    auto const text            = issuer.snapshot(log);
    auto       line            = text;
    line[line.rfind("s2") + 1] = '9';
    EXPECT_EQ(refused(line), Errc::malformed_claims);
    auto swapped = text;
    std::swap(swapped[text.rfind("s2") + 1], swapped[text.rfind("s3") + 1]);
    EXPECT_EQ(refused(swapped), Errc::malformed_claims);
    auto carriage = text;
    carriage.insert(carriage.find("\n2 "), "\r");
    EXPECT_EQ(refused(carriage), Errc::malformed_claims);
    auto forged = text;
    forged[20] ^= 1;
    EXPECT_FALSE(read(forged));
}

TEST_F(Snapshots, AreRefusedWithLinesOutOfOrderWhoeverSignedThem)
{
    auto lines = log.lines();
    std::swap(lines[0], lines[1]);
    EXPECT_EQ(refused(signed_lines(lines)), Errc::malformed_claims);
    lines    = log.lines();
    lines[1] = lines[0];
    EXPECT_EQ(refused(signed_lines(lines)), Errc::malformed_claims);
    lines = log.lines();
    lines.emplace_back("5 session s5 1 2");
    EXPECT_EQ(refused(signed_lines(lines)), Errc::malformed_claims) << "behind the head's sequence";
    EXPECT_EQ(refused(signed_lines({"1 session s1 1"})), Errc::malformed_claims);
}

TEST_F(Snapshots, BeginWithASignedHeadOfTheirIssuer)
{
    Issuer other{issuer.name, "f2"};
    EXPECT_EQ(refused(other.snapshot(log)), Errc::unknown_key);
    Issuer impostor;
    EXPECT_EQ(refused(impostor.snapshot(log)), Errc::bad_signature);
    EXPECT_EQ(refused(issuer.sign(Heartbeat{.at = log.end(), .time = kNow, .run = kRun}) + "\n"),
              Errc::malformed_claims);
    EXPECT_EQ(refused(issuer.sign(log.delta(0)) + "\n"), Errc::malformed_claims);
    EXPECT_EQ(refused(""), Errc::malformed_claims);
    EXPECT_EQ(refused("\n"), Errc::malformed_token);
}

TEST_F(Snapshots, HaveLinesOfBoundedLength)
{
    EXPECT_EQ(refused(std::string(kLargestMessage + 1, 'x')), Errc::token_too_large);
    EXPECT_EQ(refused(issuer.snapshot(log) + std::string(257, 'x')), Errc::token_too_large);
}

TEST_F(Snapshots, AreNoLargerThanTheyMayBe)
{
    auto const     text = issuer.snapshot(log);
    SnapshotReader enough{issuer.keys(), issuer.name, text.size()};
    EXPECT_TRUE(enough.take(text));
    SnapshotReader reader{issuer.keys(), issuer.name, text.size() - 1};
    ASSERT_TRUE(reader.take(text.substr(0, text.size() - 1)));
    auto const last = reader.take(text.substr(text.size() - 1));
    ASSERT_FALSE(last);
    EXPECT_EQ(last.error().code, Errc::token_too_large);
}

TEST_F(Snapshots, AreNotBelievedOfARevokedKey)
{
    RevocationSet revoked;
    revoked.add({.sequence   = 1,
                 .kind       = Kind::key,
                 .subject    = "f1",
                 .not_before = kNow,
                 .until      = kNow + std::chrono::minutes{21}});
    SnapshotReader reader{issuer.keys(), issuer.name, kLargestSnapshot, &revoked};
    auto const     taken = reader.take(issuer.snapshot(log));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::unknown_key);
}

TEST_F(Snapshots, AreReadOnce)
{
    SnapshotReader reader{issuer.keys(), issuer.name};
    ASSERT_TRUE(reader.take(issuer.snapshot(log)));
    ASSERT_TRUE(reader.finish());
    auto const again = reader.finish();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::malformed_claims);
}

}  // namespace
}  // namespace signet::revocation
