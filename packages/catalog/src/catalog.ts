import type { Profile } from '@microgrid/devices';
import { bydBatteryBox } from './battery/byd-battery-box.js';
import { abbTerraAc } from './charger/abb-terra-ac.js';
import { alfenEve } from './charger/alfen-eve.js';
import { kebaP30 } from './charger/keba-p30.js';
import { kebaP40, kebaP40From121 } from './charger/keba-p40.js';
import { deyeSunsynk1p } from './hybrid/deye-sunsynk-1p.js';
import { deyeSunsynk3p, deyeSunsynk3pHv, deyeSunsynk3pMeter } from './hybrid/deye-sunsynk-3p.js';
import { foxEssH3, foxEssH3Meter } from './hybrid/fox-ess-h3.js';
import { froniusGen24, froniusSmartMeter } from './hybrid/fronius-gen24.js';
import { goodweEt, goodweEtMeter } from './hybrid/goodwe-et.js';
import { growattHybrid, growattHybridMeter } from './hybrid/growatt-hybrid.js';
import { huaweiSun2000Luna2000, huaweiSun2000Meter } from './hybrid/huawei-sun2000.js';
import { kostalPlenticore, kostalPlenticoreMeter } from './hybrid/kostal-plenticore.js';
import { smaHybrid, smaHybridMeter } from './hybrid/sma-hybrid.js';
import { solaredgeHybrid, solaredgeMeter } from './hybrid/solaredge-hybrid.js';
import { solaxX1X3, solaxX1X3Meter } from './hybrid/solax-x1-x3.js';
import { solisHybrid, solisHybridMeter } from './hybrid/solis-hybrid.js';
import { sungrowSh, sungrowShMeter } from './hybrid/sungrow-sh.js';
import { victronGridMeter, victronGx, victronGxPv } from './hybrid/victron-gx.js';
import { modbusRelay } from './load/modbus-relay.js';
import { sgReadyRelay } from './load/sg-ready-relay.js';
import { carloGavazziEm111 } from './meter/carlo-gavazzi-em111.js';
import { carloGavazziEm24E1 } from './meter/carlo-gavazzi-em24-e1.js';
import { carloGavazziEm24Rs485 } from './meter/carlo-gavazzi-em24-rs485.js';
import { carloGavazziEm340 } from './meter/carlo-gavazzi-em340.js';
import { eastronSdm120 } from './meter/eastron-sdm120.js';
import { eastronSdm630 } from './meter/eastron-sdm630.js';
import { janitzaB23 } from './meter/janitza-b23.js';
import { schneiderIem3155 } from './meter/schneider-iem3155.js';
import { sunspecBattery } from './sunspec-battery.js';
import { sunspecHybrid } from './sunspec-hybrid.js';
import { sunspecPv } from './sunspec-pv.js';

/** Every profile of the catalogue, in the order of their ids. */
export const catalog: readonly Profile[] = [
  abbTerraAc,
  alfenEve,
  bydBatteryBox,
  carloGavazziEm111,
  carloGavazziEm24E1,
  carloGavazziEm24Rs485,
  carloGavazziEm340,
  deyeSunsynk1p,
  deyeSunsynk3p,
  deyeSunsynk3pHv,
  deyeSunsynk3pMeter,
  eastronSdm120,
  eastronSdm630,
  foxEssH3,
  foxEssH3Meter,
  froniusGen24,
  froniusSmartMeter,
  goodweEt,
  goodweEtMeter,
  growattHybrid,
  growattHybridMeter,
  huaweiSun2000Luna2000,
  huaweiSun2000Meter,
  janitzaB23,
  kebaP30,
  kebaP40,
  kebaP40From121,
  kostalPlenticore,
  kostalPlenticoreMeter,
  modbusRelay,
  schneiderIem3155,
  sgReadyRelay,
  smaHybrid,
  smaHybridMeter,
  solaredgeHybrid,
  solaredgeMeter,
  solaxX1X3,
  solaxX1X3Meter,
  solisHybrid,
  solisHybridMeter,
  sungrowSh,
  sungrowShMeter,
  sunspecBattery,
  sunspecHybrid,
  sunspecPv,
  victronGridMeter,
  victronGx,
  victronGxPv,
];

/** The profile of an id, or undefined. */
export function findProfile(id: string): Profile | undefined {
  return catalog.find((profile) => profile.id === id);
}
