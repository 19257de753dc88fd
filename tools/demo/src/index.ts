export { Neighbourhood, type NeighbourhoodOptions } from './neighbourhood-run.js';
export { NEIGHBOURHOOD, TIME_ZONE, type DemoSite } from './neighbourhood.js';
