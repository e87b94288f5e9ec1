import type { UseQueryResult } from '@tanstack/react-query';
import type { ExperimentView, RolloutView } from '../../api/generated/control-api.ts';
import { useParameter } from '../../location/location.ts';
import { Choice } from '../../ui/choice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ContrastTable } from './contrast-table.tsx';

interface ExperimentSegmentsProps {
  readonly experiment: ExperimentView;
  readonly query: UseQueryResult<RolloutView>;
}

/** Metrics with fewer than so many names are all in sight. */
const CHOICES_MOST = 6;

/** One metric by segment, the one that decides unless another is chosen; where effects differ is said first. */
export function ExperimentSegments({ experiment, query }: ExperimentSegmentsProps) {
  const { segments, differences, metrics, rule } = experiment;
  const names = [...new Set(metrics.map(({ metric }) => metric))].slice(0, CHOICES_MOST);
  const [chosen, choose] = useParameter('metric', names[0] ?? '');
  const shown = segments.filter(({ metric }) => metric === chosen);
  const told = differences.filter(({ metric }) => metric === chosen);
  return (
    <Panel
      title={`By ${rule.segments}`}
      query={query}
      empty={() => (shown.length === 0 ? 'No values have matured in any segment yet.' : null)}
      actions={
        names.length > 1 && (
          <Choice
            label="Metric"
            value={chosen}
            onChange={choose}
            options={names.map((name) => ({ value: name, text: name }))}
          />
        )
      }
    >
      {() => (
        <>
          {told.length > 0 && (
            <ul className="panel-body plain">
              {told.map(({ message, p }) => (
                <li key={message}>
                  {message} (p {p.toPrecision(2)})
                </li>
              ))}
            </ul>
          )}
          <ContrastTable
            label="Metric by segment"
            head="Segment"
            contrasts={shown}
            rule={rule}
            keyOf={({ segment, arm }) => `${segment} ${arm}`}
            name={({ segment, arm }) => (
              <>
                {segment}
                <small>{arm}</small>
              </>
            )}
          />
          <p className="note panel-body">
            Intervals of one metric hold together over all segments, arms and looks. A segment decides nothing
            by itself.
          </p>
        </>
      )}
    </Panel>
  );
}
