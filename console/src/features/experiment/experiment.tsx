import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { ExperimentView, RolloutView } from '../../api/generated/control-api.ts';
import { countWords, durationWords, shareWords } from '../../facts/words.ts';
import { Panel } from '../../ui/panel.tsx';
import { ExperimentArms } from './arms.tsx';
import { conclusionWords } from './conclusion-words.ts';
import { ContrastTable } from './contrast-table.tsx';
import './experiment.css';
import { LookChart } from './look-chart.tsx';
import type { MetricResult } from './metric-words.ts';
import { outlookWords, ruleWords } from './rule-words.ts';
import { ExperimentSegments } from './segments.tsx';

interface ExperimentProps {
  readonly rollout: RolloutView;
  readonly query: UseQueryResult<RolloutView>;
  /** What happens if nobody does anything. */
  readonly forecast: ReactNode;
}

/** What an experiment has come to: a sentence, what decides, and every metric by arm and segment. */
export function Experiment({ rollout, query, forecast }: ExperimentProps) {
  const { experiment } = rollout;
  if (experiment === null) return null;
  const primary = experiment.metrics.filter(({ isPrimary }) => isPrimary);
  const [first] = primary;
  return (
    <>
      <Panel title="Conclusion" query={query}>
        {() => (
          <p className="conclusion panel-body" aria-live="polite">
            {conclusionWords(rollout, experiment)}
          </p>
        )}
      </Panel>
      {first && (
        <Panel
          title={`${first.metric}, which decides, at every look`}
          query={query}
          empty={() =>
            experiment.looks.length === 0
              ? `No values have matured yet: the first look is ${durationWords(experiment.rule.maturity)} after the first answers.`
              : null
          }
        >
          {() => (
            <div className="looks panel-body">
              {primary
                .filter(({ arm }) => experiment.looks.some((look) => look.arm === arm))
                .map((contrast) => (
                  <LookChart
                    key={contrast.arm}
                    {...{ rollout, experiment, contrast }}
                    now={query.dataUpdatedAt}
                  />
                ))}
            </div>
          )}
        </Panel>
      )}
      <div className="columns">
        {forecast}
        {first && (
          <Panel title="What decides, and when" query={query}>
            {() => <Plan experiment={experiment} primary={first} />}
          </Panel>
        )}
      </div>
      <Panel title="Metrics and guardrails" query={query}>
        {() => (
          <ContrastTable
            label="Metrics by arm"
            head="Metric"
            contrasts={experiment.metrics}
            rule={experiment.rule}
            keyOf={({ metric, arm }) => `${metric} ${arm}`}
            name={(one) => (
              <>
                {one.metric}
                <small>
                  {one.arm}, {roleWords(one)}
                </small>
              </>
            )}
            note={noteOf}
          />
        )}
      </Panel>
      {experiment.rule.segments !== null && <ExperimentSegments experiment={experiment} query={query} />}
      <Panel title="Arms of the experiment" query={query}>
        {() => <ExperimentArms experiment={experiment} />}
      </Panel>
    </>
  );
}

const roleWords = ({ isPrimary, isGuardrail, margin, direction }: MetricResult): string => {
  const better = direction === 'up' ? 'more is better' : 'less is better';
  if (isPrimary) return `decides, ${better}`;
  return isGuardrail ? `guardrail, a loss of ${margin} is allowed, ${better}` : `shown, ${better}`;
};

function noteOf({ chance, atTheEnd }: MetricResult): string | null {
  if (atTheEnd !== null) return `at the end p ${atTheEnd.p.toPrecision(2)}`;
  return chance === null ? null : `${shareWords(chance)} chance to be better, for display alone`;
}

/** The rule, and how far it is: time, and units against plan. */
function Plan({
  experiment,
  primary,
}: {
  readonly experiment: ExperimentView;
  readonly primary: MetricResult;
}) {
  const { rule, outlook } = experiment;
  const matured = primary.units[0] ?? 0;
  const control = primary.units[1] ?? 0;
  return (
    <div className="plan panel-body">
      <ul className="plain">
        {[...ruleWords(experiment, primary), ...outlookWords(experiment, primary)].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <div className="plan-progress">
        <label>
          <small>
            {durationWords(Math.min(rule.elapsed, rule.deadline))} of {durationWords(rule.deadline)}
          </small>
          <progress value={Math.min(1, rule.elapsed / rule.deadline)} />
        </label>
        {outlook !== null && (
          <label>
            <small>
              {countWords(matured + control)} of about {countWords(outlook.units)} units matured
            </small>
            <progress value={Math.min(1, (matured + control) / Math.max(1, outlook.units))} />
          </label>
        )}
      </div>
    </div>
  );
}
