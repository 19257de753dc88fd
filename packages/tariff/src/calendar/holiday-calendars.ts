/** A holiday that comes back every year: on a fixed day, or counted from Easter Sunday. */
export interface HolidayRule {
  readonly name: string;
  /** `MM-DD`. */
  readonly day?: string;
  /** Days after Easter Sunday. */
  readonly easter?: number;
  /** First and last year, inclusive; absent: no bound. */
  readonly from?: number;
  readonly to?: number;
}

const NEW_YEAR: HolidayRule = { name: 'New Year', day: '01-01' };
const EPIPHANY: HolidayRule = { name: 'Epiphany', day: '01-06' };
const GOOD_FRIDAY: HolidayRule = { name: 'Good Friday', easter: -2 };
const EASTER: HolidayRule = { name: 'Easter Sunday', easter: 0 };
const EASTER_MONDAY: HolidayRule = { name: 'Easter Monday', easter: 1 };
const ASCENSION: HolidayRule = { name: 'Ascension', easter: 39 };
const WHIT_MONDAY: HolidayRule = { name: 'Whit Monday', easter: 50 };
const CORPUS_CHRISTI: HolidayRule = { name: 'Corpus Christi', easter: 60 };
const LABOUR_DAY: HolidayRule = { name: 'Labour Day', day: '05-01' };
const ASSUMPTION: HolidayRule = { name: 'Assumption', day: '08-15' };
const ALL_SAINTS: HolidayRule = { name: "All Saints' Day", day: '11-01' };
const IMMACULATE: HolidayRule = { name: 'Immaculate Conception', day: '12-08' };
const CHRISTMAS: HolidayRule = { name: 'Christmas Day', day: '12-25' };
const STEPHEN: HolidayRule = { name: "Saint Stephen's Day", day: '12-26' };

/** National holidays of fixed date in Spain that regions cannot move. */
const ES_FIXED: readonly HolidayRule[] = [
  NEW_YEAR,
  EPIPHANY,
  LABOUR_DAY,
  ASSUMPTION,
  { name: 'National Day', day: '10-12' },
  ALL_SAINTS,
  { name: 'Constitution Day', day: '12-06' },
  IMMACULATE,
  CHRISTMAS,
];

/**
 * National holidays by calendar. `ES-2.0TD` is the list of the Spanish access tariff periods: national
 * holidays of fixed date and 6 January, without Good Friday (CNMC Circular 3/2020, article 7).
 * Regional and municipal holidays are added by the tariff that has them.
 */
export const HOLIDAY_CALENDARS = {
  PT: [
    NEW_YEAR,
    GOOD_FRIDAY,
    EASTER,
    { name: 'Freedom Day', day: '04-25' },
    LABOUR_DAY,
    { name: 'Portugal Day', day: '06-10' },
    // Four holidays were suspended in 2013 to 2015 (Lei 23/2012, Lei 8/2016).
    { ...CORPUS_CHRISTI, to: 2012 },
    { ...CORPUS_CHRISTI, from: 2016 },
    ASSUMPTION,
    { name: 'Republic Day', day: '10-05', to: 2012 },
    { name: 'Republic Day', day: '10-05', from: 2016 },
    { ...ALL_SAINTS, to: 2012 },
    { ...ALL_SAINTS, from: 2016 },
    { name: 'Restoration of Independence', day: '12-01', to: 2012 },
    { name: 'Restoration of Independence', day: '12-01', from: 2016 },
    IMMACULATE,
    CHRISTMAS,
  ],
  ES: [...ES_FIXED, GOOD_FRIDAY],
  'ES-2.0TD': ES_FIXED,
  FR: [
    NEW_YEAR,
    EASTER_MONDAY,
    LABOUR_DAY,
    { name: 'Victory Day', day: '05-08' },
    ASCENSION,
    WHIT_MONDAY,
    { name: 'National Day', day: '07-14' },
    ASSUMPTION,
    ALL_SAINTS,
    { name: 'Armistice Day', day: '11-11' },
    CHRISTMAS,
  ],
  IT: [
    NEW_YEAR,
    EPIPHANY,
    EASTER,
    EASTER_MONDAY,
    { name: 'Liberation Day', day: '04-25' },
    LABOUR_DAY,
    { name: 'Republic Day', day: '06-02' },
    ASSUMPTION,
    // Law 151/2025 brings 4 October back from 2026.
    { name: 'Saint Francis of Assisi', day: '10-04', from: 2026 },
    ALL_SAINTS,
    IMMACULATE,
    CHRISTMAS,
    STEPHEN,
  ],
  AT: [
    NEW_YEAR,
    EPIPHANY,
    EASTER_MONDAY,
    LABOUR_DAY,
    ASCENSION,
    WHIT_MONDAY,
    CORPUS_CHRISTI,
    ASSUMPTION,
    { name: 'National Day', day: '10-26' },
    ALL_SAINTS,
    IMMACULATE,
    CHRISTMAS,
    STEPHEN,
  ],
  DE: [
    NEW_YEAR,
    GOOD_FRIDAY,
    EASTER_MONDAY,
    LABOUR_DAY,
    ASCENSION,
    WHIT_MONDAY,
    // The anniversary of 2017 was a holiday in every state.
    { name: 'Reformation Day', day: '10-31', from: 2017, to: 2017 },
    { name: 'German Unity Day', day: '10-03', from: 1990 },
    CHRISTMAS,
    STEPHEN,
  ],
} as const satisfies Record<string, readonly HolidayRule[]>;

/** Name of a set of national holidays. */
export type HolidayCalendar = keyof typeof HOLIDAY_CALENDARS;

/** All {@link HolidayCalendar} names. */
export const HOLIDAY_CALENDAR_NAMES = Object.keys(HOLIDAY_CALENDARS) as [
  HolidayCalendar,
  ...HolidayCalendar[],
];
