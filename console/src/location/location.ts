/** The address is the state: what is shown, searched and chosen survives a reload and can be sent to a colleague. */
import { useSyncExternalStore } from 'react';

const BASE = '/console';
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

const snapshot = (): string => window.location.pathname.slice(BASE.length) + window.location.search;

/** Parts of the path below `/console`, decoded; of the first page none. */
export function usePath(): readonly string[] {
  const href = useSyncExternalStore(subscribe, snapshot);
  const [path = ''] = href.split('?');
  return path.split('/').filter(Boolean).map(decoded);
}

/** A parameter of the address, and what sets it; the fallback is never written. */
export function useParameter<T extends string = string>(
  name: string,
  fallback: NoInfer<T>,
): [T, (value: T) => void] {
  const href = useSyncExternalStore(subscribe, snapshot);
  const value = new URLSearchParams(href.split('?')[1] ?? '').get(name) as T | null;
  const set = (next: T): void => {
    const url = new URL(window.location.href);
    if (next === fallback) url.searchParams.delete(name);
    else url.searchParams.set(name, next);
    // A search is typed letter by letter: going back leads to the page before, not to the letter before.
    window.history.replaceState(null, '', url);
    tell();
  };
  return [value ?? fallback, set];
}

export const isFirstPage = (): boolean => window.location.pathname.slice(BASE.length).replace('/', '') === '';

/** The address of a page by the parts of its path. */
export const hrefOf = (...parts: readonly (string | number)[]): string =>
  [BASE, ...parts.map((part) => encodeURIComponent(part))].join('/') + (parts.length === 0 ? '/' : '');

export function navigate(href: string): void {
  window.history.pushState(null, '', href);
  window.scrollTo(0, 0);
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
