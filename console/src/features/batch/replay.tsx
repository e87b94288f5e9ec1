import { useState } from 'react';
import { useChange } from '../../api/changes.ts';
import type { RunView } from '../../api/generated/control-api.ts';
import { plural } from '../../facts/words.ts';
import { hrefOf, navigate } from '../../location/location.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { rowsInText } from './mended-rows.ts';

type Row = Readonly<Record<string, unknown>>;

interface ReplayProps {
  readonly run: RunView;
  /** Rows that were written anew above. */
  readonly mended: readonly Row[];
}

/** What is taken at once; more is for the command line. */
const FILE_MOST = 8 * 2 ** 20;
const MODEL = /^[A-Za-z0-9][\w.-]*@[A-Za-z0-9][\w.-]*$/;

/** Has the rows without an answer scored again: as they were put right above or in a file, or by another version. */
export function Replay({ run, mended }: ReplayProps) {
  const change = useChange();
  const [file, setFile] = useState<readonly Row[] | string>([]);
  const [model, setModel] = useState('');
  const fromFile = typeof file === 'string' ? [] : file;
  const rows = [...mended, ...fromFile];
  const read = async (given: File | undefined): Promise<void> =>
    setFile(given === undefined ? [] : await readRows(given));
  const wanted = model.trim();
  const replay = async (reason: string): Promise<void> => {
    if (wanted !== '' && !MODEL.test(wanted))
      throw new Error(`"${wanted}" is no version: write it as churn@3 or churn@stable`);
    const body = {
      ...(rows.length > 0 ? { rows } : {}),
      ...(wanted === '' ? {} : { model: wanted }),
      reason,
    };
    const answer = await change('POST /api/v1/jobs/{job}/runs/{run}:replay', {
      path: { job: run.job, run: run.id },
      body,
    });
    navigate(hrefOf('jobs', run.job, 'runs', answer.run.id));
  };
  return (
    <section className="panel" aria-label="Replay" id="replay">
      <header className="panel-head">
        <h2>Score them again</h2>
      </header>
      <div className="panel-body replay">
        <p>
          Rows without an answer are scored again by a run of their own. Those that are ok then are added to
          the output of this run, once; all others stay listed.
        </p>
        <label className="labelled">
          Rows that were put right in a file: JSON lines, one object a row, each with its key
          <input
            type="file"
            accept=".jsonl,.ndjson,.json"
            onChange={({ target }) => void read(target.files?.[0])}
          />
        </label>
        {typeof file === 'string' && (
          <p className="bad" role="alert">
            {file}
          </p>
        )}
        <label className="labelled">
          Another version, where the model was at fault
          <input
            className="field"
            value={model}
            placeholder="as in this run"
            onChange={({ target }) => setModel(target.value)}
          />
        </label>
        <p role="status">
          <strong>
            {rows.length === 0
              ? 'Nothing was put right yet: they are scored as they were.'
              : `${plural(rows.length, 'row')} put right.`}
          </strong>
        </p>
        <div>
          <Confirm
            verb="Replay"
            kind="main"
            title="Score the rows without an answer again?"
            consequence={
              rows.length === 0
                ? 'They are scored as they were recorded: that helps where the model, not the rows, was at fault.'
                : `${plural(rows.length, 'row')} that ${rows.length === 1 ? 'was' : 'were'} put right, and the others as they were. What is ok is added to the output.`
            }
            onConfirm={replay}
          />
        </div>
      </div>
    </section>
  );
}

/** The rows of a file, or why there are none. */
async function readRows(file: File): Promise<readonly Row[] | string> {
  if (file.size > FILE_MOST)
    return `The file has ${Math.ceil(file.size / 2 ** 20)} MiB, at most 8 are taken here: use plimsoll batch replay-rejects --rows FILE`;
  try {
    return rowsInText(await file.text());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
