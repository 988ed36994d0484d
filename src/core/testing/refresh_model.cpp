#include "core/testing/refresh_model.hpp"

#include <algorithm>
#include <string_view>

namespace signet::core::testing {
namespace {

constexpr int kLong = 2 * kWindow;  // ticks; any longer is the same to the rule
constexpr int kOld  = 3;            // so many generations back is the same as more

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

}  // namespace

std::vector<Step> next_steps(Model const& from, Assumptions const& assumptions)
{
    return Steps{from, assumptions}.all();
}

}  // namespace signet::core::testing
