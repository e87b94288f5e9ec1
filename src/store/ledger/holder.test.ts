import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { holderOf, isGone } from './holder.ts';

const START = /\d+$/;

describe.skipIf(!existsSync('/proc/self/stat'))('the holder of a run', () => {
  it('is named the same each time, and is there while its process runs', () => {
    expect(holderOf()).toBe(holderOf(process.pid));
    expect(holderOf()).toMatch(/^[^/]+\/\d+\/[\w-]{36}\.\d+\.\d+$/);
    expect(isGone(holderOf())).toBe(false);
  });

  it('is gone once its process was killed, also before the parent knows', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const holder = holderOf(child.pid);
    expect(isGone(holder)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isGone(holder)).toBe(true);

    // A shell that never waits: its child stays in the table of processes.
    const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const zombie = holderOf(Number(line.toString()));
    await sleep(500);
    expect(existsSync(`/proc/${Number(line.toString())}/stat`)).toBe(true);
    expect(isGone(zombie)).toBe(true);
    parent.kill('SIGKILL');
  });

  it('is gone where its number is now that of a later process', () => {
    const other = holderOf().replace(START, (start) => String(Number(start) - 1));
    expect(isGone(other)).toBe(true);
  });

  it('is never said to be gone where nothing is known of it', () => {
    const { pid } = spawnSync('true');
    const gone = holderOf().replace(`/${process.pid}/`, `/${pid}/`);
    expect(isGone(gone)).toBe(true);
    const boot = gone.replace(/\/[\w-]{36}\./, '/00000000-0000-4000-8000-000000000000.');
    const container = gone.replace(/\.\d+\./, '.1.');
    const unsaid = gone.replace(/[^/]*$/, '-');
    for (const holder of [boot, container, unsaid, '', 'nonsense', `h/${'9'.repeat(30)}/a.1.1`])
      expect(isGone(holder)).toBe(false);
  });
});
