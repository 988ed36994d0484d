#include "cli/command_line.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>

#include "cli/config_verbs.hpp"
#include "cli/key_files.hpp"
#include "cli/keys.hpp"
#include "cli/refusals.hpp"
#include "cli/serve.hpp"
#include "cli/token.hpp"
#include "cli/user.hpp"
#include "cli/user_import.hpp"

namespace signet::cli {
namespace {

// What to run once the whole line has been understood.
using Chosen = std::function<Exit()>;

constexpr auto kFooter = R"(
Examples:
  signet serve --dev                            try it: a server on https://localhost:8443
  signet serve --config /etc/signet/signet.toml
  echo "$PASSWORD" | signet user add ann@example.com --password-stdin --role admin
  signet token decode "$TOKEN"
  signet config show

Exit status:
  0  done, and every answer is yes
  1  refused: no such account, a token that is not valid, an import line not taken
  2  the command line, a key file, or standard input is not what the verb takes
  3  a setting is unknown, contradictory, or insecure; the message names its line
  4  cannot start or cannot reach the data: port taken, master key missing, disk full

Environment:
  SIGNET_SECTION_KEY     overrides [section] key of signet.toml
  SIGNET_CONFIG          the file to read when --config is not given
  CREDENTIALS_DIRECTORY  from systemd; its "master.key" is the master key

Every verb has its own --help. The settings are described in docs/reference/config.md.)";

constexpr auto kServeFooter = R"(
Without --dev the server needs [server] issuer, certificate, and private_key: see "signet config check".
With --dev it needs nothing: data in ./signet-data, a self-signed certificate for localhost, an issuer that follows
from --listen, and at the first start an account to sign in with, printed then and kept in its demo-user.txt.

SIGTERM and SIGINT drain: nothing new is accepted, what runs is finished (10 s at most), exit status 0.
SIGHUP reads the certificate again.

Examples:
  signet serve --dev
  signet serve --dev --listen localhost:9443 --data /tmp/try
  SIGNET_SESSIONS_REFRESH_WINDOW=10s signet serve --config signet.toml)";

constexpr auto kAddFooter = R"(
Works beside a running server. Without --password-stdin the password is asked for at the terminal.

Examples:
  printf 'correct horse battery' | signet user add ann@example.com --password-stdin --name Ann --role viewer
  signet user add root@example.com --role admin --data /var/lib/signet)";

constexpr auto kImportFooter = R"(
One JSON object per line:
  {"email":"ann@example.com","name":"Ann","password_hash":"$2b$12$...","roles":["viewer"],"disabled":false}
email and password_hash are required. Hashes: bcrypt ($2a$ $2b$ $2y$), Argon2i and Argon2id ($argon2id$v=19$...),
scrypt ($scrypt$ln=15,r=8,p=1$...), PBKDF2 ($pbkdf2-sha256$..., $pbkdf2-sha512$...); a person's first sign-in replaces
them by Argon2id. Each line is taken whole or refused with its number and the reason; importing a file again refuses
what is there already (email_taken) and takes the rest.

Examples:
  signet user import users.jsonl
  my-export | signet user import - --json)";

constexpr auto kVerifyFooter = R"(
Reads one token per line and answers each with one JSON object:
  {"ok":true,"header":{...},"claims":{...}}
  {"ok":false,"error":"expired","detail":"..."}
Exit status 0 when all are valid, 1 when some are not, 2 when the key or an option cannot be used.
What is not named is not checked: without --issuer any iss, without --audience any aud, without --type any typ is taken.
With --jws the payload may be anything; it is answered base64url-encoded as "payload".

Examples:
  curl -s https://id.example.com/.well-known/jwks.json > keys.json
  echo "$TOKEN" | signet token verify --key keys.json --issuer https://id.example.com --audience https://id.example.com
  signet token verify --jwks https://id.example.com/.well-known/jwks.json --type at+jwt < tokens.txt
  signet token verify --key public.pem --algorithms RS256 --leeway 30 < tokens.txt)";

constexpr auto kSignFooter = R"(
Signs one JSON object of claims and prints the token. --expires-in sets iat and exp.

Examples:
  signet keys generate --algorithm ES256 --out key.jwk --public public.jwk
  echo '{"iss":"https://id.example.com","sub":"ann"}' | signet token sign - --key key.jwk --expires-in 600)";

constexpr auto kGenerateFooter = R"(
Prints the private key, or keeps it in a new file that only its owner may read. Algorithms: HS256 HS384 HS512 RS256
RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448.

Examples:
  signet keys generate > key.jwk
  signet keys generate --algorithm RS256 --bits 3072 --form pem --out key.pem --public public.pem)";

constexpr auto kConvertFooter = R"(
Examples:
  signet keys convert key.pem --algorithm ES256 --to jwk --kid 2026-11
  signet keys convert key.jwk --to jwks --public > jwks.json
  signet keys convert public.jwk --to pem)";

constexpr auto kRotateFooter = R"(
Rotation happens by itself every [keys] rotate_every. By hand: without --now the next key is published and takes over
after [keys] publish_ahead; with --now it signs at once, for the day a key may have leaked. A running server follows
within seconds.)";

// An answer that was not written, to a full disk or a closed pipe, was not given.
Exit answered(Exit exit)
{
    bool const written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.flush().good();
    if (written || exit != kDone) return exit;
    complain("Standard output cannot be written.");
    return kUnavailable;
}

// CLI11 hands the parsed options to a callback; here it only notes which verb to run.
template <class Options>
void runs(CLI::App* verb, Chosen& chosen, std::shared_ptr<Options> options, Exit (*run)(Options const&))
{
    verb->callback([&chosen, options, run] { chosen = [options, run] { return answered(run(*options)); }; });
}

void add_admin_options(CLI::App* verb, AdminOptions& options)
{
    verb->add_option("--data", options.data, "The data folder; else the configured one, else ./signet-data")
        ->type_name("DIR");
    verb->add_option("--config", options.config, "The configuration file")->type_name("FILE");
    verb->add_flag("--json", options.json, "One JSON object per line, for machines; a refusal too");
}

void add_serve(CLI::App& app, Chosen& chosen)
{
    auto  options = std::make_shared<ServeOptions>();
    auto* verb    = app.add_subcommand("serve", "Run the server");
    verb->add_flag("--dev", options->dev, "Try it on this machine, without configuration");
    verb->add_option("--listen", options->listen, "Where people reach it [localhost:8443]")->type_name("HOST:PORT");
    verb->add_option("--admin-listen", options->admin_listen, "Metrics and health, loopback only [127.0.0.1:8444]")
        ->type_name("HOST:PORT");
    verb->add_option("--data", options->data, "The data folder")->type_name("DIR");
    verb->add_option("--config", options->config, "The configuration file")->type_name("FILE");
    verb->add_flag("--plain-http", options->plain_http, "Without TLS; only on a loopback address or behind a proxy");
    verb->footer(kServeFooter);
    // Goes on when its terminal is closed.
    verb->callback([&chosen, options] { chosen = [options] { return serve(*options); }; });
}

CLI::App* add_account_verb(CLI::App* user, Chosen& chosen, std::string name, std::string what,
                           std::shared_ptr<UserOptions> const& options, Exit (*run)(UserOptions const&))
{
    auto* verb = user->add_subcommand(std::move(name), std::move(what));
    verb->add_option("email", options->email, "The account's e-mail address")->required()->type_name("EMAIL");
    add_admin_options(verb, options->admin);
    runs(verb, chosen, options, run);
    return verb;
}

void add_user_verbs(CLI::App& app, Chosen& chosen)
{
    auto* user = app.add_subcommand("user", "Accounts: add, list, disable, enable, set-password, import");
    user->require_subcommand(1);
    auto const fresh = [] { return std::make_shared<UserOptions>(); };

    auto  adding = fresh();
    auto* add    = add_account_verb(user, chosen, "add", "Add an account", adding, add_user);
    add->add_flag("--password-stdin", adding->password_stdin, "Read the password from standard input");
    add->add_option("--name", adding->name, "The person's name")->type_name("NAME");
    add->add_option("--role", adding->roles, "A role; may be given several times")
        ->type_name("ROLE")
        ->allow_extra_args(false)
        ->take_all();
    add->footer(kAddFooter);

    auto  listing = fresh();
    auto* list    = user->add_subcommand("list", "List the accounts");
    add_admin_options(list, listing->admin);
    runs(list, chosen, listing, list_users);

    add_account_verb(user, chosen, "disable", "Refuse an account and sign it out everywhere", fresh(), disable_user);
    add_account_verb(user, chosen, "enable", "Let a disabled or locked-out account sign in again", fresh(),
                     enable_user);

    auto  setting = fresh();
    auto* set     = add_account_verb(user, chosen, "set-password", "Set a password and sign the account out everywhere",
                                     setting, set_password);
    set->add_flag("--password-stdin", setting->password_stdin, "Read the password from standard input");

    auto  importing = std::make_shared<ImportOptions>();
    auto* import_   = user->add_subcommand("import", "Add accounts with their password hashes from another system");
    import_->add_option("file", importing->file, "JSON lines; - for standard input")->required()->type_name("FILE");
    add_admin_options(import_, importing->admin);
    import_->footer(kImportFooter);
    runs(import_, chosen, importing, import_users);
}

void add_token_verbs(CLI::App& app, Chosen& chosen)
{
    auto* token = app.add_subcommand("token", "Tokens: decode, verify, sign; without a server");
    token->require_subcommand(1);

    auto  decoding = std::make_shared<DecodeOptions>();
    auto* decode   = token->add_subcommand("decode", "Show what a token says, checking nothing");
    decode->add_option("token", decoding->token, "The token; - for standard input")->required()->type_name("TOKEN");
    decode->add_flag("--json", decoding->json, "One JSON object, for machines");
    runs(decode, chosen, decoding, decode_token);

    auto  options = std::make_shared<VerifyOptions>();
    auto* verify  = token->add_subcommand("verify", "Verify tokens from standard input");
    auto* key     = verify->add_option_group("key", "What signatures are checked with; one of:");
    key->add_option("--key", options->key_file, "JWK, JWK Set, or PEM public key")->type_name("FILE");
    key->add_option("--jwks", options->jwks, "A JWK Set, fetched once; https, or http on loopback")->type_name("URL");
    key->require_option(1);
    verify->add_option("--ca", options->ca_file, "For --jwks: whom to trust, PEM; else the system's")
        ->type_name("FILE");
    verify->add_option("--algorithms", options->algorithms, "Those allowed; needed unless the keys name theirs")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("A,B");
    verify->add_option("--issuer", options->issuer, "The iss that is expected")->type_name("URL");
    verify->add_option("--audience", options->audience, "What aud must contain")->type_name("TEXT");
    verify->add_option("--type", options->type, "The typ that is expected, for example at+jwt")->type_name("TEXT");
    verify->add_option("--leeway", options->leeway_seconds, "Seconds by which clocks may differ, 0 to 600 [0]")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{600}))
        ->type_name("SECONDS");
    verify->add_option("--now", options->now, "Verify as of this moment, Unix seconds")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{253'402'300'799}))
        ->type_name("UNIX");
    verify->add_flag("--allow-missing-expiry", options->allow_missing_expiry, "Take tokens without exp");
    verify->add_flag("--jws", options->jws, "Check the signature alone; the payload may be anything");
    verify->footer(kVerifyFooter);
    runs(verify, chosen, options, verify_tokens);

    auto  signing = std::make_shared<SignOptions>();
    auto* sign    = token->add_subcommand("sign", "Sign claims");
    sign->add_option("claims", signing->claims_file, "One JSON object; - for standard input")
        ->required()
        ->type_name("FILE");
    sign->add_option("--key", signing->key_file, "Private JWK, symmetric JWK, or PEM private key")
        ->required()
        ->type_name("FILE");
    sign->add_option("--algorithm", signing->algorithm, "Needed unless the key names its own")->type_name("NAME");
    sign->add_option("--expires-in", signing->expires_in_seconds, "Sets iat and exp")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{3'155'760'000}))
        ->type_name("SECONDS");
    sign->add_option("--type", signing->type, "The typ of the header [JWT]")->type_name("TEXT");
    sign->add_option("--now", signing->now, "Sign as of this moment, Unix seconds")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{253'402'300'799}))
        ->type_name("UNIX");
    sign->add_flag("--allow-missing-expiry", signing->allow_missing_expiry, "Sign claims without exp");
    sign->footer(kSignFooter);
    runs(sign, chosen, signing, sign_token);
}

void add_key_file_verbs(CLI::App* keys, Chosen& chosen)
{
    auto  generating = std::make_shared<GenerateOptions>();
    auto* generate   = keys->add_subcommand("generate", "Make a key of your own, in a file");
    generate->add_option("--algorithm", generating->algorithm, "What it is for [ES256]")->type_name("NAME");
    generate->add_option("--kid", generating->kid, "Its name; else its thumbprint")->type_name("TEXT");
    generate->add_option("--bits", generating->rsa_bits, "Of an RSA key, 2048 to 4096 [2048]")->type_name("N");
    generate->add_option("--form", generating->form, "jwk or pem [jwk]")
        ->check(CLI::IsMember({"jwk", "pem"}))
        ->type_name("FORM");
    generate->add_option("--out", generating->out, "A new file for the private key, mode 0600")->type_name("FILE");
    generate->add_option("--public", generating->public_out, "A file for the public key")->type_name("FILE");
    generate->footer(kGenerateFooter);
    runs(generate, chosen, generating, generate_key);

    auto  printing   = std::make_shared<ThumbprintOptions>();
    auto* thumbprint = keys->add_subcommand("thumbprint", "Print the RFC 7638 thumbprint of each key in a file");
    thumbprint->add_option("file", printing->file, "JWK, JWK Set, or PEM")->required()->type_name("FILE");
    thumbprint->add_option("--algorithm", printing->algorithm, "For a key that names none")->type_name("NAME");
    thumbprint->add_flag("--uri", printing->uri, "As a URI, RFC 9278");
    runs(thumbprint, chosen, printing, print_thumbprint);

    auto  converting = std::make_shared<ConvertOptions>();
    auto* convert    = keys->add_subcommand("convert", "Print a key in another form");
    convert->add_option("file", converting->file, "JWK, JWK Set, or PEM")->required()->type_name("FILE");
    convert->add_option("--to", converting->form, "jwk, jwks (public keys only), or pem")
        ->required()
        ->check(CLI::IsMember({"jwk", "jwks", "pem"}))
        ->type_name("FORM");
    convert->add_flag("--public", converting->public_half, "Only the public half of a private key");
    convert->add_option("--algorithm", converting->algorithm, "For a key that names none")->type_name("NAME");
    convert->add_option("--kid", converting->kid, "A name for a PEM key")->type_name("TEXT");
    convert->footer(kConvertFooter);
    runs(convert, chosen, converting, convert_key);
}

void add_key_verbs(CLI::App& app, Chosen& chosen)
{
    auto* keys = app.add_subcommand("keys", "Signing keys: list, rotate; keys in files: generate, thumbprint, convert");
    keys->require_subcommand(1);

    auto  listing = std::make_shared<KeysOptions>();
    auto* list    = keys->add_subcommand("list", "List the signing keys that are published");
    add_admin_options(list, listing->admin);
    runs(list, chosen, listing, list_keys);

    auto  rotating = std::make_shared<KeysOptions>();
    auto* rotate   = keys->add_subcommand("rotate", "Make a new signing key");
    rotate->add_flag("--now", rotating->now, "It signs at once");
    add_admin_options(rotate, rotating->admin);
    rotate->footer(kRotateFooter);
    runs(rotate, chosen, rotating, rotate_keys);

    add_key_file_verbs(keys, chosen);
}

void add_config_verbs(CLI::App& app, Chosen& chosen)
{
    auto* config = app.add_subcommand("config", "Configuration: check, show");
    config->require_subcommand(1);

    auto  checking = std::make_shared<AdminOptions>();
    auto* check    = config->add_subcommand("check", "Say whether the server would start with it");
    add_admin_options(check, *checking);
    runs(check, chosen, checking, check_config);

    auto  showing = std::make_shared<AdminOptions>();
    auto* show    = config->add_subcommand("show", "Print every value and where it came from");
    add_admin_options(show, *showing);
    runs(show, chosen, showing, show_config);

    auto* reference = config->add_subcommand("reference", "Print the documentation of all settings, as Markdown");
    reference->callback([&chosen] { chosen = [] { return answered(print_config_reference()); }; });
}

}  // namespace

Exit run_command_line(int argc, char** argv)
{
    CLI::App app{"Signet: sign people in, and let every server check who they are without asking."};
    app.name("signet");
    app.set_version_flag("--version", "signet " SIGNET_VERSION);
    app.footer(kFooter);
    app.require_subcommand(1);
    app.get_formatter()->column_width(34);

    Chosen chosen;
    add_serve(app, chosen);
    add_user_verbs(app, chosen);
    add_token_verbs(app, chosen);
    add_key_verbs(app, chosen);
    add_config_verbs(app, chosen);

    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& why) {
        return app.exit(why) == 0 ? kDone : kUsage;
    }
    return chosen();
}

}  // namespace signet::cli
