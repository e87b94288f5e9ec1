import { isTable } from './policy-document.ts';
import { Setting } from './setting.tsx';

interface FalseAlarmsProps {
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

const QUARTER = '90d';

/** The one number that all detectors of drift obey: a count within a span. */
export function FalseAlarms({ value, onChange }: FalseAlarmsProps) {
  const table = isTable(value) ? value : { count: value };
  const count = table['count'];
  const span = table['span'];
  const set = (next: { readonly count?: unknown; readonly span?: unknown }): void => {
    const isQuarter = next.span === undefined || next.span === QUARTER;
    // A quarter is what a bare number means.
    onChange(
      isQuarter
        ? next.count
        : { ...(next.count === undefined ? {} : { count: next.count }), span: next.span },
    );
  };
  return (
    <fieldset className="policy-section policy-budget">
      <legend>False alarms that you accept</legend>
      <p className="note">
        Of drift, of all features and answers together, where nothing has changed. Fewer of them ask for more
        evidence, so that real drift is found later.
      </p>
      <div className="settings">
        <Setting
          path={['alarms']}
          node={{ type: 'number', default: 1, description: 'how many' }}
          value={count}
          onChange={(next) => set({ count: next, span })}
        />
        <Setting
          path={['within']}
          node={{ type: 'string', default: QUARTER, description: 'within how long: 7d, 24h' }}
          value={span}
          onChange={(next) => set({ count, span: next })}
        />
      </div>
    </fieldset>
  );
}
