import type { Binding } from '../binding.js';
import { formatBinding } from '../binding.js';
import type { Journal } from '../journal.js';
import type { NetStructure, TransitionStructure } from '../net-structure.js';
import { PetriError } from '../petri-error.js';
import type { DrawOptions } from './dot.js';
import { escapeXml, toSvg } from './svg.js';

/** One step of a story: what happened and how many tokens then lie in the places it changed. */
export interface PlayerFrame {
  readonly label: string;
  /** Index of the transition that fired, if one did. */
  readonly transition?: number;
  /** Place index → tokens after the step; the first frame names all places. */
  readonly tokens: readonly (readonly [place: number, tokens: number])[];
}

/** Keeps count while frames are made. */
class FrameWriter {
  readonly frames: PlayerFrame[] = [];
  private readonly counts: number[];
  private readonly places: ReadonlyMap<string, number>;
  private readonly transitions: ReadonlyMap<string, number>;

  constructor(structure: NetStructure, tokens: (place: string) => number) {
    this.places = new Map(structure.places.map(({ name }, index) => [name, index]));
    this.transitions = new Map(structure.transitions.map(({ name }, index) => [name, index]));
    this.counts = structure.places.map(({ name }) => tokens(name));
    this.frames.push({ label: 'start', tokens: [...this.counts.entries()] });
  }

  count(place: string): number {
    return this.counts[this.places.get(place) ?? -1] ?? 0;
  }

  add(label: string, transition: string | undefined, changes: ReadonlyMap<string, number>): void {
    const tokens = [...changes].map(([place, by]): readonly [number, number] => {
      const index = this.places.get(place);
      if (index === undefined)
        throw new PetriError('unknown-place', `the net to draw has no place '${place}'`);
      const count = (this.counts[index] ?? 0) + by;
      this.counts[index] = count;
      return [index, count];
    });
    const fired = transition === undefined ? undefined : this.transitions.get(transition);
    if (transition !== undefined && fired === undefined)
      throw new PetriError('unknown-transition', `the net to draw has no '${transition}'`);
    this.frames.push({ label, ...(fired !== undefined && { transition: fired }), tokens });
  }
}

function change(changes: Map<string, number>, place: string, by: number): void {
  changes.set(place, (changes.get(place) ?? 0) + by);
}

/** The frames of a journal that records firings. Throws `unknown-place` or `unknown-transition`. */
export function journalFrames(structure: NetStructure, journal: Journal): readonly PlayerFrame[] {
  const writer = new FrameWriter(structure, (place) => journal.start.places[place]?.length ?? 0);
  const inputsOf = new Map(
    structure.transitions.map(({ name, inputs }) => [name, inputs.map(({ place }) => place)]),
  );
  for (const entry of journal.entries) {
    const changes = new Map<string, number>();
    if (entry.kind === 'input') {
      change(changes, entry.place, 1);
      writer.add(`input to ${entry.place}`, undefined, changes);
    } else if (entry.kind === 'clock') writer.add(`clock at ${entry.nowMs} ms`, undefined, changes);
    else {
      for (const place of inputsOf.get(entry.transition) ?? [])
        change(changes, place, -(entry.tokens[place]?.length ?? 0));
      for (const [place, tokens] of Object.entries(entry.removed ?? {}))
        change(changes, place, -tokens.length);
      for (const [place, tokens] of Object.entries(entry.produced))
        change(changes, place, tokens.length);
      const binding: Binding = entry;
      writer.add(formatBinding(binding), entry.transition, changes);
    }
  }
  return writer.frames;
}

/** The frames of a firing sequence, such as the witness of a verdict, from a first marking. */
export function firingFrames(
  structure: NetStructure,
  initial: Readonly<Record<string, number>>,
  transitions: readonly string[],
): readonly PlayerFrame[] {
  const writer = new FrameWriter(structure, (place) =>
    Object.hasOwn(initial, place) ? (initial[place] ?? 0) : 0,
  );
  const byName = new Map(structure.transitions.map((transition) => [transition.name, transition]));
  for (const name of transitions) {
    const transition = byName.get(name);
    const changes = new Map<string, number>();
    if (transition !== undefined) addFiring(changes, transition, writer);
    writer.add(name, name, changes);
  }
  return writer.frames;
}

function addFiring(
  changes: Map<string, number>,
  { inputs, outputs, resets = [] }: TransitionStructure,
  writer: FrameWriter,
): void {
  for (const { place, weight } of inputs) change(changes, place, -weight);
  for (const place of resets) change(changes, place, -writer.count(place));
  for (const { place, weight } of outputs) change(changes, place, weight);
}

const STYLE = `body{margin:0;font:14px system-ui,sans-serif;color:#1b2733;display:grid;grid-template:auto 1fr/1fr 20rem;height:100vh}
header{grid-column:1/3;display:flex;gap:.5rem;align-items:center;padding:.5rem .75rem;border-bottom:1px solid #cdd6df}
header input{flex:1}main{overflow:auto}ol{margin:0;overflow:auto;border-left:1px solid #cdd6df;padding:.5rem .5rem .5rem 3rem;font-size:12px}
li{cursor:pointer;padding:1px 4px}li.now{background:#ffe08a}
.fired>rect{fill:#ffe08a}.changed>circle:first-of-type{stroke:#b26a00;stroke-width:3}`;

/** Runs in the page: draws the tokens of the frame that the slider points at. */
const SCRIPT = `const frames=JSON.parse(document.getElementById('frames').textContent);
const slider=document.querySelector('input'),list=document.querySelector('ol'),count=document.querySelector('output');
const dots=[[],[[0,0]],[[-5,0],[5,0]],[[0,-5],[-5,4],[5,4]]],ns='http://www.w3.org/2000/svg';
function make(name,attributes,text){const e=document.createElementNS(ns,name);for(const k in attributes)e.setAttribute(k,attributes[k]);if(text!==undefined)e.textContent=text;return e}
for(const [i,f] of frames.entries()){const li=document.createElement('li');li.textContent=f.label;li.onclick=()=>show(i);list.append(li)}
slider.max=frames.length-1;
function show(at){at=Math.max(0,Math.min(frames.length-1,at));slider.value=at;count.textContent=at+' / '+(frames.length-1);
const tokens=new Map();for(let i=0;i<=at;i++)for(const [p,n] of frames[i].tokens)tokens.set(p,n);
for(const e of document.querySelectorAll('.fired,.changed'))e.classList.remove('fired','changed');
for(const [p,n] of tokens){const g=document.querySelector('[data-place="'+p+'"] .tokens');
g.replaceChildren(...(dots[n]?dots[n].map(([x,y])=>make('circle',{class:'token',cx:x,cy:y,r:3.5})):[make('text',{class:'count',y:4},n)]))}
if(at>0)for(const [p] of frames[at].tokens)document.querySelector('[data-place="'+p+'"]').classList.add('changed');
if(frames[at].transition!==undefined)document.querySelector('[data-transition="'+frames[at].transition+'"]').classList.add('fired');
for(const [i,li] of [...list.children].entries())li.classList.toggle('now',i===at);
list.children[at].scrollIntoView({block:'nearest'})}
slider.oninput=()=>show(+slider.value);
let timer;const buttons=document.querySelectorAll('button');
buttons[0].onclick=()=>show(+slider.value-1);buttons[1].onclick=()=>show(+slider.value+1);
buttons[2].onclick=()=>{if(timer){clearInterval(timer);timer=undefined}else timer=setInterval(()=>{+slider.value<frames.length-1?show(+slider.value+1):(clearInterval(timer),timer=undefined)},600)};
document.onkeydown=e=>{if(e.key==='ArrowLeft')show(+slider.value-1);if(e.key==='ArrowRight')show(+slider.value+1)};
show(0);`;

/**
 * One HTML file that steps through a story on the net's picture: buttons, arrow keys, a slider and
 * the list of steps. It loads nothing from anywhere.
 */
export function toPlayer(
  structure: NetStructure,
  frames: readonly PlayerFrame[],
  options: Pick<DrawOptions, 'direction'> = {},
): string {
  const tokens = Object.fromEntries(
    (frames[0]?.tokens ?? []).map(([place, count]) => [structure.places[place]?.name ?? '', count]),
  );
  const svg = toSvg(structure, { ...options, tokens });
  // A label may hold `</script>`.
  const data = JSON.stringify(frames).replace(/</g, '\\u003c');
  const title = escapeXml(structure.name);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head>
<body><header><button aria-label="back">◀</button><button aria-label="forward">▶</button><button>play</button><input type="range" min="0" value="0" aria-label="step"><output></output></header>
<main>${svg}</main><ol></ol>
<script type="application/json" id="frames">${data}</script>
<script>${SCRIPT}</script></body></html>
`;
}
