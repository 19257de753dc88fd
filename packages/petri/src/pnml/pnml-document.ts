import type { SymmetricDeclarations } from './symmetric-sorts.js';
import type { XmlElement } from './xml-element.js';

/** A label with a text and what else the file says about it (graphics and tool-specific parts). */
export interface PnmlLabel {
  readonly text: string;
  /** XML, verbatim but for blanks between elements. */
  readonly extras: readonly string[];
}

/** What every object of a net has. */
export interface PnmlObject {
  readonly id: string;
  /** Absent where the file has none or an empty one. */
  readonly name?: PnmlLabel;
  /** Id of the page it lies on; absent for objects directly in the net. */
  readonly page?: string;
  /** All other child elements as XML: graphics, tool-specific parts, and the labels of symmetric nets. */
  readonly extras: readonly string[];
  /** Line of its start tag; absent in documents that were not read. */
  readonly line?: number;
}

/** A place of a P/T net. */
export interface PnmlPlace extends PnmlObject {
  /** Tokens, an integer from 0; in symmetric nets see `colour`. */
  readonly initialMarking: number;
  /** Extras of the marking's label. */
  readonly markingExtras: readonly string[];
  /** In symmetric nets: the place's sort and first tokens as the file states them. */
  readonly colour?: { readonly type?: XmlElement; readonly initial?: XmlElement };
}

/** A transition. */
export interface PnmlTransition extends PnmlObject {
  /** In symmetric nets: the condition as the file states it. */
  readonly condition?: XmlElement;
}

/** What an arc does; all but `normal` are extensions of the standard. */
export type PnmlArcKind = 'normal' | 'inhibitor' | 'read' | 'reset';

/** An arc from a place to a transition or back. */
export interface PnmlArc extends PnmlObject {
  readonly source: string;
  readonly target: string;
  /** Weight, an integer from 1; in symmetric nets see `term`. */
  readonly weight: number;
  /** Extras of the inscription's label. */
  readonly weightExtras: readonly string[];
  readonly kind: PnmlArcKind;
  /** In symmetric nets: the inscription as the file states it. */
  readonly term?: XmlElement;
}

/** A node that stands for another one, so that arcs can cross pages. */
export interface PnmlReference extends PnmlObject {
  readonly kind: 'place' | 'transition';
  /** Id of the node, or of a further reference. */
  readonly ref: string;
}

/** A page; pages may lie in pages. */
export interface PnmlPage {
  readonly id: string;
  readonly page?: string;
  readonly name?: PnmlLabel;
  readonly extras: readonly string[];
}

/** One net of a document. */
export interface PnmlNet {
  readonly id: string;
  /** `pt`: place/transition net; `symmetric`: coloured with finite colours. */
  readonly kind: 'pt' | 'symmetric';
  /** The type attribute as written. */
  readonly type: string;
  readonly name?: PnmlLabel;
  readonly extras: readonly string[];
  readonly pages: readonly PnmlPage[];
  readonly places: readonly PnmlPlace[];
  readonly transitions: readonly PnmlTransition[];
  readonly arcs: readonly PnmlArc[];
  readonly references: readonly PnmlReference[];
  /** Sorts and variables of a symmetric net. */
  readonly declarations?: SymmetricDeclarations;
}

/** A PNML document. */
export interface PnmlDocument {
  /** Attributes of the root, such as its namespace. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly nets: readonly PnmlNet[];
}

/** Namespace of PNML (ISO/IEC 15909-2). */
export const PNML_NAMESPACE = 'http://www.pnml.org/version-2009/grammar/pnml';

/** Type of place/transition nets. */
export const PT_NET_TYPE = 'http://www.pnml.org/version-2009/grammar/ptnet';
