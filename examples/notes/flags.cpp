#include "flags.hpp"

#include <getopt.h>

#include <charconv>

namespace notes {
namespace {

constexpr char const* kHelp =
    "notes - an API behind Signet's access tokens, and a page that shows what happens.\n"
    "\n"
    "  notes --issuer https://localhost:8443 --ca signet-data/tls/cert.pem \\\n"
    "        --certificate signet-data/tls/cert.pem --private-key signet-data/tls/key.pem \\\n"
    "        --verifier-credential notes.credential\n"
    "\n"
    "  --issuer URL                 where Signet is; the only issuer whose tokens are accepted\n"
    "  --audience TEXT              whom the tokens must be meant for (default: the issuer)\n"
    "  --ca FILE                    trust the issuer by this PEM file (default: the system's)\n"
    "  --verifier-credential FILE   what `signet verifier add` printed: who signs out is out here at once\n"
    "  --without-revocations        in place of that: a token is good until it expires\n"
    "  --listen HOST:PORT           (default: localhost:7001)\n"
    "  --certificate FILE           PEM, to serve HTTPS with\n"
    "  --private-key FILE           PEM, its key\n"
    "  --peer ORIGIN                another instance: its page may call this one, and this one's page calls it\n"
    "  --plain-http                 no HTTPS, here and to the issuer; loopback addresses only\n";

std::unexpected<Advice> wrong(std::string const& what)
{
    return std::unexpected(Advice{.text = "notes: " + what + "\n\n" + kHelp, .exit_code = 2});
}

bool is_loopback(std::string const& host)
{
    return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

// "localhost:7001", "[::1]:7001"
bool parse_listen(std::string const& text, Flags& flags)
{
    auto const colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) return false;
    flags.host = text.substr(0, colon);
    if (flags.host.starts_with('[') && flags.host.ends_with(']'))
        flags.host = flags.host.substr(1, flags.host.size() - 2);

    auto const* const end  = text.data() + text.size();
    auto const        read = std::from_chars(text.data() + colon + 1, end, flags.port);
    return read.ec == std::errc{} && read.ptr == end && flags.port > 0 && flags.port < 65536;
}

// An origin as browsers write it: no path, no slash at the end.
bool is_origin(std::string const& text)
{
    auto const host = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : text.size();
    return text.size() > host && text.find_first_of("/?#@;, \"'", host) == std::string::npos;
}

std::expected<Flags, Advice> checked(Flags flags, std::string const& listen)
{
    if (flags.issuer.empty()) return wrong("--issuer is missing");
    if (flags.audience.empty()) flags.audience = flags.issuer;
    if (!parse_listen(listen, flags)) return wrong("--listen is not HOST:PORT");
    if (!flags.peer.empty() && !is_origin(flags.peer))
        return wrong("--peer is not an origin such as https://localhost:7002");
    if (flags.plain_http && !is_loopback(flags.host)) return wrong("--plain-http is for loopback addresses only");
    if (!flags.plain_http && (flags.certificate.empty() || flags.private_key.empty()))
        return wrong("--certificate and --private-key are missing");
    if (flags.verifier_credential.empty() != flags.without_revocations)
        return wrong("it must be either --verifier-credential or --without-revocations");
    return flags;
}

}  // namespace

std::string Flags::origin() const
{
    auto const name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return (plain_http ? "http://" : "https://") + name + ":" + std::to_string(port);
}

std::expected<Flags, Advice> parse_flags(int count, char** words)
{
    constexpr option kOptions[] = {{"issuer", required_argument, nullptr, 'i'},
                                   {"audience", required_argument, nullptr, 'a'},
                                   {"ca", required_argument, nullptr, 'c'},
                                   {"listen", required_argument, nullptr, 'l'},
                                   {"certificate", required_argument, nullptr, 's'},
                                   {"private-key", required_argument, nullptr, 'k'},
                                   {"peer", required_argument, nullptr, 'p'},
                                   {"plain-http", no_argument, nullptr, 'h'},
                                   {"verifier-credential", required_argument, nullptr, 'v'},
                                   {"without-revocations", no_argument, nullptr, 'w'},
                                   {"help", no_argument, nullptr, '?'},
                                   {nullptr, 0, nullptr, 0}};

    Flags       flags;
    std::string listen = "localhost:7001";
    opterr             = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs yet
    for (int found = 0; (found = getopt_long(count, words, "", kOptions, nullptr)) != -1;) {
        switch (found) {
            case 'i':
                flags.issuer = optarg;
                break;
            case 'a':
                flags.audience = optarg;
                break;
            case 'c':
                flags.ca = optarg;
                break;
            case 'l':
                listen = optarg;
                break;
            case 's':
                flags.certificate = optarg;
                break;
            case 'k':
                flags.private_key = optarg;
                break;
            case 'p':
                flags.peer = optarg;
                break;
            case 'h':
                flags.plain_http = true;
                break;
            case 'v':
                flags.verifier_credential = optarg;
                break;
            case 'w':
                flags.without_revocations = true;
                break;
            default: {
                if (std::string_view{words[optind - 1]} == "--help") return std::unexpected(Advice{kHelp, 0});
                return wrong(std::string{"cannot make sense of "} + words[optind - 1]);
            }
        }
    }
    if (optind < count) return wrong(std::string{"cannot make sense of "} + words[optind]);
    return checked(std::move(flags), listen);
}

}  // namespace notes
