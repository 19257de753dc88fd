import type { Coverability } from './coverability.js';
import { openReason } from './marking-verdicts.js';
import { componentsOf, edgesOf, lostTransitions, type Components } from './state-graph.js';
import { pathTo, type StateSpace } from './state-space.js';
import { decided, unknown, type Verdict } from './verdict.js';

const computed = new WeakMap<StateSpace, Components>();

/** The components of a space, computed once. */
function components(space: StateSpace): Components | undefined {
  const edges = edgesOf(space);
  if (edges === undefined) return undefined;
  const known = computed.get(space) ?? componentsOf(space, edges);
  computed.set(space, known);
  return known;
}

function name(space: StateSpace, t: number): string {
  return space.net.transitions[t]?.name ?? '';
}

/** Whether every transition can fire; the witness names those that cannot. */
export function isQuasiLive(space: StateSpace, graph?: Coverability): Verdict {
  const dead = space.net.transitions.flatMap((_, t) =>
    space.fired[t] === 1 || graph?.fired[t] === 1 ? [] : [t],
  );
  const complete = space.complete || graph?.complete === true;
  const method = space.complete ? 'state space' : 'coverability';
  if (dead.length === 0) return decided(true, complete ? method : 'partial state space');
  if (!complete) return unknown(openReason(space));
  return decided(false, method, {
    firings: [],
    transitions: dead.map((t) => name(space, t)),
  });
}

function openGraph(space: StateSpace): Verdict {
  return unknown(
    space.complete ? 'the edges of the state space do not fit into maxBytes' : openReason(space),
  );
}

/**
 * Whether every transition can always be made to fire again: it fires in every terminal component.
 * The witness leads to a marking from which its first transition never fires again.
 */
export function isLive(space: StateSpace, quasiLive: Verdict, deadlock: Verdict): Verdict {
  if (space.net.transitions.length === 0) return decided(true, 'state space');
  if (quasiLive.verdict === 'false') return decided(false, quasiLive.method, quasiLive.witness);
  if (deadlock.verdict === 'true')
    return decided(false, deadlock.method, {
      firings: deadlock.witness?.firings ?? [],
      transitions: space.net.transitions.map((transition) => transition.name),
    });
  const parts = components(space);
  if (parts === undefined) return openGraph(space);
  const lost = lostTransitions(space, parts);
  const [first] = lost;
  if (first === undefined) return decided(true, 'state space');
  return decided(false, 'state space', {
    firings: pathTo(space, first.state),
    transitions: lost
      .filter(({ state }) => state === first.state)
      .map((l) => name(space, l.transition)),
  });
}

/** Whether the initial marking can always be reached again; the witness leads to where it cannot. */
export function isReversible(space: StateSpace, deadlock: Verdict): Verdict {
  const path = deadlock.witness?.firings;
  if (deadlock.verdict === 'true' && path !== undefined && path.length > 0)
    return decided(false, deadlock.method, { firings: path });
  const parts = components(space);
  if (parts === undefined) return openGraph(space);
  // Everything is reachable from the first state, so it is reachable back from its component only.
  if (parts.count === 1) return decided(true, 'state space');
  const away = parts.of.findIndex(
    (component) => component !== parts.of[0] && parts.terminal[component] === 1,
  );
  return decided(false, 'state space', { firings: pathTo(space, away) });
}
