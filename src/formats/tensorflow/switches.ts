import { PlimsollError } from '../../core/errors.ts';
import { edgeOf } from './edge.ts';
import type { NodeDef, NodeIndex } from './graph-def.ts';

/**
 * Control flow of TensorFlow 1, where branches and loops are nodes like others (tensorflow/core/ops/control_flow_ops.cc): `Switch`
 * passes its value on to one of two outputs, `Merge` takes whichever of its inputs there is. In a loop each value enters by
 * `Enter`, turns round by `Merge`, `Switch` and `NextIteration` while `LoopCond` holds, and leaves by `Exit`.
 */

/** A branch that a value is in: of which condition, on which side, and inside which other branch. */
interface Branch {
  /** Edge that holds the condition. */
  readonly test: string;
  readonly side: 0 | 1;
  readonly outer: Branch | null;
  readonly depth: number;
}

/** What a `Merge` chooses between. */
export interface Selection {
  readonly test: string;
  /** Edges of the two values: where the condition does not hold, where it does. */
  readonly sides: readonly [string, string];
  /** Edges outside the branches that the values are made of, and the nodes that let them in. */
  readonly entries: BranchEntries;
}

interface BranchEntries {
  readonly edges: readonly string[];
  readonly switches: readonly NodeDef[];
}

/** A value that turns carry on. */
export interface LoopVariable {
  readonly enter: NodeDef;
  readonly merge: NodeDef;
  readonly switch: NodeDef;
  /** Edge of its value after a turn. */
  readonly next: string;
  /** Whether turns give it back as it came. */
  readonly isFixed: boolean;
}

/** A loop, by the nodes that are its borders. */
export interface WhileFrame {
  /** Edge of its condition. */
  readonly test: string;
  readonly variables: readonly LoopVariable[];
  /** All nodes by which values come in. */
  readonly enters: readonly NodeDef[];
  /** Nodes by which values leave, by the `Switch` before them. */
  readonly exits: ReadonlyMap<string, readonly NodeDef[]>;
}

const MAX_DEPTH = 32;
const SWITCHES: ReadonlySet<string> = new Set(['Switch', 'RefSwitch']);
const MERGES: ReadonlySet<string> = new Set(['Merge', 'RefMerge']);
const EXITS: ReadonlySet<string> = new Set(['Exit', 'RefExit']);
const ENTERS: ReadonlySet<string> = new Set(['Enter', 'RefEnter']);
const NEXT: ReadonlySet<string> = new Set(['NextIteration', 'RefNextIteration']);
/** Passes on what it reads. */
const SAME = 'Identity';

/** Whether a node takes whichever of its inputs there is. */
export const isMerge = ({ op }: NodeDef): boolean => MERGES.has(op);
/** Whether a value leaves a loop by a node. */
export const isExit = ({ op }: NodeDef): boolean => EXITS.has(op);

/** Branches and loops among the nodes of one graph, found out where something asks for them. */
export class SwitchGraph {
  readonly #nodes: NodeIndex;
  readonly #branches = new Map<string, Branch | null>();
  readonly #selections = new Map<string, Selection>();
  readonly #frames = new Map<string, WhileFrame>();
  #readers: ReadonlyMap<string, readonly NodeDef[]> | null = null;

  constructor(nodes: NodeIndex) {
    this.#nodes = nodes;
  }

  /** What a `Merge` outside loops chooses by. */
  selection(merge: NodeDef): Selection {
    const selection = this.#selections.get(merge.name) ?? this.#selectionOf(merge);
    this.#selections.set(merge.name, selection);
    return selection;
  }

  #selectionOf(merge: NodeDef): Selection {
    const [first, second, ...others] = dataOf(merge);
    if (first === undefined || second === undefined || others.length > 0)
      throw invalid(merge.name, `a Merge of ${dataOf(merge).length} values`, 'two branches');
    const [a, b] = [this.#branchOf(first), this.#branchOf(second)];
    const deeper = (a?.depth ?? 0) >= (b?.depth ?? 0) ? a : b;
    if (deeper === null) throw invalid(merge.name, 'a Merge of values that no Switch made', 'two branches');
    const other = deeper === a ? b : a;
    const isOtherSide =
      other?.depth === deeper.depth && other.test === deeper.test && other.side !== deeper.side;
    // The two part at the condition; of what lies around it one side may know less.
    if (!isIn(deeper.outer, isOtherSide ? other.outer : other))
      throw invalid(merge.name, 'a Merge of values of one branch', 'both branches of one condition');
    const firstSide = deeper === a ? deeper.side : 1 - deeper.side;
    const sides: Selection['sides'] = firstSide === 0 ? [first, second] : [second, first];
    return { test: deeper.test, sides, entries: this.#entries(deeper.test, sides) };
  }

  #entries(test: string, sides: Selection['sides']): BranchEntries {
    const edges = new Set<string>();
    const switches = new Set<NodeDef>();
    const seen = new Set<string>();
    const open: string[] = [...sides];
    for (let edge = open.pop(); edge !== undefined; edge = open.pop()) {
      if (seen.has(edge)) continue;
      seen.add(edge);
      const node = this.#nodes.get(edgeOf(edge).name);
      if (node !== undefined && SWITCHES.has(node.op) && this.#testOf(node) === test) {
        switches.add(node);
        edges.add(node.inputs[0] ?? '');
      } else if (node !== undefined && isWithin(this.#branchOf(edge), test)) open.push(...this.#readBy(node));
      else edges.add(edge);
    }
    return { edges: [...edges], switches: [...switches] };
  }

  /** Edges that a node reads in its own graph: of the end of a loop what enters it. */
  #readBy(node: NodeDef): readonly string[] {
    return EXITS.has(node.op) ? this.frame(node).enters.map(({ inputs }) => inputs[0] ?? '') : dataOf(node);
  }

  /** The loop that a node leaves. */
  frame(exit: NodeDef): WhileFrame {
    const { node: last } = this.#source(exit.inputs[0] ?? '');
    if (last === undefined || !SWITCHES.has(last.op))
      throw invalid(exit.name, 'an Exit that follows no Switch', 'the Switch of a loop');
    const { node: condition } = this.#source(last.inputs[1] ?? '');
    if (condition?.op !== 'LoopCond')
      throw invalid(exit.name, 'a loop without LoopCond', 'a condition of the loop');
    const known = this.#frames.get(condition.name);
    if (known !== undefined) return known;
    const frame = this.#frameOf(condition);
    this.#frames.set(condition.name, frame);
    return frame;
  }

  #frameOf(condition: NodeDef): WhileFrame {
    const readers = this.#readersOf(condition.name);
    const switches = readers.filter(
      ({ op, inputs }) => SWITCHES.has(op) && edgeOf(inputs[1] ?? '').name === condition.name,
    );
    const variables = switches.map((each) => this.#variable(each));
    const name = frameName(variables[0]?.enter);
    const enters = [...this.#nodes.values()].filter(
      (node) => ENTERS.has(node.op) && frameName(node) === name,
    );
    const exits = new Map(
      switches.map((each) => [each.name, this.#readersOf(each.name).filter(({ op }) => EXITS.has(op))]),
    );
    return { test: condition.inputs[0] ?? '', variables, enters, exits };
  }

  #variable(switched: NodeDef): LoopVariable {
    const { node: merge } = this.#source(switched.inputs[0] ?? '');
    const sources =
      merge === undefined || !MERGES.has(merge.op)
        ? []
        : dataOf(merge).map((edge) => this.#source(edge).node);
    const enter = sources.find((node) => node !== undefined && ENTERS.has(node.op));
    const next = sources.find((node) => node !== undefined && NEXT.has(node.op));
    if (merge === undefined || enter === undefined || next === undefined)
      throw invalid(
        switched.name,
        'a loop whose values do not come round',
        'Enter, Merge, Switch and NextIteration',
      );
    const [value = ''] = next.inputs;
    const isFixed = this.#source(value).edge === `${switched.name}:1`;
    return { enter, merge, switch: switched, next: value, isFixed };
  }

  #readersOf(name: string): readonly NodeDef[] {
    this.#readers ??= readersIn(this.#nodes);
    return this.#readers.get(name) ?? [];
  }

  /** The node behind an edge, past those that pass on what they read. */
  #source(edge: string): { readonly node: NodeDef | undefined; readonly edge: string } {
    let at = edge;
    const seen = new Set<string>();
    for (let node = this.#nodes.get(edgeOf(at).name); node?.op === SAME && !seen.has(node.name); ) {
      seen.add(node.name);
      at = node.inputs[0] ?? '';
      node = this.#nodes.get(edgeOf(at).name);
    }
    return { node: this.#nodes.get(edgeOf(at).name), edge: at };
  }

  /** The edge that a Switch chooses by, or null of one that a loop chooses by. */
  #testOf(switched: NodeDef): string | null {
    const { node, edge } = this.#source(switched.inputs[1] ?? '');
    if (node?.op === 'LoopCond') return null;
    const { name, index } = edgeOf(edge);
    return index === 0 ? name : `${name}:${index}`;
  }

  /** The branch that a value is in. */
  #branchOf(edge: string): Branch | null {
    const { name, index } = edgeOf(edge.replace('^', ''));
    const node = this.#nodes.get(name);
    if (node === undefined) return null;
    const inner = this.#branchOfNode(node);
    if (!SWITCHES.has(node.op)) return inner;
    const test = this.#testOf(node);
    if (test === null || edge.startsWith('^')) return inner;
    const depth = (inner?.depth ?? 0) + 1;
    if (depth > MAX_DEPTH)
      throw invalid(name, `branches nested more than ${MAX_DEPTH} deep`, 'branches that end');
    return { test, side: index === 0 ? 0 : 1, outer: inner, depth };
  }

  /** The innermost branch that any input of a node is in. Nodes wait on a list: nothing recurses. */
  #branchOfNode(wanted: NodeDef): Branch | null {
    const known = this.#branches;
    const stack: NodeDef[] = [wanted];
    const open = new Set<string>();
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const sources = this.#pathsTo(node);
      const waiting = sources.flatMap((edge) => {
        const source = this.#nodes.get(edgeOf(edge.replace('^', '')).name);
        return source === undefined || known.has(source.name) || open.has(source.name) ? [] : [source];
      });
      if (known.has(node.name) || waiting.length === 0) {
        if (!known.has(node.name)) known.set(node.name, this.#innermost(node, sources));
        stack.pop();
        continue;
      }
      open.add(node.name);
      stack.push(...waiting);
    }
    return known.get(wanted.name) ?? null;
  }

  /** Inputs by which a node comes to be: values come round in loops, which is none. */
  #pathsTo(node: NodeDef): readonly string[] {
    return MERGES.has(node.op)
      ? dataOf(node).filter((edge) => !NEXT.has(this.#source(edge).node?.op ?? ''))
      : node.inputs;
  }

  #innermost(node: NodeDef, sources: readonly string[]): Branch | null {
    const branches = sources.map((edge) => this.#knownBranch(edge));
    const deepest = branches.reduce<Branch | null>(
      (best, branch) => ((branch?.depth ?? 0) > (best?.depth ?? 0) ? branch : best),
      null,
    );
    return MERGES.has(node.op) && sources.length > 1 ? (deepest?.outer ?? null) : deepest;
  }

  #knownBranch(edge: string): Branch | null {
    const { name } = edgeOf(edge.replace('^', ''));
    return this.#branches.has(name) ? this.#branchOf(edge) : null;
  }
}

/** Nodes by the names of those that they read. */
function readersIn(nodes: NodeIndex): ReadonlyMap<string, readonly NodeDef[]> {
  const readers = new Map<string, NodeDef[]>();
  for (const node of nodes.values())
    for (const name of new Set(dataOf(node).map((edge) => edgeOf(edge).name))) {
      const known = readers.get(name);
      if (known === undefined) readers.set(name, [node]);
      else known.push(node);
    }
  return readers;
}

const dataOf = ({ inputs }: NodeDef): string[] => inputs.filter((input) => !input.startsWith('^'));

function frameName(node: NodeDef | undefined): string | null {
  const attr = node?.attrs.get('frame_name');
  return attr?.kind === 'text' ? attr.value : null;
}

function isWithin(branch: Branch | null, test: string): boolean {
  for (let at = branch; at !== null; at = at.outer) if (at.test === test) return true;
  return false;
}

/** Whether a branch is another, or inside it; `null` is outside all. */
function isIn(branch: Branch | null, around: Branch | null): boolean {
  let at = branch;
  while (at !== null && at.depth > (around?.depth ?? 0)) at = at.outer;
  while (at !== null && around !== null && at.test === around.test && at.side === around.side)
    [at, around] = [at.outer, around.outer];
  return at === around;
}

const invalid = (path: string, found: string, wanted: string): PlimsollError =>
  new PlimsollError('MODEL_INVALID', {
    path,
    class: 'TensorFlow graph',
    offset: 0,
    field: 'graph',
    found,
    wanted,
  });
