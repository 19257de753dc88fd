import type { CsvColumn } from './csv-table.js';

/*
 * Headers under which operators and communities write columns; the first of each is what is written.
 * Case, accents and punctuation do not matter.
 */

/** A metering point. */
export const POINT: CsvColumn = {
  headers: [
    'metering_point',
    'point',
    'consumer',
    'cpe',
    'cups',
    'prm',
    'zaehlpunkt',
    'pod',
    'instalacao',
    'instalacao consumidora',
    'cpe consumo',
  ],
  required: true,
};

/** A coefficient from 0 to 1. */
export const COEFFICIENT: CsvColumn = {
  headers: ['coefficient', 'coeficiente', 'coef', 'share', 'key', 'quota', 'coefficiente'],
  required: true,
};

/** The first instant of a span. */
export const START: CsvColumn = {
  headers: ['start', 'from', 'inicio', 'data inicio', 'data hora inicio', 'debut', 'beginn'],
  required: false,
};

/** The first instant after a span. */
export const END: CsvColumn = {
  headers: ['end', 'to', 'fim', 'data fim', 'data hora fim', 'fin', 'ende'],
  required: false,
};

/** The installation whose energy is shared. */
export const PRODUCER: CsvColumn = {
  headers: [
    'producer',
    'upac',
    'cpe produtor',
    'cpe producao',
    'cpe upac',
    'instalacao produtora',
    'producteur',
    'erzeuger',
  ],
  required: true,
};

/** The installation that has a part of it. */
export const CONSUMER: CsvColumn = {
  headers: [...POINT.headers.slice(2), 'cpe consumidor', 'iu', 'consommateur', 'verbraucher'],
  required: true,
};

/** A group of installations. */
export const GROUP: CsvColumn = {
  headers: ['group', 'grupo', 'id grupo', 'codigo grupo'],
  required: true,
};

/** The place of a group in the order, from 1. */
export const RANK: CsvColumn = {
  headers: ['rank', 'ordem', 'hierarquia', 'nivel', 'prioridade', 'order'],
  required: true,
};

/** How a group shares inside. */
export const SHARING_TYPE: CsvColumn = {
  headers: ['type', 'tipo', 'tipo de partilha', 'modo', 'modo de partilha'],
  required: true,
};

/** The day type a coefficient holds on. */
export const DAY_TYPE: CsvColumn = {
  headers: ['day_type', 'tipo de dia', 'tipo dia', 'dia'],
  required: false,
};

/** The first day of the season a coefficient holds in, `MM-DD`. */
export const SEASON_FROM: CsvColumn = {
  headers: ['season_from', 'epoca inicio', 'inicio epoca', 'estacao inicio'],
  required: false,
};

/** The last day of that season, `MM-DD`. */
export const SEASON_TO: CsvColumn = {
  headers: ['season_to', 'epoca fim', 'fim epoca', 'estacao fim'],
  required: false,
};
