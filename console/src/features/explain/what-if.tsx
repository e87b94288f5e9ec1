import { type Dispatch, type SetStateAction, useEffect, useState } from 'react';
import type { AskedVersion } from '../../api/explained.ts';
import { useOperation } from '../../api/queries.ts';
import { type ServedVersion, useServed } from '../../api/served.ts';
import { answerWords } from '../../facts/answer-words.ts';
import { pushesOf } from '../../facts/waterfall.ts';
import { useParameter } from '../../location/location.ts';
import { Trail } from '../../location/trail.tsx';
import { Button } from '../../ui/button.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Failed, Panel } from '../../ui/panel.tsx';
import { type ColumnRange, hasCurve } from './column-steps.ts';
import { Curve } from './curve.tsx';
import { ExplainedRow } from './explained-row.tsx';
import { Importance } from './importance.tsx';
import { type LiveAnswer, useLiveAnswer } from './live-answer.ts';
import { useLoggedRequest } from './logged-request.ts';
import { NearestRow } from './nearest-row.tsx';
import { cellsOfExample, cellsOfText, changedCells, type RowCells, rowToSend } from './row-cells.ts';
import { RowControls } from './row-controls.tsx';
import { Unexplained } from './unexplained.tsx';
import './explain.css';

/** After so long without a move the row is in the address. */
const WRITE_MILLIS = 400;

/** What an endpoint would answer if a row were otherwise, and what moves its answers in general. */
export function WhatIf({ endpoint }: { readonly endpoint: string }) {
  const known = useOperation('GET /api/v1/endpoints/{endpoint}', { path: { endpoint } });
  const served = useServed();
  const [wanted] = useParameter('version', '');
  const { data, error } = known;
  const version = wanted === '' ? data?.stable : Number(wanted);
  const found = served.data?.find((one) => one.name === data?.model && one.version === version);
  if (data === undefined || found === undefined || version === undefined)
    return (
      <main id="main">
        <PageHead trail={<Trail endpoint={endpoint} />} title="What if" sentence="" />
        {error !== null && <Failed error={error} onRetry={() => void known.refetch()} />}
        {data !== undefined && served.data !== undefined && (
          <section className="panel">
            <p className="empty">
              Version {version} of {data.model} is not loaded here: only versions that answer requests can be
              asked.
            </p>
          </section>
        )}
      </main>
    );
  return <Asked key={version} endpoint={endpoint} served={found} />;
}

interface AskedProps {
  readonly endpoint: string;
  readonly served: ServedVersion;
}

function Asked({ endpoint, served }: AskedProps) {
  const { name: model, version, signature, example } = served;
  const [id] = useParameter('request', '');
  const [at] = useParameter('at', '0');
  const logged = useLoggedRequest(id);
  const before =
    id === '' ? cellsOfExample(signature, example) : (logged.data?.rows[Number(at)]?.inputs ?? null);
  if (id !== '' && before === null)
    return (
      <main id="main">
        <PageHead trail={<Trail endpoint={endpoint} />} title="What if" sentence="" />
        {logged.error !== null && <Failed error={logged.error} onRetry={() => void logged.refetch()} />}
      </main>
    );
  if (before === null)
    return (
      <main id="main">
        <PageHead trail={<Trail endpoint={endpoint} />} title="What if" sentence="" />
        <section className="panel">
          <p className="empty">Rows of {model} are tensors: they have no columns that could be moved.</p>
        </section>
      </main>
    );
  return <Moved endpoint={endpoint} served={served} asked={{ model, version }} before={before} />;
}

interface MovedProps extends AskedProps {
  readonly asked: AskedVersion;
  readonly before: RowCells;
}

function Moved({ endpoint, served, asked, before }: MovedProps) {
  const [cells, setCells] = useMovedCells(before);
  const [moved, setMoved] = useState('');
  const { signature } = served;
  const send = (row: RowCells): unknown => rowToSend(signature, row);
  const live = useLiveAnswer(asked, send(cells));
  const query = useOperation(
    'GET /api/v1/models/{model}/versions/{version}/columns',
    { path: { ...asked } },
    { every: false },
  );
  const move = (column: string, cell: unknown): void => {
    setMoved(column);
    setCells((row) => ({ ...row, [column]: cell }));
  };
  const classes = classesOf(served);
  const columns = useOrder(query.data?.columns ?? [], live);
  const along = columns.find(({ name }) => name === moved) ?? columns[0];
  const { answer } = live;
  return (
    <main id="main">
      <PageHead
        trail={<Trail endpoint={endpoint} />}
        title="What if"
        sentence={
          answer === null ? '' : `Version ${asked.version} answers ${answerWords(answer.outputs, 0)}.`
        }
        actions={
          <Button
            disabled={Object.keys(changedCells(cells, before)).length === 0}
            onClick={() => setCells(before)}
          >
            Back to the row it began with
          </Button>
        }
      />
      <div className="columns what-if">
        <Panel title="The row" query={query}>
          {() => (
            <RowControls
              columns={columns}
              {...{ cells, before, moved: along?.name ?? '' }}
              onMove={move}
              onLook={setMoved}
            />
          )}
        </Panel>
        <div>
          <Answer live={live} cells={cells} />
          {along !== undefined && hasCurve(along) && answer !== null && (
            <Curve
              {...{ asked, cells, send, classes }}
              range={along}
              outputs={answer.outputs}
              hasRows={query.data !== undefined && query.data.rows > 0}
            />
          )}
          <NearestRow {...{ asked, cells, classes }} onTake={setCells} />
        </div>
      </div>
      <Importance asked={asked} endpoint={endpoint} />
    </main>
  );
}

const classesOf = ({ signature }: ServedVersion): readonly unknown[] => signature.classes?.values ?? [];

/**
 * The row as it is now. What differs from the row that it began with is part of the address, so that it can be sent to somebody: written
 * when it has come to rest. A whole row of many columns would be too long for it.
 */
function useMovedCells(before: RowCells): [RowCells, Dispatch<SetStateAction<RowCells>>] {
  const [written, write] = useParameter('row', '');
  const [cells, setCells] = useState(() => ({ ...before, ...cellsOfText(written) }));
  const changed = JSON.stringify(changedCells(cells, before));
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was moved is written
  useEffect(() => {
    const timer = setTimeout(() => write(changed === '{}' ? '' : changed), WRITE_MILLIS);
    return () => clearTimeout(timer);
  }, [changed]);
  return [cells, setCells];
}

/** Columns by what they add to the first answer: they do not change places while one of them is moved. */
function useOrder(columns: readonly ColumnRange[], { answer }: LiveAnswer): readonly ColumnRange[] {
  const [sizes, setSizes] = useState<ReadonlyMap<string, number> | null>(null);
  const explanation = answer?.explanation ?? null;
  useEffect(() => {
    if (explanation === null) return;
    const found = explanation.baseValues.map((_, score) => pushesOf(explanation, 0, score));
    const sizeOf = (column: number): number =>
      found.reduce((sum, pushes) => sum + Math.abs(pushes[column] ?? 0), 0);
    setSizes((known) => known ?? new Map(explanation.features.map((name, k) => [name, sizeOf(k)])));
  }, [explanation]);
  if (sizes === null) return columns;
  return columns.toSorted((a, b) => (sizes.get(b.name) ?? 0) - (sizes.get(a.name) ?? 0));
}

/** The answer to the row as it is now, and why. */
function Answer({ live, cells }: { readonly live: LiveAnswer; readonly cells: RowCells }) {
  const { answer, error } = live;
  const query = {
    ...{ data: answer ?? undefined, error, dataUpdatedAt: Date.now() },
    refetch: () => Promise.resolve({} as never),
  };
  return (
    <Panel
      title="The answer"
      query={query}
      empty={(given) => (given.explanation === null ? <Unexplained {...given} /> : null)}
    >
      {({ explanation }) =>
        explanation && (
          <div className="panel-body">
            <ExplainedRow explanation={explanation} row={0} cells={cells} />
          </div>
        )
      }
    </Panel>
  );
}
