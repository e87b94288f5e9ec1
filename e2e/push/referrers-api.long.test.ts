/** A registry with the list of referrers of distribution-spec 1.1, built from Go's own library of containers. */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { example, folder, ROOT } from '../cli.ts';
import { plimsoll } from './command.ts';

let server: ChildProcessByStdio<Writable, Readable, null>;
let host: string;
const HOOK_MILLIS = 600_000;
beforeAll(async () => {
  const program = join(folder(), 'registry');
  const cwd = join(ROOT, 'tools/registry');
  const { status, stderr } = spawnSync('go', ['build', '-trimpath', '-o', program, '.'], {
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  server = spawn(program, [], { stdio: ['pipe', 'pipe', 'ignore'] });
  const [line] = await once(server.stdout, 'data');
  host = String(line).trim();
}, HOOK_MILLIS);
afterAll(async () => {
  server.stdin.end();
  await once(server, 'exit');
});

it('lists what was attached, and what it lists is believed without the list under the tag', async () => {
  const data = ['--data', folder()];
  const image = `${host}/team/model:1`;
  const made = ['package', 'oci', example('iris.joblib'), '--model-only', '--push', image];
  const { answer, status } = await plimsoll([...made, ...data]);
  expect(status).toBe(0);
  const listed = await fetch(`http://${host}/v2/team/model/referrers/${answer.digest}`);
  const { manifests } = (await listed.json()) as { manifests: { digest: string }[] };
  const { referrers } = answer.pushed as unknown as { referrers: { digest: string }[] };
  const digests = (list: readonly { digest: string }[]) => list.map(({ digest }) => digest).sort();
  expect(digests(manifests)).toEqual(digests(referrers));
  const tag = answer.digest.replace(':', '-');
  await fetch(`http://${host}/v2/team/model/manifests/${tag}`, { method: 'DELETE' });
  expect((await fetch(`http://${host}/v2/team/model/manifests/${tag}`)).status).toBe(404);
  expect((await plimsoll(['package', 'attestations', image, ...data])).answer).toMatchObject({
    verified: true,
    digest: answer.digest,
  });
});
