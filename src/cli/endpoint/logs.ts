import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VersionView } from '../../control/port.ts';
import { PlimsollError } from '../../core/errors.ts';
import { workerLogPath } from '../../registry/python/log.ts';
import type { DefineCommand } from '../command.ts';
import { withReadableControl } from '../connection/control.ts';
import { printable } from '../output/printable.ts';

interface LogsOptions {
  readonly data: string;
  readonly lines: number;
  readonly follow?: boolean;
}

const EVERY_MILLIS = 300;
const LINES_MAX = 100_000;

/** `logs`: what the Python workers of a version write. */
export const logsCommand: DefineCommand = (command, terminal) => {
  command
    .description(
      'Shows the output of the Python code of a version on this machine: time, process, stream, line, with full tracebacks.',
    )
    .argument('<model>', 'M, M@VERSION or M@ALIAS')
    .option('--lines <number>', 'number of lines to show', linesOf, 100)
    .option('--follow', 'print new lines until Ctrl-C')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll logs churn\n  $ plimsoll logs churn@2 --lines 20 --follow',
    )
    .action(async (model: string) => {
      const { data, lines: wanted, follow } = command.optsWithGlobals<LogsOptions>();
      if (follow && terminal.json)
        throw new PlimsollError('USAGE', { reason: "option '--follow' excludes '--json'", command: 'logs' });
      const version = await withReadableControl({ data }, async (control) => {
        const { resolveJobVersion } = await import('../../jobs/run/model.ts');
        const [name = model, which] = model.split('@', 2);
        return resolveJobVersion(control, name, which);
      });
      const path = workerLogPath(resolve(data), version.digest);
      const lines = lastLines(path, wanted);
      const document = { model: version.model, version: version.version, path, lines };
      if (!follow || lines.length > 0)
        terminal.answer(document, () =>
          lines.length === 0 ? nothing(version) : lines.map(printable).join('\n'),
        );
      if (follow) await followed(path, (line) => terminal.answer(null, () => printable(line)));
    });
};

function linesOf(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= LINES_MAX) return value;
  const reason = `--lines is "${text}", expected a number from 1 to ${LINES_MAX}`;
  throw new PlimsollError('USAGE', { reason, command: 'logs' });
}

const nothing = ({ model, version, python, runtime }: VersionView): string =>
  python === null && runtime !== null
    ? `${model}@${version} runs on ${runtime}, without Python: it has no log`
    : `${model}@${version} has written nothing yet`;

/** Both files of a log are of bounded size, so that they are read as a whole. */
function lastLines(path: string, wanted: number): readonly string[] {
  const lines = [`${path}.1`, path].flatMap((part) =>
    existsSync(part) ? readFileSync(part, 'utf8').split('\n').slice(0, -1) : [],
  );
  return lines.slice(-wanted);
}

/** Lines that are added, also where the file is moved away and begun anew. */
async function followed(path: string, say: (line: string) => void): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
  let { file, at } = endOf(path);
  while (!stop.signal.aborted) {
    await sleep(EVERY_MILLIS, null, { signal: stop.signal }).catch(() => null);
    const now = endOf(path);
    if (now.file !== file || now.at < at) at = 0;
    file = now.file;
    if (now.at === at) continue;
    const added = readFileSync(path).subarray(at);
    const whole = added.subarray(0, added.lastIndexOf(10) + 1);
    at += whole.length;
    for (const line of whole.toString('utf8').split('\n').slice(0, -1)) say(line);
  }
}

/** Which file it is, and its size in bytes; none is one that has nothing in it. */
function endOf(path: string): { file: number; at: number } {
  const stat = statSync(path, { throwIfNoEntry: false });
  return { file: stat?.ino ?? 0, at: stat?.size ?? 0 };
}
