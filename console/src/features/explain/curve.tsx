import { useQuery } from '@tanstack/react-query';
import { type AskedVersion, askVersion, type ExplainedAnswer } from '../../api/explained.ts';
import { useOperation } from '../../api/queries.ts';
import { curveScore, scoresOf } from '../../facts/answer-words.ts';
import { cellWords, figureWords } from '../../facts/waterfall.ts';
import { shareWords } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { LineChart } from '../../ui/line-chart.tsx';
import { Panel } from '../../ui/panel.tsx';
import { type ColumnRange, curveValues } from './column-steps.ts';
import type { RowCells } from './row-cells.ts';

const POINTS = 33;

interface CurveProps {
  readonly asked: AskedVersion;
  readonly range: ColumnRange;
  /** The row that was answered last: the curve is of its other columns. */
  readonly cells: RowCells;
  readonly outputs: ExplainedAnswer['outputs'];
  readonly classes: readonly unknown[];
  /** Whether rows came with the version, over which a mean can be had. */
  readonly hasRows: boolean;
  readonly send: (cells: RowCells) => unknown;
}

/** What would be answered along one column, all others as they are; beside it the mean over the rows that came with the version. */
export function Curve({ asked, range, cells, outputs, classes, hasRows, send }: CurveProps) {
  const [wanted] = useParameter('class', '');
  const { name } = range;
  const score = curveScore(outputs, 0, classes, wanted);
  const values = curveValues(range, cells[name], POINTS);
  const others = { ...cells, [name]: null };
  const query = useQuery({
    queryKey: ['curve', asked, name, others, values],
    queryFn: ({ signal }) =>
      askVersion(
        asked,
        values.map((value) => send({ ...cells, [name]: value })),
        false,
        signal,
      ),
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const mean = useOperation(
    'GET /api/v1/models/{model}/versions/{version}/dependence/{column}',
    { path: { ...asked, column: name } },
    { every: false, enabled: hasRows },
  );
  return (
    <Panel
      title={`Along ${name}`}
      query={query}
      empty={() => (score === null ? 'A curve is drawn of numbers and of chances of classes.' : null)}
    >
      {(answer) => {
        if (score === null) return null;
        const format = score.place === null ? figureWords : shareWords;
        const along = scoresOf(answer.outputs, score);
        const average = meanOf(mean.data, score.place, classes);
        const isNumber = range.categories === null && range.type === 'number';
        const xs = isNumber ? values.map(Number) : values.map((_, k) => k);
        const now = isNumber ? Number(cells[name]) : values.indexOf(cells[name]);
        return (
          <div className="panel-body">
            <LineChart
              label={`${score.name} along ${name}: ${format(along[0] ?? 0)} at ${cellWords(values[0])}, ${format(along.at(-1) ?? 0)} at ${cellWords(values.at(-1))}`}
              curves={[
                { name: 'this row', xs, ys: along },
                ...(average === null || !isNumber ? [] : [{ name: 'mean of the rows', ...average }]),
              ]}
              mark={cells[name] === null || Number.isNaN(now) ? null : now}
              ticks={isNumber ? null : values.map(cellWords)}
              format={format}
              formatPlace={cellWords}
            />
            <p className="note">
              {score.name.replace('the', 'The')}, all other columns as they are
              {average !== null && isNumber
                ? '; dashed: on the mean of the rows that came with the version.'
                : '.'}
            </p>
          </div>
        );
      }}
    </Panel>
  );
}

interface Dependence {
  readonly classes: readonly string[] | null;
  readonly grid: readonly unknown[];
  readonly average: readonly (readonly number[])[];
}

/** The curve of the same score; null where there is none. */
function meanOf(
  found: Dependence | undefined,
  place: number | null,
  classes: readonly unknown[],
): { readonly xs: readonly number[]; readonly ys: readonly number[] } | null {
  if (found === undefined) return null;
  const xs = found.grid.map(Number);
  if (place === null) return { xs, ys: found.average[0] ?? [] };
  const at = found.classes?.indexOf(String(classes[place])) ?? -1;
  if (at >= 0) return { xs, ys: found.average[at] ?? [] };
  // Of two classes the curve is that of the second: the other is what it leaves.
  return classes.length === 2 && found.classes?.length === 1
    ? { xs, ys: (found.average[0] ?? []).map((value) => 1 - value) }
    : null;
}
