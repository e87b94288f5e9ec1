/** Works on a run that is claimed, with a person or a program waiting for what it comes to. */

import { resolve } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import type { RunReceipt } from '../../jobs/receipt/receipt.ts';
import type { RunStep } from '../../jobs/run/progress.ts';
import { storedReceiptOf } from '../../jobs/run/stored-run.ts';
import type { SparkForecast } from '../../jobs/spark/forecast.ts';
import { runSpecOf } from '../../jobs/spec/stored-spec.ts';
import type { Ledger, RunRow } from '../../store/ledger/ledger.ts';
import { durationText } from '../../text/duration.ts';
import { grouped } from '../../text/numbers.ts';
import { withControl } from '../connection/control.ts';
import type { Terminal } from '../output/terminal.ts';
import type { BatchOptions } from './ledger.ts';

/** Longer than lanes are given to finish; a publication that takes longer is gone on with by `batch resume`. */
const END_MILLIS = 15_000;

/** Aborted by the first SIGTERM or SIGINT, which have the run keep what it has; the second ends the command at once. */
export function interruptSignal(): AbortSignal {
  const stop = new AbortController();
  const end = (): never => process.exit(EXIT.failed);
  const onSignal = (): void => {
    if (stop.signal.aborted) end();
    stop.abort();
    setTimeout(end, END_MILLIS).unref();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return stop.signal;
}

/** Works on a run to its end, and answers with its receipt. Throws what `conduct` throws. */
export async function completeRun(
  ledger: Ledger,
  row: RunRow,
  options: BatchOptions & { readonly stop: AbortSignal },
  terminal: Terminal,
): Promise<void> {
  const { coordinateRun } = await import('../../jobs/run/coordinator.ts');
  const { secretsOf } = await import('../../jobs/spec/secrets.ts');
  const { SYSTEM_CLOCK } = await import('../../server/clock.ts');
  const dataDir = resolve(options.data);
  const progress = terminal.progress(row.job);
  try {
    const receipt = await coordinateRun({
      ledger,
      row,
      dataDir,
      secrets: secretsOf(runSpecOf(row), dataDir, process.env),
      ask: (work) => withControl({ data: options.data }, work),
      clock: SYSTEM_CLOCK,
      stop: options.stop,
      onStep: (step) => {
        progress.update(stepText(step), step.share);
        if (step.forecast === undefined) return;
        progress.clear();
        terminal.note(forecastText(step.forecast));
      },
    });
    progress.done();
    await printReceipt(receipt, terminal);
  } finally {
    progress.done();
  }
}

/** Prints a receipt; for programs without what grows with the input, unless the whole of it was asked for. */
export async function printReceipt(
  receipt: RunReceipt,
  terminal: Terminal,
  extent: 'summary' | 'whole' = 'summary',
): Promise<void> {
  const { receiptSummaryOf } = await import('../../jobs/receipt/receipt.ts');
  const { receiptText } = await import('./receipt-text.ts');
  const document = extent === 'whole' ? receipt : receiptSummaryOf(receipt);
  terminal.answer(document, () => receiptText(receipt));
}

/** The same of the receipt that a run that is done has in the ledger. Throws STORE_ROW_INVALID, INTERNAL where it has none. */
export async function printStoredReceipt(row: RunRow, terminal: Terminal): Promise<void> {
  const receipt = storedReceiptOf(row);
  if (receipt === null)
    throw new PlimsollError('INTERNAL', { action: `the receipt of run ${row.id}`, reason: 'it has none' });
  await printReceipt(receipt, terminal);
}

const PHASES: Readonly<Record<RunStep['phase'], string>> = {
  model: 'proving the model',
  input: 'freezing the input',
  scoring: 'scoring',
  checks: 'checking',
  publishing: 'publishing',
};

function stepText({ phase, rowsPerSecond, secondsLeft }: RunStep): string {
  const rate = rowsPerSecond === undefined ? '' : ` ${grouped(Math.round(rowsPerSecond))} rows/s`;
  const left = secondsLeft === undefined ? '' : `, ${durationText(1000 * secondsLeft)} left`;
  return `${PHASES[phase]}${rate}${left}`;
}

function forecastText({ rows, seconds, cost, cores }: SparkForecast): string {
  const same = 'Spark answers the sample with the same bits';
  const on = `on ${cores} ${cores === 1 ? 'core' : 'cores'}`;
  if (rows === null || seconds === null)
    return `${same}; how long the input takes ${on} is not known before it is read`;
  const price = cost === null ? '' : `, at a cost of ${cost.toFixed(2)}`;
  return `${same}; ${grouped(rows)} rows will take about ${durationText(1000 * seconds)} ${on}${price}`;
}
