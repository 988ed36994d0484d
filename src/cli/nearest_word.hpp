// cli/nearest_word.hpp - what somebody who mistyped a word probably meant.
#pragma once
#include <functional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace signet::cli {

// "; did you mean …?" when one of `words` is near `wrong`, else a period: the end of a sentence.
[[nodiscard]] std::string did_you_mean(std::string_view wrong, std::span<std::string const> words);

// The same of what `word_of` gives for each of `rows`.
template <std::ranges::range Rows, class Word>
[[nodiscard]] std::string did_you_mean(std::string_view wrong, Rows const& rows, Word const& word_of)
{
    std::vector<std::string> words;
    for (auto const& row : rows) words.emplace_back(std::invoke(word_of, row));
    return did_you_mean(wrong, words);
}

}  // namespace signet::cli
