import { type AdviceAnswer, type AdviceView, patternWords } from './advice-view.ts';

/** What cannot all be had first; then the advice, its reasons, and what would turn it. */
export const AdviceBody = ({ answer: { advice, traffic } }: { readonly answer: AdviceAnswer }) => (
  <div className="panel-body advice" aria-live="polite">
    {advice.contradictions.map(({ wishes, what, nearest }) => (
      <div key={what} className="advice-contradiction" role="alert">
        <p>
          <strong>{wishes.join(' and ')}</strong>: {what}
        </p>
        <p>The nearest that can be had: {nearest}</p>
      </div>
    ))}
    <p className="advice-headline">{advice.headline}</p>
    <ul className="advice-reasons">
      {advice.reasons.map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
    {advice.next !== null && <Next next={advice.next} />}
    {traffic !== null && (
      <p className="note">The traffic is that of {traffic.endpoint}, as it was counted over the last week.</p>
    )}
    {advice.model.note !== null && <p className="note">{advice.model.note}</p>}
  </div>
);

const Next = ({ next: { pattern, why, change } }: { readonly next: NonNullable<AdviceView['next']> }) => (
  <p>
    <strong>Next best: {patternWords(pattern)}.</strong> {why}.{' '}
    {change === null ? 'No change of one need alone prefers it.' : `Preferred ${change.text}.`}
  </p>
);
