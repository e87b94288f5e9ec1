import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** Short, for it is part of the paths of sockets, which have 108 bytes. */
const PREFIX = 'pt-';

/**
 * One temporary folder for a run of vitest and all that it starts, which goes when the run ends: what a test leaves behind does not
 * stay on the machine.
 */
export function setup(): () => void {
  const before = process.env.TMPDIR;
  const folder = mkdtempSync(join(realpathSync(tmpdir()), PREFIX));
  // As /tmp itself: some tests run programs as another user.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  return () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
}
