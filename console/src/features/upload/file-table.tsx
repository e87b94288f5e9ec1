import { bytesWords, plural } from '../../facts/words.ts';
import { Button } from '../../ui/button.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import {
  type Chosen,
  type FileRole,
  ROLES,
  rolesFor,
  withoutFile,
  withoutFolder,
  withRole,
} from './chosen-files.ts';

const COLUMNS: readonly ColumnHead[] = [
  { text: 'File' },
  { text: 'Size', className: 'figures-cell' },
  { text: 'It is' },
  { text: 'Take away', isUnseen: true },
];

interface FileTableProps {
  readonly chosen: Chosen<File>;
  readonly allowsPython: boolean;
  readonly onChange: (chosen: Chosen<File>) => void;
}

/** What was chosen, and what each file is for. */
export function FileTable({ chosen, allowsPython, onChange }: FileTableProps) {
  const { files, folder, hidden } = chosen;
  return (
    <>
      <div className="scrolled">
        <table>
          <ColumnHeads columns={COLUMNS} />
          <tbody>
            {folder !== null && (
              <tr>
                <th scope="row">
                  {folder.name}/ <small>{plural(folder.files.length, 'file')}</small>
                </th>
                <td className="figures-cell">
                  {bytesWords(folder.files.reduce((sum, { size }) => sum + size, 0))}
                </td>
                <td>The model, as a folder</td>
                <td className="figures-cell">
                  <Button
                    aria-label={`Take ${folder.name} away`}
                    onClick={() => onChange(withoutFolder(chosen))}
                  >
                    ✕
                  </Button>
                </td>
              </tr>
            )}
            {files.map(({ path, size, role }) => (
              <tr key={path}>
                <th scope="row">{path}</th>
                <td className="figures-cell">{bytesWords(size)}</td>
                <td>
                  <select
                    className="field"
                    aria-label={`What ${path} is`}
                    value={role}
                    onChange={({ target }) => onChange(withRole(chosen, path, target.value as FileRole))}
                  >
                    {rolesFor(allowsPython).map((one) => (
                      <option key={one} value={one}>
                        {ROLES[one]}
                      </option>
                    ))}
                  </select>
                </td>
                <td className="figures-cell">
                  <Button
                    aria-label={`Take ${path} away`}
                    onClick={() => onChange(withoutFile(chosen, path))}
                  >
                    ✕
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hidden > 0 && (
        <p className="note">
          {plural(hidden, 'hidden file')} left out: names that begin with a dot are not sent.
        </p>
      )}
    </>
  );
}
