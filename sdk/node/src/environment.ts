// environment.ts - what a verifier needs from the machine: Node's, or a test's.

export interface Environment {
  wall(): number; // milliseconds since 1970; may be wrong, may jump
  steady(): number; // milliseconds; runs evenly, whatever the wall clock does
  after(milliseconds: number, what: () => void): () => void; // returns what calls it off
  random(): number; // 0 ≤ x < 1; for jitter alone
}

export function nodeEnvironment(): Environment {
  return {
    wall: () => Date.now(),
    steady: () => performance.now(),
    // Nothing here keeps a process alive that has nothing else to do.
    after(milliseconds, what) {
      const timer = setTimeout(what, milliseconds).unref();
      return () => clearTimeout(timer);
    },
    random: () => Math.random(),
  };
}
