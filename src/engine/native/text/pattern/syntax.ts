/** Syntax tree of the part of Python's `re` that token patterns use. */

/** Whether one code point belongs to a set. */
export type CharTest = (point: number) => boolean;

/** Conditions on a position. */
export type PositionAnchor =
  | 'text-start'
  | 'line-start'
  | 'text-end'
  | 'last-line-end'
  | 'line-end'
  | 'boundary'
  | 'inside';

export type PatternNode =
  | { readonly kind: 'set'; readonly test: CharTest }
  | { readonly kind: 'anchor'; readonly anchor: PositionAnchor }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly item: PatternNode;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    }
  | { readonly kind: 'capture'; readonly item: PatternNode }
  | {
      readonly kind: 'look';
      readonly item: PatternNode;
      readonly ahead: boolean;
      readonly negative: boolean;
    };

/** A parsed pattern. */
export interface ParsedPattern {
  readonly root: PatternNode;
  /** Number of capturing groups. */
  readonly captures: number;
  /** `\w` under the pattern's flags, for word boundaries. */
  readonly isWord: CharTest;
}

/** Refuses a pattern: what stands in the way, at which place. */
export type RefusePattern = (problem: string) => never;

/** Fewest and most characters a node can match. */
export function matchWidthOf(node: PatternNode): readonly [number, number] {
  switch (node.kind) {
    case 'set':
      return [1, 1];
    case 'anchor':
    case 'look':
      return [0, 0];
    case 'capture':
      return matchWidthOf(node.item);
    case 'sequence':
      return node.items.reduce<readonly [number, number]>(
        ([low, high], item) => {
          const [min, max] = matchWidthOf(item);
          return [low + min, high + max];
        },
        [0, 0],
      );
    case 'choice': {
      const widths = node.options.map(matchWidthOf);
      return [Math.min(...widths.map(([min]) => min)), Math.max(...widths.map(([, max]) => max))];
    }
    case 'repeat': {
      const [min, max] = matchWidthOf(node.item);
      return [min * node.min, max === 0 || node.max === 0 ? 0 : max * node.max];
    }
  }
}
