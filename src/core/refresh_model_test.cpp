// The explorer of core/testing/refresh_model.hpp finds no way to an accident, and finds one as soon as an assumption,
// or the rule's "at most once in 2W", is left out.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/refresh.hpp"
#include "core/refresh_rule.hpp"
#include "core/refresh_token.hpp"
#include "core/testing/refresh_model.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using testing::Assumptions;
using testing::Deed;
using testing::kTick;
using testing::kWay;
using testing::kWindow;
using testing::Model;
using testing::next_steps;
using testing::World;

struct Explored {
    std::size_t states = 0;
    std::string counterexample{};  // one step per line
};

// Every state that can be reached, nearest first.
Explored explore(Assumptions const& assumptions)
{
    struct From {
        Model const* model;
        std::string  step;
    };
    std::map<Model, From>     seen{{Model{}, {nullptr, ""}}};
    std::vector<Model const*> next{&seen.begin()->first};
    for (std::size_t i = 0; i < next.size(); ++i)
        for (auto& step : next_steps(*next[i], assumptions)) {
            if (!step.wrong.empty()) {
                auto trace = step.name + ": " + step.wrong;
                for (auto const* at = next[i]; seen.at(*at).model != nullptr; at = seen.at(*at).model)
                    trace = seen.at(*at).step + "\n" + trace;
                return {.states = seen.size(), .counterexample = trace};
            }
            if (step.outcome == RefreshOutcome::reuse) continue;  // the session is over
            auto const [at, is_new] = seen.try_emplace(std::move(step.after), From{next[i], step.name});
            if (is_new) next.push_back(&at->first);
        }
    return {.states = seen.size()};
}

TEST(RefreshModel, NeverTakesAnOwnerForAThiefNorPutsAnOldTokenBack)
{
    auto const explored = explore({});
    EXPECT_EQ(explored.counterexample, "");
    EXPECT_GT(explored.states, 5'000U);
    std::cout << explored.states << " states\n";
}

TEST(RefreshModel, NoticesEveryTokenSupersededLongerAgoThanTheWindow)
{
    auto const explored = explore({.has_thief = true, .most_in_flight = 3});
    EXPECT_EQ(explored.counterexample, "");
    EXPECT_GT(explored.states, 5'000U);
    std::cout << explored.states << " states\n";
}

TEST(RefreshModel, NeedsRotationsToBeTwoWindowsApart)
{
    auto const once_in_w = [](Session const& session, std::uint64_t generation, TimePoint now, auto window) {
        bool const is_due = session.rotated_at && now - *session.rotated_at >= window;
        if (generation == session.generation && is_due) return RefreshOutcome::rotate;
        return decide_refresh(session, generation, now, window);
    };
    EXPECT_NE(explore({.rule = once_in_w}).counterexample, "");
}

TEST(RefreshModel, NeedsARequestAndAnAnswerThatTakeLessThanTheWindowTogether)
{
    EXPECT_NE(explore({.longest_way = kWay + 1}).counterexample, "");
}

TEST(RefreshModel, NeedsLossesThatAreMadeGoodInTime)
{
    EXPECT_NE(explore({.is_made_good = false}).counterexample, "");
}

// The model's server is the real one: the same steps, the same outcomes.
TEST(RefreshModel, GoesAsTheServerDoes)
{
    std::mt19937      chance{7};  // any seed will do; a failure says the walk
    Assumptions const assumptions{.has_thief = true};
    int               caught = 0;
    for (int walk = 0; walk < 60; ++walk) {
        World world;
        world.settings.sessions.refresh_window = kWindow * kTick;
        world.add_user();
        auto const    session    = world.sign_in().value().session;
        std::uint64_t generation = 0;
        Model         model;
        std::string   trace;
        for (int i = 0; i < 60; ++i) {
            auto const steps = next_steps(model, assumptions);
            ASSERT_FALSE(steps.empty()) << trace;
            auto const& step = steps[chance() % steps.size()];
            trace += step.name + "\n";
            if (step.deed == Deed::tick) world.clock.advance(kTick);
            // Of a token older than the first there is none to show.
            if (step.deed == Deed::refresh && static_cast<std::uint64_t>(step.generation) > generation) break;
            if (step.deed == Deed::refresh) {
                auto const shown = generation - static_cast<std::uint64_t>(step.generation);
                auto const grant = refresh(
                    world.ports,
                    {.token = make_refresh_token(world.token_secret, {session, shown}), .origin = testing::origin()});
                if (step.outcome == RefreshOutcome::reuse) {
                    ASSERT_FALSE(grant) << trace;
                    EXPECT_EQ(world.count(AuditEvent::refresh_reuse), 1U) << trace;
                    ++caught;
                    break;
                }
                if (step.outcome == RefreshOutcome::rotate) ++generation;
                ASSERT_TRUE(grant) << trace;
                bool const is_new = step.outcome != RefreshOutcome::keep;
                auto const wanted = make_refresh_token(world.token_secret, {session, generation});
                ASSERT_EQ(grant->refresh.reveal(), is_new ? wanted.reveal() : "") << trace;
            }
            model = step.after;
        }
    }
    EXPECT_GT(caught, 0);
}

}  // namespace
}  // namespace signet::core
