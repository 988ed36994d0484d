#include "cli/nearest_word.hpp"

#include <algorithm>
#include <numeric>

namespace signet::cli {
namespace {

// How many letters to change to get from one word to the other.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = row[0];
        row[0]        = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto const changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal           = row[j];
            row[j]             = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view wrong, std::span<std::string const> words)
{
    std::string_view best;
    auto             nearest = wrong.size() / 3 + 1;
    for (auto const& word : words) {
        auto const letters = distance(wrong, word);
        if (letters > nearest || letters == 0) continue;
        if (letters == nearest && !best.empty()) continue;
        nearest = letters;
        best    = word;
    }
    return best.empty() ? "." : "; did you mean " + std::string{best} + "?";
}

}  // namespace signet::cli
