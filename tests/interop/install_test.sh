#!/bin/sh
# Installs the libraries, builds the programs of examples/verify_a_token against
# them as a stranger would, lets them judge a good token and bad ones, and holds
# the shorter one to its promise: few lines, quickly compiled. A C program does so
# with the shared library.
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

greet() { "$work/build/greet" "$issuer" "$1" "$(cat "$work/$2.token")" < "$work/keys.json" 2>&1; }
expect_greeting() {
    answer=$(greet "$2" "$3") && status=0 || status=$?
    [ "$status $answer" = "$1" ] || { echo "FAILED: wanted $1, got: $status $answer"; exit 1; }
}
expect_greeting '0 Hello, Ann "A" Ü' "$audience" ES256
expect_greeting '1 refused: algorithm_not_allowed alg EdDSA' "$audience" EdDSA
expect_greeting '1 refused: audience_mismatch expected https://other.example.com, got "https://api.example.com"' https://other.example.com ES256

# The C interface: a C99 program against the shared library alone, which shows what its header declares and nothing else.
cat > "$work/refuse.c" <<'C'
#include <stdio.h>
#include <signet/signet_verifier.h>

int main(void)
{
    signet_verifier_options const options = {.size = sizeof options, .issuer = "https://id.example.com", .audience = "x"};
    signet_verifier* verifier;
    char             problem[64];
    int const        code = signet_verifier_start(&options, 0, &verifier, problem, sizeof problem);
    printf("%d %.52s\n", code, problem);
    return 0;
}
C
shared=$(dirname "$(find "$work/prefix" -name libsignet_verifier.so)")
c_flags=$(printf '%s' "$flags" | grep -o -e '-fsanitize=[a-z,]*' -e '--coverage' || true)
# shellcheck disable=SC2086
gcc -std=c99 -Wall -Wextra -Wpedantic -Werror $c_flags -I "$work/prefix/include" "$work/refuse.c" -L "$shared" -lsignet_verifier -o "$work/refuse"
answer=$(LD_LIBRARY_PATH=$shared "$work/refuse")
[ "$answer" = '2 what is revoked cannot be followed without a credent' ] || { echo "FAILED: a C program said: $answer"; exit 1; }
readelf -d "$work/refuse" | grep -q 'NEEDED.*\[libsignet_verifier\.so\.[0-9]*\.[0-9]*\]' || { echo "FAILED: no versioned SONAME"; exit 1; }
grep -o 'signet_[a-z_]*(' "$work/prefix/include/signet/signet_verifier.h" | tr -d '(' | sort -u > "$work/declared"
nm -D --defined-only "$shared/libsignet_verifier.so" | sed -n 's/.* [^A] \([^@]*\).*/\1/p' | sort -u > "$work/exported"
diff "$work/declared" "$work/exported" || { echo "FAILED: exported is not what is declared"; exit 1; }

python3 "$source_dir/tests/interop/one_file_test.py" "$source_dir/examples/verify_a_token/greet.cpp" "$work/prefix" "$cxx"
echo "ok: an installed jose verified 3 tokens and refused 2"
