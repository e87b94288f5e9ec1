import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the Python code of versions writes: `DATA/logs/<digest>.log`, and `.1`, what came before. */
const LOG_BYTES = 4 * 2 ** 20;

export const workerLogPath = (dataDir: string, digest: string): string =>
  join(logsDir(dataDir), `${digest}.log`);

/** Folder of what workers write. */
export const logsDir = (dataDir: string): string => join(dataDir, 'logs');

type Lines = (line: string, stream: 'stdout' | 'stderr', pid: number) => void;

/** Where a version has no data folder, as in a container: its lines are lines of this process's own log. */
export const outerLog =
  (model: string, now: () => number = Date.now): Lines =>
  (msg, stream, pid) =>
    void process.stderr.write(`${JSON.stringify({ level: 30, time: now(), model, pid, stream, msg })}\n`);

/** Takes lines of one version, with time, process and stream. Logging never fails a prediction. */
export function versionLog(dataDir: string, digest: string, now: () => number = Date.now): Lines {
  const path = workerLogPath(dataDir, digest);
  let size = -1;
  return (line, stream, pid) => {
    const text = `${new Date(now()).toISOString()} ${pid} ${stream} ${line}\n`;
    try {
      if (size < 0) {
        mkdirSync(logsDir(dataDir), { recursive: true });
        size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      }
      if (size > LOG_BYTES) {
        renameSync(path, `${path}.1`);
        size = 0;
      }
      appendFileSync(path, text);
      size += text.length;
    } catch {
      // A full disk, or another process that moved it just now: the next line tries again.
      size = -1;
    }
  };
}
