// Every way a session's refreshes can go, up to a few messages at once: tabs that share a cookie jar, a network that
// delays, reorders, and loses, a server that dies before or after its commit, and a thief with a copy of the token.
//
// Time goes by in ticks. Two things are assumed of a client: a request and an answer take less than the window
// together, whichever they are; and what was lost is asked for again in time, so that a new token has arrived before
// the old one was superseded the window, less the way of one request, ago. Without either, and without the rule's "at
// most once in 2W", the explorer finds the counterexample (below).
#include <gtest/gtest.h>

#include <algorithm>
#include <compare>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/refresh.hpp"
#include "core/refresh_rule.hpp"
#include "core/refresh_token.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using testing::World;

constexpr int  kWindow = 5;            // ticks
constexpr int  kWay    = kWindow / 2;  // ticks that a request or an answer takes at most
constexpr int  kLong   = 2 * kWindow;  // any longer is the same to the rule
constexpr int  kOld    = 3;            // so many generations back is the same as more
constexpr auto kTick   = std::chrono::seconds{10};

// Generations are counted backwards from the session's: 0 is current, 1 its predecessor.
struct Message {
    bool is_answer  = false;
    int  generation = 0;  // of the token that it carries; -1: an answer that carries none
    int  age        = 0;  // on this way

    auto operator<=>(Message const&) const = default;
};

struct Model {
    int                  rotated = -1;  // ticks ago; -1: never
    int                  before  = -1;  // the rotation before that
    int                  jar     = 0;   // the generation that the browser holds
    int                  thief   = -1;  // and a thief; -1: nothing
    std::vector<Message> flight{};      // sorted

    auto operator<=>(Model const&) const = default;
};

using Rule = std::function<RefreshOutcome(Session const&, std::uint64_t, TimePoint, std::chrono::milliseconds)>;

struct Assumptions {
    Rule        rule           = decide_refresh;
    bool        has_thief      = false;
    int         longest_way    = kWay;  // of a message; ticks
    bool        is_made_good   = true;
    std::size_t most_in_flight = 4;
};

// What a step does to the server, for those who want to repeat it.
enum class Deed { none, tick, refresh };

struct Step {
    std::string                   name;
    Model                         after;
    std::string                   wrong{};  // what must never happen, if it did
    Deed                          deed       = Deed::none;
    int                           generation = 0;  // of the token that was shown
    std::optional<RefreshOutcome> outcome{};
};

class Steps {
public:
    Steps(Model const& from, Assumptions const& assumptions) : from_(from), assumed_(assumptions) {}

    std::vector<Step> all()
    {
        if (from_.flight.size() < assumed_.most_in_flight) send();
        for (std::size_t i = 0; i < from_.flight.size(); ++i) {
            if (i > 0 && from_.flight[i] == from_.flight[i - 1]) continue;  // the same again
            if (from_.flight[i].is_answer)
                deliver(i);
            else
                serve(i);
            lose(i);
        }
        if (assumed_.has_thief) steal();
        pass_time();
        return std::move(out_);
    }

private:
    void add(Step step)
    {
        std::ranges::sort(step.after.flight);
        out_.push_back(std::move(step));
    }

    void send()
    {
        auto after = from_;
        after.flight.push_back({.generation = from_.jar});
        add({.name = "a tab asks", .after = std::move(after)});
    }

    // A server that dies before its commit loses the request, one that dies after it the answer: see lose().
    void serve(std::size_t i)
    {
        auto const request = from_.flight[i];
        auto       step    = show(request.generation, "the owner");
        auto       answer  = request;
        answer.is_answer   = true;
        answer.age         = 0;
        answer.generation  = step.outcome == RefreshOutcome::keep ? -1 : 0;
        step.after.flight.erase(step.after.flight.begin() + static_cast<std::ptrdiff_t>(i));
        step.after.flight.push_back(answer);
        // With a thief about, the owner's late token is what gives him away.
        if (step.outcome == RefreshOutcome::reuse && !assumed_.has_thief) step.wrong = "the owner is taken for a thief";
        add(std::move(step));
    }

    void deliver(std::size_t i)
    {
        auto       after  = from_;
        auto const answer = after.flight[i];
        after.flight.erase(after.flight.begin() + static_cast<std::ptrdiff_t>(i));
        Step step{.name = "an answer arrives", .after = std::move(after)};
        if (answer.generation > from_.jar) step.wrong = "a late answer put an old token back";
        if (answer.generation >= 0) step.after.jar = answer.generation;
        add(std::move(step));
    }

    void lose(std::size_t i)
    {
        auto       after = from_;
        auto const lost  = after.flight[i];
        after.flight.erase(after.flight.begin() + static_cast<std::ptrdiff_t>(i));
        add({.name = lost.is_answer ? "an answer is lost" : "a request is lost", .after = std::move(after)});
    }

    void steal()
    {
        auto after  = from_;
        after.thief = from_.jar;
        add({.name = "a thief copies the token", .after = std::move(after)});
        if (from_.thief < 0) return;
        auto step = show(from_.thief, "the thief");
        if (step.outcome != RefreshOutcome::keep) step.after.thief = 0;
        add(std::move(step));
    }

    void pass_time()
    {
        auto const arrives_later = [&](Message const& message) { return message.age < assumed_.longest_way; };
        if (!std::ranges::all_of(from_.flight, arrives_later)) return;
        // A thief who rotates leaves the owner with an old token, and nothing to ask for again.
        bool const is_owed = assumed_.is_made_good && !assumed_.has_thief && from_.jar > 0;
        if (is_owed && from_.rotated + 1 + kWay >= kWindow) return;
        auto       after = from_;
        auto const older = [](int& age) { age = age < 0 ? age : std::min(age + 1, kLong); };
        for (auto& message : after.flight) older(message.age);
        older(after.rotated);
        older(after.before);
        add({.name = "a tick", .after = std::move(after), .deed = Deed::tick});
    }

    // The server sees a token of that generation.
    Step show(int generation, std::string_view whose)
    {
        constexpr std::uint64_t kGeneration = 100;
        constexpr TimePoint     kNow        = from_unix_milliseconds(1'800'000'000'000);
        Session                 session{};
        session.generation      = kGeneration;
        session.idle_expires_at = kNow + std::chrono::hours{1};
        session.expires_at      = kNow + std::chrono::hours{1};
        if (from_.rotated >= 0) session.rotated_at = kNow - from_.rotated * kTick;
        auto const outcome =
            assumed_.rule(session, kGeneration - static_cast<std::uint64_t>(generation), kNow, kWindow * kTick);

        Step       step{.name       = std::string{whose} + " shows generation -" + std::to_string(generation),
                        .after      = from_,
                        .deed       = Deed::refresh,
                        .generation = generation,
                        .outcome    = outcome};
        // DESIGN 6: "a token superseded less than W ago is never taken for theft, and one superseded longer ago always
        // is."
        int const  superseded = generation == 1 ? from_.rotated : from_.before;
        bool const is_theft   = generation > 0 && superseded >= kWindow;
        if (is_theft != (outcome == RefreshOutcome::reuse))
            step.wrong = is_theft ? "theft goes unnoticed" : "no theft is taken for one";
        if (outcome != RefreshOutcome::rotate) return step;

        auto&      after = step.after;
        auto const back  = [](int& held) { held = held < 0 ? held : std::min(held + 1, kOld); };
        for (auto& message : after.flight) back(message.generation);
        back(after.jar);
        back(after.thief);
        after.before  = after.rotated;
        after.rotated = 0;
        return step;
    }

    Model const&       from_;
    Assumptions const& assumed_;
    std::vector<Step>  out_;
};

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
        for (auto& step : Steps{*next[i], assumptions}.all()) {
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
            auto const steps = Steps{model, assumptions}.all();
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
                    {.token = make_refresh_token(world.master_key, {session, shown}), .origin = testing::origin()});
                if (step.outcome == RefreshOutcome::reuse) {
                    ASSERT_FALSE(grant) << trace;
                    EXPECT_EQ(world.count(AuditEvent::refresh_reuse), 1U) << trace;
                    ++caught;
                    break;
                }
                if (step.outcome == RefreshOutcome::rotate) ++generation;
                ASSERT_TRUE(grant) << trace;
                bool const is_new = step.outcome != RefreshOutcome::keep;
                auto const wanted = make_refresh_token(world.master_key, {session, generation});
                ASSERT_EQ(grant->refresh.reveal(), is_new ? wanted.reveal() : "") << trace;
            }
            model = step.after;
        }
    }
    EXPECT_GT(caught, 0);
}

}  // namespace
}  // namespace signet::core
