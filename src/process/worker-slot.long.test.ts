import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('a slot outlives a time without descriptors, however often a child cannot be started', () => {
  const program = `
    import { closeSync, openSync, writeFileSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { join } from 'node:path';
    import { pathToFileURL } from 'node:url';
    import { WorkerSlot } from ${JSON.stringify(new URL('./worker-slot.ts', import.meta.url).href)};
    const entry = join(tmpdir(), 'plimsoll-seat-' + process.pid + '.mjs');
    writeFileSync(entry, "process.send({ kind: 'ready' })");
    const [opened, failures] = [[], []];
    let readies = 0;
    const fill = () => { for (;;) try { opened.push(openSync('/dev/null')) } catch { return } };
    const slot = new WorkerSlot({
      name: 'worker 1', entry: pathToFileURL(entry),
      start: () => ({ kind: 'start' }),
      onMessage: () => {
        if (++readies === 2) { console.log(JSON.stringify(failures)); process.exit(0) }
        fill();
        slot.kill();
      },
      onEnd: () => fill(),
      onRestart: (reason) => { if (/EMFILE/.test(reason)) failures.push('EMFILE');
        if (failures.length === 6) for (const fd of opened) closeSync(fd);
      },
      onGiveUp: (error) => { console.log(error.code); process.exit(1) },
    });
    slot.start();`;
  const path = join(mkdtempSync(join(tmpdir(), 'plimsoll-seat-')), 'seat.mjs');
  writeFileSync(path, program);
  const args = ['-c', 'ulimit -n 64; exec "$@"', 'sh', process.execPath, path];
  const { stdout, stderr } = spawnSync('sh', args, { encoding: 'utf8', timeout: 25_000 });
  expect(JSON.parse(stdout || JSON.stringify(stderr))).toEqual(Array(6).fill('EMFILE'));
});
