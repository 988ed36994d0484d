"""The one-file program is short, and quick to compile.

    one_file_test.py FILE PREFIX CXX

Counts FILE's lines, then compiles it with -O2 against what is installed in PREFIX,
and beside it a file of the standard headers that FILE itself needs. Prints both in
seconds of processor time, the best of three; only their ratio can fail the test.
"""
import resource
import subprocess
import sys
import tempfile

FEWER_LINES_THAN = 20
MOST_TIMES = 4
STANDARD = ("chrono", "expected", "iostream", "iterator", "string")


def seconds_to_compile(source, prefix, cxx):
    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    best = float("inf")
    for _ in range(3):
        before = spent()
        subprocess.run([cxx, "-std=c++23", "-O2", "-I", f"{prefix}/include", "-c", source, "-o", "/dev/null"], check=True)
        best = min(best, spent() - before)
    return best


def main(file, prefix, cxx):
    with open(file, encoding="utf-8") as text:
        lines = sum(1 for line in text if line.strip())
    with tempfile.NamedTemporaryFile("w", suffix=".cpp") as standard:
        standard.write("".join(f"#include <{name}>\n" for name in STANDARD) + "int main() { std::cout << 1; }\n")
        standard.flush()
        floor = seconds_to_compile(standard.name, prefix, cxx)
    ours = seconds_to_compile(file, prefix, cxx)
    print(f"{lines} lines; compiles in {ours:.2f} s, its standard headers alone in {floor:.2f} s: {ours / floor:.1f} times")
    if lines >= FEWER_LINES_THAN:
        sys.exit(f"FAILED: fewer than {FEWER_LINES_THAN} lines were promised")
    if ours > MOST_TIMES * floor:
        sys.exit(f"FAILED: at most {MOST_TIMES} times was promised")


if __name__ == "__main__":
    main(*sys.argv[1:])
