export {
  placeTransitionNet,
  type PlaceTransitionNet,
  type PnmlOrigin,
} from './pnml/place-transition-net.js';
export {
  PNML_NAMESPACE,
  PT_NET_TYPE,
  type PnmlArc,
  type PnmlArcKind,
  type PnmlDocument,
  type PnmlLabel,
  type PnmlNet,
  type PnmlObject,
  type PnmlPage,
  type PnmlPlace,
  type PnmlReference,
  type PnmlTransition,
} from './pnml/pnml-document.js';
export {
  parsePnml,
  PnmlReader,
  readPnml,
  safeParsePnml,
  type PnmlOptions,
} from './pnml/read-pnml.js';
export type { UnfoldOptions } from './pnml/unfold-symmetric.js';
export { pnmlChunks, pnmlOf, writePnml, type PnmlOfOptions } from './pnml/write-pnml.js';
export { isPetriError, PetriError, type PetriErrorCode } from './petri-error.js';
