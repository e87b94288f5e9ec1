import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('a line is written where no file can be opened any more, not even those of the library', () => {
  const program = `
    import { closeSync, openSync } from 'node:fs';
    import { stderrLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
    const opened = [];
    for (;;) try { opened.push(openSync('/dev/null')) } catch { break }
    const log = stderrLog({ worker: 2 });
    log.warn({ reason: 'crowded' }, 'short of descriptors');
    setTimeout(() => {
      for (const fd of opened) closeSync(fd);
      log.error({ reason: 'better' }, 'as before');
    }, 100);`;
  const args = [
    '-c',
    'ulimit -n 64; exec "$@"',
    'sh',
    process.execPath,
    '--input-type=module',
    '-e',
    program,
  ];
  const { status, stderr } = spawnSync('sh', args, { encoding: 'utf8' });
  const lines = stderr.trim().split('\n');
  expect(status, stderr).toBe(0);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 40, worker: 2, reason: 'crowded', msg: 'short of descriptors' },
    { level: 50, worker: 2, reason: 'better', msg: 'as before' },
  ]);
});
