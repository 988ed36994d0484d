// bench/paired.hpp - two ways of doing one thing, measured in turn.
//
// A shared machine changes speed while one looks: only what is measured side by
// side can be compared. Each round times both; the ratio is taken round by round.
#pragma once
#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

namespace bench {

struct Outcome {
    double ours;      // operations per second, median of the rounds
    double baseline;  // the same for the other way
    double ratio;     // ours / baseline, median of the rounds' ratios
};

inline double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    auto const half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// Operations per second of `once`, called for about `span`.
inline double rate(std::function<void()> const& once, std::chrono::duration<double> span)
{
    using Steady     = std::chrono::steady_clock;
    auto const begin = Steady::now();
    long       done  = 0;
    for (std::chrono::duration<double> spent{0}; spent < span; spent = Steady::now() - begin) {
        for (int i = 0; i < 16; ++i) once();
        done += 16;
    }
    return static_cast<double>(done) / std::chrono::duration<double>(Steady::now() - begin).count();
}

inline Outcome compare(std::function<void()> const& ours, std::function<void()> const& baseline, int rounds = 11,
                       std::chrono::duration<double> span = std::chrono::milliseconds{60})
{
    rate(ours, span);
    rate(baseline, span);  // neither pays for the first touch
    std::vector<double> a;
    std::vector<double> b;
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
        a.push_back(rate(ours, span));
        b.push_back(rate(baseline, span));
        ratios.push_back(a.back() / b.back());
    }
    return {median(a), median(b), median(ratios)};
}

}  // namespace bench
