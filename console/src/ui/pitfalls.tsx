import { useEffect, useSyncExternalStore } from 'react';
import type { ControlOperations } from '../api/generated/control-api.ts';
import { useOperation } from '../api/queries.ts';
import { CopyButton } from './copy-button.tsx';
import { Panel } from './panel.tsx';
import './pitfalls.css';

const PITFALLS = 'GET /api/v1/pitfalls';
type PitfallView = ControlOperations[typeof PITFALLS]['answer']['pitfalls'][number];

/** What is asked for is read from all records: not every few seconds. */
const EVERY = 300_000;

interface PitfallsProps {
  /** Which of them are shown; all where it is left out. */
  readonly isShown?: (pitfall: PitfallView) => boolean;
}

/** What is missing, each with what was seen and the command that mends it; nothing where nothing is. */
export function Pitfalls({ isShown = () => true }: PitfallsProps) {
  const query = useOperation(PITFALLS, {}, { every: EVERY });
  const shown = query.data?.pitfalls.filter(isShown) ?? [];
  const named = useNamedByAddress(shown.length);
  // A panel that says that all is well would be in the way of those that have something to say.
  if (query.data !== undefined && query.error === null && shown.length === 0) return null;
  return (
    <Panel title="What is missing" query={query} empty={() => (shown.length === 0 ? 'Nothing.' : null)}>
      {() => (
        <ul className="pitfalls">
          {shown.map((pitfall) => (
            <Missing key={placeOf(pitfall)} pitfall={pitfall} isNamed={named === `#${placeOf(pitfall)}`} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Part of the address that leads to one of them. */
const placeOf = ({ id, subject }: PitfallView): string => `${id}-${subject.name.replaceAll(/[^\w-]/g, '-')}`;

interface MissingProps {
  readonly pitfall: PitfallView;
  /** Whether the address leads to it. */
  readonly isNamed: boolean;
}

const Missing = ({ pitfall, isNamed }: MissingProps) => (
  <li id={placeOf(pitfall)} className={isNamed ? 'pitfall-named' : ''}>
    <p>
      <a href={`#${placeOf(pitfall)}`}>{pitfall.subject.name}</a>: <strong>{pitfall.what}</strong>{' '}
      {pitfall.why}
    </p>
    <ul>
      {pitfall.evidence.map((seen) => (
        <li key={seen}>{seen}</li>
      ))}
    </ul>
    <p className="pitfall-fix">
      <code>{pitfall.fix}</code> <CopyButton text={pitfall.fix} />
    </p>
  </li>
);

const hash = (): string => window.location.hash;

function onHash(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** Place that the address names; it comes into sight once it is there, which is after the browser has looked for it. */
function useNamedByAddress(count: number): string {
  const named = useSyncExternalStore(onHash, hash);
  useEffect(() => {
    if (count > 0 && named !== '') document.getElementById(named.slice(1))?.scrollIntoView();
  }, [count, named]);
  return named;
}
