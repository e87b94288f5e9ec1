/**
 * JMESPath as far as conditions on one record need it (https://jmespath.org/specification.html): identifiers, sub-expressions, indices,
 * slices, literals, comparisons, `&&`, `||`, `!`, pipes and functions. Projections and multi-selects make lists of records, and are
 * refused. Pure.
 */
import { isRecord } from '../../core/record.ts';
import { JMESPATH_FUNCTIONS } from './jmespath-functions.ts';
import { type JmespathToken, jmespathTokens } from './jmespath-tokens.ts';

/** Evaluates an expression on a record. Throws SyntaxError where a function is given what it does not take. */
export type JmespathExpression = (record: unknown) => unknown;

/** Characters of an expression, of which Clarify takes 64; parentheses nest as deep at most. */
const LONGEST = 256;

/** Throws SyntaxError with what is wrong and where. */
export function compileJmespath(text: string): JmespathExpression {
  if (text.length > LONGEST) throw new SyntaxError(`it has ${text.length} characters, ${LONGEST} are read`);
  return new JmespathParser(jmespathTokens(text)).whole();
}

/** What JMESPath takes for no: false, null, and what is empty. */
function isTruthy(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isRecord(value) || Object.keys(value).length > 0;
}

class JmespathParser {
  readonly #tokens: readonly JmespathToken[];
  #at = 0;

  constructor(tokens: readonly JmespathToken[]) {
    this.#tokens = tokens;
  }

  whole(): JmespathExpression {
    const expression = this.#pipe();
    if (this.#next !== undefined) throw this.#unexpected('its end');
    return expression;
  }

  get #next(): JmespathToken | undefined {
    return this.#tokens[this.#at];
  }

  #takes(sign: string): boolean {
    const { kind, text } = this.#next ?? {};
    if (kind !== 'sign' || text !== sign) return false;
    this.#at += 1;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#takes(sign)) throw this.#unexpected(`"${sign}"`);
  }

  #unexpected(wanted: string): SyntaxError {
    const { text = 'its end' } = this.#next ?? {};
    return new SyntaxError(`expected ${wanted}, got ${text}`);
  }

  #pipe(): JmespathExpression {
    let left = this.#or();
    while (this.#takes('|')) {
      const [first, then] = [left, this.#or()];
      left = (record) => then(first(record));
    }
    return left;
  }

  #or(): JmespathExpression {
    let left = this.#and();
    while (this.#takes('||')) {
      const [first, other] = [left, this.#and()];
      left = (record) => {
        const value = first(record);
        return isTruthy(value) ? value : other(record);
      };
    }
    return left;
  }

  #and(): JmespathExpression {
    let left = this.#comparison();
    while (this.#takes('&&')) {
      const [first, other] = [left, this.#comparison()];
      left = (record) => {
        const value = first(record);
        return isTruthy(value) ? other(record) : value;
      };
    }
    return left;
  }

  #comparison(): JmespathExpression {
    const left = this.#unary();
    const comparator = COMPARATORS.find(([sign]) => this.#takes(sign));
    if (comparator === undefined) return left;
    const [, compare] = comparator;
    const right = this.#unary();
    return (record) => compare(left(record), right(record));
  }

  #unary(): JmespathExpression {
    if (!this.#takes('!')) return this.#path();
    const inner = this.#unary();
    return (record) => !isTruthy(inner(record));
  }

  #path(): JmespathExpression {
    let value = this.#primary();
    for (;;) {
      if (this.#takes('.')) {
        const [of, field] = [value, this.#field()];
        value = (record) => field(of(record));
      } else if (this.#takes('[')) {
        const [of, part] = [value, this.#bracket()];
        value = (record) => part(of(record));
      } else return value;
    }
  }

  #field(): JmespathExpression {
    const { kind, text } = this.#next ?? {};
    if (kind !== 'name' || text === undefined) throw this.#unexpected('a name');
    this.#at += 1;
    return fieldOf(text);
  }

  #primary(): JmespathExpression {
    if (this.#takes('@')) return (record) => record;
    if (this.#takes('(')) {
      const inner = this.#pipe();
      this.#expect(')');
      return inner;
    }
    if (this.#takes('[')) return this.#bracket();
    const token = this.#next;
    if (token?.kind === 'value') {
      this.#at += 1;
      return () => token.value;
    }
    if (token?.kind !== 'name') throw this.#unexpected('a name, a literal or "("');
    this.#at += 1;
    return this.#takes('(') ? this.#call(token.text) : fieldOf(token.text);
  }

  #call(name: string): JmespathExpression {
    const callee = JMESPATH_FUNCTIONS.get(name);
    if (callee === undefined)
      throw new SyntaxError(
        `"${name}" is none of its functions ${[...JMESPATH_FUNCTIONS.keys()].join(', ')}`,
      );
    const given: JmespathExpression[] = [];
    if (!this.#takes(')')) {
      do given.push(this.#pipe());
      while (this.#takes(','));
      this.#expect(')');
    }
    return (record) => callee(...given.map((argument) => argument(record)));
  }

  /** An index or a slice, its opening bracket taken. */
  #bracket(): JmespathExpression {
    const bounds: (number | null)[] = [this.#number()];
    while (this.#takes(':')) bounds.push(this.#number());
    const [start = null, end = null, step = null] = bounds;
    if (bounds.length > 3 || (bounds.length === 1 && start === null) || step === 0)
      throw this.#unexpected('an index, or a slice [start:end:step] without 0');
    this.#expect(']');
    if (bounds.length > 1)
      return (value) => (Array.isArray(value) ? sliced(value, start, end, step ?? 1) : null);
    return (value) => (Array.isArray(value) ? (value.at(start ?? 0) ?? null) : null);
  }

  #number(): number | null {
    const token = this.#next;
    if (token?.kind !== 'number') return null;
    this.#at += 1;
    return Number(token.text);
  }
}

const fieldOf =
  (name: string): JmespathExpression =>
  (value) =>
    isRecord(value) && Object.hasOwn(value, name) ? value[name] : null;

/** As Python slices lists. */
function sliced(
  list: readonly unknown[],
  start: number | null,
  end: number | null,
  step: number,
): readonly unknown[] {
  const { length } = list;
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? length : length - 1;
  const placed = (bound: number): number => Math.min(high, Math.max(low, bound < 0 ? bound + length : bound));
  const from = start === null ? (step > 0 ? 0 : length - 1) : placed(start);
  const to = end === null ? (step > 0 ? length : -1) : placed(end);
  const found: unknown[] = [];
  for (let k = from; step > 0 ? k < to : k > to; k += step) found.push(list[k]);
  return found;
}

/** null where values have no order. */
const ordered =
  (holds: (a: number, b: number) => boolean) =>
  (a: unknown, b: unknown): boolean | null =>
    typeof a === 'number' && typeof b === 'number' ? holds(a, b) : null;

const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const COMPARATORS: readonly (readonly [string, (a: unknown, b: unknown) => boolean | null])[] = [
  ['==', isEqual],
  ['!=', (a, b) => !isEqual(a, b)],
  ['<=', ordered((a, b) => a <= b)],
  ['>=', ordered((a, b) => a >= b)],
  ['<', ordered((a, b) => a < b)],
  ['>', ordered((a, b) => a > b)],
];
