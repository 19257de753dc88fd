import type { GroupValues, MapModel } from './sunspec-map.js';

/** What a simulated device is rated for. */
const WATTS = 10_000;
const CHARGE_WATTS = 5000;
const WATT_HOURS = 10_000;

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
const INVERTER = { ...INTEGER_SCALES, St: 4, Evt1: 0, Evt2: 0, TmpCab: 350 };
const INVERTER_FLOAT = { St: 4, Evt1: 0, Evt2: 0, TmpCab: 35 };

const NAMEPLATE: GroupValues = {
  WRtg: WATTS,
  WRtg_SF: 0,
  VARtg: WATTS,
  VARtg_SF: 0,
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
};
const STORAGE_NAMEPLATE: GroupValues = {
  WHRtg: WATT_HOURS / 10,
  WHRtg_SF: 1,
  MaxChaRte: CHARGE_WATTS,
  MaxChaRte_SF: 0,
  MaxDisChaRte: CHARGE_WATTS,
  MaxDisChaRte_SF: 0,
};
const SETTINGS: GroupValues = {
  WMax: WATTS,
  VRef: 230,
  VRefOfs: 0,
  WMax_SF: 0,
  VRef_SF: 0,
  VRefOfs_SF: 0,
};
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
const STORAGE: GroupValues = {
  WChaMax: CHARGE_WATTS,
  WChaGra: 100,
  WDisChaGra: 100,
  StorCtl_Mod: 0,
  OutWRte: 10_000,
  InWRte: 10_000,
  InOutWRte_RvrtTms: 0,
  ChaGriSet: 0,
  ChaSt: 6,
  WChaMax_SF: 0,
  WChaDisChaGra_SF: 0,
  ChaState_SF: -2,
  InBatV_SF: -1,
  InOutWRte_SF: -2,
};
const DER: GroupValues = {
  ...INTEGER_SCALES,
  ACType: 2,
  St: 1,
  InvSt: 3,
  ConnSt: 1,
  Alrm: 0,
  Var_SF: 0,
  TotWh_SF: 0,
  TotVarh_SF: 0,
};
const CAPACITY: GroupValues = {
  WMaxRtg: WATTS,
  VAMaxRtg: WATTS,
  WMax: WATTS,
  W_SF: 0,
  PF_SF: -3,
  VA_SF: 0,
  Var_SF: 0,
  V_SF: 0,
  A_SF: 0,
  S_SF: 0,
};
const STORAGE_CAPACITY: GroupValues = {
  WChaRteMaxRtg: CHARGE_WATTS,
  WDisChaRteMaxRtg: CHARGE_WATTS,
};
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
const BATTERY: GroupValues = {
  AHRtg: 200,
  WHRtg: WATT_HOURS / 10,
  WChaRteMax: CHARGE_WATTS,
  WDisChaRteMax: CHARGE_WATTS,
  LocRemCtl: 0,
  Typ: 4,
  State: 3,
  AHRtg_SF: 0,
  WHRtg_SF: 1,
  WChaDisChaMax_SF: 0,
  SoC_SF: -2,
  SoH_SF: -2,
  V_SF: -1,
  CellV_SF: -3,
  A_SF: -2,
  AMax_SF: -1,
  W_SF: 0,
};
const MODULES = ['String 1', 'String 2', 'StCha 3', 'StDisCha 4'];

function modules(storage: boolean): GroupValues {
  const names = storage ? MODULES : MODULES.slice(0, 2);
  const module = names.map((IDStr, index) => ({ ID: index + 1, IDStr, DCSt: 4 }));
  return { DCA_SF: -2, DCV_SF: -1, DCW_SF: 0, DCWH_SF: 0, N: module.length, module };
}

function ports(storage: boolean): GroupValues {
  const types = storage ? [0, 1] : [0];
  const Prt = types.map((PrtTyp, index) => ({ PrtTyp, ID: index + 1 }));
  const scales = { DCA_SF: -2, DCV_SF: -1, DCW_SF: 0, DCWH_SF: 0, Tmp_SF: -1 };
  return { ...scales, NPrt: Prt.length, Prt };
}

/** Ids of models whose presence makes a simulated device one with a battery. */
const STORAGE_IDS = [124, 713, 802];
const PV = 4;
const PV_STORAGE = 82;

function valuesOf(id: number, storage: boolean, serial: string): GroupValues {
  switch (id) {
    case 1:
      return { Mn: 'microgrid', Md: 'simulated SunSpec', Vr: '1', SN: serial, DA: 1 };
    case 101:
    case 102:
    case 103:
      return INVERTER;
    case 111:
    case 112:
    case 113:
      return INVERTER_FLOAT;
    case 120:
      return storage
        ? { ...NAMEPLATE, ...STORAGE_NAMEPLATE, DERTyp: PV_STORAGE }
        : { ...NAMEPLATE, DERTyp: PV };
    case 121:
      return SETTINGS;
    case 122:
      return { PVConn: 7, StorConn: storage ? 7 : 0, ECPConn: 1 };
    case 123:
      return LIMIT;
    case 124:
      return STORAGE;
    case 160:
      return modules(storage);
    case 201:
    case 202:
    case 203:
    case 204:
      return METER_SCALES;
    case 701:
      return DER;
    case 702:
      return storage ? { ...CAPACITY, ...STORAGE_CAPACITY } : CAPACITY;
    case 704:
      return DER_CONTROLS;
    case 713:
      return { WHRtg: WATT_HOURS / 10, SoH: 10_000, Sta: 0, WH_SF: 1, Pct_SF: -2 };
    case 714:
      return ports(storage);
    case 802:
      return BATTERY;
    case 803:
      return { NStr: 0, NStrCon: 0, CellV_SF: -3, ModTmp_SF: -1, A_SF: -2, SoC_SF: -2 };
    default:
      return {};
  }
}

/** Models of a simulated device with ratings, scale factors and states; what is measured comes later. */
export function twinModels(ids: readonly number[], serial: string): MapModel[] {
  const storage = ids.some((id) => STORAGE_IDS.includes(id));
  return ids.map((id) => ({ id, values: valuesOf(id, storage, serial) }));
}
