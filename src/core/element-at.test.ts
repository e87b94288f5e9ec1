import { describe, expect, it } from 'vitest';
import { elementAt, elementWhere, lastOf, valueInMap, valueOfKey } from './element-at.ts';

describe('an element', () => {
  it('is answered, whatever it is', () => {
    expect(elementAt(['a', 'b'], 1)).toBe('b');
    expect(elementAt([null, 'b'], 0)).toBe(null);
    expect(elementAt(Float64Array.of(0, Number.NaN), 1)).toBe(Number.NaN);
  });

  it.each([-1, 2, 0.5, Number.NaN])('is refused at the index %d of two, naming both', (index) => {
    expect(() => elementAt(['a', 'b'], index)).toThrow(
      new RangeError(`there is no element ${index}: the list has 2`),
    );
  });
});

describe('a value', () => {
  it('is answered by its key, also where it is null', () => {
    expect(valueOfKey({ a: 1 }, 'a')).toBe(1);
    expect(valueOfKey({ a: null }, 'a')).toBe(null);
  });

  it.each(['b', 'toString', '__proto__'])('is refused where the key is %s and not its own', (key) => {
    expect(() => valueOfKey({ a: 1 }, key)).toThrow(new RangeError(`there is no key "${key}" in the record`));
  });
});

describe('an element that is looked for', () => {
  it('is the last, or the first that fits', () => {
    expect(lastOf([1, 2, 3])).toBe(3);
    expect(elementWhere([1, 2, 3], (value) => value > 1)).toBe(2);
  });

  it('is refused where there is none', () => {
    expect(() => lastOf([])).toThrow(new RangeError('there is no element -1: the list has 0'));
    expect(() => elementWhere([1, 2], (value) => value > 2)).toThrow(
      new RangeError('none of the 2 elements fits'),
    );
  });
});

describe('a value of a map', () => {
  it('is answered by its key, also where it is null', () => {
    expect(valueInMap(new Map([['a', null]]), 'a')).toBe(null);
  });

  it('is refused where there is no such key, naming it', () => {
    expect(() => valueInMap(new Map([['a', 1]]), 'b')).toThrow(
      new RangeError('there is no key b in the map'),
    );
  });
});
