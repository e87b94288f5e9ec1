import type { ChildProcess } from 'node:child_process';

/** The process of a container, and what came of its start. */
export interface Started {
  readonly url: string;
  readonly child: ChildProcess;
  /** null once it is ready; its exit code where it has ended before. */
  readonly code: number | null;
  readonly ended: Promise<number | null>;
  /** What it has written to stderr. */
  said(): string;
}

const POLL_MILLIS = 50;

/** Waits until the process that listens on `port` is ready, or has ended; its stderr has to be a pipe. */
export async function startedOn(port: number, child: ChildProcess): Promise<Started> {
  let said = '';
  child.stderr!.on('data', (chunk) => {
    said += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const url = `http://127.0.0.1:${port}`;
  const ready = async (): Promise<null> => {
    while ((await fetch(`${url}/readyz`).catch(() => null))?.status !== 200)
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
    return null;
  };
  const code = await Promise.race([ready(), ended]);
  return { url, child, code, ended, said: () => said };
}
