import type { ModelStep } from '../model/step.ts';
import type { GraphBuilderApi } from '../onnx/graph.ts';
import type { CertificateEntry, StepCertification } from './plan.ts';

interface Scope {
  readonly step: ModelStep;
  readonly certification: StepCertification;
  readonly ops: Set<string>;
  /** Steps that this one is inside of. */
  readonly around: ReadonlySet<Scope>;
}

/** Notes which operators each step emits: nodes belong to the innermost step being compiled. */
export class CertificateScopes {
  /** The builder, with every node noted. */
  readonly recorder: GraphBuilderApi;
  readonly #scopes: Scope[] = [];
  readonly #open: Scope[] = [];

  constructor(builder: GraphBuilderApi) {
    const note = (op: string): void => {
      this.#open.at(-1)?.ops.add(op);
    };
    this.recorder = {
      input: (name, dtype, shape) => builder.input(name, dtype, shape),
      constant: (tensor) => builder.constant(tensor),
      float64: (values, shape) => builder.float64(values, shape),
      float32: (values, shape) => builder.float32(values, shape),
      int64: (values, shape) => builder.int64(values, shape),
      strings: (values, shape) => builder.strings(values, shape),
      add: (op, ...rest) => {
        note(op);
        return builder.add(op, ...rest);
      },
      addMany: (op, ...rest) => {
        note(op);
        return builder.addMany(op, ...rest);
      },
      output: (name, value, dtype, shape) => builder.output(name, value, dtype, shape),
      nested: (name) => builder.nested(name),
      build: (metadata) => builder.build(metadata),
    };
  }

  open(step: ModelStep, certification: StepCertification): Scope {
    const scope: Scope = { step, certification, ops: new Set(), around: new Set(this.#open) };
    this.#scopes.push(scope);
    return scope;
  }

  within<T>(scope: Scope, work: () => T): T {
    this.#open.push(scope);
    try {
      return work();
    } finally {
      this.#open.pop();
    }
  }

  /** One entry a step; a composition is as exact as the least exact of its steps. */
  entries(): CertificateEntry[] {
    return this.#scopes.map((scope) => {
      const { step, certification, ops } = scope;
      const { exactness, bound } = this.#leastExact(scope);
      return {
        path: step.origin.path,
        class: step.origin.class,
        ops: [...ops],
        ...certification,
        exactness,
        bound,
      };
    });
  }

  #leastExact(scope: Scope): StepCertification {
    const rank = ({ exactness }: StepCertification): number => RANKS.indexOf(exactness);
    return this.#scopes
      .filter(({ around }) => around.has(scope))
      .reduce(
        (least, { certification }) => (rank(certification) > rank(least) ? certification : least),
        scope.certification,
      );
  }
}

const RANKS = ['bit-exact', 'ulp', 'tolerance'] as const;
