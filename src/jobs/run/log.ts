import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Logger } from '../../core/ports.ts';

export interface RunLog extends Logger {
  close(): void;
}

/** The log of a run: `log.jsonl` in its folder, one JSON object a line, with all its attempts. */
export function openRunLog(folder: string, clock: Clock): RunLog {
  mkdirSync(folder, { recursive: true });
  const file = openSync(join(folder, 'log.jsonl'), 'a');
  const write = (level: string) => (fields: object, message: string) => {
    const line = { time: new Date(clock.now()).toISOString(), level, message, ...fields };
    writeSync(file, `${JSON.stringify(line)}\n`);
  };
  return {
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    close: () => closeSync(file),
  };
}
