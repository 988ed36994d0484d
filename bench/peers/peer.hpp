// bench/peers/peer.hpp - what is common to the programs that run one JWT library each.
//
//     bench_peer_NAME FOLDER      FOLDER as bench/peers/tokens.mjs writes it
//
// The first line of output is "NAME version ALG…" with tabs between the three. Then
// each line of input is answered by one line:
//
//     rate ALG SECONDS     verifications of the timed token per second of processor time,
//                          all threads of the program together
//     allocations ALG      calls of malloc, calloc, and realloc in one verification
//     judge                a letter per good and bad token, in the order of tokens.tsv:
//                          a accepted, r refused, c crashed or hung, - not served
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace peer {

inline constexpr char const* kIssuer   = "https://id.example.com";
inline constexpr char const* kAudience = "https://api.example.com";

// What a library is to expect of a token.
struct Task {
    std::string alg;   // "HS256", "RS256", "ES256", "EdDSA"; the only one to allow
    std::string typ;   // "JWT" or "at+jwt"
    std::string key;   // PEM; for HS256 the bytes of the secret
    std::string jwk;   // the same as a JWK
    std::string text;  // the token
};

// The library with its key loaded: true when it accepts the token.
using Verify = std::function<bool(std::string const& token)>;

// Loads the key; an empty function when the library has no such algorithm. The
// task outlives it.
using Load = std::function<Verify(Task const&)>;

struct Library {
    std::string_view name;
    std::string_view version;
    Load             load;
};

// main() of a peer: answers until its input ends.
int serve(int argc, char** argv, Library const& library);

// Calls of malloc and its kin so far, of this program and every library in it.
[[nodiscard]] long allocations();

}  // namespace peer
