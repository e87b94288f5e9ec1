import { useCallback, useState } from 'react';
import type { RejectView, RunView } from '../../api/generated/control-api.ts';
import { useMay, useOperation, useParts } from '../../api/queries.ts';
import { plural } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { More } from '../../ui/more.tsx';
import { Panel } from '../../ui/panel.tsx';
import { type Edits, mendedRows, placeOf, withEdit } from './mended-rows.ts';
import { RejectGroups } from './reject-groups.tsx';
import { RejectRow } from './reject-row.tsx';
import { Replay } from './replay.tsx';

const PART = 20;
const REPLAY = 'POST /api/v1/jobs/{job}/runs/{run}:replay';

/** Rows without an answer: by what is wrong, then one by one, to be put right and scored again. */
export function Rejects({ run }: { readonly run: RunView }) {
  const path = { job: run.job, run: run.id };
  const [reason, setReason] = useParameter('reason', '');
  const [edits, setEdits] = useState<Edits>(new Map());
  const edit = useCallback(
    (reject: RejectView, column: string, text: string) =>
      setEdits((all) => withEdit(all, reject, column, text)),
    [],
  );
  const may = useMay();
  const groups = useOperation('GET /api/v1/jobs/{job}/runs/{run}/reject-groups', { path }, { every: false });
  const query = useParts(
    'GET /api/v1/jobs/{job}/runs/{run}/rejects',
    { path, query: chosenOf(reason) },
    PART,
  );
  const canReplay = run.state === 'done' && may(REPLAY);
  const mended = mendedRows(edits);
  return (
    <>
      <Panel title="Rows without an answer" query={groups}>
        {(data) => <RejectGroups groups={data} chosen={reason} onChoose={setReason} />}
      </Panel>
      <Panel title="One by one" query={query} empty={(items) => (items.length === 0 ? 'None here.' : null)}>
        {(items) => (
          <>
            <ol className="rejects">
              {items.map((reject) => (
                <RejectRow
                  key={`${reject.path} ${reject.row} ${reject.line}`}
                  reject={reject}
                  edit={edits.get(placeOf(reject))?.texts}
                  onEdit={canReplay ? edit : null}
                />
              ))}
            </ol>
            <p className="note rejects-count" role="status">
              {plural(items.length, 'row')} shown{query.hasNextPage ? ', there are more' : ''}
            </p>
            <More query={query} text="More rows" />
          </>
        )}
      </Panel>
      {canReplay && <Replay run={run} mended={mended} />}
      {mended.length > 0 && (
        <p className="mended-bar" role="status">
          {plural(mended.length, 'row')} put right. <a href="#replay">Score them again</a>
        </p>
      )}
    </>
  );
}

/** The address names a group by its code and column. */
function chosenOf(reason: string): { readonly code?: string; readonly column?: string } {
  if (reason === '') return {};
  const at = reason.indexOf(':');
  return at === -1 ? { code: reason } : { code: reason.slice(0, at), column: reason.slice(at + 1) };
}
