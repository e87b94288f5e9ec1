/** A replay as those who follow it hear of it: how far it is, then what came of it, until they leave. */
import { PlimsollError } from '../../core/errors.ts';
import { asCodedError } from '../../core/parts.ts';
import type { PolicyReplayView, ReplayState } from '../../monitor/kept/view-schemas.ts';
import type { MonitoringApi, ReplayFollowing } from '../../monitor/port.ts';

/** Progress comes so often at most, in milliseconds; a result is sent again until whoever follows has it and leaves. */
const TELL_MILLIS = 500;

export const replayDone = (result: PolicyReplayView): ReplayState => ({
  ...{ state: 'done', share: 1, rows: result.rows, result, error: null },
});

/** Answers what ends it: nobody is there any more whom it is for. */
export function followReplay(
  replay: (following: ReplayFollowing) => ReturnType<MonitoringApi['replay']>,
  send: (state: ReplayState) => void,
): () => void {
  const leaving = new AbortController();
  let state: ReplayState = { state: 'running', share: 0, rows: 0, result: null, error: null };
  const tell = (next: ReplayState): void => {
    state = next;
    if (!leaving.signal.aborted) send(state);
  };
  tell(state);
  const again = setInterval(() => tell(state), TELL_MILLIS).unref();
  const onProgress: ReplayFollowing['onProgress'] = (progress) => {
    state = { ...state, ...progress };
  };
  replay({ onProgress, signal: leaving.signal }).then(
    (result) => tell(replayDone(result)),
    (error: unknown) => tell(failed(state, error)),
  );
  return () => {
    clearInterval(again);
    leaving.abort(new PlimsollError('STOPPING'));
  };
}

function failed(state: ReplayState, error: unknown): ReplayState {
  const { code, message, hint } = asCodedError(error, 'replaying a policy');
  return { ...state, state: 'failed', error: { code, message, hint } };
}
