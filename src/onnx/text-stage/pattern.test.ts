import { describe, expect, test } from 'vitest';
import { rewriteOf, textPattern } from './pattern.ts';

const replaced = (text: string, pattern: string, by = '_'): string =>
  text.replaceAll(textPattern(pattern, 'g')?.expression ?? /never(?!)/g, by);

describe('a pattern of RE2', () => {
  test.each([
    // What TextVectorization strips.
    [`[!"#$%&()\\*\\+,-\\./:;<=>?@\\[\\\\\\]^_\`{|}~\\']`, `a-b [c] 'd' {e}\\`, 'a_b _c_ _d_ _e__'],
    ['<br />', 'one<br />two', 'one_two'],
    ['[aeiou]+', 'beautiful', 'b_t_f_l'],
    ['\\s', 'a\tb\vc', 'a_b\vc'],
    ['\\W+', 'naïve text', 'na_ve_text'],
    ['[[:punct:]]', 'a.b~c', 'a_b_c'],
    ['[^a-z0-9]+', 'A b-c', '_b_c'],
    ['(foo|ba[rz])', 'foo bar baz', '_ _ _'],
    ['^\\s+|\\s+$', '  a b ', '_a b_'],
    ['x{2,3}', 'x xx xxxx', 'x _ _x'],
    ['.', 'a😀\n', '__\n'],
    // Ranges as TensorFlow 2.21 has them.
    ['[\\s-x]', 'yA- x\t', 'yA____'],
    ['[a[-z]', 'ab[-~_z', '___-~__'],
    ['[\\w-z]', '-a`~', '__`~'],
    ['[^^-z]', 'a-^`_/', 'a_^`__'],
    ['[a-c-e]', 'abcde-', '___d__'],
    ['[%--]', "a&'-.", 'a___.'],
    ['[[:alpha:]-~]', 'a-0~', '__0_'],
  ])('is read: %s', (pattern, text, wanted) => {
    expect(replaced(text, pattern)).toBe(wanted);
  });

  test.each([
    ['repeats a group', '(a+)+'],
    ['repeats a choice', '(?:a|aa)*b'],
    ['repeats without end three times', '\\s*a\\s*b\\s*c'],
    ['repeats what repeats', 'a**'],
    ['matches the empty text', 'x*'],
    ['matches between characters too', 'a|\\b'],
    ['has two ways at each of many places', `${'(?:a|a)'.repeat(24)}[bc]`],
    ['leaves out each of many characters', `${'a?'.repeat(30)}${'a'.repeat(30)}`],
    ['has flags', '(?i)abc'],
    ['looks around', 'a(?=b)'],
    ['refers to a group', '(a)\\1'],
    ['names a class of Unicode', '\\pL'],
    ['repeats too often', 'a{100000}'],
    ['is not closed', '[abc'],
    ['has a range that runs backwards', '[z-a]'],
    ['nests deeply', `${'('.repeat(50)}a${')'.repeat(50)}`],
    ['is long', 'a'.repeat(5000)],
  ])('is refused that %s', (_what, pattern) => {
    expect(textPattern(pattern, 'g')).toBeNull();
  });

  test('takes time in proportion to a text, or short texts', () => {
    const counted = ['[ a]{999}b', '[ a]+a{1,999}', `${'[ a]'.repeat(400)}b`, '( | )( | )(a|a)b'];
    for (const pattern of ['a+', '[^a]*b', '(a|b)c+', '(\\s+)$', 'a*b', ...counted]) {
      const known = textPattern(pattern, 'g');
      expect(known?.maxLength, pattern).toBeGreaterThan(0);
      const started = performance.now();
      ' a'.repeat((known?.maxLength ?? 0) / 2).replaceAll(known?.expression ?? /$/g, '');
      expect(performance.now() - started, pattern).toBeLessThan(2000);
    }
    expect(textPattern('a*b', 'g')?.maxLength).toBe(10_000);
    expect(textPattern('(a+)$', 'g')?.maxLength).toBe(10_000);
    expect(textPattern('[a-z]+', 'g')?.maxLength).toBe(4_000_000);
  });
});

test('what stands for a match names groups', () => {
  expect(rewriteOf('\\2-\\1\\\\')?.(['ab', 'a', 'b'])).toBe('b-a\\');
  expect(rewriteOf('\\x')).toBeNull();
});
