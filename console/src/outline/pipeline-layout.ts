/** Where the parts of a model are drawn: a chain from top to bottom, branches side by side where the width allows it. Pure. */
import type { ModelOutline } from '../api/generated/control-api.ts';
import { shortClass, stepLines } from './step-words.ts';

type OutlineStep = ModelOutline['steps'][number];

export interface DiagramBox {
  readonly key: string;
  readonly kind: 'step' | 'group' | 'end' | 'more';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** Cut to the width of the box. */
  readonly lines: readonly string[];
}

export interface DiagramEdge {
  readonly key: string;
  readonly x: number;
  readonly from: number;
  readonly to: number;
}

export interface Diagram {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly DiagramBox[];
  readonly edges: readonly DiagramEdge[];
}

/** What goes in and what comes out, in words. */
export interface DiagramEnds {
  readonly input: string;
  readonly output: string;
}

/** Lengths in CSS pixels. */
const BOX = 212;
const LINE = 17;
const PADDING = 9;
const GAP = 22;
const INSET = 12;
/** Width of a character, on average, of the two sizes that are drawn. */
const CHARACTER = 6.6;
/** Steps that are drawn, and groups inside groups. */
const STEPS_MOST = 80;
const DEPTH_MOST = 5;

/** A part that was measured, and how it is drawn once its place is known. */
interface Block {
  readonly width: number;
  readonly height: number;
  draw(x: number, y: number, into: Drawing): void;
}

interface Drawing {
  readonly boxes: DiagramBox[];
  readonly edges: DiagramEdge[];
}

interface Parts {
  readonly children: ReadonlyMap<number | null, readonly OutlineStep[]>;
  /** How many may still be drawn. */
  left: number;
}

/** A drawing of at most `width` pixels, but for groups that are nested deeper than that allows. */
export function layoutPipeline(
  steps: readonly OutlineStep[],
  { input, output }: DiagramEnds,
  width: number,
): Diagram {
  const parts: Parts = { children: Map.groupBy(steps, ({ parent }) => parent), left: STEPS_MOST };
  const [root] = parts.children.get(null) ?? [];
  const inner = Math.max(BOX, width);
  const chain = root === undefined ? [] : rootBlocks(root, parts, inner);
  const whole = chainOf([
    endBlock('input', 'Rows', input, inner),
    ...chain,
    endBlock('output', 'Answers', output, inner),
  ]);
  const into: Drawing = { boxes: [], edges: [] };
  whole.draw(Math.max(0, (inner - whole.width) / 2), 0, into);
  return { width: Math.max(inner, whole.width), height: whole.height, ...into };
}

/** The outermost chain needs no frame. */
function rootBlocks(root: OutlineStep, parts: Parts, width: number): readonly Block[] {
  const children = parts.children.get(root.id) ?? [];
  if (root.arrangement !== 'chain' || root.kind !== 'pipeline' || children.length === 0)
    return [stepBlock(root, parts, width, 0)];
  return [...listed(children, parts, width, 0), ...moreBlocks(root)];
}

function stepBlock(step: OutlineStep, parts: Parts, width: number, depth: number): Block {
  const children = parts.children.get(step.id) ?? [];
  parts.left--;
  if (children.length === 0) return boxBlock(step, []);
  if (depth >= DEPTH_MOST) return boxBlock(step, [`holds ${children.length} more`]);
  const inside = width - 2 * INSET;
  const blocks = [...listed(children, parts, inside, depth + 1), ...moreBlocks(step)];
  const content = step.arrangement === 'branches' ? besideOf(blocks, inside) : chainOf(blocks);
  return groupBlock(step, content);
}

/** Steps until there are too many; then how many are left. */
function listed(steps: readonly OutlineStep[], parts: Parts, width: number, depth: number): readonly Block[] {
  const blocks: Block[] = [];
  for (const [at, step] of steps.entries()) {
    if (parts.left <= 0) {
      blocks.push(plainBlock(`more ${step.id}`, 'more', `… ${steps.length - at} more`, []));
      break;
    }
    blocks.push(stepBlock(step, parts, width, depth));
  }
  return blocks;
}

const moreBlocks = ({ id, omitted }: OutlineStep): readonly Block[] =>
  omitted === 0 ? [] : [plainBlock(`omitted ${id}`, 'more', `… ${omitted} more`, [])];

const boxBlock = (step: OutlineStep, more: readonly string[]): Block =>
  plainBlock(`step ${step.id}`, 'step', step.name || shortClass(step.class), [...stepLines(step), ...more]);

const endBlock = (key: string, title: string, text: string, width: number): Block =>
  plainBlock(key, 'end', title, [text], Math.min(width, 2 * BOX));

function plainBlock(
  key: string,
  kind: DiagramBox['kind'],
  title: string,
  lines: readonly string[],
  width = BOX,
): Block {
  const height = 2 * PADDING + LINE * (1 + lines.length);
  const cut = (text: string): string => fitted(text, width - 2 * PADDING);
  return {
    ...{ width, height },
    draw: (x, y, { boxes }) =>
      boxes.push({ key, kind, x, y, width, height, title: cut(title), lines: lines.map(cut) }),
  };
}

/** A frame with the words of its step above what it holds. */
function groupBlock(step: OutlineStep, content: Block): Block {
  const title = step.name || shortClass(step.class);
  const width = Math.max(BOX, content.width) + 2 * INSET;
  const lines = stepLines(step).map((text) => fitted(text, width - 2 * PADDING));
  const head = 2 * PADDING + LINE * (1 + lines.length);
  const height = head + content.height + INSET;
  return {
    ...{ width, height },
    draw(x, y, into) {
      const fits = fitted(title, width - 2 * PADDING);
      into.boxes.push({ key: `step ${step.id}`, kind: 'group', x, y, width, height, title: fits, lines });
      content.draw(x + (width - content.width) / 2, y + head, into);
    },
  };
}

/** One below the other, each led to by the one before. */
function chainOf(blocks: readonly Block[]): Block {
  const width = Math.max(0, ...blocks.map((block) => block.width));
  const height = blocks.reduce((sum, block) => sum + block.height, 0) + GAP * Math.max(0, blocks.length - 1);
  return {
    ...{ width, height },
    draw(x, y, into) {
      let top = y;
      for (const [at, block] of blocks.entries()) {
        if (at > 0) {
          const middle = x + width / 2;
          into.edges.push({ key: `${middle} ${top}`, x: middle, from: top - GAP, to: top });
        }
        block.draw(x + (width - block.width) / 2, top, into);
        top += block.height + GAP;
      }
    },
  };
}

/** Side by side in rows that fit the width. */
function besideOf(blocks: readonly Block[], width: number): Block {
  const rows: Block[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const block of blocks) {
    if (used + INSET + block.width > width) {
      rows.push([]);
      used = -INSET;
    }
    rows.at(-1)?.push(block);
    used += INSET + block.width;
  }
  const widthOf = (row: readonly Block[]): number =>
    row.reduce((sum, block) => sum + block.width, 0) + INSET * (row.length - 1);
  const heightOf = (row: readonly Block[]): number => Math.max(...row.map(({ height }) => height));
  const total = Math.max(0, ...rows.map(widthOf));
  return {
    width: total,
    height: rows.reduce((sum, row) => sum + heightOf(row), 0) + INSET * Math.max(0, rows.length - 1),
    draw(x, y, into) {
      let top = y;
      for (const row of rows) {
        let left = x + (total - widthOf(row)) / 2;
        for (const block of row) {
          block.draw(left, top, into);
          left += block.width + INSET;
        }
        top += heightOf(row) + INSET;
      }
    },
  };
}

/** A text that is no wider than so many pixels. */
export function fitted(text: string, width: number): string {
  const most = Math.max(2, Math.floor(width / CHARACTER));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
