// The verbs that need no server: tokens, and keys in files.
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/key_files.hpp"
#include "cli/token.hpp"
#include "cli/verbs.hpp"

namespace signet::cli {
namespace {

constexpr auto kDecodeFooter = R"(
Checks nothing: anyone can write such a token. Exit status 0, or 1 when it has not the form of one.

Examples:
  signet token decode "$TOKEN"
  echo "$TOKEN" | signet token decode - --json)";

constexpr auto kVerifyFooter = R"(
Reads one token per line and answers each with one JSON object:
  {"ok":true,"header":{...},"claims":{...}}
  {"ok":false,"error":"expired","detail":"exp 1800000000, now 1800000600"}
Exit status 0 when all are valid, 1 when some are not, 2 when a key or an option cannot be used or no line came.
What is not named is not checked: without --issuer any iss, without --audience any aud, without --type any typ is taken.
A key that names no algorithm serves each of --algorithms that fits it. The URL of --jwks has no query.
With --jws the payload may be anything; it is answered base64url-encoded as "payload".

Examples:
  curl -s https://id.example.com/.well-known/jwks.json > keys.json
  echo "$TOKEN" | signet token verify --key keys.json --issuer https://id.example.com --audience https://id.example.com
  signet token verify --jwks https://id.example.com/.well-known/jwks.json --type at+jwt < tokens.txt
  signet token verify --key public.pem --algorithms RS256,PS256 --leeway 30 < tokens.txt)";

constexpr auto kSignFooter = R"(
Signs one JSON object of claims and prints the token; each claim stays as it is written. --expires-in sets iat and exp;
without it the claims must have an exp. verify takes tokens of 8 KiB unless told otherwise: --max-bytes.
Exit status 0, or 2 when the claims, the key, or an option cannot be used.

Examples:
  signet keys generate --algorithm ES256 --out key.jwk --public public.jwk
  echo '{"iss":"https://id.example.com","sub":"ann"}' | signet token sign - --key key.jwk --expires-in 600)";

constexpr auto kGenerateFooter = R"(
Prints the private key, or keeps it in a new file that only its owner may read. Algorithms: HS256 HS384 HS512 RS256
RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448.
Exit status 0, or 2 when no key was made; then no file was either.

Examples:
  signet keys generate > key.jwk
  signet keys generate --algorithm RS256 --bits 3072 --form pem --out key.pem --public public.pem)";

constexpr auto kThumbprintFooter = R"(
One line for each key that is of a kind served here. Of a secret it is a hash of the secret: do not publish it.
Exit status 0, or 2 when there is no such key.

Examples:
  signet keys thumbprint public.pem
  signet keys thumbprint jwks.json --uri)";

constexpr auto kConvertFooter = R"(
Exit status 0, or 2 when the key cannot be read or has no such form.

Examples:
  signet keys convert key.pem --algorithm ES256 --to jwk --kid 2026-11
  signet keys convert key.jwk --to jwks --public > jwks.json
  signet keys convert public.jwk --to pem)";

template <class T>
CLI::Option* add_moment(CLI::App* verb, T& value, std::string what)
{
    return add_value(verb, "--now", value, std::move(what), "UNIX")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{253'402'300'799}));
}

void add_verify(CLI::App* token, Chosen& chosen)
{
    auto  options = std::make_shared<VerifyOptions>();
    auto* verify  = token->add_subcommand("verify", "Verify tokens from standard input");
    auto* key     = verify->add_option_group("key", "What signatures are checked with; one of:");
    add_value(key, "--key", options->key_file, "JWK, JWK Set, or PEM public key", "FILE");
    auto* jwks = add_value(key, "--jwks", options->jwks, "A JWK Set, fetched once; https, or http on loopback", "URL");
    key->require_option(1);
    add_value(verify, "--ca", options->ca_file, "For --jwks: whom to trust, PEM; else the system's", "FILE")
        ->needs(jwks);
    add_value(verify, "--algorithms", options->algorithms, "Those allowed; needed unless the keys name theirs", "A,B")
        ->delimiter(',')
        ->allow_extra_args(false);
    auto* jws = verify->add_flag("--jws", options->jws, "Check the signature alone; the payload may be anything");
    for (auto* of_claims : {
             add_value(verify, "--issuer", options->issuer, "The iss that is expected", "URL"),
             add_value(verify, "--audience", options->audience, "What aud must contain", "TEXT"),
             add_value(verify, "--type", options->type, "The typ that is expected, for example at+jwt", "TEXT"),
             add_value(verify, "--leeway", options->leeway_seconds, "Seconds by which clocks may differ, 0 to 600 [0]",
                       "SECONDS")
                 ->check(CLI::Range(std::int64_t{0}, std::int64_t{600})),
             add_moment(verify, options->now, "Verify as of this moment, Unix seconds"),
             verify->add_flag("--allow-missing-expiry", options->allow_missing_expiry, "Take tokens without exp"),
         })
        of_claims->excludes(jws);
    add_value(verify, "--max-bytes", options->max_bytes, "The longest token that is taken [8192]", "BYTES")
        ->check(CLI::Range(std::size_t{1}, kMostTokenBytes));
    verify->footer(kVerifyFooter);
    runs(verify, chosen, options, verify_tokens);
}

void add_sign(CLI::App* token, Chosen& chosen)
{
    auto  options = std::make_shared<SignOptions>();
    auto* sign    = token->add_subcommand("sign", "Sign claims");
    add_value(sign, "claims", options->claims_file, "One JSON object; - for standard input", "FILE")->required();
    add_value(sign, "--key", options->key_file, "Private JWK, symmetric JWK, or PEM private key", "FILE")->required();
    add_value(sign, "--algorithm", options->algorithm, "Needed unless the key names its own", "NAME");
    add_value(sign, "--expires-in", options->expires_in_seconds, "Sets iat and exp", "SECONDS")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{3'155'760'000}));
    sign->add_option("--type", options->type, "The typ of the header [JWT]; empty: none")->type_name("TEXT");
    add_moment(sign, options->now, "Sign as of this moment, Unix seconds");
    sign->add_flag("--allow-missing-expiry", options->allow_missing_expiry, "Sign claims without exp");
    sign->footer(kSignFooter);
    runs(sign, chosen, options, sign_token);
}

void add_generate(CLI::App& keys, Chosen& chosen)
{
    auto  options  = std::make_shared<GenerateOptions>();
    auto* generate = keys.add_subcommand("generate", "Make a key of your own, in a file");
    add_value(generate, "--algorithm", options->algorithm, "What it is for [ES256]", "NAME");
    add_value(generate, "--kid", options->kid, "Its name; else its thumbprint", "TEXT");
    add_value(generate, "--bits", options->rsa_bits, "Of an RSA key, 2048 to 4096 [2048]", "N");
    add_value(generate, "--form", options->form, "jwk or pem [jwk]", "FORM")->check(CLI::IsMember({"jwk", "pem"}));
    add_value(generate, "--out", options->out, "A new file for the private key, mode 0600", "FILE");
    add_value(generate, "--public", options->public_out, "A new file for the public key, mode 0644", "FILE");
    generate->footer(kGenerateFooter);
    runs(generate, chosen, options, generate_key);
}

void add_thumbprint(CLI::App& keys, Chosen& chosen)
{
    auto  options    = std::make_shared<ThumbprintOptions>();
    auto* thumbprint = keys.add_subcommand("thumbprint", "Print the RFC 7638 thumbprint of each key in a file");
    add_value(thumbprint, "file", options->file, "JWK, JWK Set, or PEM", "FILE")->required();
    add_value(thumbprint, "--algorithm", options->algorithm, "For a key that names none; any, if it is left out",
              "NAME");
    thumbprint->add_flag("--uri", options->uri, "As a URI, RFC 9278");
    thumbprint->footer(kThumbprintFooter);
    runs(thumbprint, chosen, options, print_thumbprint);
}

void add_convert(CLI::App& keys, Chosen& chosen)
{
    auto  options = std::make_shared<ConvertOptions>();
    auto* convert = keys.add_subcommand("convert", "Print a key in another form");
    add_value(convert, "file", options->file, "JWK, JWK Set, or PEM", "FILE")->required();
    add_value(convert, "--to", options->form, "jwk, jwks (public keys only), or pem", "FORM")
        ->required()
        ->check(CLI::IsMember({"jwk", "jwks", "pem"}));
    convert->add_flag("--public", options->public_half, "Only the public half of a private key");
    add_value(convert, "--algorithm", options->algorithm, "For a key that names none", "NAME");
    add_value(convert, "--kid", options->kid, "A name for a PEM key", "TEXT");
    convert->footer(kConvertFooter);
    runs(convert, chosen, options, convert_key);
}

}  // namespace

void add_token_verbs(CLI::App& app, Chosen& chosen)
{
    auto* token = app.add_subcommand("token", "Tokens: decode, verify, sign; without a server");
    token->require_subcommand(1);

    auto  options = std::make_shared<DecodeOptions>();
    auto* decode  = token->add_subcommand("decode", "Show what a token says, checking nothing");
    add_value(decode, "token", options->token, "The token; - for standard input", "TOKEN")->required();
    decode->add_flag("--json", options->json, "One JSON object, for machines");
    decode->footer(kDecodeFooter);
    runs(decode, chosen, options, decode_token);

    add_verify(token, chosen);
    add_sign(token, chosen);
}

void add_key_file_verbs(CLI::App& keys, Chosen& chosen)
{
    add_generate(keys, chosen);
    add_thumbprint(keys, chosen);
    add_convert(keys, chosen);
}

}  // namespace signet::cli
