// The Debian package on a machine of its own: installed, started by systemd in its cage, signed in to, upgraded, removed.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Machine, root, until, whyNot } from './machine.mjs';

const missing = whyNot();
if (missing) console.log(`*** NOT CHECKED: that the package installs, starts, and goes: ${missing} ***`);

const package_ = readdirSync(path.join(root, 'build/package')).find((name) => /^signet_.*\.deb$/.test(name));
const kInstall = ['apt-get', 'install', '-y', '-qq', '--reinstall', '--no-install-recommends', '/root/signet.deb'];
const kConfig = `[server]
issuer = "https://localhost:8443"
certificate = "/etc/signet/tls/cert.pem"
private_key = "/etc/signet/tls/key.pem"
listen = "localhost:8443"
data = "/var/lib/signet"
master_key = "/etc/signet/master.key"
[log]
format = "json"
`;
const ann = { email: 'ann@example.com', password: 'three plain words here' };

describe('the Debian package', { skip: missing || false, timeout: 300_000 }, () => {
  let machine;
  let firstKey;
  before(async () => { machine = await Machine.make(); });
  after(async () => { await machine?.end(); });

  const inside = (...command) => {
    const { status, output } = machine.inside(...command);
    assert.equal(status, 0, `${command.join(' ')}: ${output}\n${machine.inside('journalctl', '-u', 'signet', '-n', '20', '--no-pager').output}`);
    return output.trim();
  };
  const property = (name) => inside('systemctl', 'show', 'signet', '-p', name, '--value');
  const stat = (file) => machine.beside('chroot', machine.folder, 'stat', '-c', '%A %U:%G', file).output.trim();

  // Of what the machine answers at `url`.
  function answer(url, ...options) {
    const { status, output } = machine.onItsNetwork('curl', '-sSk', '--max-time', '20', url, ...options);
    assert.equal(status, 0, output);
    return JSON.parse(output);
  }
  const signIn = (port = 8443) => answer(`https://localhost:${port}/api/v1/login`, '-H', 'Content-Type: application/json', '-d', JSON.stringify(ann));
  const me = (token) => answer('https://localhost:8443/api/v1/me', '-H', `Authorization: Bearer ${token}`).user;

  function makeCertificate(name) {
    const made = machine.beside('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
      '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost',
      '-out', `${machine.folder}/root/fullchain.pem`, '-keyout', `${machine.folder}/root/privkey.pem`);
    assert.equal(made.status, 0, made.output);
    assert.equal(machine.beside('chroot', machine.folder, 'install', '-d', '-m', '0750', '-g', 'signet', '/etc/signet/tls').status, 0);
    for (const [from, to] of [['fullchain.pem', 'cert.pem'], ['privkey.pem', 'key.pem']])
      assert.equal(machine.beside('chroot', machine.folder, 'install', '-m', '0640', '-g', 'signet', `/root/${from}`, `/etc/signet/tls/${to}`).status, 0);
  }

  test('installs, makes its user, folder, and key, and says what is next', () => {
    const copied = machine.beside('cp', path.join(root, 'build/package', package_), `${machine.folder}/root/signet.deb`);
    assert.equal(copied.status, 0, copied.output);
    let { status, output } = machine.run('env', 'DEBIAN_FRONTEND=noninteractive', ...kInstall);
    if (status !== 0) {  // a kept root's lists may be old
      machine.run('apt-get', 'update', '-qq');
      ({ status, output } = machine.run('env', 'DEBIAN_FRONTEND=noninteractive', ...kInstall));
    }
    assert.equal(status, 0, output);
    assert.match(output, /Signet is installed and not started: fill in \/etc\/signet\/signet\.toml/);
    assert.equal(stat('/etc/signet/master.key'), '-rw------- root:root');
    assert.equal(stat('/var/lib/signet'), 'drwx------ signet:signet');
    assert.equal(stat('/etc/signet/signet.toml'), '-rw-r--r-- root:root');
    firstKey = machine.beside('cat', `${machine.folder}/etc/signet/master.key`).output;
    assert.match(firstKey, /^[0-9a-f]{64}\n$/);
    const user = machine.beside('grep', '^signet:', `${machine.folder}/etc/passwd`).output;
    assert.match(user, /:\/var\/lib\/signet:\/usr\/sbin\/nologin\n$/);
  });

  test('brings its manual and completions', () => {
    for (const file of ['man/man1/signet.1.gz', 'man/man1/signet-user-add.1.gz', 'man/man5/signet.toml.5.gz', 'doc/signet/signet.spdx.json'])
      assert.equal(machine.beside('test', '-s', `${machine.folder}/usr/share/${file}`).status, 0, file);
    const loaded = machine.beside('bash', '-c', `source '${machine.folder}/usr/share/bash-completion/completions/signet' && complete -p signet`);
    assert.match(loaded.output, /complete .*-F _signet signet/);
  });

  test('has units that systemd agrees with and calls well closed in', () => {
    for (const unit of ['/lib/systemd/system/signet.service', '/usr/share/doc/signet/examples/gateway/signet-gateway.service']) {
      const verified = machine.run('systemd-analyze', 'verify', '--man=no', unit);
      assert.equal(verified.status, 0, verified.output);
      assert.ok(!verified.output.includes(path.basename(unit)), verified.output);
      const judged = machine.run('systemd-analyze', 'security', '--offline=true', '--threshold=15', '--no-pager', unit);
      assert.equal(judged.status, 0, judged.output);
    }
  });

  test('does not start before it is configured, and says why once', async () => {
    await machine.boot();
    assert.equal(machine.inside('systemctl', 'is-active', 'signet').output.trim(), 'inactive');
    const checked = machine.inside('signet', 'config', 'check');
    assert.equal(checked.status, 3);
    assert.match(checked.output, /issuer/);
    assert.notEqual(machine.inside('systemctl', 'start', 'signet').status, 0);
    assert.equal(property('ExecMainStatus'), '3');
    assert.equal(property('NRestarts'), '0');
  });

  test('lets root add the first account, and nothing in the data folder is root\'s', () => {
    makeCertificate('first');
    machine.write('/etc/signet/signet.toml', kConfig);
    inside('signet', 'config', 'check');
    const added = machine.insideWith(ann.password, 'signet', 'user', 'add', ann.email, '--password-stdin', '--role', 'admin');
    assert.equal(added.status, 0, added.output);
    const owners = new Set(inside('find', '/var/lib/signet', '-printf', '%u %m\n').split('\n'));
    assert.deepEqual([...owners].filter((line) => !/^signet [67]00$/.test(line)), []);
  });

  test('starts, and a person signs in', () => {
    inside('systemctl', 'enable', '--now', 'signet');  // Type=notify: it listens when this comes back
    assert.equal(property('ActiveState'), 'active');
    const { access_token: token } = signIn();
    assert.equal(me(token).email, ann.email);
  });

  test('runs as its own user, without a privilege, behind a system call filter', () => {
    const status = inside('cat', `/proc/${property('MainPID')}/status`);
    const value = (name) => status.match(new RegExp(`^${name}:\\s+(\\S+)`, 'm'))[1];
    assert.equal(value('Uid'), inside('id', '-u', 'signet'));
    for (const set of ['CapEff', 'CapPrm', 'CapBnd', 'CapAmb']) assert.match(value(set), /^0+$/, set);
    assert.equal(value('NoNewPrivs'), '1');
    assert.equal(value('Seccomp'), '2');
    const environment = inside('cat', `/proc/${property('MainPID')}/environ`);
    assert.match(environment, /CREDENTIALS_DIRECTORY=\/run\/credentials\/signet\.service/);
    assert.equal(machine.inside('setpriv', '--reuid=signet', '--regid=signet', '--clear-groups', 'cat', '/etc/signet/master.key').status, 1);
  });

  test('gives password hashing the lower priority in its cage too', () => {
    const stats = inside('sh', '-c', `cat /proc/${property('MainPID')}/task/*/stat`).split('\n');  // proc(5): the 17th after the name
    const niceness = stats.map((line) => line.slice(line.lastIndexOf(')')).split(' ')[17]);
    assert.ok(niceness.includes('10') && niceness.includes('0'), `niceness of its threads: ${niceness.join(' ')}`);
  });

  test("answers the container's health check", () => {
    const text = readFileSync(path.join(root, 'deploy/Containerfile'), 'utf8');
    const command = JSON.parse(text.match(/^HEALTHCHECK .*\\\n\s+CMD (\[.*\])$/m)[1]);
    inside(...command);
    inside('systemctl', 'stop', 'signet');
    assert.notEqual(machine.inside(...command).status, 0, 'there is nobody to answer');
    inside('systemctl', 'start', 'signet');
  });

  test('takes a new certificate at a reload', async () => {
    const shown = () => machine.onItsNetwork('sh', '-c', 'openssl s_client -connect localhost:8443 </dev/null 2>/dev/null | openssl x509 -noout -subject').output;
    assert.match(shown(), /first/);
    const before_ = property('MainPID');
    makeCertificate('second');
    inside('systemctl', 'reload', 'signet');
    await until(() => `the second certificate: ${shown()}`, () => /second/.test(shown()));
    assert.equal(property('MainPID'), before_);
  });

  test('is started again when it is killed', async () => {
    const before_ = property('MainPID');
    inside('sh', '-c', `kill -KILL ${before_}`);
    await until(() => 'a restart', () => !['0', before_].includes(property('MainPID')) && property('ActiveState') === 'active');
    assert.equal(me(signIn().access_token).email, ann.email);
  });

  test('listens below port 1024 with the drop-in of its examples', () => {
    inside('install', '-D', '-m', '0644', '/usr/share/doc/signet/examples/port-443.conf', '/etc/systemd/system/signet.service.d/port-443.conf');
    machine.write('/etc/signet/signet.toml', kConfig.replace('listen = "localhost:8443"', 'listen = "localhost:443"'));
    inside('systemctl', 'daemon-reload');
    inside('systemctl', 'restart', 'signet');
    assert.ok(signIn(443).access_token);
    inside('rm', '-r', '/etc/systemd/system/signet.service.d');
    machine.write('/etc/signet/signet.toml', kConfig);
    inside('systemctl', 'daemon-reload');
    inside('systemctl', 'restart', 'signet');
  });

  test('an upgrade restarts it and keeps configuration, key, and sessions', () => {
    const before_ = property('MainPID');
    const { access_token: token } = signIn();
    const output = inside('dpkg', '-i', '/root/signet.deb');
    assert.doesNotMatch(output, /not started/);
    assert.equal(property('ActiveState'), 'active');
    assert.notEqual(property('MainPID'), before_);
    assert.equal(inside('cat', '/etc/signet/signet.toml'), kConfig.trim());
    assert.equal(machine.beside('cat', `${machine.folder}/etc/signet/master.key`).output, firstKey);
    assert.equal(me(token).email, ann.email);
  });

  test('root backs it up beside the running server, and restores it', () => {
    inside('install', '-d', '-m', '0700', '/root/backups');
    machine.write('/root/backups/passphrase', 'nine plain words for the backup\n');
    const passphrase = ['--passphrase-file', '/root/backups/passphrase'];
    inside('signet', 'backup', '/root/backups/signet.age', ...passphrase);
    assert.equal(inside('stat', '-c', '%A %U:%G', '/root/backups/signet.age'), '-rw------- root:root');
    const { access_token: before_ } = signIn();
    assert.equal(me(before_).email, ann.email);

    inside('systemctl', 'stop', 'signet');
    inside('signet', 'restore', '/root/backups/signet.age', ...passphrase, '--replace', '--yes');
    const owners = new Set(inside('find', '/var/lib/signet', '-printf', '%u %m\n').split('\n'));
    assert.deepEqual([...owners].filter((line) => !/^signet [67]00$/.test(line)), []);
    assert.equal(machine.beside('cat', `${machine.folder}/etc/signet/master.key`).output, firstKey);
    inside('systemctl', 'start', 'signet');
    assert.equal(me(before_), undefined, 'what was issued before is void');
    assert.equal(me(signIn().access_token).email, ann.email);
  });

  test('removal stops it, purging says where the accounts are, and neither touches them', () => {
    const running = () => machine.inside('sh', '-c', 'grep -l "^Name:.signet$" /proc/[0-9]*/status').output.trim();
    assert.match(running(), /^\/proc\/\d+\/status$/);
    inside('dpkg', '-r', 'signet');
    assert.equal(running(), '');
    const output = inside('dpkg', '-P', 'signet');
    assert.match(output, /Kept: the accounts in \/var\/lib\/signet, their key \/etc\/signet\/master\.key/);
    assert.equal(machine.inside('test', '-e', '/etc/signet/signet.toml').status, 1);
    assert.equal(stat('/var/lib/signet/signet.db'), '-rw------- signet:signet');
    assert.equal(machine.beside('cat', `${machine.folder}/etc/signet/master.key`).output, firstKey);
  });

  test('installed again it finds its accounts', () => {
    inside('dpkg', '-i', '/root/signet.deb');
    assert.equal(machine.beside('cat', `${machine.folder}/etc/signet/master.key`).output, firstKey);
    machine.write('/etc/signet/signet.toml', kConfig);
    inside('systemctl', 'start', 'signet');
    assert.equal(me(signIn().access_token).email, ann.email);
  });

  test('never makes a second key for a database that has lost its own', () => {
    inside('dpkg', '-P', 'signet');
    inside('mv', '/etc/signet/master.key', '/root/master.key');
    inside('dpkg', '-i', '/root/signet.deb');
    assert.equal(machine.inside('test', '-e', '/etc/signet/master.key').status, 1);
    inside('mv', '/root/master.key', '/etc/signet/master.key');
    machine.write('/etc/signet/signet.toml', kConfig);
    inside('systemctl', 'start', 'signet');
    assert.equal(me(signIn().access_token).email, ann.email);
  });
});
