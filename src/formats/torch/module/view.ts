import type { PlimsollError } from '../../../core/errors.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import type { AtenGraph } from '../aten/graph.ts';
import { type AtenTensor, type AtenValue, describeAten, isValue } from '../aten/value.ts';

/** A module in another one, by its name there. */
export interface NamedModule {
  readonly name: string;
  readonly module: ModuleView;
}

/** A module of torch: attributes, parameters and buffers, and the modules in it. */
export abstract class ModuleView {
  /** `encoder.layers.0`; empty for the outermost. */
  readonly path: string;
  /** `torch.nn.modules.linear.Linear`. */
  readonly className: string;
  /** Where the file has it. */
  readonly offset: number;

  constructor(path: string, className: string, offset: number) {
    this.path = path;
    this.className = className;
    this.offset = offset;
  }

  /** An attribute as operators take it; undefined where there is none. */
  abstract value(name: string): AtenValue | undefined;
  /** A parameter or a buffer; null where it is none, or None. */
  abstract tensor(name: string, g: AtenGraph): AtenTensor | null;
  abstract children(): readonly NamedModule[];
  /** Whether an attribute is there, and not None. */
  abstract has(name: string): boolean;
  /** The name of a function that an attribute is; null where it is none. */
  abstract functionName(name: string): string | null;
  /** Functions that run around it, under one of the names that torch has for them. */
  abstract hooks(name: string): number;

  number(name: string, otherwise: number): number {
    const value = this.value(name) ?? otherwise;
    if (typeof value === 'number') return value;
    if (isValue(value, 'float')) return value.value;
    throw this.wrong(name, describeAten(value), 'a number is');
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.value(name) ?? otherwise;
    if (typeof value === 'boolean') return value;
    throw this.wrong(name, describeAten(value), 'true or false is');
  }

  child(name: string): ModuleView {
    const found = this.children().find((child) => child.name === name);
    if (found === undefined) throw this.wrong(name, 'missing', 'a module is');
    return found.module;
  }

  /** The full name of what it holds. */
  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  wrong(field: string, found: string, wanted: string): PlimsollError {
    return modelUnsupported({
      path: this.path === '' ? 'the model' : `module "${this.path}"`,
      class: this.className,
      offset: this.offset,
      field,
      found,
      wanted,
    });
  }
}
