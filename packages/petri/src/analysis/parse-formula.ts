import { PetriError } from '../petri-error.js';
import type { SafeResult } from '../json-shape.js';
import type { Formula, Relation, TokenSum, UnaryOperator } from './formula.js';

/** A formula that cannot be read: code `bad-formula`, with the place of the mistake. */
export class FormulaError extends PetriError {
  constructor(
    message: string,
    /** Offset in UTF-16 code units from 0. */
    readonly position: number,
  ) {
    super('bad-formula', message);
  }
}

interface Lexeme {
  readonly kind: 'name' | 'quoted' | 'number' | 'symbol' | 'end';
  readonly text: string;
  readonly position: number;
}

const pattern =
  /\s+|(?<name>[\p{L}_][\p{L}\p{N}_.]*)|(?<number>\d+)|(?<quoted>"(?:[^"\\]|\\.)*")|(?<symbol>&&|\|\||->|<=|>=|==|!=|[<>=!()[\],+*-])/uy;

function fail(text: string, position: number, expected: string): never {
  const line = text.slice(0, position).split('\n').length;
  const column = position - (text.lastIndexOf('\n', position - 1) + 1) + 1;
  const found = position >= text.length ? 'the end' : `'${text.slice(position, position + 12)}'`;
  throw new FormulaError(
    `formula, line ${line}, column ${column}: found ${found}, expected ${expected}`,
    position,
  );
}

function lexemesOf(text: string): Lexeme[] {
  const lexemes: Lexeme[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const position = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined)
      return fail(text, position, 'a name, a number, an operator or a bracket');
    for (const kind of ['name', 'number', 'quoted', 'symbol'] as const) {
      const found = groups[kind];
      if (found !== undefined) lexemes.push({ kind, text: found, position });
    }
  }
  return [...lexemes, { kind: 'end', text: '', position: text.length }];
}

const unary: ReadonlySet<string> = new Set(['AG', 'EF', 'AF', 'EG', 'AX', 'EX']);
const reserved: ReadonlySet<string> = new Set([
  ...unary,
  ...['A', 'E', 'U', 'true', 'false', 'deadlock', 'fireable', 'not', 'and', 'or'],
]);
const relations: ReadonlySet<string> = new Set(['<', '<=', '==', '=', '!=', '>=', '>']);

class Parser {
  private at = 0;
  private readonly lexemes: readonly Lexeme[];

  constructor(private readonly text: string) {
    this.lexemes = lexemesOf(text);
  }

  private get next(): Lexeme {
    return this.lexemes[this.at] as Lexeme;
  }

  private take(): Lexeme {
    const { next } = this;
    this.at += 1;
    return next;
  }

  private accept(...texts: string[]): boolean {
    const { kind, text } = this.next;
    if (kind === 'quoted' || kind === 'end' || !texts.includes(text)) return false;
    this.at += 1;
    return true;
  }

  private expect(text: string): void {
    if (!this.accept(text)) fail(this.text, this.next.position, `'${text}'`);
  }

  whole(): Formula {
    const formula = this.implication();
    if (this.next.kind !== 'end')
      fail(this.text, this.next.position, "'&&', '||', '->' or the end");
    return formula;
  }

  private implication(): Formula {
    const left = this.list('or', ['||', 'or'], () =>
      this.list('and', ['&&', 'and'], () => this.unary()),
    );
    if (!this.accept('->')) return left;
    const right = this.implication();
    return { op: 'or', operands: [{ op: 'not', operand: left }, right] };
  }

  private list(op: 'and' | 'or', signs: string[], operand: () => Formula): Formula {
    const operands = [operand()];
    while (this.accept(...signs)) operands.push(operand());
    return operands.length === 1 ? (operands[0] as Formula) : { op, operands };
  }

  private unary(): Formula {
    const { kind, text } = this.next;
    if (this.accept('!', 'not')) return { op: 'not', operand: this.unary() };
    if (kind === 'name' && unary.has(text)) {
      this.take();
      return { op: text as UnaryOperator, operand: this.unary() };
    }
    if (kind === 'name' && (text === 'A' || text === 'E')) {
      this.take();
      return this.until(`${text}U`);
    }
    if (this.accept('true')) return { op: 'true' };
    if (this.accept('false')) return { op: 'false' };
    if (this.accept('deadlock')) return { op: 'deadlock' };
    if (this.accept('fireable')) return this.fireable();
    return text === '(' && kind === 'symbol' ? this.bracket() : this.compare();
  }

  private until(op: 'AU' | 'EU'): Formula {
    this.expect('[');
    const left = this.implication();
    this.expect('U');
    const right = this.implication();
    this.expect(']');
    return { op, left, right };
  }

  private fireable(): Formula {
    this.expect('(');
    const transitions = [this.name('a transition')];
    while (this.accept(',')) transitions.push(this.name('a transition'));
    this.expect(')');
    return { op: 'fireable', transitions };
  }

  /** A bracket holds a formula, or begins a sum as in `(a + b) > 1`: what follows it tells. */
  private bracket(): Formula {
    const after = this.lexemes[this.closing(this.at) + 1];
    if (after?.kind === 'symbol' && (relations.has(after.text) || /^[-+*]$/.test(after.text)))
      return this.compare();
    this.expect('(');
    const formula = this.implication();
    this.expect(')');
    return formula;
  }

  /** The bracket that closes the one at `open`. */
  private closing(open: number): number {
    let depth = 0;
    for (let at = open; at < this.lexemes.length; at += 1) {
      const { kind, text } = this.lexemes[at] as Lexeme;
      if (kind !== 'symbol') continue;
      if (text === '(') depth += 1;
      if (text === ')') depth -= 1;
      if (depth === 0) return at;
    }
    return this.lexemes.length;
  }

  private compare(): Formula {
    const left = this.sum();
    const { kind, text, position } = this.next;
    if (kind !== 'symbol' || !relations.has(text))
      return fail(this.text, position, "a comparison: '<', '<=', '==', '!=', '>=' or '>'");
    this.take();
    const relation = (text === '=' ? '==' : text) as Relation;
    return { op: 'compare', left, relation, right: this.sum() };
  }

  private sum(): TokenSum {
    let total: TokenSum = { constant: 0, terms: [] };
    let sign = this.accept('-') ? -1 : 1;
    for (;;) {
      const { constant, terms } = this.term();
      total = {
        constant: total.constant + sign * constant,
        terms: [
          ...total.terms,
          ...terms.map(({ place, weight }) => ({ place, weight: sign * weight })),
        ],
      };
      if (this.accept('+')) sign = 1;
      else if (this.accept('-')) sign = -1;
      else return total;
    }
  }

  private term(): TokenSum {
    if (this.accept('(')) {
      const inner = this.sum();
      this.expect(')');
      return inner;
    }
    if (this.next.kind !== 'number')
      return { constant: 0, terms: [{ place: this.name('a place or a number'), weight: 1 }] };
    const { text, position } = this.take();
    const factor = Number(text);
    if (!Number.isSafeInteger(factor)) return fail(this.text, position, 'a number below 2^53');
    if (!this.accept('*')) return { constant: factor, terms: [] };
    const { constant, terms } = this.term();
    return {
      constant: factor * constant,
      terms: terms.map(({ place, weight }) => ({ place, weight: factor * weight })),
    };
  }

  private name(expected: string): string {
    const { kind, text, position } = this.next;
    if (kind === 'quoted') {
      this.take();
      return text.slice(1, -1).replace(/\\(.)/g, '$1');
    }
    if (kind !== 'name') return fail(this.text, position, expected);
    if (reserved.has(text))
      return fail(this.text, position, `${expected}; a name that is also a keyword needs quotes`);
    this.take();
    return text;
  }
}

/**
 * Reads a formula:
 *
 * - comparisons of sums: `escrow + 2 * fund >= 3`, with `< <= == != >= >`
 * - `deadlock`, `fireable(pay, refund)` (some of them is enabled), `true`, `false`
 * - `! && || ->` (or `not and or`), from strong to weak
 * - `AG EF AF EG AX EX` before a formula, `A[f U g]`, `E[f U g]`
 *
 * Names are letters, digits, `_` and `.`; any other name, and one that is a keyword, goes in double
 * quotes: `"place 1" > 0`. Throws `FormulaError` with the position of the mistake.
 */
export function parseFormula(text: string): Formula {
  return new Parser(text).whole();
}

/** `parseFormula` that returns its error. */
export function safeParseFormula(text: string): SafeResult<Formula> {
  try {
    return { success: true, data: parseFormula(text) };
  } catch (error) {
    if (error instanceof FormulaError) return { success: false, error };
    throw error;
  }
}
