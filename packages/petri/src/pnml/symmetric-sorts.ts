import { attributeOf, childOf, childrenOf, refusePnml, type XmlElement } from './xml-element.js';

/** A finite set of colours; a colour is its index from 0. */
export interface Sort {
  readonly size: number;
  /** The factors of a product; absent for simple sorts. */
  readonly factors?: readonly Sort[];
  /** Value of colour 0 in a range of integers, so that constants of equal ranges agree. */
  readonly from?: number;
  /** A colour as people read it. */
  label(colour: number): string;
}

/** A colour of a sort. */
export interface Colour {
  readonly sort: Sort;
  readonly index: number;
}

/** A variable of a symmetric net. */
export interface Variable {
  readonly id: string;
  readonly name: string;
  readonly sort: Sort;
}

/** A partition: `elementOf[colour]` is the index of the element that holds the colour. */
interface Partition {
  readonly sort: Sort;
  readonly elementOf: readonly number[];
}

const DOT: Sort = Object.freeze({ size: 1, label: () => 'dot' });

/** Labels from names, or from ids where names are missing or not unique. */
function listed(elements: readonly XmlElement[]): Sort {
  const ids = elements.map((element) => attributeOf(element, 'id'));
  const names = elements.map((element, index) => element.attributes['name'] ?? ids[index] ?? '');
  const labels = new Set(names).size === names.length ? names : ids;
  return { size: labels.length, label: (colour) => labels[colour] ?? String(colour) };
}

function range(element: XmlElement): Sort {
  const from = Number(attributeOf(element, 'start'));
  const to = Number(attributeOf(element, 'end'));
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to < from)
    refusePnml(element, `range ${from} to ${to}, expected integers in ascending order`);
  return { size: to - from + 1, from, label: (colour) => String(from + colour) };
}

function product(factors: readonly Sort[]): Sort {
  const size = factors.reduce((count, factor) => count * factor.size, 1);
  return {
    size,
    factors,
    label: (colour) => {
      const parts: string[] = [];
      let rest = colour;
      for (const factor of factors.toReversed()) {
        parts.unshift(factor.label(rest % factor.size));
        rest = Math.floor(rest / factor.size);
      }
      return parts.join(',');
    },
  };
}

/** The sorts, constants and variables that a symmetric net declares, in any order. */
export class SymmetricDeclarations {
  private readonly sortElements = new Map<string, XmlElement>();
  private readonly variableElements = new Map<string, XmlElement>();
  private readonly sorts = new Map<string, Sort>();
  private readonly constants = new Map<
    string,
    { readonly owner: string; readonly index: number }
  >();
  private readonly partitionElements = new Map<string, XmlElement>();
  private readonly partitions = new Map<string, Partition>();
  private readonly resolving = new Set<string>();

  /** Takes in a `<declaration>`. */
  add(element: XmlElement): void {
    for (const child of childrenOf(element)) {
      if (child.name === 'structure' || child.name === 'declarations') this.add(child);
      else if (child.name === 'variabledecl')
        this.variableElements.set(attributeOf(child, 'id'), child);
      else if (child.name === 'namedsort' || child.name === 'partition') this.addSort(child);
    }
  }

  /** The sort an element names or describes. Throws `bad-pnml`. */
  sortOf(element: XmlElement): Sort {
    switch (element.name) {
      case 'usersort':
        return this.named(attributeOf(element, 'declaration'), element);
      case 'dot':
        return DOT;
      case 'finiteenumeration':
      case 'cyclicenumeration':
        return listed(childrenOf(element, 'feconstant'));
      case 'finiteintrange':
        return range(element);
      case 'productsort':
        return product(childrenOf(element).map((child) => this.sortOf(child)));
      case 'bool':
        return { size: 2, label: (colour) => (colour === 1 ? 'true' : 'false') };
      default:
        return refusePnml(
          element,
          `sort <${element.tag}>, expected an enumeration, a range, a product, a partition, dot or a named one`,
        );
    }
  }

  /** The colour that a `<useroperator>` names. */
  constant(element: XmlElement): Colour {
    const id = attributeOf(element, 'declaration');
    const constant = this.constants.get(id);
    if (constant === undefined) return refusePnml(element, `constant '${id}' is not declared`);
    return { sort: this.named(constant.owner, element), index: constant.index };
  }

  variable(element: XmlElement): Variable {
    const id = attributeOf(element, 'refvariable');
    const declared = this.variableElements.get(id);
    const sort = declared && childrenOf(declared)[0];
    if (declared === undefined || sort === undefined)
      return refusePnml(element, `variable '${id}' is not declared`);
    return { id, name: declared.attributes['name'] ?? id, sort: this.sortOf(sort) };
  }

  /** The colours that `<all>` of this sort holds; of a partition's element those it holds. */
  all(element: XmlElement): { readonly sort: Sort; readonly colours: readonly number[] } {
    const id = element.attributes['declaration'];
    const part = id === undefined ? undefined : this.partitionElements.get(id);
    if (part !== undefined) {
      const members = childrenOf(part).map((child) => this.colour(child));
      const sort = members[0]?.sort;
      if (sort === undefined) return refusePnml(part, 'a partition element without members');
      return { sort, colours: members.map(({ index }) => index) };
    }
    const sort = this.sortOf(element);
    return { sort, colours: Array.from({ length: sort.size }, (_, colour) => colour) };
  }

  partition(element: XmlElement): Partition {
    const id = attributeOf(element, 'refpartition');
    this.named(id, element);
    return this.partitions.get(id) ?? refusePnml(element, `'${id}' is no partition`);
  }

  /** A constant colour: of an enumeration, a range or dot. */
  colour(element: XmlElement): Colour {
    if (element.name === 'useroperator') return this.constant(element);
    if (element.name === 'dotconstant') return { sort: DOT, index: 0 };
    if (element.name !== 'finiteintrangeconstant')
      return refusePnml(element, `<${element.tag}> where a constant is expected`);
    const declared = childOf(element, 'finiteintrange');
    if (declared === undefined)
      return refusePnml(element, 'a range constant without its <finiteintrange>');
    const sort = range(declared);
    const index = Number(attributeOf(element, 'value')) - (sort.from ?? 0);
    if (!Number.isSafeInteger(index) || index < 0 || index >= sort.size)
      refusePnml(element, `value ${element.attributes['value']} outside its range`);
    return { sort, index };
  }

  private addSort(element: XmlElement): void {
    const id = attributeOf(element, 'id');
    this.sortElements.set(id, element);
    const kinds = ['finiteenumeration', 'cyclicenumeration'];
    for (const child of childrenOf(element).filter(({ name }) => kinds.includes(name)))
      for (const [index, constant] of childrenOf(child, 'feconstant').entries())
        this.constants.set(attributeOf(constant, 'id'), { owner: id, index });
    for (const [index, part] of childrenOf(element, 'partitionelement').entries()) {
      this.constants.set(attributeOf(part, 'id'), { owner: id, index });
      this.partitionElements.set(attributeOf(part, 'id'), part);
    }
  }

  private named(id: string, at: XmlElement): Sort {
    const known = this.sorts.get(id);
    if (known !== undefined) return known;
    const element = this.sortElements.get(id);
    if (element === undefined) return refusePnml(at, `sort '${id}' is not declared`);
    if (this.resolving.has(id)) refusePnml(element, `sort '${id}' is made of itself`);
    this.resolving.add(id);
    const sort = element.name === 'partition' ? this.parted(id, element) : this.body(element);
    this.resolving.delete(id);
    this.sorts.set(id, sort);
    return sort;
  }

  private body(element: XmlElement): Sort {
    const [body] = childrenOf(element);
    return body === undefined
      ? refusePnml(element, 'a named sort without a sort')
      : this.sortOf(body);
  }

  private parted(id: string, element: XmlElement): Sort {
    const parts = childrenOf(element, 'partitionelement');
    const sort = listed(parts);
    const elementOf: number[] = [];
    for (const [index, part] of parts.entries())
      for (const child of childrenOf(part)) elementOf[this.colour(child).index] = index;
    this.partitions.set(id, { sort, elementOf });
    return sort;
  }
}
