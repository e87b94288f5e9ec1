import type { PmmlModel } from '../../model/pmml/models.ts';
import type { PmmlField } from '../../model/pmml/program.ts';
import type { PmmlType } from '../../model/pmml/value.ts';
import type { PmmlReading } from './reading.ts';
import type { XmlElement } from './xml.ts';

/** Expressions, predicates, fields and models that hold one another: evaluation follows them on the stack. */
const MAX_NESTING = 1200;
/** Definitions that are read because another one refers to them. */
const MAX_PENDING = 200;
/** Bytes that a field, an expression or a predicate takes in memory, about. */
const PART_BYTES = 160;
const WHAT = 'a PMML document';
const TIME_EVERY = 4096;

/** The fields and models of a document, in an order in which each refers to those before it only. */
export class PmmlProgram {
  readonly reading: PmmlReading;
  readonly fields: PmmlField[] = [];
  readonly models: PmmlModel[] = [];
  /** Elements of `DefineFunction` by name. */
  readonly functions = new Map<string, XmlElement>();
  /** Functions that are being put in the place of a call. */
  readonly expanding = new Set<XmlElement>();
  readonly #fieldDepths: number[] = [];
  readonly #modelDepths: number[] = [];
  /** For each part that is being read, the depth of the deepest part that it refers to. */
  readonly #open: number[] = [];
  #pending = 0;
  #parts = 0;

  constructor(reading: PmmlReading) {
    this.reading = reading;
  }

  /** Reads a part of the program, and bounds how deep it reaches. */
  part<T>(element: XmlElement, read: () => T): T {
    this.reading.budget.charge(PART_BYTES, WHAT, element.offset);
    if (++this.#parts % TIME_EVERY === 0) this.reading.budget.checkTime(WHAT, element.offset);
    this.#open.push(0);
    try {
      return read();
    } finally {
      const depth = (this.#open.pop() ?? 0) + 1;
      this.#reach(depth, element);
    }
  }

  /** Reads a field, whose own depth is then known. */
  field(element: XmlElement, read: () => PmmlField): number {
    this.#open.push(0);
    const field = read();
    const depth = (this.#open.pop() ?? 0) + 1;
    this.reading.budget.charge(PART_BYTES, WHAT, element.offset);
    this.fields.push(field);
    this.#fieldDepths.push(depth);
    this.#reach(depth, element);
    return this.fields.length - 1;
  }

  model(element: XmlElement, read: () => PmmlModel): number {
    this.#open.push(0);
    const model = read();
    const depth = (this.#open.pop() ?? 0) + 1;
    this.models.push(model);
    this.#modelDepths.push(depth);
    this.#reach(depth, element);
    return this.models.length - 1;
  }

  /** Notes that what is being read refers to the field. */
  refer(field: number, element: XmlElement): number {
    this.#reach(this.#fieldDepths[field] ?? 0, element);
    return field;
  }

  referModel(model: number, element: XmlElement): number {
    this.#reach(this.#modelDepths[model] ?? 0, element);
    return model;
  }

  fieldAt(index: number): PmmlField {
    const field = this.fields[index];
    if (field === undefined) throw new RangeError(`no field ${index}`);
    return field;
  }

  typeOf(index: number): PmmlType {
    return this.fieldAt(index).type;
  }

  modelAt(index: number): PmmlModel {
    const model = this.models[index];
    if (model === undefined) throw new RangeError(`no model ${index}`);
    return model;
  }

  /** Reads a definition that another one refers to. */
  pending(element: XmlElement, read: () => number): number {
    if (this.#pending >= MAX_PENDING)
      throw this.reading.unsupported(element, 'nesting', `deeper than ${MAX_PENDING} definitions`, 'less is');
    this.#pending++;
    try {
      return read();
    } finally {
      this.#pending--;
    }
  }

  #reach(depth: number, element: XmlElement): void {
    if (depth > MAX_NESTING)
      throw this.reading.unsupported(
        element,
        'nesting',
        `${depth} levels deep`,
        `at most ${MAX_NESTING} are`,
      );
    const top = this.#open.length - 1;
    const known = this.#open[top];
    if (known !== undefined && known < depth) this.#open[top] = depth;
  }
}

interface FieldDefinition {
  readonly element: XmlElement;
  readonly read: () => number;
}

/** What names mean at a place of the document: those defined here, then those around. */
export class PmmlScope {
  readonly program: PmmlProgram;
  readonly #around: PmmlScope | null;
  readonly #known = new Map<string, number>();
  readonly #definitions = new Map<string, FieldDefinition>();
  readonly #reading = new Set<string>();

  constructor(program: PmmlProgram, around: PmmlScope | null) {
    this.program = program;
    this.#around = around;
  }

  /** A field that is read when something refers to it; what nothing refers to does not matter. */
  define(element: XmlElement, name: string, read: () => number): void {
    if (this.#definitions.has(name))
      throw this.program.reading.invalid(
        element,
        'name',
        `"${name}", which is defined twice`,
        'a name of its own',
      );
    this.#definitions.set(name, { element, read });
  }

  /** As `define`, in the place of what the name meant so far. */
  redefine(element: XmlElement, name: string, read: () => number): void {
    this.#known.delete(name);
    this.#definitions.set(name, { element, read });
  }

  /** The field of a parameter, in the body of a function; null of all other names. */
  parameter(name: string): number | null {
    return this.#around === null && this.#definitions.size === 0 ? (this.#known.get(name) ?? null) : null;
  }

  /** Sets what a name means. */
  set(name: string, field: number): void {
    this.#known.set(name, field);
  }

  /** The field that `name` means here; refused where there is none, or where it is defined by itself. */
  resolve(element: XmlElement, name: string): number {
    const found = this.find(name);
    if (found === null)
      throw this.program.reading.invalid(
        element,
        'field',
        `"${name}", which is not defined here`,
        'a field in scope',
      );
    return this.program.refer(found, element);
  }

  /** The element that defines a name, or null: what is scaled back refers to fields that nothing computes. */
  definition(name: string): XmlElement | null {
    return this.#definitions.get(name)?.element ?? this.#around?.definition(name) ?? null;
  }

  find(name: string): number | null {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const definition = this.#definitions.get(name);
    if (definition === undefined) return this.#around?.find(name) ?? null;
    const { program } = this;
    const { element } = definition;
    if (this.#reading.has(name))
      throw program.reading.invalid(element, 'name', `"${name}", which is defined by itself`, 'no cycles');
    this.#reading.add(name);
    const field = program.pending(element, definition.read);
    this.#reading.delete(name);
    this.#known.set(name, field);
    return field;
  }
}
