import { existsSync } from 'node:fs';
import { PlimsollError } from '../../core/errors.ts';

/** What scores tables is a program of its own, beside the one that serves: only images made `--with batch` hold it. */
const PROGRAM = new URL('./batch/main.js', import.meta.url);

/** What it has in it: `src/cli/batch/container.ts`. */
interface Program {
  runContainerBatch(args: readonly string[]): Promise<void>;
}

/** Runs `batch …` and sets the exit code. Throws IMAGE_WITHOUT_BATCH, and what looking for the image's version throws. */
export async function scoreTables(args: readonly string[]): Promise<void> {
  if (!existsSync(PROGRAM))
    throw new PlimsollError('IMAGE_WITHOUT_BATCH', { command: args.slice(0, 2).join(' ') });
  const { runContainerBatch } = (await import(PROGRAM.href)) as Program;
  await runContainerBatch(args);
}
