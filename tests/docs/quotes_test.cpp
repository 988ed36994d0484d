// Every block of code in a guide is lines of a file that is compiled and run.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Lines = std::vector<std::string>;

Lines lines_of(std::string const& path)
{
    std::ifstream file(std::filesystem::path(SIGNET_SOURCE_DIR) / path);
    EXPECT_TRUE(file) << path;
    Lines out;
    for (std::string line; std::getline(file, line);) out.push_back(line);
    return out;
}

// The blocks fenced as ```LANGUAGE.
std::vector<Lines> blocks_of(Lines const& document, std::string const& language)
{
    std::vector<Lines> blocks;
    bool               inside = false;
    for (auto const& line : document) {
        if (line == "```" + language)
            blocks.emplace_back();
        else if (inside && !line.starts_with("```"))
            blocks.back().push_back(line);
        inside = line == "```" + language || (inside && !line.starts_with("```"));
    }
    return blocks;
}

// Whether `block` stands in `source` from line `at` on, all of it further in by the same number of spaces.
bool stands_at(Lines const& block, Lines const& source, std::size_t at)
{
    if (at + block.size() > source.size()) return false;
    auto const indent = source[at].substr(0, source[at].find_first_not_of(' '));
    for (std::size_t i = 0; i < block.size(); ++i)
        if (source[at + i] != (block[i].empty() ? "" : indent + block[i])) return false;
    return true;
}

bool stands_in(Lines const& block, Lines const& source)
{
    for (std::size_t at = 0; at < source.size(); ++at)
        if (stands_at(block, source, at)) return true;
    return false;
}

std::string text_of(Lines const& block)
{
    std::string out;
    for (auto const& line : block) out += line + "\n";
    return out;
}

void expect_quotes(std::string const& guide, std::string const& language, Lines const& source, std::size_t at_least)
{
    auto const blocks = blocks_of(lines_of(guide), language);
    EXPECT_GE(blocks.size(), at_least) << guide;
    for (auto const& block : blocks)
        EXPECT_TRUE(stands_in(block, source)) << guide << " shows what nobody compiles:\n" << text_of(block);
}

Lines joined(Lines one, Lines const& other)
{
    one.insert(one.end(), other.begin(), other.end());
    return one;
}

TEST(Guides, ShowOnlyWhatIsCompiledAndRun)
{
    auto const whole_program = lines_of("examples/verify_a_token/greet.cpp");
    expect_quotes("docs/guides/jose.md", "cpp", joined(whole_program, lines_of("tests/docs/jose_guide_test.cpp")), 20);
    expect_quotes("docs/guides/jose.md", "cmake", lines_of("examples/verify_a_token/CMakeLists.txt"), 1);
    expect_quotes("docs/guides/coming-from-jwt-cpp.md", "cpp", lines_of("tests/docs/coming_from_jwt_cpp_test.cpp"), 10);
    auto const two_servers =
        joined(lines_of("examples/verify_requests/blocking.cpp"), lines_of("examples/verify_requests/asio.cpp"));
    expect_quotes("docs/guides/verifying.md", "cpp", two_servers, 4);
    expect_quotes("docs/guides/verifying.md", "c", lines_of("src/verifier/c_caller.c"), 1);
    expect_quotes("docs/guides/verifying.md", "python", lines_of("examples/python/notes.py"), 1);
}

TEST(Guides, NoticeALineThatDiffers)
{
    Lines const document{"text", "```cpp", "a();", "", "    b();", "```", "```sh", "c", "```"};
    ASSERT_EQ(blocks_of(document, "cpp"), (std::vector<Lines>{{"a();", "", "    b();"}}));
    auto const block = blocks_of(document, "cpp").front();
    EXPECT_TRUE(stands_in(block, {"void f() {", "    a();", "", "        b();", "}"}));
    EXPECT_FALSE(stands_in(block, {"    a();", "", "    b();"}));
    EXPECT_FALSE(stands_in(block, {"    a();", "        b();"}));
    EXPECT_FALSE(stands_in(block, {"a();", "", "    b(); "}));
    EXPECT_FALSE(stands_in(block, {"a();", ""}));
}

}  // namespace
