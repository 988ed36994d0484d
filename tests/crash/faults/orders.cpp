#include "faults/orders.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace crash {
namespace {

constexpr std::size_t kLongestLine = 256;

struct Order {
    std::string line;
    std::size_t counted = 0;
};

// By the kernel's door: the library's own is ours.
std::string read_line(char const* path)
{
    auto const file = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
    if (file < 0) return {};
    std::array<char, kLongestLine> text{};
    auto const                     length = ::syscall(SYS_read, file, text.data(), text.size());
    ::syscall(SYS_close, file);
    std::string line{text.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
    return line.substr(0, line.find('\n'));
}

std::string_view take_word(std::string_view& line)
{
    auto const end  = std::min(line.find(' '), line.size());
    auto const word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

std::size_t number_of(std::string_view word)
{
    std::size_t number = 0;
    std::from_chars(word.data(), word.data() + word.size(), number);
    return number;
}

std::string_view name_of(Kind kind)
{
    constexpr std::array<std::string_view, 7> kNames{"read", "open", "write", "sync", "name", "link", "send"};
    return kNames.at(static_cast<std::size_t>(kind));
}

int error_of(std::string_view word)
{
    constexpr std::array<std::pair<std::string_view, int>, 5> kErrors{
        {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EROFS", EROFS}, {"EACCES", EACCES}, {"EOPNOTSUPP", EOPNOTSUPP}}};
    for (auto const& [name, number] : kErrors)
        if (name == word) return number;
    std::abort();  // a test that orders what is not there
}

bool is_counted(Kind kind)
{
    return kind != Kind::read && kind != Kind::open;
}

bool is_among(std::string_view word, std::string_view list)
{
    for (auto rest = list; !rest.empty(); rest.remove_prefix(std::min(rest.find(','), rest.size() - 1) + 1))
        if (rest.substr(0, rest.find(',')) == word) return true;
    return false;
}

}  // namespace

Verdict next_verdict(Kind kind)
{
    static char const* const path = std::getenv("FAULTS_ORDERS");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    static Order             order;
    if (path == nullptr) return {};
    if (auto line = read_line(path); line != order.line) order = {.line = std::move(line)};

    std::string_view rest = order.line;
    take_word(rest);
    auto const what = take_word(rest);
    if (what == "fail" && is_among(name_of(kind), take_word(rest)))
        return {.deed = Verdict::Deed::fail, .error = error_of(rest)};
    if ((what != "kill" && what != "fail-once") || !is_counted(kind)) return {};
    if (++order.counted != number_of(take_word(rest))) return {};
    if (what == "fail-once") return {.deed = Verdict::Deed::fail, .error = error_of(rest)};
    return {.deed = rest == "before" ? Verdict::Deed::die_before : Verdict::Deed::die_within};
}

}  // namespace crash
