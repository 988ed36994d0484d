// jose/fail_each_allocation.hpp - for tests: one call, once for each of its allocations, which fails.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

#include "jose/failing_allocator.hpp"
#include "jose/result.hpp"

namespace jose::test {

// A thread that has used this library before keeps memory of its own; a new one
// has to take it.
enum class Thread : std::uint8_t { used, fresh };

template <class T, class Describe>
std::string described(Result<T> const& result, Describe const& describe)
{
    return result ? describe(*result) : "refused: " + std::string(name(result.error().code));
}

inline void expect_no_leak()
{
#if defined(__SANITIZE_ADDRESS__)
    EXPECT_EQ(__lsan_do_recoverable_leak_check(), 0);
#endif
}

// `prepare()` gives a call that gives a Result; it is made anew each time, so that
// nothing of a key is warm. `describe` says of what is given all that must not
// change. Whichever allocation fails, the call gives a refusal or what it always
// gives, throws nothing, leaks nothing, and works when it is called again.
template <class Prepare, class Describe>
void fail_each_allocation(std::string_view what, Prepare const& prepare, Describe const& describe)
{
    SCOPED_TRACE(what);
    auto const                         wanted = described(prepare()(), describe);
    std::map<std::string, std::size_t> answers;

    auto const attempt = [&](std::size_t nth, Failing how) {
        auto const                      call = prepare();
        std::optional<decltype(call())> result;
        bool                            struck = false;
        try {
            AllocationFailure const failure{nth, how};
            result.emplace(call());
            struck = failure.struck();
        } catch (std::exception const& thrown) {
            ADD_FAILURE() << nth << ": threw " << thrown.what();
            return false;
        }
        auto const answer = described(*result, describe);
        if (*result) {
            EXPECT_EQ(answer, wanted) << nth;
        }
        EXPECT_EQ(described(call(), describe), wanted) << "once more, after " << nth;
        if (struck) ++answers[answer == wanted ? "no matter" : answer];
        return struck;
    };

    std::size_t most = 0;
    for (auto const& [how, thread] : {std::pair{Failing::once, Thread::used}, {Failing::from_then_on, Thread::fresh}}) {
        // What OpenSSL's decoders try, with nothing left at all, differs little from one to the next.
        std::size_t const step   = most > 1000 ? 7 : 1;
        bool              struck = true;
        for (std::size_t nth = 1; struck && !testing::Test::HasFailure(); nth += step) {
            most = std::max(most, nth - 1);
            if (thread == Thread::used)
                struck = attempt(nth, how);
            else
                std::thread{[&] { struck = attempt(nth, how); }}.join();
        }
    }
    EXPECT_TRUE(wanted.starts_with("refused: ") || most == 0 || answers.contains("refused: out_of_memory"));
    expect_no_leak();

    std::printf("%.*s: %zu allocations", static_cast<int>(what.size()), what.data(), most);
    for (auto const& [answer, times] : answers) std::printf(", %s %zu", answer.c_str(), times);
    std::printf("\n");
}

}  // namespace jose::test
