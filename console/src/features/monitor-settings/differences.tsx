import { MONITOR_GRAMMAR } from '../../api/generated/monitor-grammar.ts';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { differencesOf } from './policy-document.ts';

const COLUMNS: readonly ColumnHead[] = [{ text: 'Setting' }, { text: 'In force' }, { text: 'Changed' }];

/** Both policies, a line each setting in which they differ. */
export const Differences = ({ before, after }: { readonly before: unknown; readonly after: unknown }) => (
  <Scrolled label="What changes, setting by setting">
    <table className="policy-differences">
      <ColumnHeads columns={COLUMNS} />
      <tbody>
        {differencesOf(before, after, MONITOR_GRAMMAR).map(({ path, before: was, after: is }) => (
          <tr key={path}>
            <th scope="row">{path}</th>
            <td>
              <del>{was}</del>
            </td>
            <td>
              <ins>{is}</ins>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scrolled>
);
