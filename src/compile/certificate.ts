import type { Step } from '../model/step.ts';
import type { GraphBuilderApi } from '../onnx/graph.ts';
import type { CertificateEntry, Certification } from './plan.ts';

interface Scope {
  readonly step: Step;
  readonly certification: Certification;
  readonly ops: Set<string>;
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
      build: (metadata) => builder.build(metadata),
    };
  }

  open(step: Step, certification: Certification): Scope {
    const scope: Scope = { step, certification, ops: new Set() };
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
    return this.#scopes.map(({ step, certification, ops }) => {
      const { exactness, bound } = this.#leastExact(step.origin.path, certification);
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

  #leastExact(path: string, own: Certification): Certification {
    const inside =
      path === '' ? this.#scopes : this.#scopes.filter(({ step }) => step.origin.path.startsWith(`${path}.`));
    return inside.reduce(
      (least, { certification }) =>
        RANKS.indexOf(certification.exactness) > RANKS.indexOf(least.exactness) ? certification : least,
      own,
    );
  }
}

const RANKS = ['bit-exact', 'ulp', 'tolerance'] as const;
