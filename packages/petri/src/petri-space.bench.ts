import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { exploreStateSpace, type StateSpace } from './analysis.js';
import { readContestModel } from './analysis/contest-model.test-data.js';

const models = ['SharedMemory-PT-000010', 'Kanban-PT-0005', 'FMS-PT-005', 'Dekker-PT-015'];

/** Beside the repository; the command runs in its root. */
const modelsFolder = join(process.cwd(), '../shared/petri/models');

/** CPU seconds of this process, all threads. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

interface Measured {
  readonly cpuSeconds: number;
  readonly statesPerSecond: number;
  readonly bytesPerState: number;
}

function measure(name: string, codeGeneration: boolean): { space: StateSpace; figures: Measured } {
  const net = readContestModel(readFileSync(join(modelsFolder, `${name}.pnml`), 'utf8'));
  const start = cpuSeconds();
  const space = exploreStateSpace(net, { codeGeneration });
  const seconds = cpuSeconds() - start;
  const figures = {
    cpuSeconds: Number(seconds.toFixed(3)),
    statesPerSecond: Math.round(space.states / seconds),
    bytesPerState: Number(space.bytesPerState.toFixed(1)),
  };
  return { space, figures };
}

if (!existsSync(modelsFolder)) console.log(`skipped: no contest models in ${modelsFolder}`);
else
  for (const model of models) {
    const interpreted = measure(model, false);
    const generated = measure(model, true);
    const { complete, states, firings } = interpreted.space;
    console.log(
      JSON.stringify({
        bench: 'petri-space',
        model,
        complete,
        states,
        firings,
        interpreted: interpreted.figures,
        generated: generated.figures,
        cpu: cpus()[0]?.model,
        node: process.version,
      }),
    );
  }
