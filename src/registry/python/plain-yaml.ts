import { messageOf } from '../../core/error-text.ts';

/** Tokens of a text that a person or MLflow writes; the time of the reader grows with their square. */
const TOKENS = 20_000;
/** A file that says nothing but itself, many times over: aliases unfold. */
const ALIASES = 100;

/**
 * YAML of the core schema as plain data. Tags name classes that other readers make: a text with one is refused, as is one with
 * aliases that unfold, a key twice, or too much of it. Throws an Error that says what is wrong.
 */
export async function parsePlainYaml(text: string): Promise<unknown> {
  // A CommonJS package: inside the bundle only its default export is there.
  const { default: yaml } = await import('yaml');
  let tokens = 0;
  for (const _token of new yaml.Lexer().lex(text)) {
    tokens += 1;
    if (tokens > TOKENS) throw new Error(`it has more than ${TOKENS} parts`);
  }
  const document = yaml.parseDocument(text, { schema: 'core' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new Error(messageOf(problem).split('\n')[0]);
  return document.toJS({ maxAliasCount: ALIASES });
}
