import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { LoadOutcome, LoadPlan } from './load-client.ts';

/** Runs the client of a plan on the second core, away from the server's. Throws where it fails. */
export function drive(plan: LoadPlan): Promise<readonly LoadOutcome[]> {
  const script = join(import.meta.dirname, 'load-client.ts');
  const args = ['--cpu-list', '1', process.execPath, script, JSON.stringify(plan)];
  const child = spawn('taskset', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as LoadOutcome[]);
      else reject(new Error(`the client ended with ${code}`));
    });
  });
}
