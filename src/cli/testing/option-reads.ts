/**
 * Which names the code behind a command reads, found in its source: declarations, and what they call and import in turn.
 * Names of properties are not resolved by type, so that a name that something else on the way has, too, counts as read.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseAst } from 'vite';

const CLI = resolve(import.meta.dirname, '..');
/** A top-level declaration: its file, its name (`*` for all of the file). */
export interface Declaration {
  readonly file: string;
  readonly name: string;
}

interface Part {
  readonly reads: ReadonlySet<string>;
  readonly uses: readonly Declaration[];
}

const FILES = new Map<string, ReadonlyMap<string, Part>>();

/**
 * Names that these declarations read, with what they lead to. Outside of the command line it is followed as many steps as
 * `depthOutside` says: to what options are handed.
 */
export function namesRead(from: readonly Declaration[], depthOutside: number): ReadonlySet<string> {
  const names = new Set<string>();
  const depths = new Map<string, number>();
  const queue = from.map((one) => ({ ...one, depth: 0 }));
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { file, name } = next;
    const depth = file.startsWith(CLI) ? 0 : next.depth + 1;
    const key = `${file}#${name}`;
    if (depth > depthOutside || (depths.get(key) ?? Number.POSITIVE_INFINITY) <= depth) continue;
    depths.set(key, depth);
    for (const part of partsOf(file, name)) {
      for (const read of part.reads) names.add(read);
      for (const use of part.uses) queue.push({ ...use, depth });
    }
  }
  return names;
}

function partsOf(file: string, name: string): readonly Part[] {
  const parts = FILES.get(file) ?? parsed(file);
  FILES.set(file, parts);
  if (name === '*') return [...parts.values()];
  const part = parts.get(name);
  return part === undefined ? [] : [part];
}

/** A node of ESTree, as far as it is looked at here. */
interface SyntaxNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const childrenOf = (node: SyntaxNode): readonly SyntaxNode[] => Object.values(node).flat().filter(isNode);

const nodeIn = (node: SyntaxNode, key: string): SyntaxNode | null => {
  const value = node[key];
  return isNode(value) ? value : null;
};

const textIn = (node: SyntaxNode | null, key: 'name' | 'value'): string => String(node?.[key] ?? '');

function parsed(file: string): ReadonlyMap<string, Part> {
  const program: object = parseAst(readFileSync(file, 'utf8'), { lang: 'ts' });
  const statements = isNode(program) ? childrenOf(program) : [];
  const imported = new Map<string, Declaration>();
  const nodes = new Map<string, SyntaxNode>();
  for (const statement of statements) {
    if (statement.type === 'ImportDeclaration') readImports(statement, file, imported);
    else for (const [name, node] of declaredBy(statement)) nodes.set(name, node);
  }
  const scope = (name: string): Declaration | undefined =>
    nodes.has(name) ? { file, name } : imported.get(name);
  return new Map([...nodes].map(([name, node]) => [name, partOf(node, file, scope)]));
}

function declaredBy(statement: SyntaxNode): readonly (readonly [string, SyntaxNode])[] {
  const declaration = nodeIn(statement, 'declaration') ?? statement;
  if (declaration.type.startsWith('TS')) return [];
  if (declaration.type !== 'VariableDeclaration')
    return [[textIn(nodeIn(declaration, 'id'), 'name') || `at ${String(statement['start'])}`, declaration]];
  return childrenOf(declaration).map((one) => [textIn(nodeIn(one, 'id'), 'name'), one]);
}

function readImports(statement: SyntaxNode, file: string, imported: Map<string, Declaration>): void {
  const target = fileAt(nodeIn(statement, 'source'), file);
  if (target === null) return;
  for (const one of childrenOf(statement))
    if (one.type === 'ImportSpecifier')
      imported.set(textIn(nodeIn(one, 'local'), 'name'), {
        file: target,
        name: textIn(nodeIn(one, 'imported'), 'name'),
      });
}

function fileAt(specifier: SyntaxNode | null, file: string): string | null {
  const text = textIn(specifier, 'value');
  const path = join(dirname(file), text);
  return text.startsWith('.') && path.endsWith('.ts') && existsSync(path) ? path : null;
}

function partOf(root: SyntaxNode, file: string, scope: (name: string) => Declaration | undefined): Part {
  const reads = new Set<string>();
  const uses: Declaration[] = [];
  const walk = (node: SyntaxNode, above: readonly SyntaxNode[]): void => {
    if (node.type.startsWith('TSType') || node.type === 'TSInterfaceDeclaration') return;
    for (const read of readBy(node)) reads.add(read);
    const use = node.type === 'Identifier' ? scope(textIn(node, 'name')) : undefined;
    if (use !== undefined) uses.push(use);
    const target = node.type === 'ImportExpression' ? fileAt(nodeIn(node, 'source'), file) : null;
    if (target !== null) for (const name of namesTaken(above)) uses.push({ file: target, name });
    for (const child of childrenOf(node)) walk(child, [node, ...above]);
  };
  walk(root, []);
  return { reads, uses };
}

/** `.key` (with the name before it, too), `{ key }` and `{ key: other }` of what is taken apart, and a name in quotes. */
function readBy(node: SyntaxNode): readonly string[] {
  if (node.type === 'MemberExpression') {
    const name = textIn(nodeIn(node, 'property'), 'name');
    return [name, `${textIn(nodeIn(node, 'object'), 'name')}.${name}`];
  }
  if (node.type === 'Literal' && typeof node['value'] === 'string') return [node['value']];
  return node.type === 'ObjectPattern' ? keysOf(node) : [];
}

const keysOf = (pattern: SyntaxNode): readonly string[] =>
  childrenOf(pattern).map((property) => textIn(nodeIn(property, 'key'), 'name'));

/** Of `const { a } = await import()` and `(await import()).a` what is taken, else all. */
function namesTaken(above: readonly SyntaxNode[]): readonly string[] {
  const taker = above.find(({ type }) => type !== 'AwaitExpression' && type !== 'ParenthesizedExpression');
  if (taker?.type === 'MemberExpression') return [textIn(nodeIn(taker, 'property'), 'name')];
  const pattern = taker?.type === 'VariableDeclarator' ? nodeIn(taker, 'id') : null;
  return pattern?.type === 'ObjectPattern' ? keysOf(pattern) : ['*'];
}
