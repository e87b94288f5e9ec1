import type { DType } from '../../model/tensor.ts';
import { rewriteOf, textPattern } from './pattern.ts';

/**
 * What is computed of texts before a graph runs, where ONNX has no operator for it: replacing patterns, splitting. A graph takes the
 * result as an input, whose name says what it is computed from, so that the graph alone tells all that it needs.
 */
export type TextExpression =
  /** An input of the model. */
  | string
  | { readonly op: 'lower' | 'upper'; readonly of: TextExpression; readonly ascii: boolean }
  | { readonly op: 'strip'; readonly of: TextExpression }
  | {
      readonly op: 'replace';
      readonly of: TextExpression;
      readonly pattern: string;
      readonly rewrite: string;
      readonly all: boolean;
    }
  /** Characters from one place on; a negative one is counted from the end. */
  | { readonly op: 'substring'; readonly of: TextExpression; readonly start: number; readonly size: number }
  /** Words of each text: at a separator, or at white space; `any`: at any of the characters. Rows of one length, filled up. */
  | { readonly op: 'split'; readonly of: TextExpression; readonly by: string; readonly any: boolean }
  /** How many words each text has. */
  | { readonly op: 'count'; readonly of: TextExpression }
  | { readonly op: 'length'; readonly of: TextExpression; readonly unit: 'bytes' | 'characters' }
  | {
      readonly op: 'number';
      readonly of: TextExpression;
      readonly dtype: 'float32' | 'float64' | 'int32' | 'int64';
    };

const PREFIX = 'plimsoll.text ';
const MAX_DEPTH = 32;

/** The name of the input of a graph that takes what an expression gives. */
export const textInputName = (expression: TextExpression): string => PREFIX + JSON.stringify(expression);

const isTextInput = (name: string): boolean => name.startsWith(PREFIX);

/** What the input of a graph is computed from; null where its name does not say so. */
export function textExpressionOf(name: string): TextExpression | null {
  if (!isTextInput(name)) return null;
  try {
    const expression: unknown = JSON.parse(name.slice(PREFIX.length));
    return isExpression(expression, 0) ? expression : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Type of what an expression gives. */
export function textDType(expression: TextExpression): DType {
  if (typeof expression === 'string') return 'string';
  switch (expression.op) {
    case 'count':
      return 'int64';
    case 'length':
      return 'int32';
    case 'number':
      return expression.dtype;
    default:
      return 'string';
  }
}

/** Names come with files: what they say is checked like everything else. */
function isExpression(value: unknown, depth: number): value is TextExpression {
  if (typeof value === 'string') return true;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return false;
  const { op, of, by, pattern, rewrite, all, dtype, start, size } = value as Readonly<
    Record<string, unknown>
  >;
  if (typeof op !== 'string' || !isExpression(of, depth + 1)) return false;
  if (op === 'replace')
    return (
      typeof pattern === 'string' &&
      typeof rewrite === 'string' &&
      rewriteOf(rewrite) !== null &&
      textPattern(pattern, all === true ? 'g' : '') !== null
    );
  if (op === 'substring')
    return Number.isSafeInteger(start) && Number.isSafeInteger(size) && Number(size) >= 0;
  if (op === 'split') return typeof by === 'string';
  if (op === 'number') return ['float32', 'float64', 'int32', 'int64'].includes(String(dtype));
  return ['lower', 'upper', 'strip', 'count', 'length'].includes(op);
}
