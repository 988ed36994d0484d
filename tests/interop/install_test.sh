#!/bin/sh
# Installs the libraries, builds examples/verify_a_token against them as a
# stranger would, and lets it judge a good token and bad ones.
#
#     install_test.sh SOURCE_DIR BUILD_DIR MAKE_TOKENS CXX CXX_FLAGS
set -eu
source_dir=$1 build_dir=$2 make_tokens=$3 cxx=$4 flags=$5

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
issuer=https://id.example.com
audience=https://api.example.com

cmake --install "$build_dir" --component verifier --prefix "$work/prefix" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
{
    cmake -S "$source_dir/examples/verify_a_token" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" \
          -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_CXX_FLAGS="$flags"
    cmake --build "$work/build"
} > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }

"$make_tokens" "$work" "$issuer" "$audience"
verify() { "$work/build/verify_a_token" "$work/keys.json" "$issuer" "$1" < "$work/$2.token" 2>&1; }

for algorithm in RS256 ES256 EdDSA; do
    answer=$(verify "$audience" "$algorithm")
    case $answer in
        *"subject: user-1"*) ;;
        *) echo "FAILED: a good $algorithm token: $answer"; exit 1 ;;
    esac
done
expect_refusal() {
    if answer=$(verify "$2" "$3"); then echo "FAILED: accepted where $1 was due: $answer"; exit 1; fi
    case $answer in
        *"refused: $1"*) ;;
        *) echo "FAILED: wanted $1, got: $answer"; exit 1 ;;
    esac
}
expect_refusal bad_signature "$audience" bad
expect_refusal audience_mismatch https://other.example.com ES256
echo "ok: an installed jose verified 3 tokens and refused 2"
