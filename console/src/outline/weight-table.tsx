import { ColumnHeads } from '../ui/column-heads.tsx';
import { Scrolled } from '../ui/scrolled.tsx';
import './outline.css';

interface WeightTableProps {
  readonly label: string;
  /** What stands in the first column, and what its figures are. */
  readonly columns: readonly [string, string];
  /** `share` of the longest bar, from -1 to 1. */
  readonly rows: readonly { readonly name: string; readonly figure: string; readonly share: number }[];
  /** Bars begin in the middle: to the right where they raise, to the left where they lower. */
  readonly isSigned?: boolean;
}

/** Names with a figure each, as text and as a bar. */
export const WeightTable = ({ label, columns: [name, figure], rows, isSigned = false }: WeightTableProps) => (
  <Scrolled label={label}>
    <table className="version-weights">
      <ColumnHeads
        columns={[
          { text: name },
          { text: figure, className: 'figures-cell' },
          { text: 'As a bar', isUnseen: true },
        ]}
      />
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <th scope="row">{row.name}</th>
            <td className="figures-cell">{row.figure}</td>
            <td className="weight-cell">
              <Bar share={row.share} isSigned={isSigned} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scrolled>
);

interface BarProps {
  readonly share: number;
  readonly isSigned: boolean;
}

function Bar({ share, isSigned }: BarProps) {
  const [zero, longest] = isSigned ? [100, 100] : [0, 200];
  return (
    <svg className="weight" viewBox="0 0 200 12" preserveAspectRatio="none" aria-hidden="true">
      <rect
        className={share < 0 ? 'weight-lowers' : 'weight-raises'}
        x={zero + Math.min(0, share * longest)}
        width={Math.max(1, Math.abs(share) * longest)}
        height="12"
      />
      {isSigned && <path className="weight-zero" d="M100 0v12" />}
    </svg>
  );
}
