import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { encodeBlock } from '../../capture/block-codec.ts';
import { blockFile, spoolPath } from '../../capture/paths.ts';
import { loggedBlockOf, loggedNumbers } from '../../monitor/log/testing/blocks.ts';
import { openMonitoringHere } from './offline.ts';
import { waitingFiles } from './waiting.ts';

const data = mkdtempSync(join(tmpdir(), 'plimsoll-offline-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

test('rows that a server has left behind at its end are in the log of the next command', async () => {
  mkdirSync(spoolPath(data), { recursive: true });
  const block = loggedBlockOf([loggedNumbers('age', 30, 40)], [loggedNumbers('predict', 0, 1)]);
  writeFileSync(join(spoolPath(data), blockFile(block)), encodeBlock(block));
  expect(waitingFiles(data)).toBe(1);
  const { monitoring, close } = await openMonitoringHere(data, null);
  try {
    expect(waitingFiles(data)).toBe(0);
    const found = await monitoring.request(block.meta.requestId[0]!);
    expect(found).toMatchObject({ rows: [{ endpoint: 'churn', inputs: { age: 30 } }] });
  } finally {
    await close();
  }
});
