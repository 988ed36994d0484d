// What a person gets who types a part of a command line and then the tabulator key.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { root } from './machine.mjs';

const script = (shell) => path.join(root, 'build/release/documents', `completion.${shell}`);

async function atATerminal(setup, keys, ...shell) {
  const { stdout } = await promisify(execFile)('python3', [path.join(root, 'tests/package/at_a_terminal.py'), setup, keys, ...shell], { cwd: root, timeout: 120_000 });
  return stdout;
}

const shells = {
  bash: (keys) => atATerminal(`bind 'set enable-bracketed-paste off'; source '${script('bash')}'`, keys, 'bash', '--norc', '--noprofile', '-i'),
  zsh: (keys) => atATerminal(`autoload -U compinit; compinit -u -D; source '${script('zsh')}'`, keys, 'zsh', '-f', '-i'),
};
const missing = (shell) => (spawnSync(shell, ['--version']).error ? `${shell} is not installed` : false);

// [typed, what signet is then given]
const lines = [
  ['signet us', 'user'],                                             // a verb
  ['signet user im', 'user import'],                                 // one below it
  ['signet user add --pass', 'user add --password-stdin'],           // an option
  ['signet token verify --key READ', 'token verify --key README.md'],  // one of a group, and its file
  ['signet user import READ', 'user import README.md'],              // an argument that is a file
  ['signet serve --data too', 'serve --data tools/'],                // a folder
  ['signet keys generate --form p', 'keys generate --form pem'],     // one of few words
  ['signet keys generate --form=p', 'keys generate --form=pem'],
  ['signet completion f', 'completion fish'],
  ['signet user add --name READ', 'user add --name READ'],           // no file where none is meant
];

for (const [shell, type] of Object.entries(shells))
  test(`${shell} completes`, { skip: missing(shell), concurrency: 4 }, async (context) => {
    const checks = lines.map(([typed, given]) => context.test(`"${typed}"`, async () => {
      const [, got] = (await type(`${typed}\t`)).match(/GOT<([^>]*)>/);
      assert.equal(got.replace(/tools$/, 'tools/'), given);  // zsh takes the slash away again
    }));
    checks.push(context.test('and lists the verbs', async () => {
      const shown = await type(`signet user ${shell === 'bash' ? '\t\t' : '\t'}`);
      for (const verb of ['add', 'disable', 'enable', 'import', 'list', 'set-password']) assert.match(shown, new RegExp(`\\b${verb}\\b`));
    }));
    await Promise.all(checks);
  });

test('fish completes all of it', { skip: missing('fish') }, () => {
  const complete = (line) => {
    const said = spawnSync('fish', ['--no-config', '-c', `source '${script('fish')}'; complete -C "$argv"`, line], { cwd: root, encoding: 'utf8' });
    assert.equal(said.stderr, '');
    return said.stdout.split('\n').map((row) => row.split('\t')[0]).filter(Boolean);
  };
  assert.deepEqual(complete('signet us'), ['user']);
  assert.deepEqual(complete('signet user '), ['add', 'disable', 'enable', 'import', 'list', 'set-password']);
  assert.ok(complete('signet user add --').includes('--password-stdin'));
  assert.ok(!complete('signet serve --').includes('--password-stdin'));
  assert.ok(complete('signet user import READ').includes('README.md'));
  assert.ok(complete('signet serve --data too').includes('tools/'));
  assert.deepEqual(complete('signet keys generate --form p'), ['pem']);
  assert.deepEqual(complete('signet completion f'), ['fish']);
  assert.deepEqual(complete('signet user add --name READ'), []);
});
