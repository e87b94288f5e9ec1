import { ask } from '../../api/client.ts';
import type { RunView } from '../../api/generated/control-api.ts';
import { countWords, durationWords } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { SaveButton } from '../../ui/save-button.tsx';
import { Fact } from './run-progress.tsx';

type RunReceipt = NonNullable<RunView['receipt']>;

/** The closing account: what was read, what came of it, by which model, and digests of all of it. */
export function Receipt({ run, receipt }: { readonly run: RunView; readonly receipt: RunReceipt }) {
  const { rows, model, output, digests, seconds, rowsPerSecond, chunks, checks, cost, spark } = receipt;
  const file = `${run.job}-${run.number}.receipt.dsse.json`;
  const path = { job: run.job, run: run.id };
  return (
    <div className="panel-body">
      <Balance rows={rows} />
      <dl className="facts">
        <div>
          <dt>Model</dt>
          <dd>
            {model.name === null || model.version === null ? (
              model.file
            ) : (
              <Link href={hrefOf('models', model.name, 'versions', model.version)}>
                {model.name}@{model.version}
              </Link>
            )}
            , {model.runtime}
          </dd>
        </div>
        <Fact name="Output" text={`${output.where}, ${countWords(output.rows)} rows`} />
        <Fact
          name="Time"
          text={`${durationWords(seconds * 1000)}, ${countWords(rowsPerSecond)} rows/s, ${chunks} chunks`}
        />
        {cost !== undefined && <Fact name="Cost" text={String(cost.total)} />}
        {spark !== undefined && (
          <Fact name="Scored on" text="Spark: the same bits, a sample was compared here first" />
        )}
        {checks.map(({ name, ok, detail }) => (
          <Fact key={name} name={`Check: ${name}`} text={`${ok ? 'passed' : 'did not pass'}. ${detail}`} />
        ))}
      </dl>
      <details className="digests">
        <summary>Digests, signature and how to verify them</summary>
        <dl className="facts facts-long">
          <Fact name="Keys of its ok rows" text={digests.keys} />
          <Fact name={`Input, ${receipt.inputItems} items`} text={digests.input} />
          {digests.output !== null && <Fact name="Output file" text={digests.output} />}
          <Fact name="Model" text={model.digest} />
          <Fact name="Fingerprint of the run" text={receipt.fingerprint} />
        </dl>
        <p className="note">
          The receipt is signed with the key of this server:{' '}
          <Link href={hrefOf('settings')}>public keys</Link>. Check the signature and the sums of what you
          have kept: <code>plimsoll batch verify {file}</code>. With the SQL of docs/receipts.md anybody adds
          it up again.
        </p>
      </details>
      <SaveButton
        text="Signed receipt"
        file={file}
        type="application/json"
        load={async () => JSON.stringify(await ask('GET /api/v1/jobs/{job}/runs/{run}/receipt', { path }))}
      />
    </div>
  );
}

/** Outcomes add up to what was read. */
const Balance = ({ rows }: { readonly rows: RunReceipt['rows'] }) => (
  <dl className="balance">
    <Count name="read" count={rows.read} sign="" />
    <Count name="ok" count={rows.ok} sign="=" />
    <Count name="rejected" count={rows.rejected} sign="+" isBad />
    <Count name="failed" count={rows.failed} sign="+" isBad />
    <Count name="skipped" count={rows.skipped} sign="+" />
  </dl>
);

interface CountProps {
  readonly name: string;
  readonly count: number;
  readonly sign: string;
  readonly isBad?: boolean;
}

const Count = ({ name, count, sign, isBad = false }: CountProps) => (
  <div>
    <dt>{name}</dt>
    <dd className={isBad && count > 0 ? 'bad' : ''}>
      {sign !== '' && <span aria-hidden="true">{sign} </span>}
      {countWords(count)}
    </dd>
  </div>
);
