/** The key that this tab asks with. It is kept in the tab alone, and goes with it. */
import { useSyncExternalStore } from 'react';

const NAME = 'plimsoll-key';

export interface Session {
  /** Null where none was given: programs of the owner on the machine of the server need none. */
  readonly key: string | null;
  /** Why a key is asked for; null while none is. */
  readonly refusal: string | null;
}

let session: Session = { key: window.sessionStorage.getItem(NAME), refusal: null };
const listeners = new Set<() => void>();

export const currentKey = (): string | null => session.key;

export function giveKey(key: string): void {
  window.sessionStorage.setItem(NAME, key);
  replace({ key, refusal: null });
}

export function forgetKey(refusal: string): void {
  window.sessionStorage.removeItem(NAME);
  replace({ key: null, refusal });
}

/** The server has said that it wants a key, or another one. */
export function askForKey(refusal: string): void {
  if (session.refusal === null) replace({ ...session, refusal });
}

export const useSession = (): Session => useSyncExternalStore(subscribe, () => session);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function replace(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}
