// The command line of `signet backup` and `signet restore`.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/backup.hpp"
#include "cli/restore.hpp"
#include "cli/verbs.hpp"

namespace signet::cli {
namespace {

constexpr auto kBackupFooter = R"(
Works beside a running server: the backup is the database as it was at one moment, and the master key that opens it.
Whoever can open the file has everything, so it is encrypted always, as age does it (https://age-encryption.org):
to a passphrase of 12 characters or more, or to the age1... keys of those who may restore it. "age --decrypt" opens it
too, and what comes out is a tar. FILE must be new; it is there whole or not at all.

Not in it: signet.toml, certificates, logos.

Examples:
  signet backup /backups/signet.age --passphrase-file /root/backup.passphrase
  signet backup /backups/signet.age --recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p)";

constexpr auto kRestoreFooter = R"(
Stop the server first. Everybody signs in again: what was revoked after the backup was made cannot be known, so every
session ends and every older token is refused. A file that was altered or cut short, or a wrong passphrase, is refused
and nothing is written. Where there is data already, --replace moves it aside, into a folder before-restore-... beside
what takes its place.

Examples:
  signet restore /backups/signet.age --data /var/lib/signet
  signet restore /backups/signet.age --identity /root/age.key --replace --yes)";

void add_passphrase_options(CLI::App* verb, PassphraseSource& source)
{
    add_value(verb, "--passphrase-file", source.file, "The passphrase, in a file of one line", "FILE");
    verb->add_flag("--passphrase-stdin", source.from_stdin, "Read the passphrase from standard input");
}

}  // namespace

void add_backup_verbs(CLI::App& app, Chosen& chosen)
{
    auto  making = std::make_shared<BackupOptions>();
    auto* backup = app.add_subcommand("backup", "Write everything to one encrypted file, beside a running server");
    add_value(backup, "file", making->file, "The file to write", "FILE")->required();
    add_value(backup, "--recipient", making->to.recipients,
              "Who may open it, an age1... key; may be given several times", "AGE1...")
        ->allow_extra_args(false)
        ->take_all();
    add_passphrase_options(backup, making->to.passphrase);
    add_admin_options(backup, making->admin);
    backup->footer(kBackupFooter);
    runs(backup, chosen, making, make_backup);

    auto  restoring = std::make_shared<RestoreOptions>();
    auto* restore   = app.add_subcommand("restore", "Make a data folder out of a backup");
    add_value(restore, "file", restoring->file, "The backup", "FILE")->required();
    add_value(restore, "--identity", restoring->with.identity, "A file with the AGE-SECRET-KEY-1... that opens it",
              "FILE");
    add_passphrase_options(restore, restoring->with.passphrase);
    restore->add_flag("--replace", restoring->replace, "Move the data that is there aside");
    restore->add_flag("--yes", restoring->yes, "Do not ask");
    add_admin_options(restore, restoring->admin);
    restore->footer(kRestoreFooter);
    runs(restore, chosen, restoring, restore_backup);
}

}  // namespace signet::cli
