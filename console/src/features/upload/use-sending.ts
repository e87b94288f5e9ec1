import { useEffect, useRef, useState } from 'react';
import type { VersionView } from '../../api/generated/control-api.ts';
import { sendVersion, type VersionFiles } from '../../api/send-version.ts';

export type SendingState =
  | { readonly kind: 'still' }
  | { readonly kind: 'sending'; readonly sent: number; readonly all: number }
  | { readonly kind: 'failed'; readonly error: Error };

interface Sender {
  readonly state: SendingState;
  /** Answers the version, or null where it was given up or failed. */
  send(model: string, content: VersionFiles): Promise<VersionView | null>;
  cancel(): void;
}

/** One upload of this page; leaving the page asks first, and ends it. */
export function useSending(): Sender {
  const [state, setState] = useState<SendingState>({ kind: 'still' });
  const abort = useRef<AbortController | null>(null);
  const isSending = state.kind === 'sending';
  useEffect(() => {
    if (!isSending) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isSending]);
  useEffect(() => () => abort.current?.abort(), []);
  return {
    state,
    cancel: () => abort.current?.abort(),
    async send(model, content) {
      const controller = new AbortController();
      abort.current = controller;
      setState({ kind: 'sending', sent: 0, all: 0 });
      try {
        const onSent = (sent: number, all: number): void => setState({ kind: 'sending', sent, all });
        const version = await sendVersion(model, content, { onSent, signal: controller.signal });
        setState({ kind: 'still' });
        return version;
      } catch (error) {
        const isOver = error instanceof DOMException && error.name === 'AbortError';
        setState(isOver ? { kind: 'still' } : { kind: 'failed', error: error as Error });
        return null;
      }
    },
  };
}
