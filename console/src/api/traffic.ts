/** Traffic as it goes on: one stream for the whole page, none while nobody looks. */
import { useSyncExternalStore } from 'react';
import { send } from './client.ts';
import { EventReader } from './event-stream.ts';
import type { TrafficView } from './generated/control-api.ts';

export type VersionTraffic = TrafficView['versions'][number];

export interface LiveTraffic {
  readonly state: 'connecting' | 'live' | 'stale';
  readonly latest: TrafficView | null;
  /** Since the page was opened, oldest first; at most ten minutes. */
  readonly history: readonly TrafficView[];
}

const KEPT = 300;
const RETRY_MILLIS = 1000;
const RETRY_MOST = 15_000;

let live: LiveTraffic = { state: 'connecting', latest: null, history: [] };
const listeners = new Set<() => void>();
let stream: AbortController | null = null;

export const useTraffic = (): LiveTraffic => useSyncExternalStore(subscribe, () => live);

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener('visibilitychange', look);
  listeners.add(listener);
  look();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    document.removeEventListener('visibilitychange', look);
    look();
  };
}

/** Follows while somebody looks. */
function look(): void {
  const isWanted = listeners.size > 0 && document.visibilityState === 'visible';
  if (isWanted && stream === null) {
    stream = new AbortController();
    void follow(stream.signal);
  } else if (!isWanted) {
    stream?.abort();
    stream = null;
  }
}

async function follow(signal: AbortSignal): Promise<void> {
  let wait = RETRY_MILLIS;
  while (!signal.aborted) {
    try {
      await read(signal, () => {
        wait = RETRY_MILLIS;
      });
    } catch {
      // Told by the state; it is tried again.
    }
    if (signal.aborted) return;
    replace({ ...live, state: live.latest === null ? 'connecting' : 'stale' });
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(RETRY_MOST, wait * 2);
  }
}

async function read(signal: AbortSignal, onEvent: () => void): Promise<void> {
  const response = await send('GET /api/v1/traffic', {}, { accept: 'text/event-stream' }, signal);
  if (response.body === null) return;
  const events = new EventReader();
  for await (const chunk of iterated(response.body.pipeThrough(new TextDecoderStream())))
    for (const data of events.take(chunk)) {
      const latest = JSON.parse(data) as TrafficView;
      // The first tells of all that was ever counted, and is no moment of a curve.
      const history = latest.over === null ? live.history : [...live.history, latest].slice(-KEPT);
      replace({ state: 'live', latest, history });
      onEvent();
    }
}

/** Safari knows no iteration of streams. */
async function* iterated<T>(body: ReadableStream<T>): AsyncGenerator<T> {
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

function replace(next: LiveTraffic): void {
  live = next;
  for (const listener of listeners) listener();
}
