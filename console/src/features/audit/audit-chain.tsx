import { useOperation } from '../../api/queries.ts';
import { momentWords } from '../../facts/times.ts';
import { plural } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { whatWords } from './entry-words.ts';

/** Whether each entry follows from the one before: computed again by the server when the page is opened. */
export function AuditChain() {
  const query = useOperation('GET /api/v1/audit/chain', {}, { every: false });
  return (
    <Panel
      title="Is the log whole?"
      query={query}
      empty={({ entries }) => (entries === 0 ? 'Nothing has been changed yet.' : null)}
      actions={
        <Button onClick={() => void query.refetch()} disabled={query.isFetching}>
          {query.isFetching ? 'Verifying …' : 'Verify again'}
        </Button>
      }
    >
      {({ entries, brokenAt, brokenEntry, last }) => (
        <div className="panel-body chain" aria-live="polite">
          {brokenAt === null ? (
            <p>
              <Badge tone="steady">Whole</Badge> {plural(entries, 'entry', 'entries')}, each with the hash of
              the one before. Computed again <Moment at={query.dataUpdatedAt} />.
            </p>
          ) : (
            <p>
              <Badge tone="act">Broken</Badge> Entry {brokenAt} does not follow from the one before: it, or
              one before it, was changed, taken out or put in. What comes after it cannot be trusted.{' '}
              {brokenEntry !== null && (
                <Link href={hrefOfEntry(brokenEntry)}>
                  {whatWords(brokenEntry.what)}, {brokenEntry.subject}, {momentWords(brokenEntry.at)}
                </Link>
              )}
            </p>
          )}
          {last.hash !== null && (
            <details>
              <summary>Keep the last hash elsewhere, to see later that none was cut off</summary>
              <p className="chain-hash">
                <span>of entry {last.seq}</span>
                <code>{last.hash}</code>
                <CopyButton text={last.hash} />
              </p>
              <p className="note">
                Check it without this page: <code>plimsoll audit --verify</code> computes the chain from the
                entries themselves.
              </p>
            </details>
          )}
        </div>
      )}
    </Panel>
  );
}

/** The entry, opened, among all that are about the same. */
const hrefOfEntry = ({ seq, subject }: { readonly seq: number; readonly subject: string }): string =>
  `${hrefOf('audit')}?${new URLSearchParams({ subject, entry: String(seq) })}`;
