/** Works on a run that is claimed, with a person or a program waiting for what it comes to. */
import { resolve } from 'node:path';
import { EXIT } from '../core/errors.ts';
import type { Step } from '../jobs/run/progress.ts';
import type { Ledger, RunRow } from '../store/ledger/ledger.ts';
import type { BatchOptions } from './batch-ledger.ts';
import { withControl } from './control.ts';
import type { Terminal } from './terminal.ts';

/** Aborted by the first SIGTERM or SIGINT, which have the run keep what it has; the second ends the command at once. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.failed);
    stop.abort();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return stop.signal;
}

/** Works on a run to its end, and answers with its receipt. Throws what `conduct` throws. */
export async function workOn(
  ledger: Ledger,
  row: RunRow,
  options: BatchOptions & { readonly stop: AbortSignal },
  terminal: Terminal,
): Promise<void> {
  const { conduct } = await import('../jobs/run/conduct.ts');
  const { secretsOf } = await import('../jobs/spec/secrets.ts');
  const { SYSTEM_CLOCK } = await import('../server/clock.ts');
  const dataDir = resolve(options.data);
  const progress = terminal.progress(row.job);
  try {
    const receipt = await conduct({
      ledger,
      row,
      dataDir,
      secrets: secretsOf(row.spec as Parameters<typeof secretsOf>[0], dataDir, process.env),
      ask: (work) => withControl({ data: options.data }, work),
      clock: SYSTEM_CLOCK,
      stop: options.stop,
      onStep: (step) => progress.update(stepText(step), step.share),
    });
    progress.done();
    await answerReceipt(receipt, terminal);
  } finally {
    progress.done();
  }
}

/** Prints a receipt. */
export async function answerReceipt(receipt: unknown, terminal: Terminal): Promise<void> {
  const { receiptText } = await import('./batch-receipt-text.ts');
  terminal.answer(receipt, () => receiptText(receipt as Parameters<typeof receiptText>[0]));
}

const PHASES: Readonly<Record<Step['phase'], string>> = {
  model: 'proving the model',
  input: 'freezing the input',
  scoring: 'scoring',
  checks: 'checking',
  publishing: 'publishing',
};

function stepText({ phase, rowsPerSecond, secondsLeft }: Step): string {
  const rate = rowsPerSecond === undefined ? '' : ` ${Math.round(rowsPerSecond).toLocaleString('en')} rows/s`;
  const left = secondsLeft === undefined ? '' : `, ${durationText(secondsLeft)} left`;
  return `${PHASES[phase]}${rate}${left}`;
}

/** `42 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
