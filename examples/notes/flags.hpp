// notes/flags.hpp - what the command line says.
#pragma once
#include <expected>
#include <string>

namespace notes {

struct Flags {
    std::string host = "localhost";
    int         port = 7001;
    std::string issuer;       // where Signet is: "https://localhost:8443"
    std::string audience;     // whom the tokens are for; by default the issuer's own name
    std::string ca;           // PEM file to trust the issuer by; empty: the system's
    std::string certificate;  // PEM files to serve HTTPS with
    std::string private_key;
    std::string
        verifier_credential;  // a file that holds what `signet verifier add` printed; empty: nothing is followed
    std::string peer;         // another instance, whose page may call this one; empty: none
    bool        plain_http          = false;
    bool        without_revocations = false;  // then there is no such file

    // "https://localhost:7001"
    [[nodiscard]] std::string origin() const;
};

// A command line that asks for help or makes no sense gives what to print.
struct Advice {
    std::string text;
    int         exit_code;
};
[[nodiscard]] std::expected<Flags, Advice> parse_flags(int count, char** words);

}  // namespace notes
