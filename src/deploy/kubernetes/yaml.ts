import { Document, isScalar, parseAllDocuments, visit } from 'yaml';

/** Readers of Kubernetes speak YAML 1.1, in which `on`, `yes` and `1_0` are no texts: such a text is written in quotes. */
const FORM = { version: '1.1', aliasDuplicateObjects: false } as const;
const WIDTH = { lineWidth: 0 } as const;

/** An object as YAML, the same text each time. */
export const yamlOf = (value: unknown): string => new Document(value, FORM).toString(WIDTH);

/** Values and, before each that is named by its path (`a.b`), a comment of one line or more. */
export function commentedYaml(value: unknown, comments: ReadonlyMap<string, string>): string {
  const document = new Document(value, FORM);
  visit(document, {
    Pair(_key, pair, path) {
      const keys = [...path, pair].flatMap((node) =>
        'key' in node && isScalar(node.key) ? [String(node.key.value)] : [],
      );
      const comment = comments.get(keys.join('.'));
      if (comment === undefined || !isScalar(pair.key)) return;
      pair.key.commentBefore = comment.replaceAll(/^/gm, ' ');
    },
  });
  return document.toString(WIDTH);
}

/**
 * Every document of a text, as plain values: of Kubernetes, or, in 1.2, of a person, to whom `on` is a word. Throws an Error
 * that names the place of the first mistake.
 */
export function parseYaml(text: string, version: '1.1' | '1.2' = '1.1'): readonly unknown[] {
  const documents = parseAllDocuments(text, { version });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const [mistake] = document.errors;
    if (mistake) throw mistake;
    // An alias can make a small text a large value.
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    return value === null ? [] : [value];
  });
}
