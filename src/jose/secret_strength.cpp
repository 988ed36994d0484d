#include "jose/secret_strength.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <string>
#include <vector>

#include "base/secret.hpp"

namespace jose::detail {
namespace {

// Random bytes of 32 have about 30 different ones; random hexadecimal digits, 14.
constexpr std::size_t kLeastDifferent = 8;
constexpr std::size_t kLongestRead    = 256;  // of words; more text than that is a secret or is repeated

// What the secrets of tutorials, templates, and word lists for JWTs are made of.
constexpr std::array<std::string_view, 118> kWords{
    "a",           "access",   "admin",      "an",       "and",        "any",     "api",        "app",      "at",
    "auth",        "awesome",  "be",         "bearer",   "bit",        "bits",    "by",         "change",   "changeit",
    "changeme",    "char",     "characters", "chars",    "client",     "code",    "company",    "cookie",   "correct",
    "default",     "demo",     "dev",        "do",       "dragon",     "dummy",   "env",        "example",  "express",
    "extremely",   "fake",     "foo",        "for",      "goes",       "hello",   "here",       "hmac",     "horse",
    "hs",          "i",        "in",         "insecure", "is",         "it",      "its",        "json",     "jwt",
    "key",         "keyboard", "least",      "len",      "length",     "letmein", "local",      "login",    "long",
    "longer",      "made",     "master",     "me",       "minimum",    "monkey",  "must",       "my",       "needs",
    "node",        "not",      "of",         "or",       "our",        "pass",    "passphrase", "password", "phrase",
    "placeholder", "please",   "private",    "prod",     "production", "qwerty",  "random",     "real",     "really",
    "refresh",     "replace",  "sample",     "secret",   "secrets",    "secure",  "server",     "session",  "sha",
    "should",      "sign",     "signing",    "some",     "spring",     "strong",  "string",     "super",    "test",
    "that",        "the",      "this",       "to",       "token",      "use",     "very",       "with",     "you",
    "your",
};

// A secret read from a file brings the end of its line along, and is no better for it.
std::string_view without_line_end(std::string_view secret)
{
    return secret.substr(0, secret.find_last_not_of("\t\r\n") + 1);
}

bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

signet::WipedString to_lower(std::string_view text)
{
    signet::WipedString out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::size_t count_different(std::string_view text)
{
    std::bitset<256> seen;
    for (char const c : text) seen.set(static_cast<unsigned char>(c));
    return seen.count();
}

// "changemechangemechangeme..."
bool is_repetition(std::string_view text)
{
    for (std::size_t period = 1; period <= text.size() / 2 && period <= 16; ++period)
        if (text.substr(period) == text.substr(0, text.size() - period)) return true;
    return false;
}

// "abcdefghijklmnopqrstuvwxyz012345", or the bytes 0, 1, 2, ...
bool is_sequence(std::string_view text)
{
    std::size_t near = 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
        int const step = static_cast<unsigned char>(text[i]) - static_cast<unsigned char>(text[i - 1]);
        if (step >= -1 && step <= 1) ++near;
    }
    return near * 4 >= (text.size() - 1) * 3;
}

// True when words follow each other from end to end. Digits and signs may stand
// between them, but are fewer than the letters.
bool is_made_of_words(std::string_view secret)
{
    if (secret.size() > kLongestRead) return false;
    auto const text    = to_lower(secret);
    auto const letters = static_cast<std::size_t>(std::ranges::count_if(text, is_letter));
    if (!is_text(text) || letters * 2 < text.size()) return false;

    std::vector<bool> ends(text.size() + 1);  // words can end here
    ends[0] = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!ends[i]) continue;
        if (!is_letter(text[i])) ends[i + 1] = true;
        for (auto const word : kWords)
            if (text.compare(i, word.size(), word) == 0) ends[i + word.size()] = true;
    }
    return ends.back();
}

}  // namespace

bool is_text(std::string_view secret)
{
    return std::ranges::all_of(without_line_end(secret), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string_view guessable(std::string_view whole)
{
    auto const secret = without_line_end(whole);
    if (count_different(secret) < kLeastDifferent) return "the secret has fewer than 8 different bytes";
    if (is_repetition(secret)) return "the secret repeats a short text";
    if (is_sequence(secret)) return "the secret is a sequence";
    if (is_made_of_words(secret)) return "the secret is made of dictionary words";
    return {};
}

}  // namespace jose::detail
