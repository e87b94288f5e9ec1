import { Tick } from '../../ui/tick.tsx';
import type { PolicyOutline } from './lint-view.ts';
import {
  candidateShare,
  GUARDS,
  type GuardName,
  isGuarded,
  stagesIn,
  textAt,
  valueAt,
  type WrittenPolicy,
  withCandidateShare,
  withGuard,
  withNumber,
  withStages,
  withValue,
  writtenDuration,
} from './policy-draft.ts';
import { StageFields } from './stage-fields.tsx';

interface FieldsProps {
  readonly policy: WrittenPolicy;
  readonly onChange: (policy: WrittenPolicy) => void;
}

const GUARD_LABELS: Readonly<Record<GuardName, string>> = {
  errors: 'It fails more often',
  latency: 'It is slower',
  outputs: 'It answers strangely',
  labels: 'Labels prove it wrong more often',
};

/** What most rollouts differ in; the rest is in the text below. */
export const PolicyFields = ({
  policy,
  outline,
  onChange,
}: FieldsProps & { readonly outline: PolicyOutline | null }) => (
  <>
    <StageFields stages={stagesIn(policy)} onChange={(stages) => onChange(withStages(policy, stages))} />
    <Guards policy={policy} onChange={onChange} />
    <Tick
      label="Everybody gets it only once there is evidence of no harm"
      checked={valueAt(policy, 'certificate') !== false}
      onChange={(isOn) => onChange(withValue(policy, ['certificate'], isOn ? undefined : false))}
    />
    <div className="policy-row">
      <Text
        label="Decided within"
        value={textAt(policy, 'maxTime')}
        placeholder={outline === null ? '' : writtenDuration(outline.maxTime)}
        onChange={(text) => onChange(withValue(policy, ['maxTime'], text || undefined))}
      />
      <Select
        label="If it is not"
        value={textAt(policy, 'onTimeout') || 'hold'}
        options={{
          hold: 'Hold, and wait for a person',
          promote: 'Everybody gets it',
          rollback: 'Everybody is taken back',
        }}
        onChange={(value) => onChange(withValue(policy, ['onTimeout'], value === 'hold' ? undefined : value))}
      />
    </div>
  </>
);

const Guards = ({ policy, onChange }: FieldsProps) => (
  <fieldset className="policy-group">
    <legend>Taken back at once if</legend>
    {GUARDS.map((guard) => (
      <Tick
        key={guard}
        label={GUARD_LABELS[guard]}
        checked={isGuarded(policy, guard)}
        onChange={(isOn) => onChange(withGuard(policy, guard, isOn))}
      />
    ))}
    {isGuarded(policy, 'labels') && (
      <Text
        label="Labels are complete after"
        value={textAt(policy, 'guards', 'labels', 'maturity')}
        placeholder="1d"
        onChange={(text) => onChange(withValue(policy, ['guards', 'labels', 'maturity'], text || undefined))}
      />
    )}
  </fieldset>
);

/** Of an experiment of two arms. */
export const ExperimentFields = ({
  policy,
  version,
  onChange,
}: FieldsProps & { readonly version: number }) => (
  <>
    <div className="policy-row">
      <Text
        label="Metric that decides"
        value={textAt(policy, 'primary', 'metric')}
        placeholder="revenue, or accuracy"
        onChange={(text) => onChange(withValue(policy, ['primary', 'metric'], text))}
      />
      <Select
        label="Better is"
        value={textAt(policy, 'primary', 'direction') || 'up'}
        options={{ up: 'More', down: 'Less' }}
        onChange={(value) => onChange(withValue(policy, ['primary', 'direction'], value))}
      />
    </div>
    <div className="policy-row">
      <Text
        label="A unit’s value is complete after"
        value={textAt(policy, 'primary', 'maturity')}
        placeholder="1d"
        onChange={(text) => onChange(withValue(policy, ['primary', 'maturity'], text || undefined))}
      />
      <Text
        label="Smallest effect that matters"
        value={textAt(policy, 'primary', 'minimumEffect')}
        placeholder="None"
        onChange={(text) => onChange(withNumber(policy, ['primary', 'minimumEffect'], text))}
      />
    </div>
    <div className="policy-row">
      {candidateShare(policy) !== null && (
        <Text
          label={`Percent of units that version ${version} answers`}
          value={candidateShare(policy) ?? ''}
          placeholder="50"
          onChange={(text) => onChange(withCandidateShare(policy, text))}
        />
      )}
      <Text
        label="One look after (empty: at any time)"
        value={policy['horizon'] === 'open' ? '' : textAt(policy, 'horizon')}
        placeholder="At any time"
        onChange={(text) => onChange(withValue(policy, ['horizon'], text || undefined))}
      />
      <Text
        label="Decided within"
        value={textAt(policy, 'maxTime')}
        placeholder="30d"
        onChange={(text) => onChange(withValue(policy, ['maxTime'], text || undefined))}
      />
    </div>
    <Guards policy={policy} onChange={onChange} />
  </>
);

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
}

const Text = ({ label, value, placeholder, onChange }: TextProps) => (
  <label className="labelled">
    {label}
    <input
      className="field"
      value={value}
      placeholder={placeholder}
      maxLength={100}
      onChange={({ target }) => onChange(target.value.trim())}
    />
  </label>
);

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: Readonly<Record<string, string>>;
  readonly onChange: (value: string) => void;
}

const Select = ({ label, value, options, onChange }: SelectProps) => (
  <label className="labelled">
    {label}
    <select className="field" value={value} onChange={({ target }) => onChange(target.value)}>
      {Object.entries(options).map(([name, text]) => (
        <option key={name} value={name}>
          {text}
        </option>
      ))}
    </select>
  </label>
);
