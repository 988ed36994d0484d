// world.mjs - an issuer, a clock, and a verifier that follows it.
import { createVerifier } from '../dist/index.js';
import { Clock, Issuer, until } from './issuer.mjs';

export { until };

// Calls `test` with an issuer that is there, and ends everything behind it.
//   issuer    how it is: { ahead, tls }
//   options   of the verifier, besides what all tests have
export async function withIssuer(test, { issuer: how } = {}) {
  const clock = new Clock();
  const issuer = await new Issuer(clock, how).start();
  const world = new World(clock, issuer);
  try {
    return await test(world);
  } finally {
    world.verifiers.forEach((verifier) => verifier.close());
    await issuer.stop();
  }
}

class World {
  verifiers = [];
  reports = []; // of onState

  constructor(clock, issuer) {
    this.clock = clock;
    this.issuer = issuer;
  }

  async verifier(options = {}) {
    const { clock, issuer } = this;
    const verifier = await createVerifier({
      issuer: issuer.url,
      audience: 'notes',
      ...(options.revocations !== 'ignore' && { credential: issuer.credential }),
      allowPlainHttpOnLoopback: true,
      environment: { wall: clock.wall, steady: clock.steady, after: clock.after, random: () => 0 },
      onState: (report) => this.reports.push(report),
      ...options,
    });
    this.verifiers.push(verifier);
    return verifier;
  }

  get problems() {
    return this.reports.map(({ problem }) => problem).filter(Boolean);
  }
}

export async function refusalOf(verifier, authorization, options) {
  const verdict = await verifier.verify(authorization, options);
  return verdict.ok ? undefined : verdict.refusal;
}
