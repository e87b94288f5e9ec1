import type { UseQueryResult } from '@tanstack/react-query';
import { durationWords } from '../../facts/words.ts';
import { Panel } from '../../ui/panel.tsx';
import { expectationWords, trafficWords } from './expectation-words.ts';
import type { LintView, OfferedStrategy } from './lint-view.ts';

/** What is to begin. */
export interface RolloutAt {
  readonly strategy: OfferedStrategy;
  readonly endpoint: string;
  readonly version: number;
  readonly stable: number;
}

interface ExpectationProps {
  readonly query: UseQueryResult<LintView>;
  readonly at: RolloutAt;
  readonly rate: string;
  readonly onRate: (rate: string) => void;
}

/** When it would be decided, at the traffic that there is or that is said. */
export const Expectation = ({ query, at, rate, onRate }: ExpectationProps) => (
  <Panel title="What to expect" query={query}>
    {(lint) => (
      <div className="panel-body strategy-expectation" aria-live="polite">
        {at.strategy !== 'immediate' && (
          <>
            <p>{trafficWords(lint, at.endpoint)}</p>
            {lint.traffic?.measured !== true && (
              <label className="strategy-rate">
                Requests a second
                <input
                  className="field"
                  type="number"
                  min="0"
                  step="any"
                  value={rate}
                  onChange={({ target }) => onRate(target.value)}
                />
              </label>
            )}
          </>
        )}
        <ul className="strategy-sentences">
          {expectationWords(lint, at).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
        {lint.policy !== null && lint.policy.stages.length > 0 && <Plan lint={lint} policy={lint.policy} />}
        {lint.warnings.map((warning) => (
          <p key={warning} className="lint-warning">
            {warning}
          </p>
        ))}
        {lint.refusal !== null && <Refusal refusal={lint.refusal} />}
      </div>
    )}
  </Panel>
);

/** Stage by stage: how many get it, and when the stage is expected to end. */
function Plan({
  lint: { forecast },
  policy,
}: {
  readonly lint: LintView;
  readonly policy: NonNullable<LintView['policy']>;
}) {
  const most = 100;
  return (
    <ol className="ramp-plan" aria-label="Stages">
      {policy.stages.map(({ shadow, weight, bake, approval }, k) => {
        const end = forecast?.stages.find(({ stage }) => stage === k)?.end ?? null;
        const percent = shadow > 0 ? shadow : weight;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place
          <li key={k}>
            <svg
              viewBox={`0 0 ${most} 6`}
              preserveAspectRatio="none"
              aria-hidden="true"
              className={shadow > 0 ? 'ramp-shadow' : ''}
            >
              <rect className="ramp-all" width={most} height="6" />
              <rect width={percent} height="6" />
            </svg>
            <strong>{shadow > 0 ? `Copies of ${shadow} %` : `${weight} %`}</strong>
            <small>
              {weight < most && `at least ${durationWords(bake)}`}
              {end !== null && `, until about ${durationWords(end)}`}
              {approval && ', then a person approves'}
              {weight >= most && 'everybody'}
            </small>
          </li>
        );
      })}
    </ol>
  );
}

const Refusal = ({ refusal }: { readonly refusal: NonNullable<LintView['refusal']> }) => (
  <div className="lint-refusal" role="alert">
    <p>
      <strong>{refusal.message}</strong>
    </p>
    {refusal.hint !== '' && <p>{refusal.hint}</p>}
    <code>{refusal.code}</code>
  </div>
);
