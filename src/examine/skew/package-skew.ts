/** What other releases of NumPy, pandas, SciPy and Python make of a file, by the names in it (`measured.ts` for how). Pure. */
import { type SkewFinding, type SkewSubject, seenText } from './finding.ts';

interface NameRule extends Omit<SkewFinding, 'seen'> {
  readonly name: RegExp;
  /** Names that are there as well. */
  readonly beside?: RegExp;
}

const RULES: readonly NameRule[] = [
  {
    name: /^numpy\._core\.(?!numeric\.)/,
    ...{ level: 'breaks', where: 'NumPy 1.23.5 and older' },
    what: 'It does not load: the module is called numpy.core there (ModuleNotFoundError: No module named numpy._core)',
  },
  {
    name: /^numpy\._core\.numeric\./,
    ...{ level: 'breaks', where: 'every NumPy 1 (1.26.4 and older)' },
    what: 'It does not load: NumPy 2 wrote it with protocol 5 (ModuleNotFoundError: No module named numpy._core.numeric)',
  },
  {
    name: /^numpy\.random\._(?:mt19937|pcg64|philox|sfc64)\.\w+$/,
    ...{ beside: /^numpy\.random\._pickle\.__bit_generator_ctor$/ },
    ...{ level: 'breaks', where: 'every NumPy 1 (1.26.4 and older)' },
    what: 'It does not load: NumPy 2 writes random generators by their class (ValueError: is not a known BitGenerator module)',
  },
  {
    name: /^numpy\.random\._pickle\.__bit_generator_ctor$/,
    ...{ beside: /^numpy\.random\._pickle\.__randomstate_ctor$/ },
    ...{ level: 'breaks', where: 'NumPy 1.23.5 and older' },
    what: 'It does not load: random generators are made otherwise (TypeError: __randomstate_ctor() takes from 0 to 1 positional arguments)',
  },
  {
    name: /^numpy\.core\./,
    ...{ level: 'warns', where: 'NumPy 2 and newer' },
    what: 'It loads, and warns: numpy.core has been renamed to numpy._core (DeprecationWarning)',
  },
  {
    name: /\.numeric\._frombuffer$/,
    ...{ level: 'breaks', where: 'Python 3.7 and older' },
    what: 'It does not load: it is a pickle of protocol 5 (ValueError: unsupported pickle protocol: 5)',
  },
  {
    name: /^pandas\.core\.indexes\.numeric\./,
    ...{ level: 'breaks', where: 'pandas 2.0 and newer' },
    what: 'It does not load: indexes of numbers have no class of their own any more (ModuleNotFoundError: No module named pandas.core.indexes.numeric)',
  },
  {
    name: /^pandas\._libs\.internals\._unpickle_block$/,
    ...{ level: 'breaks', where: 'pandas 1.2 and older' },
    what: 'It does not load: blocks of frames are made otherwise (AttributeError: _unpickle_block)',
  },
];

export const packageSkew = ({ find }: SkewSubject): readonly SkewFinding[] =>
  RULES.flatMap(({ name, beside, ...finding }) => {
    const seen = find(name);
    if (seen === null || (beside !== undefined && find(beside) === null)) return [];
    return [{ ...finding, seen: seenText(seen) }];
  });
