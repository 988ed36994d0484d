#include "cli/command_line.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <iostream>
#include <memory>

#include "cli/config_verbs.hpp"
#include "cli/doctor.hpp"
#include "cli/gateway.hpp"
#include "cli/keys.hpp"
#include "cli/refusals.hpp"
#include "cli/rewrap.hpp"
#include "cli/serve.hpp"
#include "cli/user.hpp"
#include "cli/user_import.hpp"
#include "cli/verbs.hpp"

namespace signet::cli {
namespace {

constexpr auto kFooter = R"(
Examples:
  signet serve --dev                            try it: a server on https://localhost:8443
  signet serve --config /etc/signet/signet.toml
  echo "$PASSWORD" | signet user add ann@example.com --password-stdin --role admin
  signet token decode "$TOKEN"
  signet backup /backups/signet.age --passphrase-file /root/backup.passphrase
  signet config show
  signet gateway --config /etc/signet/gateway.toml

Exit status:
  0  done, and every answer is yes
  1  refused: no such account, a token that is not valid, an import line not taken,
     an audit log that was edited, a problem that doctor found
  2  the command line, a key file, or standard input is not what the verb takes
  3  a setting is unknown, contradictory, or insecure; the message names its line
  4  cannot start or cannot reach the data: port taken, master key missing, disk full

Environment:
  SIGNET_SECTION_KEY     overrides [section] key of signet.toml
  SIGNET_CONFIG          the file to read when --config is not given
  CREDENTIALS_DIRECTORY  from systemd; its "master.key" is the master key

Every verb has its own --help. "signet config reference" describes the settings.)";

constexpr auto kServeFooter = R"(
Without --dev the server needs [server] issuer, certificate, and private_key: see "signet config check".
With --dev it needs nothing: data in ./signet-data, a self-signed certificate for localhost, an issuer that follows
from --listen, and at the first start an account to sign in with, printed then and kept in its demo-user.txt.

SIGTERM and SIGINT drain: nothing new is accepted, what runs is finished (10 s at most), exit status 0.
A certificate whose files have changed is read again within seconds; SIGHUP reads it at once.

Examples:
  signet serve --dev
  signet serve --dev --listen localhost:9443 --data /tmp/try
  SIGNET_SESSIONS_REFRESH_WINDOW=10s signet serve --config signet.toml)";

constexpr auto kGatewayFooter = R"(
For services that have no library of ours. nginx, HAProxy, Caddy, Traefik, or Envoy asks at /decision whether its client
may have what it asks for; 200 comes with headers that say who it is, anything else is a refusal. Tokens are checked
here, and what was revoked is heard of as it happens: nobody is asked meanwhile.

"signet config reference --gateway" describes the settings; docs/guides/gateway.md has a configuration for each proxy.

SIGTERM and SIGINT drain: nothing new is accepted, what runs is finished (10 s at most), exit status 0.

Examples:
  signet gateway --config /etc/signet/gateway.toml
  signet gateway --config gateway.toml --check)";

constexpr auto kAddFooter = R"(
Works beside a running server. Without --password-stdin the password is asked for at the terminal.

Examples:
  printf 'correct horse battery' | signet user add ann@example.com --password-stdin --name Ann --role viewer
  signet user add root@example.com --role admin --data /var/lib/signet

Run by root beside a server that is another user's, the verbs that open its data go on as that user.)";

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

constexpr auto kDoctorFooter = R"(
Looks at the clock, the disk, who may use the data folder and the master key, the certificate, the keys' ages, the
receivers of security events, the schema, and what memory and descriptors the server may have. It changes nothing. Run
it as root, where the server runs; anybody else is told what could not be looked at.
Exit status 0 when there is no problem, warnings or not; 1 when there is one.

Examples:
  signet doctor
  signet doctor --json --config /etc/signet/signet.toml)";

constexpr auto kRotateFooter = R"(
Rotation happens by itself every [keys] rotate_every. By hand: without --now the next key is published and takes over
after [keys] publish_ahead; with --now it signs at once, for the day a key may have leaked. A running server follows
within seconds. The revocation feed and security events have keys of their own, which sign nothing else.)";

constexpr auto kRevokeFooter = R"(
For the day a signing key may have leaked. The key leaves the key set, and a running server refuses every token it
signed within a second, as do verifiers that follow its revocation feed; others do once they have fetched the key set
again, within five minutes. When it is the key that signs, a new one signs at once. People stay signed in: their next
refresh gives a token of the new key. A key of the feed is revoked in the same way.
Should a KID begin with -, it goes last, after --.

Examples:
  signet keys list
  signet keys revoke wY4nUZ8bb6ZyVHNPuUgWw8gfEbGvWLpTSFzWNPRDgHQ
  signet keys revoke --yes -- -J3Ha1mCBcMR8yWkYbhzRjUq0Fqyrb8nQ0Zkz2cbwVo)";

constexpr auto kRewrapFooter = R"(
Encrypts every signing key, the token secret, and the tokens of receivers under another master key. The server must be
stopped. Whatever moment this is cut off at, the next start opens the database. Nobody is signed out; with --leaked
everybody is, since whoever has the old master key and a copy of the database can make tokens.

Where the master key is a systemd credential, give the new one with --new-key and put it where the credential comes
from afterwards.

Examples:
  signet keys rewrap --data /var/lib/signet
  openssl rand -hex 32 > /root/new.key && signet keys rewrap --new-key /root/new.key)";

void add_serve(CLI::App& app, Chosen& chosen)
{
    auto  options = std::make_shared<ServeOptions>();
    auto* verb    = app.add_subcommand("serve", "Run the server");
    verb->add_flag("--dev", options->dev, "Try it on this machine, without configuration");
    add_value(verb, "--listen", options->listen, "Where people reach it [localhost:8443]", "HOST:PORT");
    add_value(verb, "--admin-listen", options->admin_listen, "Metrics and health, loopback only [127.0.0.1:8444]",
              "HOST:PORT");
    add_value(verb, "--data", options->data, "The data folder", "DIR");
    add_value(verb, "--config", options->config, "The configuration file", "FILE");
    verb->add_flag("--plain-http", options->plain_http, "Without TLS; only on a loopback address or behind a proxy");
    verb->footer(kServeFooter);
    // Goes on when its terminal is closed.
    verb->callback([&chosen, options] { chosen = [options] { return serve(*options); }; });
}

void add_gateway(CLI::App& app, Chosen& chosen)
{
    auto  options = std::make_shared<GatewayOptions>();
    auto* verb    = app.add_subcommand("gateway", "Decide for a proxy who may have what of a service");
    add_value(verb, "--config", options->config, "The gateway's own configuration file", "FILE")->required();
    verb->add_flag("--check", options->check, "Say whether it would start with it, and no more");
    verb->footer(kGatewayFooter);
    runs(verb, chosen, options, run_gateway);
}

CLI::App* add_account_verb(CLI::App* user, Chosen& chosen, std::string name, std::string what,
                           std::shared_ptr<UserOptions> const& options, Exit (*run)(UserOptions const&))
{
    auto* verb = user->add_subcommand(std::move(name), std::move(what));
    add_value(verb, "email", options->email, "The account's e-mail address", "EMAIL")->required();
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
    add_value(add, "--name", adding->name, "The person's name", "NAME");
    add_value(add, "--role", adding->roles, "A role; may be given several times", "ROLE")
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
    add_value(import_, "file", importing->file, "JSON lines; - for standard input", "FILE")->required();
    add_admin_options(import_, importing->admin);
    import_->footer(kImportFooter);
    runs(import_, chosen, importing, import_users);
}

void add_key_verbs(CLI::App& app, Chosen& chosen)
{
    auto* keys = app.add_subcommand(
        "keys", "Signing keys: list, rotate, revoke, export, rewrap; keys in files: generate, thumbprint, convert");
    keys->require_subcommand(1);

    auto  listing = std::make_shared<KeysOptions>();
    auto* list    = keys->add_subcommand("list", "List the signing keys that are published");
    add_admin_options(list, listing->admin);
    runs(list, chosen, listing, list_keys);

    auto  rotating = std::make_shared<KeysOptions>();
    auto* rotate   = keys->add_subcommand("rotate", "Make a new signing key");
    rotate->add_flag("--now", rotating->now, "It signs at once");
    add_value(rotate, "--purpose", rotating->purpose,
              "What it signs: access_token, revocation_feed, or security_events [access_token]", "PURPOSE")
        ->check(CLI::IsMember(std::vector{name(core::KeyPurpose::access_token), name(core::KeyPurpose::revocation_feed),
                                          name(core::KeyPurpose::security_events)}));
    add_admin_options(rotate, rotating->admin);
    rotate->footer(kRotateFooter);
    runs(rotate, chosen, rotating, rotate_keys);

    auto  revoking = std::make_shared<RevokeOptions>();
    auto* revoke   = keys->add_subcommand("revoke", "Take a signing key that may have leaked out of the key set");
    add_value(revoke, "kid", revoking->kid, "Its name, as \"signet keys list\" shows it", "KID")->required();
    revoke->add_flag("--yes", revoking->yes, "Do not ask");
    add_admin_options(revoke, revoking->admin);
    revoke->footer(kRevokeFooter);
    runs(revoke, chosen, revoking, revoke_key);

    auto  exporting = std::make_shared<ExportOptions>();
    auto* export_   = keys->add_subcommand("export", "Print the public keys");
    export_->add_flag("--public", exporting->public_half, "Public halves alone; there is no other export");
    export_->add_flag("--pem", exporting->pem, "PEM, the name and algorithm above each; else a JWK Set");
    add_admin_options(export_, exporting->admin);
    runs(export_, chosen, exporting, export_keys);

    auto  rewrapping = std::make_shared<RewrapOptions>();
    auto* rewrap     = keys->add_subcommand("rewrap", "Change the master key");
    add_value(rewrap, "--new-key", rewrapping->new_key, "A file that holds the new master key; else one is made",
              "FILE");
    rewrap->add_flag("--leaked", rewrapping->leaked, "The old one is in other hands: sign everybody out as well");
    rewrap->add_flag("--yes", rewrapping->yes, "Do not ask");
    add_admin_options(rewrap, rewrapping->admin);
    rewrap->footer(kRewrapFooter);
    runs(rewrap, chosen, rewrapping, rewrap_keys);

    add_key_file_verbs(*keys, chosen);
}

void add_doctor(CLI::App& app, Chosen& chosen)
{
    auto  options = std::make_shared<AdminOptions>();
    auto* verb    = app.add_subcommand("doctor", "Say what will trouble the server, and what to do about it");
    add_admin_options(verb, *options);
    verb->footer(kDoctorFooter);
    runs(verb, chosen, options, examine);
}

void add_config_verbs(CLI::App& app, Chosen& chosen)
{
    auto* config = app.add_subcommand("config", "Configuration: check, show, reference");
    config->require_subcommand(1);

    auto  checking = std::make_shared<AdminOptions>();
    auto* check    = config->add_subcommand("check", "Say whether the server would start with it");
    add_admin_options(check, *checking);
    runs(check, chosen, checking, check_config);

    auto  showing = std::make_shared<AdminOptions>();
    auto* show    = config->add_subcommand("show", "Print every value and where it came from");
    add_admin_options(show, *showing);
    runs(show, chosen, showing, show_config);

    auto  printing  = std::make_shared<ReferenceOptions>();
    auto* reference = config->add_subcommand("reference", "Print the documentation of all settings, as Markdown");
    reference->add_flag("--gateway", printing->gateway, "Those of signet gateway");
    runs(reference, chosen, printing, print_config_reference);
}

}  // namespace

void add_admin_options(CLI::App* verb, AdminOptions& options)
{
    add_value(verb, "--data", options.data, "The data folder; else the configured one, else ./signet-data", "DIR");
    add_value(verb, "--config", options.config, "The configuration file", "FILE");
    verb->add_flag("--json", options.json, "One JSON object per line, for machines; a refusal too");
}

Exit answered(Exit exit)
{
    bool const written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.flush().good();
    if (written) return exit;
    complain("Standard output cannot be written.");
    return exit == kDone ? kUnavailable : exit;
}

Exit run_command_line(int argc, char** argv)
{
    CLI::App app{"Signet: sign people in, and let every server check who they are without asking."};
    app.name("signet");
    app.set_version_flag("--version", "signet " SIGNET_VERSION);
    app.require_subcommand(1);
    app.get_formatter()->column_width(34);

    Chosen chosen;
    add_serve(app, chosen);
    add_gateway(app, chosen);
    add_user_verbs(app, chosen);
    add_token_verbs(app, chosen);
    add_key_verbs(app, chosen);
    add_backup_verbs(app, chosen);
    add_verifier_verbs(app, chosen);
    add_revocation_verbs(app, chosen);
    add_receiver_verbs(app, chosen);
    add_audit_verbs(app, chosen);
    add_config_verbs(app, chosen);
    add_doctor(app, chosen);
    add_completion_verb(app, chosen);
    app.footer(kFooter);  // NB: last, since a verb without a footer takes the one there is

    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& why) {
        return app.exit(why) == 0 ? kDone : kUsage;
    }
    return chosen();
}

}  // namespace signet::cli
