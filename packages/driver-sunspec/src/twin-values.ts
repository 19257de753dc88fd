import type { GroupValues, MapModel } from './sunspec-map.js';

/** What a simulated device is rated for. */
export interface TwinRatings {
  /** AC power, W. Default 10,000. */
  readonly watts?: number | undefined;
  /** Greatest power of charging and of discharging, W. Default 5,000. */
  readonly chargeWatts?: number | undefined;
  /** Capacity of the storage, Wh. Default 10,000. */
  readonly wattHours?: number | undefined;
}

/** Ratings with the powers of ten by which they, and half as much again, fit into 15 bits. */
interface Scaled {
  readonly watts: number;
  readonly wattsScale: number;
  readonly charge: number;
  readonly chargeScale: number;
  readonly wattHours: number;
  readonly wattHoursScale: number;
  /** The charging rating by the scale of the AC power: model 702 has one for both. */
  readonly chargeInWattsScale: number;
}

function scaleFor(value: number): number {
  let scale = 0;
  while ((value * 1.5) / 10 ** scale > 32_000) scale += 1;
  return scale;
}

function scaled({ watts = 10_000, chargeWatts = 5000, wattHours = 10_000 }: TwinRatings): Scaled {
  const down = (value: number, scale: number): number => Math.round(value / 10 ** scale);
  const wattsScale = scaleFor(watts);
  const chargeScale = scaleFor(chargeWatts);
  const wattHoursScale = scaleFor(wattHours);
  return {
    watts: down(watts, wattsScale),
    wattsScale,
    charge: down(chargeWatts, chargeScale),
    chargeScale,
    wattHours: down(wattHours, wattHoursScale),
    wattHoursScale,
    chargeInWattsScale: down(chargeWatts, wattsScale),
  };
}

const INTEGER_SCALES = {
  A_SF: -2,
  V_SF: -1,
  W_SF: 0,
  Hz_SF: -2,
  VA_SF: 0,
  VAr_SF: 0,
  PF_SF: -4,
  WH_SF: 0,
  DCA_SF: -2,
  DCV_SF: -1,
  DCW_SF: 0,
  Tmp_SF: -1,
};
const METER_SCALES = {
  ...INTEGER_SCALES,
  VAR_SF: 0,
  TotWh_SF: 0,
  TotVAh_SF: 0,
  TotVArh_SF: 0,
  Evt: 0,
};
/** Scale factors of powers, by the ratings. */
const powerScales = ({ wattsScale }: Scaled) => ({
  W_SF: wattsScale,
  VA_SF: wattsScale,
  DCW_SF: wattsScale,
});
const inverter = (r: Scaled): GroupValues => ({
  ...INTEGER_SCALES,
  ...powerScales(r),
  VAr_SF: r.wattsScale,
  St: 4,
  Evt1: 0,
  Evt2: 0,
  TmpCab: 350,
});
const INVERTER_FLOAT = { St: 4, Evt1: 0, Evt2: 0, TmpCab: 35 };

const nameplate = (r: Scaled): GroupValues => ({
  WRtg: r.watts,
  WRtg_SF: r.wattsScale,
  VARtg: r.watts,
  VARtg_SF: r.wattsScale,
  VArRtgQ1: 0,
  VArRtgQ2: 0,
  VArRtgQ3: 0,
  VArRtgQ4: 0,
  VArRtg_SF: 0,
  ARtg: 160,
  ARtg_SF: -1,
  PFRtgQ1: 0,
  PFRtgQ2: 0,
  PFRtgQ3: 0,
  PFRtgQ4: 0,
  PFRtg_SF: -2,
});
const storageNameplate = (r: Scaled): GroupValues => ({
  WHRtg: r.wattHours,
  WHRtg_SF: r.wattHoursScale,
  MaxChaRte: r.charge,
  MaxChaRte_SF: r.chargeScale,
  MaxDisChaRte: r.charge,
  MaxDisChaRte_SF: r.chargeScale,
});
const settings = (r: Scaled): GroupValues => ({
  WMax: r.watts,
  VRef: 230,
  VRefOfs: 0,
  WMax_SF: r.wattsScale,
  VRef_SF: 0,
  VRefOfs_SF: 0,
});
const LIMIT: GroupValues = {
  Conn: 1,
  WMaxLimPct: 10_000,
  WMaxLimPct_RvrtTms: 0,
  WMaxLim_Ena: 0,
  OutPFSet: 100,
  OutPFSet_Ena: 0,
  VArPct_Ena: 0,
  WMaxLimPct_SF: -2,
  OutPFSet_SF: -2,
  VArPct_SF: -2,
};
const storageRates = (r: Scaled): GroupValues => ({
  WChaMax: r.charge,
  WChaGra: 100,
  WDisChaGra: 100,
  StorCtl_Mod: 0,
  OutWRte: 10_000,
  InWRte: 10_000,
  InOutWRte_RvrtTms: 0,
  ChaGriSet: 0,
  ChaSt: 6,
  WChaMax_SF: r.chargeScale,
  WChaDisChaGra_SF: 0,
  ChaState_SF: -2,
  InBatV_SF: -1,
  InOutWRte_SF: -2,
});
const derMeasurements = (r: Scaled): GroupValues => ({
  ...INTEGER_SCALES,
  ...powerScales(r),
  ACType: 2,
  St: 1,
  InvSt: 3,
  ConnSt: 1,
  Alrm: 0,
  Var_SF: r.wattsScale,
  TotWh_SF: 0,
  TotVarh_SF: 0,
});
const capacity = (r: Scaled): GroupValues => ({
  WMaxRtg: r.watts,
  VAMaxRtg: r.watts,
  WMax: r.watts,
  W_SF: r.wattsScale,
  PF_SF: -3,
  VA_SF: r.wattsScale,
  Var_SF: r.wattsScale,
  V_SF: 0,
  A_SF: 0,
  S_SF: 0,
});
const storageCapacity = (r: Scaled): GroupValues => ({
  WChaRteMaxRtg: r.chargeInWattsScale,
  WDisChaRteMaxRtg: r.chargeInWattsScale,
});
const DER_CONTROLS: GroupValues = {
  WMaxLimPctEna: 0,
  WMaxLimPct: 1000,
  WMaxLimPctRvrt: 1000,
  WMaxLimPctEnaRvrt: 0,
  WMaxLimPctRvrtTms: 0,
  WSetEna: 0,
  WSetMod: 1,
  WSet: 0,
  WSetEnaRvrt: 0,
  WSetRvrtTms: 0,
  PF_SF: -3,
  WMaxLimPct_SF: -1,
  WSet_SF: 0,
};
const battery = (r: Scaled): GroupValues => ({
  AHRtg: 200,
  WHRtg: r.wattHours,
  WChaRteMax: r.charge,
  WDisChaRteMax: r.charge,
  LocRemCtl: 0,
  Typ: 4,
  State: 3,
  AHRtg_SF: 0,
  WHRtg_SF: r.wattHoursScale,
  WChaDisChaMax_SF: r.chargeScale,
  SoC_SF: -2,
  SoH_SF: -2,
  V_SF: -1,
  CellV_SF: -3,
  A_SF: -2,
  AMax_SF: -1,
  W_SF: r.chargeScale,
});
const MODULES = ['String 1', 'String 2', 'StCha 3', 'StDisCha 4'];

function modules(storage: boolean, DCW_SF: number): GroupValues {
  const names = storage ? MODULES : MODULES.slice(0, 2);
  const module = names.map((IDStr, index) => ({ ID: index + 1, IDStr, DCSt: 4 }));
  return { DCA_SF: -2, DCV_SF: -1, DCW_SF, DCWH_SF: 0, N: module.length, module };
}

function ports(storage: boolean, DCW_SF: number): GroupValues {
  const types = storage ? [0, 1] : [0];
  const Prt = types.map((PrtTyp, index) => ({ PrtTyp, ID: index + 1 }));
  const scales = { DCA_SF: -2, DCV_SF: -1, DCW_SF, DCWH_SF: 0, Tmp_SF: -1 };
  return { ...scales, NPrt: Prt.length, Prt };
}

/** Ids of models whose presence makes a simulated device one with a battery. */
const STORAGE_IDS = [124, 713, 802];
const PV = 4;
const PV_STORAGE = 82;

function valuesOf(id: number, storage: boolean, serial: string, r: Scaled): GroupValues {
  const dcScale = Math.max(r.wattsScale, r.chargeScale);
  switch (id) {
    case 1:
      return { Mn: 'microgrid', Md: 'simulated SunSpec', Vr: '1', SN: serial, DA: 1 };
    case 101:
    case 102:
    case 103:
      return inverter(r);
    case 111:
    case 112:
    case 113:
      return INVERTER_FLOAT;
    case 120:
      return storage
        ? { ...nameplate(r), ...storageNameplate(r), DERTyp: PV_STORAGE }
        : { ...nameplate(r), DERTyp: PV };
    case 121:
      return settings(r);
    case 122:
      return { PVConn: 7, StorConn: storage ? 7 : 0, ECPConn: 1 };
    case 123:
      return LIMIT;
    case 124:
      return storageRates(r);
    case 160:
      return modules(storage, dcScale);
    case 201:
    case 202:
    case 203:
    case 204:
      return { ...METER_SCALES, ...powerScales(r), VAR_SF: r.wattsScale };
    case 701:
      return derMeasurements(r);
    case 702:
      return storage ? { ...capacity(r), ...storageCapacity(r) } : capacity(r);
    case 704:
      return DER_CONTROLS;
    case 713:
      return { WHRtg: r.wattHours, SoH: 10_000, Sta: 0, WH_SF: r.wattHoursScale, Pct_SF: -2 };
    case 714:
      return ports(storage, dcScale);
    case 802:
      return battery(r);
    case 803:
      return { NStr: 0, NStrCon: 0, CellV_SF: -3, ModTmp_SF: -1, A_SF: -2, SoC_SF: -2 };
    default:
      return {};
  }
}

/**
 * Models of a simulated device with its ratings, scale factors that its ratings fit into, and states;
 * what it measures is set later.
 */
export function twinModels(
  ids: readonly number[],
  serial: string,
  ratings: TwinRatings = {},
): MapModel[] {
  const storage = ids.some((id) => STORAGE_IDS.includes(id));
  const r = scaled(ratings);
  return ids.map((id) => ({ id, values: valuesOf(id, storage, serial, r) }));
}
