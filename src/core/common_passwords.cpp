#include "core/common_passwords.hpp"

#include <algorithm>

namespace signet::core {
namespace {

// One text and not an array of views: those would cost 16 bytes each, and a relocation at every start.
constexpr char kText[] =
#include "core/common_passwords.inc"  // made by CMake: a sorted list, each line ended
    ;
constexpr std::string_view kList{kText, sizeof kText - 1};  // the compiler would count it letter by letter

std::string_view line_around(std::size_t position)
{
    auto const before = position == 0 ? std::string_view::npos : kList.rfind('\n', position - 1);
    auto const begin  = before == std::string_view::npos ? 0 : before + 1;
    return kList.substr(begin, kList.find('\n', position) - begin);
}

}  // namespace

bool is_common_password(std::string_view lower_case)
{
    // The password sought is in [begin, end), and both are beginnings of lines.
    std::size_t begin = 0;
    std::size_t end   = kList.size();
    while (begin < end) {
        auto const line = line_around(begin + (end - begin) / 2);
        if (line == lower_case) return true;
        auto const at = static_cast<std::size_t>(line.data() - kList.data());
        if (line < lower_case)
            begin = at + line.size() + 1;
        else
            end = at;
    }
    return false;
}

std::size_t count_common_passwords()
{
    return static_cast<std::size_t>(std::ranges::count(kList, '\n'));
}

}  // namespace signet::core
