import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { durationWords } from '../../facts/words.ts';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import type { LintView, OfferedStrategy } from './lint-view.ts';
import { firstDraft, policyIn, type WrittenPolicy } from './policy-draft.ts';
import { ExperimentFields, PolicyFields } from './policy-fields.tsx';

interface PolicyPanelProps {
  readonly query: UseQueryResult<LintView>;
  readonly strategy: OfferedStrategy;
  readonly version: number;
  /** As JSON; empty: nobody wrote one here. */
  readonly policy: string;
  readonly onChange: (policy: string) => void;
}

/** The policy that holds, and a form for those who want another. */
export function PolicyPanel({ query, strategy, version, policy, onChange }: PolicyPanelProps) {
  const draft = policyIn(policy);
  const set = (next: WrittenPolicy): void => onChange(JSON.stringify(next));
  const actions = draft !== null && <Button onClick={() => onChange('')}>Undo my changes</Button>;
  return (
    <Panel title="Policy" query={query} actions={actions || undefined}>
      {(lint) =>
        draft !== null ? (
          <div className="panel-body strategy-policy">
            {strategy === 'ab' ? (
              <ExperimentFields policy={draft} version={version} onChange={set} />
            ) : (
              <PolicyFields policy={draft} outline={lint.policy} onChange={set} />
            )}
            <AsText policy={draft} onChange={set} />
          </div>
        ) : strategy === 'ab' && lint.source === 'default' ? (
          <div className="panel-body policy-plain">
            <p>
              An experiment needs the metric that decides: a value that you report for units, such as revenue,
              or accuracy.
            </p>
            <Button kind="main" onClick={() => set(firstDraft(strategy, lint))}>
              Write its policy
            </Button>
          </div>
        ) : (
          <div className="panel-body policy-plain">
            <p>
              {lint.source === 'endpoint'
                ? 'As plimsoll.yaml says for this endpoint.'
                : 'As it is where nobody has written another.'}
            </p>
            <Outline lint={lint} />
            <Button onClick={() => set(firstDraft(strategy, lint))}>Change it for this rollout</Button>
          </div>
        )
      }
    </Panel>
  );
}

const GUARD_WORDS: Readonly<Record<string, string>> = {
  errors: 'failing answers',
  latency: 'slow answers',
  outputs: 'strange answers',
  labels: 'answers that labels prove wrong',
};

function Outline({ lint: { policy } }: { readonly lint: LintView }) {
  if (policy === null) return null;
  const { guards, certificate, holdback, maxTime } = policy;
  return (
    <ul className="strategy-sentences">
      <li>
        {guards.length === 0
          ? 'Nothing rolls it back by itself.'
          : `Rolled back for ${guards.map((name) => GUARD_WORDS[name] ?? name).join(', ')}.`}
      </li>
      {certificate && <li>Everybody gets it only once there is evidence that it does no harm.</li>}
      {holdback > 0 && <li>{holdback} % stay with the version of before for a while, to compare with.</li>}
      <li>Decided within {durationWords(maxTime)}.</li>
    </ul>
  );
}

/** What the form does not show can be written here, and the whole be kept as a file. */
function AsText({
  policy,
  onChange,
}: {
  readonly policy: WrittenPolicy;
  readonly onChange: (policy: WrittenPolicy) => void;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? JSON.stringify(policy, null, 2);
  const isPolicy = policyIn(text) !== null;
  const type = (next: string): void => {
    setTyped(next);
    const value = policyIn(next);
    if (value !== null) onChange(value);
  };
  return (
    <details>
      <summary>As a file</summary>
      <label className="labelled">
        The same as JSON, as <code>plimsoll rollout start --policy</code> takes it
        <textarea
          className="field code"
          rows={12}
          spellCheck={false}
          value={text}
          onChange={({ target }) => type(target.value)}
          onBlur={() => isPolicy && setTyped(null)}
        />
      </label>
      {!isPolicy && (
        <p className="bad" role="alert">
          This is no JSON object yet: the fields above show what it was before.
        </p>
      )}
    </details>
  );
}
