import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BIN, type Finished, plimsoll, runWith } from '../cli.ts';
import './shared-environments.ts';

/** Pickles that act when they are loaded: without trust nothing is started; with it, the sandbox holds them. */

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-hostile-'));
const data = join(folder, 'data');
const marker = join(folder, 'marker');
const traces = join(folder, 'started');
const golden = join(folder, 'golden.json');
const requirements = join(folder, 'requirements.txt');
const reached: string[] = [];
const listener = createServer((socket) => {
  reached.push(String(socket.remotePort));
  socket.destroy();
});

/** A pickle that evaluates an expression when it is loaded, and is what that answers. */
function pickleOf(name: string, expression: string): string {
  const path = join(folder, name);
  writeFileSync(path, `cbuiltins\neval\n(V${expression}\ntR.`);
  return path;
}

/** Programs that leave a trace when they are started. */
function decoys(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const name of ['uv', 'python', 'python3', 'python3.11', 'python3.12', 'python3.13', 'pip']) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} >> ${traces}\nexit 1\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

let port = 0;
beforeAll(async () => {
  writeFileSync(golden, JSON.stringify({ input: [[1, 2]], expected: { predict: [1] } }));
  writeFileSync(requirements, '');
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  port = (listener.address() as { port: number }).port;
});
afterAll(() => {
  listener.close();
  rmSync(folder, { recursive: true, force: true });
});

test('without --trust no interpreter is started, whatever else is asked for', { timeout: 60_000 }, () => {
  const path = pickleOf('touch.pkl', `__import__("os").system("touch ${marker}")`);
  const env = { ...process.env, PATH: decoys(), PLIMSOLL_PYTHON: join(folder, 'bin/python3') };
  const rows = join(folder, 'rows.json');
  writeFileSync(rows, '[[1,2]]');
  const commands = [
    ['push', path, '--name', 'touch', '--runtime', 'python'],
    ['push', path, '--name', 'touch'],
    ['predict', path, '--input', rows, '--runtime', 'python'],
    ['predict', path, '--input', rows],
    ['verify', path, '--runtime', 'python'],
    ['serve', path, '--port', '0', '--runtime', 'python'],
    ['inspect', path],
    ['doctor', path],
  ];
  for (const [command, ...args] of commands) {
    const { status, stdout, stderr } = runWith(
      process.execPath,
      [BIN, command!, ...args, '--data', data],
      env,
    );
    const isReport = command === 'inspect' || command === 'doctor';
    if (!isReport) expect([command, status], stdout + stderr).toEqual([command, 3]);
    if (args.includes('python')) expect(stdout + stderr).toMatch(/--trust/);
  }
  expect(existsSync(traces)).toBe(false);
  expect(existsSync(marker)).toBe(false);
});

test('inspect and doctor say what it would run', () => {
  const path = pickleOf('say.pkl', `__import__("os").system("touch ${marker}")`);
  for (const command of ['inspect', 'doctor'])
    expect(plimsoll(command, path, '--data', data).stdout).toMatch(/builtins\.eval/);
});

const trusted = (path: string): Finished =>
  plimsoll(
    'push',
    path,
    '--name',
    'held',
    '--runtime',
    'python',
    '--trust',
    '--json',
    '--data',
    data,
    ...['--requirements', requirements, '--golden', golden],
  );

test('with --trust it is loaded, and can neither write, read, start programs nor connect', {
  timeout: 180_000,
}, () => {
  const attempts = [
    `open("${marker}", "w")`,
    'open("/etc/passwd").read()',
    `open("${golden}").read()`,
    `__import__("os").execv("/bin/touch", ["touch", "${marker}"])`,
    `__import__("subprocess").run(["/bin/touch", "${marker}"])`,
    `__import__("socket").create_connection(("127.0.0.1", ${port}), 2)`,
    `__import__("socket").socket(2, 2).sendto(b"x", ("127.0.0.1", ${port}))`,
    `__import__("os").kill(${process.pid}, 0)`,
  ];
  for (const [i, attempt] of attempts.entries()) {
    const { status, stdout, stderr } = trusted(pickleOf(`held-${i}.pkl`, attempt));
    expect(status, `${attempt}: ${stdout}${stderr}`).toBe(3);
    expect(stdout + stderr, attempt).toMatch(
      /PermissionError|OSError|Operation not permitted|Permission denied|Network is unreachable/,
    );
  }
  expect(existsSync(marker)).toBe(false);
  expect(reached).toEqual([]);
});

test('the checks of the version say which layers of the sandbox held', { timeout: 60_000 }, () => {
  const { stdout } = trusted(pickleOf('layers.pkl', 'open("/etc/passwd").read()'));
  const { checks } = JSON.parse(stdout) as { checks: { name: string; detail: string }[] };
  const said = checks.map(({ name, detail }) => `${name}: ${detail}`).join('\n');
  expect(said).toMatch(/sandbox/);
  expect(said).toMatch(/Landlock/);
  expect(said).toMatch(/network/);
});
