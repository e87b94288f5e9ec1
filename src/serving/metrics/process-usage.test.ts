import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('a process that cannot open a file more still says what it used before', () => {
  const program = `
    import { openSync } from 'node:fs';
    import { ProcessUsageMeter } from ${JSON.stringify(new URL('./process-usage.ts', import.meta.url).href)};
    const meter = new ProcessUsageMeter();
    const before = meter.look().memory;
    const codes = [];
    while (codes.length === 0) try { openSync('/dev/null') } catch (error) { codes.push(error.code) }
    console.log(JSON.stringify([codes, before > 0, meter.look().memory === before]));`;
  const args = [
    '-c',
    'ulimit -n 64; exec "$@"',
    'sh',
    process.execPath,
    '--input-type=module',
    '-e',
    program,
  ];
  expect(JSON.parse(execFileSync('sh', args, { encoding: 'utf8' }))).toEqual([['EMFILE'], true, true]);
});
