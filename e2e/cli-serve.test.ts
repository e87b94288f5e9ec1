import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { example, folder, plimsoll, ROOT, runWith, served } from './cli.ts';

const iris = example('iris.joblib');
const OLD_NODE = ['/usr/bin/node', '/usr/local/bin/node'].find(
  (path) => existsSync(path) && Number.parseInt(runWith(path, ['--version']).stdout.slice(1), 10) < 24,
);

async function predict(url: string, path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('serve', () => {
  test('one file answers on /predict, the printed curl works, and SIGTERM ends it with 0', async () => {
    const server = await served([iris]);
    try {
      const { url, models } = server.said;
      const { input, expected } = JSON.parse(readFileSync(example('golden/iris.json'), 'utf8'));
      const rows = input.dataframe_split.data;
      const answer = await predict(url, '/predict', { rows });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ predictions: expected.predict, model: 'iris', version: 1 });
      const said = execFileSync('sh', ['-c', models[0]!.curl], { encoding: 'utf8' });
      expect(JSON.parse(said)).toHaveProperty('predictions');
    } finally {
      expect(await server.stop()).toBe(0);
    }
  });

  test('several files and names serve side by side', async () => {
    const server = await served([`flowers=${iris}`, example('churn.joblib')]);
    try {
      expect(server.said.models.map(({ name }) => name)).toEqual(['flowers', 'churn']);
      const answer = await predict(server.said.url, '/models/flowers/predict', {
        rows: [[5.1, 3.5, 1.4, 0.2]],
      });
      expect(await answer.json()).toMatchObject({ predictions: ['setosa'], model: 'flowers' });
    } finally {
      expect(await server.stop('SIGINT')).toBe(0);
    }
  });

  test('a folder serves what it can and reports what it cannot', async () => {
    const models = folder();
    copyFileSync(iris, join(models, 'iris.joblib'));
    writeFileSync(join(models, 'broken.pkl'), readFileSync(iris).subarray(0, 4000));
    const server = await served([models]);
    expect(server.said.models.map(({ name }) => name)).toEqual(['iris']);
    expect(await server.stop()).toBe(0);
  });

  test('a folder of files that are parts of one model is that model, and says of what it is made', async () => {
    const parts = join(ROOT, 'fixtures/parts/beside');
    const { rows, scaled } = JSON.parse(readFileSync(join(parts, 'answers.json'), 'utf8'));
    const server = await served([join(parts, 'scaled'), join(parts, 'several')]);
    try {
      expect(server.said.models).toMatchObject([
        {
          name: 'scaled',
          file: 'model.pkl',
          joined: expect.stringMatching(/"scaler.pkl" .*, then "model.pkl"/),
        },
        { name: 'churn', joined: null },
        { name: 'price' },
        { name: 'scaler' },
      ]);
      const answer = await predict(server.said.url, '/models/scaled/predict', { rows });
      expect(await answer.json()).toMatchObject({ predictions: scaled.predict });
    } finally {
      expect(await server.stop()).toBe(0);
    }
  });

  test('a named file that is refused ends the command with its exit code', () => {
    const broken = join(folder(), 'broken.pkl');
    writeFileSync(broken, readFileSync(iris).subarray(0, 4000));
    const { status, stdout } = plimsoll('serve', iris, broken, '--json', '--port', '0', '--data', folder());
    expect(JSON.parse(stdout).error.code).toMatch(/^READ_/);
    expect(status).toBe(3);
  });

  test('a busy port is a coded error that says how to choose another', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    const data = folder();
    const { status, stderr } = plimsoll('serve', iris, '--port', String(port), '--data', data);
    holder.close();
    expect(stderr).toMatch(
      new RegExp(`LISTEN_FAILED: Cannot listen on 127.0.0.1:${port}: the port is taken\\n.*--port`),
    );
    expect(status).toBe(1);
  });

  test('golden rows that differ keep a file from being served', () => {
    const golden = join(folder(), 'golden.json');
    const wrong = JSON.parse(readFileSync(example('golden/iris.json'), 'utf8'));
    wrong.expected.predict[0] = 'rose';
    writeFileSync(golden, JSON.stringify(wrong));
    const { status, stderr } = plimsoll('serve', iris, '--golden', golden, '--port', '0', '--data', folder());
    expect(stderr).toMatch(/^GOLDEN_DIFFERS: /);
    expect(status).toBe(1);
  });

  test.skipIf(OLD_NODE === undefined)(
    'an older Node hands signals on (skipped where there is none)',
    async () => {
      const server = await served([iris], OLD_NODE);
      expect((await fetch(`${server.said.url}/healthz`)).status).toBe(200);
      expect(await server.stop()).toBe(0);
      await expect(fetch(`${server.said.url}/healthz`)).rejects.toThrow();
    },
  );

  test.skipIf(OLD_NODE === undefined)('a launcher that is killed takes the server with it', async () => {
    const server = await served([iris], OLD_NODE);
    await server.stop('SIGKILL');
    const deadline = Date.now() + 10_000;
    const alive = async () =>
      fetch(`${server.said.url}/healthz`).then(
        () => true,
        () => false,
      );
    while ((await alive()) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await alive()).toBe(false);
  });
});
