#include "notes.hpp"

#include <gtest/gtest.h>

namespace {

using notes::Full;
using notes::NoteStore;

TEST(Notes, AreListedWithTheNewestFirst)
{
    NoteStore store;
    ASSERT_TRUE(store.add("ann", "one"));
    ASSERT_TRUE(store.add("ann", "two"));
    auto const list = store.list("ann");
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].text, "two");
    EXPECT_EQ(list[1].text, "one");
    EXPECT_NE(list[0].id, list[1].id);
}

TEST(Notes, OfSomebodyElseAreNeitherSeenNorDeleted)
{
    NoteStore  store;
    auto const note = store.add("ann", "mine");
    ASSERT_TRUE(note);
    EXPECT_TRUE(store.list("bob").empty());
    EXPECT_FALSE(store.remove("bob", note->id));
    EXPECT_EQ(store.list("ann").size(), 1U);
}

TEST(Notes, AreGoneOnceDeleted)
{
    NoteStore  store;
    auto const note = store.add("ann", "mine");
    ASSERT_TRUE(note);
    EXPECT_TRUE(store.remove("ann", note->id));
    EXPECT_FALSE(store.remove("ann", note->id));
    EXPECT_EQ(store.totals().users, 0U);
}

TEST(Notes, AreRefusedBeyondAHundredOfOneUser)
{
    NoteStore store;
    for (std::size_t i = 0; i < NoteStore::kMostNotes; ++i) ASSERT_TRUE(store.add("ann", "x"));
    EXPECT_EQ(store.add("ann", "x").error(), Full::this_user);
    EXPECT_TRUE(store.add("bob", "x"));
    EXPECT_EQ(store.totals().notes, NoteStore::kMostNotes + 1);
}

TEST(Notes, AreRefusedToMoreUsersThanThereIsRoomFor)
{
    NoteStore store;
    for (std::size_t i = 0; i < NoteStore::kMostUsers; ++i) ASSERT_TRUE(store.add(std::to_string(i), "x"));
    EXPECT_EQ(store.add("one more", "x").error(), Full::everybody);
    EXPECT_TRUE(store.add("7", "x"));
}

}  // namespace
