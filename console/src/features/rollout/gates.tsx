import type { RolloutView } from '../../api/generated/control-api.ts';
import { gateWords } from './gate-words.ts';

/** What the stage needs in order to end: what is there, and what is missing and why. */
export const Gates = ({ rollout }: { readonly rollout: RolloutView }) => (
  <ul className="gates">
    {rollout.progress?.gates.map((gate) => (
      <li key={gate.kind} className={gate.isPassed ? 'gate-passed' : 'gate-blocked'}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          {gate.isPassed ? <path d="M3 8.5l3.2 3.2L13 4.8" /> : <circle cx="8" cy="8" r="5.5" />}
        </svg>
        <span className="unseen">{gate.isPassed ? 'Passed: ' : 'Waits: '}</span>
        {gateWords(gate, rollout)}
      </li>
    ))}
  </ul>
);
