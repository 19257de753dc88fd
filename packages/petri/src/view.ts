export { toDot, type DrawOptions } from './view/dot.js';
export { toMermaid } from './view/mermaid.js';
export type { DrawnTokens } from './view/net-drawing.js';
export { firingFrames, journalFrames, toPlayer, type PlayerFrame } from './view/player.js';
export { toSvg } from './view/svg.js';
