/** The thread that reads files, and what it has said of the one that was given to it last. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { TreePart } from '../../api/generated/control-api.ts';
import type { Asked, ExaminedFile, Told, ToldError, TreeQuestion } from '../../reader/messages.ts';

export type Reading =
  | { readonly kind: 'none' }
  | { readonly kind: 'reading'; readonly file: File; readonly share: number | null }
  | { readonly kind: 'examined'; readonly file: File; readonly examined: ExaminedFile }
  | { readonly kind: 'failed'; readonly file: File; readonly error: ToldError };

export interface FileReading {
  readonly reading: Reading;
  /** The part of a tree that was answered last. */
  readonly part: TreePart | null;
  read(file: File, member: string | null): void;
  askTree(question: TreeQuestion): void;
  /** Ends the thread, whatever it is at, and begins another. */
  cancel(): void;
}

/** Bytes of memory that a tab may count on: a thread addresses 4 GiB, and a browser that tells of its machine may have less. */
const TAB_MEMORY = 4 * 2 ** 30;

function tabMemory(): number {
  const told = 'deviceMemory' in navigator ? navigator.deviceMemory : null;
  return typeof told === 'number' ? Math.min(TAB_MEMORY, told * 2 ** 30) : TAB_MEMORY;
}

const ENDED: ToldError = {
  code: 'READER_ENDED',
  message: 'The thread that read the file has ended: most likely this tab ran out of memory',
  hint: 'Read the file at a terminal: plimsoll inspect FILE',
};

export function useReader(): FileReading {
  const [reading, setReading] = useState<Reading>({ kind: 'none' });
  const [part, setPart] = useState<TreePart | null>(null);
  const worker = useRef<Worker | null>(null);
  const isBusy = useRef(false);

  const begin = useCallback((): Worker => {
    worker.current?.terminate();
    isBusy.current = false;
    const begun = new Worker(new URL('../../reader/worker.ts', import.meta.url), { type: 'module' });
    begun.addEventListener('message', ({ data }: MessageEvent<Told>) => {
      if (data.kind === 'tree') return setPart(data.part);
      isBusy.current = data.kind === 'progress';
      setReading((now) => nextReading(now, data));
    });
    begun.addEventListener('error', () => {
      isBusy.current = false;
      setReading((now) => nextReading(now, { kind: 'failed', error: ENDED }));
    });
    worker.current = begun;
    return begun;
  }, []);

  useEffect(() => {
    begin();
    return () => worker.current?.terminate();
  }, [begin]);

  const ask = (asked: Asked): void => worker.current?.postMessage(asked);
  return {
    reading,
    part,
    read(file, member) {
      if (isBusy.current) begin();
      isBusy.current = true;
      setPart(null);
      setReading({ kind: 'reading', file, share: 0 });
      ask({ kind: 'read', file, member, memory: tabMemory() });
    },
    askTree: useCallback(
      (question) => worker.current?.postMessage({ kind: 'tree', question } satisfies Asked),
      [],
    ),
    cancel() {
      begin();
      setReading({ kind: 'none' });
    },
  };
}

function nextReading(now: Reading, told: Exclude<Told, { kind: 'tree' }>): Reading {
  if (now.kind === 'none') return now;
  const { file } = now;
  switch (told.kind) {
    case 'progress':
      return now.kind === 'reading' ? { ...now, share: told.share } : now;
    case 'examined':
      return { kind: 'examined', file, examined: told.examined };
    default:
      return { kind: 'failed', file, error: told.error };
  }
}
