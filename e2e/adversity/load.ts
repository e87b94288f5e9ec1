import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LoadOrder, LoadReport } from './load.child.ts';

/** Loads a server from a process of its own, so that neither the test nor the load waits for the other. */
export async function load(order: LoadOrder): Promise<LoadReport> {
  const child = fork(join(import.meta.dirname, 'load.child.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send(order);
  const [report] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [
    LoadReport | number,
  ];
  if (typeof report === 'number') throw new Error(`the load ended with ${report}`);
  return report;
}
