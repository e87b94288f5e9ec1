import { useMemo } from 'react';
import { ask } from '../../api/client.ts';
import type { AuditView } from '../../api/generated/control-api.ts';
import { useParts } from '../../api/queries.ts';
import { plural } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { Button } from '../../ui/button.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { More } from '../../ui/more.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SaveButton } from '../../ui/save-button.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { type AuditQuery, isFiltered, queryOf, RANGES, SUBJECTS } from './audit-filter.ts';
import { Entry } from './entry.tsx';

const PART = 50;
const COLUMNS: readonly ColumnHead[] = [
  { text: 'When' },
  { text: 'Who' },
  { text: 'What' },
  { text: 'About' },
  { text: 'Why' },
];

/** Entries, newest first, as many as somebody asks for. */
export function Entries() {
  const [search, setSearch] = useParameter('search', '');
  const [kind, setKind] = useParameter<(typeof SUBJECTS)[number]['value']>('kind', 'all');
  const [range, setRange] = useParameter<(typeof RANGES)[number]['value']>('range', 'all');
  const [by, setBy] = useParameter('by', '');
  const [subject, setSubject] = useParameter('subject', '');
  // Of the moment in which it was chosen: else every look would ask for another list.
  const wanted = useMemo(
    () => queryOf({ search, by, subject, kind, range }, Date.now()),
    [search, by, subject, kind, range],
  );
  const query = useParts('GET /api/v1/audit', { query: { ...wanted, order: 'newest' } }, PART);
  return (
    <Panel
      title="Entries"
      query={query}
      actions={
        <SaveButton
          text="Download as JSON lines"
          file="audit.jsonl"
          type="application/jsonl"
          load={() => linesOf(wanted)}
        />
      }
      toolbar={
        <>
          <SearchField label="Search who, what, about" value={search} onChange={setSearch} />
          <SelectField label="What" value={kind} onChange={setKind} options={SUBJECTS} />
          <SelectField label="When" value={range} onChange={setRange} options={RANGES} />
          {by !== '' && <Button onClick={() => setBy('')}>By {by} ×</Button>}
          {subject !== '' && <Button onClick={() => setSubject('')}>About {subject} ×</Button>}
        </>
      }
    >
      {(items) => (
        <>
          {items.length === 0 ? (
            <p className="empty">
              {isFiltered(wanted) ? 'No entry is like that.' : 'Nothing has been changed yet.'}
            </p>
          ) : (
            <Scrolled label="Entries of the audit log">
              <table className="audit">
                <ColumnHeads columns={COLUMNS} />
                <tbody>
                  {items.map((entry) => (
                    <Entry key={entry.seq} entry={entry} onBy={setBy} onSubject={setSubject} />
                  ))}
                </tbody>
              </table>
            </Scrolled>
          )}
          <p className="note audit-count" role="status">
            {plural(items.length, 'entry', 'entries')} shown{query.hasNextPage ? ', there are more' : ''}
          </p>
          <More query={query} text="Earlier entries" />
        </>
      )}
    </Panel>
  );
}

const FILE_PART = 1000;
/** Of more than that a page makes no file: the command line writes them as they come. */
const FILE_MOST = 100_000;

/** What the filter lets through, oldest first, one entry a line, as the chain is computed from them. */
async function linesOf(query: AuditQuery): Promise<string> {
  const lines: string[] = [];
  let cursor: string | undefined;
  do {
    const part: { readonly items: readonly AuditView[]; readonly next: string | null } = await ask(
      'GET /api/v1/audit',
      { query: { ...query, limit: FILE_PART, cursor } },
    );
    lines.push(...part.items.map((entry) => `${JSON.stringify(entry)}\n`));
    cursor = part.next ?? undefined;
    if (lines.length > FILE_MOST) throw new Error('More than 100,000 entries: use `plimsoll audit --json`');
  } while (cursor !== undefined);
  return lines.join('');
}
