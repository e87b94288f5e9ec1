import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { searchInterpreters } from '../../src/python/interpreters.ts';
import { example, folder, plimsoll } from '../cli.ts';
import '../python/shared-environments.ts';

const LIMIT = 600_000;
const SCRIPT = `
import os
import numpy as np

def preprocess(rows):
    return (np.asarray(rows, dtype=float) / 10).tolist()

def postprocess(outputs):
    print("answered by user", os.getuid())
    return {"flower": outputs["predict"]}
`;

const done = (program: string, args: readonly string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: LIMIT });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
};

/** An image such as the Dockerfile asks for, of what this machine has: a shell, an interpreter with pip, and their libraries. */
function imageOfThisMachine(python: string, context: string): void {
  const prefix = dirname(dirname(python));
  const library = join(prefix, 'lib', 'python3.11');
  const left = ['site-packages', 'test', 'idlelib', 'tkinter', '__pycache__'].map((name) =>
    join(library, name),
  );
  const put = (path: string): void =>
    cpSync(path, join(context, 'root', path), {
      recursive: true,
      dereference: true,
      filter: (from) => !left.includes(from) && !/_tkinter|libpython.*\.a$/.test(from),
    });
  for (const path of [python, library, '/bin/sh', '/etc/ssl/certs/ca-certificates.crt']) put(path);
  cpSync(join(library, 'site-packages/pip'), join(context, 'root', library, 'site-packages/pip'), {
    recursive: true,
  });
  const modules = done('find', [join(context, 'root', library), '-name', '*.so'])
    .trim()
    .split('\n');
  const linked = done('ldd', [python, '/bin/sh', process.execPath, ...modules]);
  const libraries = [...linked.matchAll(/(?:=> |^\s)(\/\S+) \(/gm)].map(([, path]) => path!);
  for (const path of new Set(libraries)) put(path);
  const bin = join(context, 'root/usr/local/bin');
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(context, 'root/tmp'), { mode: 0o777 });
  symlinkSync(relative('/usr/local/bin', python).replace(/^(\.\.\/)+/, '/'), join(bin, 'python3.11'));
  writeFileSync(
    join(context, 'Dockerfile'),
    [
      'FROM scratch',
      'COPY root/ /',
      'ENV PATH=/usr/local/bin:/bin PIP_CERT=/etc/ssl/certs/ca-certificates.crt',
      `RUN python3.11 -c "import os; [os.chmod(p, 0o755) for p in ('/root', '/') if os.path.exists(p)]; os.chmod('/tmp', 0o1777)"`,
      '',
    ].join('\n'),
  );
}

test('buildah builds the context of a version with Python, and a user that no file knows runs it', {
  timeout: LIMIT,
}, async () => {
  const [work, data, store] = [folder(), folder(), folder()];
  writeFileSync(join(work, 'around.py'), SCRIPT);
  writeFileSync(join(work, 'requirements.txt'), 'numpy==2.2.6\n');
  const golden = { input: { instances: [[51, 35, 14, 2]] }, expected: { flower: ['setosa'] } };
  writeFileSync(join(work, 'golden.json'), JSON.stringify(golden));
  const context = join(work, 'context');
  for (const args of [
    [
      ...['push', example('iris.joblib'), '--name', 'flowers', '--trust', '--python', '3.11'],
      ...['--script', join(work, 'around.py'), '--requirements', join(work, 'requirements.txt')],
      ...['--golden', join(work, 'golden.json')],
    ],
    ['package', 'dockerfile', 'flowers@1', '--output', context],
  ]) {
    const { status, stdout, stderr } = plimsoll(...args, '--data', data);
    expect(status, stdout + stderr).toBe(0);
  }
  const found = await searchInterpreters(process.env);
  const base = join(work, 'base');
  mkdirSync(base);
  imageOfThisMachine(realpathSync(found.find(({ version }) => version.startsWith('3.11.'))!.path), base);

  const own = ['--storage-driver', 'vfs', '--root', join(store, 'root'), '--runroot', join(store, 'run')];
  const buildah = (...args: string[]): string => done('buildah', [...own, ...args]);
  const built = ['bud', '--isolation=chroot', '--pull-never', '--format=oci'];
  buildah(...built, '--tag=python-of-this-machine', base);
  buildah(
    ...built,
    '--build-arg',
    'PYTHON_IMAGE=localhost/python-of-this-machine',
    '--tag=flowers:1',
    context,
  );
  const container = buildah('from', '--pull-never', 'localhost/flowers:1').trim();
  const port = 20_000 + (process.pid % 20_000);
  const variables = [`PLIMSOLL_PORT=${port}`, 'PLIMSOLL_INSECURE=true', 'PLIMSOLL_PYTHON_WORKERS=1'];
  const child = spawn('buildah', [
    ...[...own, 'run', '--isolation=chroot', '--user=65532:65532'],
    ...variables.flatMap((variable) => ['--env', variable]),
    ...[container, '--', '/usr/local/bin/node', '/opt/plimsoll/app/main.js', 'serve'],
  ]);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  const url = `http://127.0.0.1:${port}`;
  try {
    await expect
      .poll(
        () =>
          fetch(`${url}/readyz`).then(
            ({ status }) => status,
            () => said,
          ),
        { timeout: 60_000 },
      )
      .toBe(200);
    const answer = await fetch(`${url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instances: [[51, 35, 14, 2]] }),
    });
    expect(await answer.json()).toMatchObject({ predictions: ['setosa'] });
    expect(said).toContain('Python runs in a sandbox');
    expect(said).toContain('answered by user 65532');
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    for (const dir of [work, data, store]) rmSync(dir, { recursive: true, force: true });
  }
});
