import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cut } from '../../tools/clouds/google/refusal.ts';
import { BIN } from '../cli.ts';
import { type Packaged, packagedChurn } from './container.ts';
import { present, type Scene, scene } from './deployment.ts';
import { isChange } from './interruptions.ts';

let packaged: Packaged;
let there: Scene;
beforeAll(async () => {
  packaged = packagedChurn();
  there = await scene();
}, 240_000);
afterAll(async () => {
  await there.close();
  packaged.remove();
});

/** The command in a process of its own, killed with SIGKILL at the k-th call that changes something; its signal. */
async function killed(verb: string, k: number, when: 'before' | 'after'): Promise<NodeJS.Signals | null> {
  const args = [BIN, 'deploy', 'vertex', verb, packaged.document, '--endpoint', there.fake.url];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('exit', (_, signal) => resolve(signal)),
  );
  let seen = 0;
  there.fake.dispatcher.interrupt = async ({ method }, moment) => {
    if (!isChange(method)) return;
    if (moment === 'before') seen += 1;
    if (seen !== k || moment !== when) return;
    child.kill('SIGKILL');
    await ended;
    throw new Cut();
  };
  const signal = await ended;
  there.fake.dispatcher.interrupt = () => undefined;
  return signal;
}

test('the command, killed at every call that changes something, goes on when it is started again', {
  timeout: 1_200_000,
}, async () => {
  const NEVER = 0;
  expect(await killed('apply', NEVER, 'before')).toBeNull();
  const wanted = present(there);
  expect(wanted).toMatchObject({
    models: [expect.any(String)],
    endpoints: [{ deployed: [expect.any(String)] }],
  });
  await killed('destroy', NEVER, 'before');
  const kills = { apply: 0, destroy: 0 };
  for (let k = 1; ; k++) {
    let signals: (NodeJS.Signals | null)[] = [];
    for (const when of ['before', 'after'] as const) {
      signals = [await killed('apply', k, when)];
      await killed('apply', NEVER, 'before');
      await there.fake.world.quiet();
      expect(present(there), `apply, ${when} call ${k}`).toEqual(wanted);
      signals.push(await killed('destroy', k, when));
      await killed('destroy', NEVER, 'before');
      await there.fake.world.quiet();
      expect(present(there), `destroy, ${when} call ${k}`).toEqual({ models: [], endpoints: [], jobs: [] });
      if (signals[0] === 'SIGKILL') kills.apply += 1;
      if (signals[1] === 'SIGKILL') kills.destroy += 1;
    }
    if (signals.every((signal) => signal === null)) break;
  }
  console.log(
    `killed with SIGKILL: apply ${kills.apply} times, destroy ${kills.destroy} times; same state, nothing left`,
  );
  expect(kills.apply).toBeGreaterThanOrEqual(8);
  expect(kills.destroy).toBeGreaterThanOrEqual(8);
});
