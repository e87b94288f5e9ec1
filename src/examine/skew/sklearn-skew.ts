/** What other releases of scikit-learn make of a file. Pure. */
import type { NamedGlobal } from '../../model/description.ts';
import { type SkewFinding, type SkewSubject, seenText } from './finding.ts';
import { LIMITED_NAMES, type LimitedName, MEASURED } from './measured.ts';

type Rule = (subject: SkewSubject) => readonly SkewFinding[];

export const sklearnSkew: Rule = (subject) =>
  [limitedNames, movedModules, ownJoblib, treeNodes, monotonicTrees, otherRelease].flatMap((rule) =>
    rule(subject),
  );

const limitedNames: Rule = ({ find }) => {
  const told = new Set<string>();
  return LIMITED_NAMES.flatMap((limited) => {
    const seen = find(limited.name);
    if (seen === null || told.has(seenText(seen))) return [];
    told.add(seenText(seen));
    return lacking(limited, seen);
  });
};

/** The measured releases on either side of those that have a name. */
function lacking({ from, to, what }: LimitedName, seen: NamedGlobal): readonly SkewFinding[] {
  const older = MEASURED[MEASURED.indexOf(from) - 1];
  const newer = MEASURED[MEASURED.indexOf(to) + 1];
  const sides = [
    ...(older === undefined ? [] : [`${older} and older`]),
    ...(newer === undefined ? [] : [`${newer} and newer`]),
  ];
  return sides.map((side) => ({
    level: 'breaks',
    where: `scikit-learn ${side}`,
    what: `It does not load: ${what} is not there (ModuleNotFoundError or AttributeError)`,
    seen: seenText(seen),
  }));
}

/** Modules that were given an underscore in 0.22; the old names went with 0.24. */
const OLD_MODULE =
  /^sklearn\.(?:cluster|covariance|cross_decomposition|decomposition|ensemble|feature_selection|linear_model|mixture|neighbors|neural_network|preprocessing|svm|tree)\.[a-z]\w*\.\w/;

const movedModules: Rule = ({ find }) => {
  const seen = find(OLD_MODULE);
  if (seen === null) return [];
  const what = `It does not load: the module ${seen.module} was renamed in 0.22 (ModuleNotFoundError)`;
  return [{ level: 'breaks', where: 'scikit-learn 0.24 and newer', what, seen: seenText(seen) }];
};

const ownJoblib: Rule = ({ find }) => {
  const seen = find(/^sklearn\.externals\.(?:joblib|six)\b/);
  if (seen === null) return [];
  const what = 'It does not load: scikit-learn no longer brings its own copy of joblib (ModuleNotFoundError)';
  return [{ level: 'breaks', where: 'scikit-learn 0.23 and newer', what, seen: seenText(seen) }];
};

const TREE = /^sklearn\.tree\._?tree\.Tree$/;

const before = ({ release }: SkewSubject, minor: number): boolean =>
  release !== null && (release[0] < 1 || (release[0] === 1 && release[1] < minor));

/** `missing_go_to_left` came to the record of a node with 1.3 (sklearn/tree/_tree.pyx, `_check_node_ndarray`). */
const treeNodes: Rule = (subject) => {
  const seen = subject.find(TREE);
  if (seen === null || subject.release === null) return [];
  const isOld = before(subject, 3);
  return [
    {
      level: 'breaks',
      where: isOld ? 'scikit-learn 1.3 and newer' : 'scikit-learn 1.2 and older',
      what: `It does not load: a node of a tree ${isOld ? 'lacks' : 'has'} the field missing_go_to_left (ValueError: node array from the pickle has an incompatible dtype)`,
      seen: `${seenText(seen)}, written by ${subject.version}`,
    },
  ];
};

/** An attribute that `predict` reads since 1.4. */
const monotonicTrees: Rule = (subject) => {
  const seen = subject.find(TREE);
  if (seen === null || before(subject, 3) || !before(subject, 4)) return [];
  return [
    {
      level: 'breaks',
      where: 'scikit-learn 1.4 and newer',
      what: 'It loads, and does not predict: its trees have no attribute monotonic_cst (AttributeError)',
      seen: `${seenText(seen)}, written by ${subject.version}`,
    },
  ];
};

const otherRelease: Rule = ({ version }) =>
  version === null
    ? []
    : [
        {
          level: 'warns',
          where: `scikit-learn other than ${version}`,
          what: 'It warns that the file is of another release and may break or answer otherwise (InconsistentVersionWarning since 1.3)',
          seen: `_sklearn_version is ${version}`,
        },
      ];
