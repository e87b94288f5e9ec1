/** Why a class is not read, and what is read in its place; both go on in a refusal. */
export interface UnreadClass {
  readonly found: string;
  readonly wanted: string;
}

const TRANSFORMERS = 'the transformers of docs/transformers.md are';
const ROWS = 'a step that leaves rows out, where every row is to have an answer';
const ORDER = 'a step that looks at other rows, where rows are answered one by one';
const TIME = 'a step that reads dates, which a model has no columns of';
const SAMPLES = 'a sampler, which is left out in a Pipeline of imblearn alone';
const BAGS = 'an ensemble of pipelines with samplers, which no reader is written for';
const PYTHON_TEXT = 'a step whose expression is Python text, which is never run';

const KEYS =
  'a step whose rows are objects or lists of any terms, where a row has columns that are known beforehand';

/** Reasons by library and name of the class. */
const REASONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  category_encoders: {
    HashingEncoder: 'an encoder that hashes the text of cells as Python prints them',
    RankHotEncoder: 'an encoder that no reader is written for',
    SummaryEncoder: 'an encoder that no reader is written for',
    MultivariateEncoder: 'an encoder of several columns at once, which no reader is written for',
    NestedCVWrapper: 'a wrapper that encodes rows of training by their fold',
    PolynomialWrapper: 'a wrapper of an encoder a class, which no reader is written for',
  },
  feature_engine: {
    DropMissingData: ROWS,
    OutlierTrimmer: ROWS,
    RandomSampleImputer: 'a step that draws its numbers from rows of training at random',
    StringSimilarityEncoder: 'a step that compares texts letter by letter (difflib)',
    LagFeatures: ORDER,
    WindowFeatures: ORDER,
    ExpandingWindowFeatures: ORDER,
    DatetimeFeatures: TIME,
    DatetimeSubtraction: TIME,
    DatetimeOrdinal: TIME,
    DecisionTreeFeatures: 'trees over several columns as new columns, which no reader is written for',
    TargetMeanClassifier: 'a predictor that no reader is written for',
    TargetMeanRegressor: 'a predictor that no reader is written for',
    MatchVariables: 'a step that adds and drops columns by name, which a signature says beforehand',
    MatchCategories: 'a step that no reader is written for',
    GeometricWidthDiscretiser: 'a discretiser that no reader is written for',
  },
  imblearn: {
    EasyEnsembleClassifier: BAGS,
    BalancedBaggingClassifier: BAGS,
    RUSBoostClassifier: BAGS,
  },
  sklearn: {
    DictVectorizer: KEYS,
    FeatureHasher: KEYS,
    MultiLabelBinarizer: 'a step whose rows are sets of labels, where a row has a number or a text a column',
    PatchExtractor: 'a step that makes several rows of one, where every row is to have one answer',
  },
  sklearn2pmml: {
    ExpressionTransformer: PYTHON_TEXT,
    ExpressionRegressor: PYTHON_TEXT,
    ExpressionClassifier: PYTHON_TEXT,
    ExpressionClusterer: PYTHON_TEXT,
    RuleSetClassifier: PYTHON_TEXT,
    SelectFirstTransformer: PYTHON_TEXT,
    SelectFirstClassifier: PYTHON_TEXT,
    SelectFirstRegressor: PYTHON_TEXT,
    SeriesLookupTransformer: 'a step around a table of pandas, which no reader is written for',
    DateDomain: TIME,
    DateTimeDomain: TIME,
    DateTimeFormatter: TIME,
    DaysSinceYearTransformer: TIME,
    SecondsSinceMidnightTransformer: TIME,
    SecondsSinceYearTransformer: TIME,
  },
  sklearn_pandas: {
    CategoricalImputer: 'an imputer of releases before 2.0, which no reader is written for',
    FunctionTransformer: 'code around a function, which Plimsoll never runs from a file',
    NumericalTransformer: 'a step that no reader is written for',
  },
};

const SAMPLERS = /^imblearn\.(?:over_sampling|under_sampling|combine)\./;

/** What is wrong with a class that has no reader, by its full name. Pure. */
export function unreadClass(name: string): UnreadClass {
  const library = name.split('.')[0] ?? '';
  const own = Object.hasOwn(REASONS, library) ? REASONS[library] : undefined;
  if (own === undefined)
    return {
      found: 'code of its own, which Plimsoll never runs from a file',
      wanted: 'classes of scikit-learn, and of the libraries of docs/estimators.md, are',
    };
  const short = name.slice(name.lastIndexOf('.') + 1);
  const reason = SAMPLERS.test(name) ? SAMPLES : Object.hasOwn(own, short) ? own[short] : undefined;
  if (library === 'sklearn')
    return {
      found: reason ?? 'one that no reader is written for',
      wanted: 'the estimators of docs/estimators.md are',
    };
  return { found: reason ?? `one of ${library} that no reader is written for`, wanted: TRANSFORMERS };
}
