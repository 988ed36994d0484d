// refresh_traces - walks through the refresh model, for those who want to see a real server go them.
//
//     refresh_traces COUNT TICKS SEED      prints one JSON array per walk: what is shown to the server, and what it
//     must do
//
// [{"tick":3,"generation":0,"outcome":"rotate"},…]; a walk ends with its ticks, or with a theft that is noticed.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string_view>

#include "core/testing/refresh_model.hpp"

namespace {

using namespace signet::core;
using namespace signet::core::testing;

std::string_view name(RefreshOutcome outcome)
{
    switch (outcome) {
        case RefreshOutcome::keep:
            return "keep";
        case RefreshOutcome::rotate:
            return "rotate";
        case RefreshOutcome::replay:
            return "replay";
        case RefreshOutcome::reuse:
            return "reuse";
        case RefreshOutcome::expired:
        case RefreshOutcome::ended:
            break;  // the model ends with the session, and knows no limit of its age
    }
    std::cerr << "refresh_traces: an outcome that the model does not have\n";
    std::exit(1);
}

// Half of the walk is waiting: a server that is asked all the time only ever keeps.
Step choose(std::vector<Step> const& steps, std::mt19937& chance)
{
    if (steps.back().deed == Deed::tick && chance() % 2 == 0) return steps.back();
    return steps[chance() % steps.size()];
}

void walk(int ticks, bool has_thief, std::mt19937& chance)
{
    Assumptions const assumptions{.has_thief = has_thief};
    Model             model;
    std::int64_t      generation = 0;
    std::string_view  between    = "";
    std::cout << '[';
    for (int tick = 0; tick <= ticks;) {
        auto const steps = next_steps(model, assumptions);
        auto const step  = choose(steps, chance);
        if (step.deed == Deed::tick) ++tick;
        if (step.deed == Deed::refresh) {
            auto const shown = generation - step.generation;
            if (shown < 0) break;  // of a token older than the first there is none to show
            std::cout << between << R"({"tick":)" << tick << R"(,"generation":)" << shown << R"(,"outcome":")"
                      << name(*step.outcome) << R"("})";
            between = ",";
            if (step.outcome == RefreshOutcome::rotate) ++generation;
            if (step.outcome == RefreshOutcome::reuse) break;
        }
        model = step.after;
    }
    std::cout << "]\n";
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 4) {
        std::cerr << "usage: refresh_traces COUNT TICKS SEED\n";
        return 2;
    }
    std::mt19937 chance{static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10))};
    for (int i = 0; i < std::atoi(argv[1]); ++i) walk(std::atoi(argv[2]), i % 2 == 1, chance);
}
