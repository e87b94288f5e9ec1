import { useQuality } from '../../api/queries.ts';
import { momentWords } from '../../facts/times.ts';
import { countWords, durationWords, shareWords, UNKNOWN } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { Choice } from '../../ui/choice.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { IntervalChart } from '../../ui/interval-chart.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import {
  type AccuracyLine,
  accuracyLines,
  accuracyWords,
  cohortStep,
  completeness,
  estimatedPoints,
  type Quality,
  realisedPoints,
} from './accuracy-words.ts';

type Days = '7' | '30' | '90';
const DAYS: readonly { readonly value: Days; readonly text: string }[] = [
  { value: '90', text: '90 days' },
  { value: '30', text: '30 days' },
  { value: '7', text: '7 days' },
];

const COLUMNS: readonly ColumnHead[] = [
  { text: 'From' },
  { text: 'Of labels' },
  { text: 'Estimated without' },
  { text: 'Labels', className: 'figures-cell' },
  { text: 'Complete', className: 'figures-cell' },
];

/** Accuracy of each cohort as its labels came, beside what was estimated without them. */
export function AccuracyPanel({ endpoint }: { readonly endpoint: string }) {
  const [days, setDays] = useParameter<Days>('accuracy', '90');
  const query = useQuality(endpoint, true, Number(days));
  return (
    <div id="accuracy">
      <Panel
        title="Accuracy"
        query={query}
        empty={({ cohorts }) =>
          cohorts.length === 0 ? (
            <>
              No labels yet. Send them when they are known: <code>POST /api/v1/feedback</code>
            </>
          ) : null
        }
        actions={<Choice label="Cohorts of" value={days} onChange={setDays} options={DAYS} />}
      >
        {(quality) => <Lines quality={quality} />}
      </Panel>
    </div>
  );
}

function Lines({ quality }: { readonly quality: Quality }) {
  const [chosen, choose] = useParameter('metric', '');
  const { cohorts, accuracy } = quality;
  const lines = accuracyLines(cohorts);
  const line = lines.find(({ key }) => key === chosen) ?? lines[0];
  if (line === undefined) return null;
  const reference = accuracy?.metric === line.metric ? (accuracy.reference?.value ?? null) : null;
  return (
    <div className="panel-body">
      {lines.length > 1 && (
        <Choice
          label="Version and metric"
          value={line.key}
          onChange={choose}
          options={lines.map(({ key, version, metric }) => ({
            value: key,
            text: `${metric} of version ${version}`,
          }))}
        />
      )}
      <p className="accuracy-sentence">{accuracyWords(line, reference)}</p>
      {accuracy?.isEstimateTrusted === false && (
        <p className="note">Estimates are not trusted: labels that came later said otherwise.</p>
      )}
      <IntervalChart
        label={`${line.metric} by cohort: of labels with intervals, estimated without labels as a band, and how complete labels are`}
        series={[
          { name: 'of labels', as: 'dots', points: realisedPoints(line) },
          { name: 'estimated without labels', as: 'band', points: estimatedPoints(line) },
        ]}
        bounds={reference === null ? [] : [{ name: 'reference', value: reference }]}
        bars={{ name: 'how complete the labels are', points: completeness(line) }}
        step={cohortStep(line)}
        format={(value) => value.toFixed(3)}
      />
      <p className="note">
        A hollow dot may still move: labels of its cohort are to come
        {accuracy?.maturity != null && `, which takes ${durationWords(accuracy.maturity)}`}.
      </p>
      {accuracy?.rules.map(({ name, sentence }) => (
        <p key={name} className="note">
          {sentence}
        </p>
      ))}
      <details className="bins">
        <summary>The cohorts as figures</summary>
        <Cohorts line={line} />
      </details>
    </div>
  );
}

const Cohorts = ({ line }: { readonly line: AccuracyLine }) => (
  <Scrolled label="Cohorts">
    <table>
      <ColumnHeads columns={COLUMNS} />
      <tbody>
        {line.cohorts
          .toReversed()
          .map(({ from, realised, estimate, labelled, coverage, arrived, mature }) => (
            <tr key={from}>
              <th scope="row">{momentWords(from)}</th>
              <td>{between(realised)}</td>
              <td>{between(estimate)}</td>
              <td className="figures-cell">
                {countWords(labelled)} <small>{shareWords(coverage)}</small>
              </td>
              <td className="figures-cell">
                {mature === null
                  ? UNKNOWN
                  : mature
                    ? 'yes'
                    : `not yet, ${shareWords(Number.isFinite(arrived) ? arrived : null)}`}
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  </Scrolled>
);

const between = (
  known: { readonly value: number; readonly lower: number; readonly upper: number } | null,
): string =>
  known === null
    ? UNKNOWN
    : `${known.value.toFixed(3)} (${known.lower.toFixed(3)} to ${known.upper.toFixed(3)})`;
