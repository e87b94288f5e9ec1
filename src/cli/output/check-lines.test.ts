import { expect, test } from 'vitest';
import { versionCheckLines } from './check-lines.ts';

const LONG = 'limits (4096 MB of memory, 1024 MB a file, 512 threads)';

test('a long finding is broken at its semicolons, and a bracket is not torn apart', () => {
  const detail = `${LONG}; network (network namespace; no sockets (seccomp)), system-calls; nothing else`;
  expect(versionCheckLines([{ name: 'sandbox', ok: true, detail }])).toBe(
    [
      `  ✓  sandbox  ${LONG};`,
      '              network (network namespace; no sockets (seccomp)), system-calls;',
      '              nothing else',
    ].join('\n'),
  );
});

test('a short one stays on its line', () => {
  expect(versionCheckLines([{ name: 'a', ok: false, detail: 'one; two' }])).toBe('  ✗  a  one; two');
});
