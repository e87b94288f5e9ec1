import { useOperation } from '../../api/queries.ts';
import { momentWords } from '../../facts/times.ts';
import { countWords, plural, UNKNOWN } from '../../facts/words.ts';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Receiver' },
  { text: 'About' },
  { text: 'Since' },
  { text: 'Attempts', className: 'figures-cell' },
  { text: 'What it answered' },
];
const ROWS_MOST = 50;

export const useDeadLetters = (isWanted = true) =>
  useOperation('GET /api/v1/alerts/dead-letters', {}, { every: 30_000, enabled: isWanted });

/** Messages that no receiver took: people were not told. Nothing where all were taken. */
export function DeadLetters() {
  const query = useDeadLetters();
  if (query.data?.length === 0) return null;
  return (
    <Panel title="Messages that no receiver took" query={query}>
      {(letters) => (
        <div className="alerts-table">
          <p className="note alerts-note">
            {plural(letters.length, 'message was', 'messages were')} given up: whoever was to read{' '}
            {letters.length === 1 ? 'it was' : 'them was'} not told. Test the receiver in the settings of the
            endpoint.
          </p>
          <Scrolled label="Lost messages">
            <table>
              <ColumnHeads columns={COLUMNS} />
              <tbody>
                {letters.slice(0, ROWS_MOST).map(({ id, receiver, createdAt, attempts, error, body }) => (
                  <tr key={id}>
                    <th scope="row">{receiver}</th>
                    <td>{aboutOf(body)}</td>
                    <td>{momentWords(createdAt)}</td>
                    <td className="figures-cell">{countWords(attempts)}</td>
                    <td>{error ?? UNKNOWN}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolled>
        </div>
      )}
    </Panel>
  );
}

/** The endpoint that a notice is about. */
function aboutOf(body: unknown): string {
  const { endpoint } = (body ?? {}) as { readonly endpoint?: unknown };
  return typeof endpoint === 'string' ? endpoint : UNKNOWN;
}
