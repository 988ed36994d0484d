// status.ts - how a verifier stands, in numbers, and the same for Prometheus.
import { kStates, type State } from './freshness.ts';

// With revocations: 'ignore' only state and keys say something. Times are in milliseconds.
export interface VerifierStatus {
  readonly state: State;
  readonly keys: number; // in the issuer's set
  readonly sequence: number; // of the issuer's log, up to which all is known
  readonly entries: number; // what is held as revoked
  readonly ageOfHeartbeat: number; // so long ago all that was revoked was known; 0 while starting
  readonly clockOffset: number; // the issuer's clock less this machine's, roughly
  readonly reconnects: number; // streams after the first
  readonly resyncs: number; // snapshots after the first
}

// Text form 0.0.4. The same names as the C++ library's.
export function prometheusText(status: VerifierStatus): string {
  const lines = describe('state', 'gauge', 'How current what is known to be revoked is: 1 for the state that it is in.');
  for (const state of kStates) lines.push(`signet_verifier_state{state="${state}"} ${state === status.state ? 1 : 0}`);
  const add = (name: string, type: string, help: string, value: number) =>
    lines.push(...describe(name, type, help), `signet_verifier_${name} ${value}`);
  add('keys', 'gauge', "Keys in the issuer's set.", status.keys);
  add('revocation_sequence', 'gauge', "Up to which entry of the issuer's log all is known.", status.sequence);
  add('revocations', 'gauge', 'Revoked sessions, tokens, accounts, clients, and keys that are held.', status.entries);
  add('last_heard_seconds', 'gauge', 'How long ago all that was revoked was known.', status.ageOfHeartbeat / 1000);
  add('clock_offset_seconds', 'gauge', "The issuer's clock less this machine's.", status.clockOffset / 1000);
  add('reconnects_total', 'counter', 'Streams that followed another.', status.reconnects);
  add('resyncs_total', 'counter', 'Snapshots that followed another.', status.resyncs);
  return `${lines.join('\n')}\n`;
}

function describe(name: string, type: string, help: string): string[] {
  return [`# HELP signet_verifier_${name} ${help}`, `# TYPE signet_verifier_${name} ${type}`];
}
