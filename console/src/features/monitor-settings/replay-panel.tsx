import { useEffect, useRef, useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { type PolicyReplay, type ReplayState, replayPolicy } from '../../api/policy-replay.ts';
import { momentWords } from '../../facts/times.ts';
import { countWords, shareWords } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { Failed } from '../../ui/panel.tsx';
import type { PolicyDocument } from './policy-document.ts';
import { ReplayLanes } from './replay-lanes.tsx';
import { budgetWords, noticeWords, verdictWords } from './replay-words.ts';

type Days = '7' | '30' | '90';
const DAYS: readonly { readonly value: Days; readonly text: string }[] = [
  { value: '90', text: '90 days' },
  { value: '30', text: '30 days' },
  { value: '7', text: '7 days' },
];

interface ReplayPanelProps {
  readonly endpoint: string;
  readonly document: PolicyDocument;
  /** The document that was replayed, once it was. */
  readonly onReplayed: (document: PolicyDocument) => void;
}

/** What the changed policy would have said of the rows that came, beside the one in force. */
export function ReplayPanel({ endpoint, document, onReplayed }: ReplayPanelProps) {
  const [days, setDays] = useParameter<Days>('days', '30');
  const { state, run, cancel } = useReplay(endpoint);
  const isRunning = state !== null && !(state instanceof Error) && state.state === 'running';
  const begin = async (): Promise<void> => {
    if (await run(document, Number(days))) onReplayed(document);
  };
  return (
    <section className="panel" aria-label="What would this have said?">
      <header className="panel-head">
        <h2>What would this have said?</h2>
        <Choice label="Rows of the last" value={days} onChange={setDays} options={DAYS} />
      </header>
      <div className="panel-body">
        <p className="note">
          Both policies go over what was counted of the rows that came, with the detectors and the alerts of
          the monitor. Nobody is told, and nothing is changed.
        </p>
        <div className="replay-actions">
          <Button kind="main" disabled={isRunning} onClick={() => void begin()}>
            Replay
          </Button>
          {isRunning && <Button onClick={cancel}>Cancel</Button>}
          <Progress state={state} />
        </div>
        {state !== null && <Result state={state} />}
      </div>
    </section>
  );
}

type Told = ReplayState | Error;

function useReplay(endpoint: string) {
  const [state, setState] = useState<Told | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const run = async (document: PolicyDocument, days: number): Promise<boolean> => {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    let last: ReplayState | null = null;
    setState({ state: 'running', share: 0, rows: 0, result: null, error: null });
    try {
      await replayPolicy(
        endpoint,
        { policy: document, days },
        (next) => {
          last = next;
          if (!own.signal.aborted) setState(next);
        },
        own.signal,
      );
    } catch (error) {
      if (!own.signal.aborted) setState(error instanceof Error ? error : new Error(String(error)));
    } finally {
      // It has said all: the server need not say it again.
      own.abort();
    }
    return (last as ReplayState | null)?.state === 'done';
  };
  const cancel = (): void => {
    running.current?.abort();
    setState(null);
  };
  return { state, run, cancel };
}

const Progress = ({ state }: { readonly state: Told | null }) => {
  if (state === null || state instanceof Error || state.state !== 'running') return null;
  return (
    <>
      <progress value={state.share} aria-label="Replayed" />
      <span role="status">
        {shareWords(state.share)}, {countWords(state.rows)} rows
      </span>
    </>
  );
};

function Result({ state }: { readonly state: Told }) {
  if (state instanceof Error) return <Failed error={state} />;
  if (state.error !== null) return <Failed error={new ApiError(state.error, 500)} />;
  return state.result === null ? null : <Found replay={state.result} />;
}

function Found({ replay }: { readonly replay: PolicyReplay }) {
  const { from, to, rows, skipped, isWhole, notes, present, changed } = replay;
  return (
    <div className="replay-found">
      <p className="replay-verdict" role="status">
        {verdictWords(replay)}
      </p>
      {rows > 0 && (
        <p className="note">
          {momentWords(from)} to {momentWords(to)}. By the changed policy {noticeWords(changed)}; by the one
          in force {noticeWords(present)}. {budgetWords(replay)}
        </p>
      )}
      {!isWhole && (
        <p className="stale">
          Time ran out: what came after {momentWords(to)} was not replayed. Choose fewer days.
        </p>
      )}
      {skipped > 0 && (
        <p className="note">
          {countWords(skipped)} rows were counted against another reference and are left out.
        </p>
      )}
      {notes.map((note) => (
        <p key={note} className="note">
          {note}
        </p>
      ))}
      <ReplayLanes replay={replay} />
    </div>
  );
}
