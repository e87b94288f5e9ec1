/** Traffic, and what else changes, as it goes on: one stream for the whole page, none while nobody looks. */
import { useSyncExternalStore } from 'react';
import { send } from './client.ts';
import { eventsIn } from './event-stream.ts';
import type { TrafficView } from './generated/control-api.ts';
import type { ChangedThing } from './told.ts';

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

/** What has changed; null: it is not known, and may be anything. */
type NewsListener = (changed: readonly ChangedThing[] | null) => void;
const newsListeners = new Set<NewsListener>();
/** Number of the newest event of changes; null: another stream has begun. */
let sequence: number | null = null;

/** Hears of changes as long as anybody follows traffic; answers what ends it. */
export function onNews(listener: NewsListener): () => void {
  newsListeners.add(listener);
  return () => newsListeners.delete(listener);
}

/** Whether changes are told as they happen. */
export const isLive = (): boolean => live.state === 'live' && sequence !== null;

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
  sequence = null;
  const response = await send('GET /api/v1/traffic', {}, { accept: 'text/event-stream' }, signal);
  if (response.body === null) return;
  for await (const { name, data } of eventsIn(response.body)) {
    if (name === 'message') noteTraffic(JSON.parse(data));
    if (name === 'changed') noteChanges(JSON.parse(data));
    onEvent();
  }
}

function noteTraffic(latest: TrafficView): void {
  // The first tells of all that was ever counted, and is no moment of a curve.
  const history = latest.over === null ? live.history : [...live.history, latest].slice(-KEPT);
  replace({ state: 'live', latest, history });
}

/** A number that is left out belongs to an event that this page was too slow for. */
function noteChanges(news: { readonly sequence: number; readonly changed: readonly ChangedThing[] }): void {
  const hasMissed = sequence === null || news.sequence !== sequence + 1;
  sequence = news.sequence;
  for (const listener of newsListeners) listener(hasMissed ? null : news.changed);
}

function replace(next: LiveTraffic): void {
  live = next;
  for (const listener of listeners) listener();
}
