import { expect, test } from 'vitest';
import { MONITOR_GRAMMAR, type PolicyGrammar } from '../../api/generated/monitor-grammar.ts';
import { type FieldKind, fieldName, fieldText, fieldValue, kindOf } from './field-value.ts';

const node = (...path: readonly string[]): PolicyGrammar => {
  let found: PolicyGrammar = MONITOR_GRAMMAR;
  for (const key of path) found = found.properties?.[key] ?? {};
  return found;
};

test('each value of the grammar has the field that it is typed into best', () => {
  const kinds: readonly (readonly [FieldKind, readonly string[]])[] = [
    ['flag', ['drift', 'enabled']],
    ['number', ['drift', 'minimumPsi']],
    ['list', ['drift', 'ignore']],
    ['choice', ['drift', 'season']],
    ['text', ['alerts', 'for']],
    ['pairs', ['log', 'redact']],
    ['pairs', ['alerts', 'routes']],
    ['other', ['operations', 'latency']],
  ];
  for (const [kind, path] of kinds) expect([path, kindOf(node(...path))]).toEqual([path, kind]);
});

test('what is typed is what is written, both ways', () => {
  const values: readonly (readonly [readonly string[], string, unknown])[] = [
    [['drift', 'minimumPsi'], '0.2', 0.2],
    [['drift', 'minimumPsi'], 'much', 'much'],
    [['drift', 'ignore'], 'age\nincome, yearly', ['age', 'income, yearly']],
    [['log', 'redact'], 'e=mail = drop', { 'e=mail': 'drop' }],
    [['alerts', 'routes'], 'page = ops, chat', { page: ['ops', 'chat'] }],
    [['alerts', 'for'], '5m', '5m'],
  ];
  for (const [path, text, value] of values) {
    const kind = kindOf(node(...path));
    expect([text, fieldValue(kind, text, node(...path))]).toEqual([text, value]);
    expect(fieldText(kind, value)).toBe(text);
  }
  expect([fieldValue('text', '  ', {}), fieldText('list', undefined)]).toEqual([undefined, '']);
});

test('a key is named as people say it', () => {
  expect(['minimumPsi', 'for', 'maxBytes'].map(fieldName)).toEqual(['Minimum PSI', 'For', 'Max bytes']);
});
