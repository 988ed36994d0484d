// A program at a terminal, and somebody who types there.
import { execFile } from 'node:child_process';
import { environment } from './harness.mjs';

const script = `
import json, os, pty, sys, termios, time
program, steps = json.loads(sys.argv[1]), json.loads(sys.argv[2])
pid, terminal = pty.fork()
if pid == 0: os.execvp(program[0], program)
shown = b""
def read():
    try: return os.read(terminal, 4096)
    except OSError: return b""
for wanted, typed in steps:
    since = len(shown)
    while wanted.encode() not in shown[since:]:
        more = read()
        if not more: break
        shown += more
    # Programs that ask for a secret empty the line when they switch the echo off: only then it is heard.
    for _ in range(200):
        if wanted.startswith("Type ") or not termios.tcgetattr(terminal)[3] & termios.ECHO: break
        time.sleep(0.01)
    os.write(terminal, typed.encode() + b"\\n")
while True:
    more = read()
    if not more: break
    shown += more
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({"code": code, "shown": shown.decode(errors="replace")}))`;

// Runs `program`; for each [wanted, typed] waits until `wanted` is shown and types `typed`. Gives {code, shown}.
export function atTerminal(program, steps) {
  return new Promise((resolve, reject) => {
    execFile('/usr/bin/python3', ['-c', script, JSON.stringify(program), JSON.stringify(steps)], { env: environment(), timeout: 60_000 },
      (error, stdout, stderr) => (error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(JSON.parse(stdout))));
  });
}
