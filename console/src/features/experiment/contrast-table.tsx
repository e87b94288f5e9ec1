import type { ReactNode } from 'react';
import type { ExperimentView } from '../../api/generated/control-api.ts';
import { countWords, differenceWords } from '../../facts/words.ts';
import { Badge } from '../../ui/badge.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { IntervalBar } from '../../ui/interval-bar.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { barOf, type Contrast, meanWords, standingIn, standingWords } from './metric-words.ts';

interface ContrastTableProps<C extends Contrast> {
  readonly label: string;
  /** What the first column names. */
  readonly head: string;
  readonly contrasts: readonly C[];
  readonly rule: ExperimentView['rule'];
  readonly name: (contrast: C) => ReactNode;
  readonly keyOf: (contrast: C) => string;
  /** Further words on how one stands. */
  readonly note?: (contrast: C) => string | null;
}

const TONES = { ahead: 'good', behind: 'bad', open: 'plain', unknown: 'plain' } as const;

/** Arms against control, with intervals around the line that they are held against. */
export function ContrastTable<C extends Contrast>(props: ContrastTableProps<C>) {
  const { label, head, contrasts, rule, name, keyOf, note } = props;
  const columns: readonly ColumnHead[] = [
    { text: head },
    { text: 'Mean', className: 'figures-cell' },
    { text: 'Control', className: 'figures-cell' },
    { text: 'Difference' },
    { text: 'Between, at every look', className: 'figures-cell' },
    { text: 'Units', className: 'figures-cell' },
    { text: 'Stands' },
  ];
  return (
    <Scrolled label={label}>
      <table>
        <ColumnHeads columns={columns} />
        <tbody>
          {contrasts.map((contrast) => {
            const { metric, scale, mean, controlMean, estimate, lower, upper, units } = contrast;
            const { words, level } = standingWords(contrast, rule);
            const further = note?.(contrast) ?? null;
            return (
              <tr key={keyOf(contrast)}>
                <th scope="row">{name(contrast)}</th>
                <td className="figures-cell">{meanWords(mean, scale)}</td>
                <td className="figures-cell">{meanWords(controlMean, scale)}</td>
                <td>
                  {lower !== null && upper !== null && (
                    <IntervalBar
                      {...{ lower, upper, estimate }}
                      bar={barOf(contrast, rule)}
                      widest={widestOf(
                        contrasts.filter((one) => one.metric === metric),
                        barOf(contrast, rule),
                      )}
                      tone={TONES[standingIn(contrast, rule)]}
                    />
                  )}
                </td>
                <td className="figures-cell">
                  {lower === null
                    ? differenceWords(estimate, scale)
                    : `${differenceWords(lower, scale)} and ${differenceWords(upper, scale)}`}
                </td>
                <td className="figures-cell">{units.map(countWords).join(' and ')}</td>
                <td>
                  <Badge tone={level}>{words}</Badge>
                  {further !== null && <small>{further}</small>}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scrolled>
  );
}

const widestOf = (contrasts: readonly Contrast[], bar: number): number =>
  Math.max(
    Math.abs(bar),
    ...contrasts.flatMap(({ lower, upper }) => [Math.abs(lower ?? 0), Math.abs(upper ?? 0)]),
  );
